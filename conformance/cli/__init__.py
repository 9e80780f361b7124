"""The command `conformance`: options and screen only."""

import atexit
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from conformance.cli.commands.campaign import campaign
from conformance.cli.commands.cleanup import cleanup
from conformance.cli.commands.client import client
from conformance.cli.commands.mock import mock
from conformance.cli.commands.prove import prove
from conformance.cli.commands.replay import replay
from conformance.cli.commands.report import report
from conformance.cli.commands.run import run
from conformance.cli.commands.spec import spec
from conformance.cli.screen import plain
from conformance.cli.streams import ignoring_closed_pipes
from conformance.model.errors import ConformanceError, RunStoppedError, UsageError
from conformance.model.version import VERSION

DEBUG = "--debug"
DEBUG_VARIABLE = "CONFORMANCE_DEBUG"

NO_ARGUMENTS = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""What recent versions of click raise to show the help of a group; older ones show it themselves."""

NEW_OBJECTS = 1000
"""After so many new objects the collector of cycles runs. With many more, large bodies of a target wait too long."""

WRONG_CALL, UNDECIDED = 2, 3
"""The exit statuses of an invalid call, and of a command that could not finish."""


class _Group(click.Group):
    """Lists commands in the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"{DEBUG} at any position, or {DEBUG_VARIABLE}=1, prints the traceback of an error.",
)
@click.version_option(VERSION, prog_name="conformance")
def cli() -> None:
    """Test one operation of an HTTP API against its OpenAPI document and report on every requirement.

    Without options, `conformance run` tests the embedded reference server and writes a report to conformance-report/.
    """


for command in (run, campaign, client, report, replay, cleanup, spec, mock, prove):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one line and an exit status.

    The status is 2 for what the user can correct, and 3 for an interruption or an error of the suite.
    """
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)  # else the interpreter walks everything once more as it ends
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug, given = _debug(given)
    with ignoring_closed_pipes():
        sys.exit(_status(given, debug=debug))


def _status(given: list[str], *, debug: bool) -> int:
    """Run the command, print an error, and return the exit status."""
    try:
        status = cli.main(given, prog_name="conformance", standalone_mode=False)
    except NO_ARGUMENTS as error:
        error.show()
        return WRONG_CALL
    except Exception as error:  # noqa: BLE001 (no user is to see a traceback who did not ask for it)
        if debug:
            traceback.print_exc()
        status, line = _reported(error)
        click.echo(line, err=True)
    return status if isinstance(status, int) else 0


def _debug(given: list[str]) -> tuple[bool, list[str]]:
    """Tell whether tracebacks are wanted, and return the arguments without the option that says so."""
    end = given.index("--") if "--" in given else len(given)
    ours = [argument for argument in given[:end] if argument != DEBUG]
    wanted = len(ours) < end or os.environ.get(DEBUG_VARIABLE, "0") not in {"", "0"}
    return wanted, ours + given[end:]


def _reported(error: Exception) -> tuple[int, str]:
    """Return the exit status for an exception, and the line to print."""
    if isinstance(error, click.exceptions.Abort):
        stopped = _stopped_run(error)
        if stopped is None:
            return UNDECIDED, "conformance: interrupted before anything was sent"
        error = stopped
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "conformance"
        hint = f"; see `{path} --help`" if isinstance(error, click.NoSuchOption | click.UsageError) else ""
        return WRONG_CALL, f"{path}: {_one_line(error.format_message()).removesuffix('.')}{hint}"
    if isinstance(error, ConformanceError):
        return (WRONG_CALL if isinstance(error, UsageError) else UNDECIDED), f"conformance: {_one_line(str(error))}"
    return UNDECIDED, _internal_error(error)


def _stopped_run(error: BaseException | None) -> RunStoppedError | None:
    """Return the end of a run that an interruption came behind: that tells what was sent."""
    while error is not None and not isinstance(error, RunStoppedError):
        error = error.__cause__ or error.__context__
    return error


def _internal_error(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = _one_line(f"{type(error).__name__}: {error}")
    return (
        f"conformance: internal error of the suite (version {VERSION}), not of the target: {what}{place}; "
        f"please report it with the output of {DEBUG}"
    )


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))
