"""The command that prints a key: what it starts ends with its time limit, and no more of it is read than a key has."""

import os
import select
import shlex
import signal
import subprocess
import time
from contextlib import suppress

from conformance.model.errors import UsageError

COMMAND_SECONDS = 60.0
"""How long the command that makes a key may take."""

MOST_BYTES = 65_536
"""How much it may print."""


def printed_by(command: str) -> bytes:
    """Return what a command writes to its standard output; no shell is involved.

    It has a session of its own, which ends with the time limit: so do programs that it has started and left.

    Raises:
        UsageError: it cannot be run, fails, takes too long, or prints too much. What it prints is never told.

    """
    try:
        words = shlex.split(command)
        process = subprocess.Popen(  # noqa: S603 (the user's own command)
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except (OSError, ValueError, IndexError) as error:
        problem = f"the command for the key cannot be run: {getattr(error, 'strerror', None) or error}"
        raise UsageError(problem, "correct --api-key-command") from error
    with process:
        try:
            output = _output_of(process, time.monotonic() + COMMAND_SECONDS)
        except BaseException:
            # The number of its session is that of the process, which has not been waited for.
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        problem = f"the command for the key ended with status {process.returncode}"
        raise UsageError(problem, "run it in a shell to see why")
    return output


def _output_of(process: "subprocess.Popen[bytes]", deadline: float) -> bytes:
    """Return what a process prints until its end."""
    assert process.stdout is not None  # noqa: S101  (it is a pipe)
    output, pipe = b"", process.stdout.fileno()
    try:
        while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            more = os.read(pipe, MOST_BYTES)
            output += more
            if not more:
                process.wait(max(0.0, deadline - time.monotonic()))
                return output
            if len(output) > MOST_BYTES:
                raise UsageError(f"the command for the key prints more than {MOST_BYTES} bytes", "print the key alone")
    except subprocess.TimeoutExpired:
        pass
    raise UsageError(f"the command for the key took more than {COMMAND_SECONDS:g} seconds", "make it end, and faster")
