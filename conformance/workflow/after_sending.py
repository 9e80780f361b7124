"""Errors after something was sent: reported with what was sent and how to go on, never as a wrong call."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.journal.writing import FILE_NAME
from conformance.model.errors import ConformanceError, RunStoppedError, UsageError
from conformance.reports.formats.terminal import counted

AGAIN = "run the same command again"


@contextmanager
def after_sending(
    requests: Callable[[], int], remedy: Callable[[], str] = lambda: AGAIN, created: Callable[[], int] = lambda: 0
) -> Iterator[None]:
    """Add to an error in the context, or an interruption, what was sent before it.

    `requests` tells how many requests were sent, `created` how many of them may have created an object, `remedy` how to
    go on.

    Raises:
        RunStoppedError: something was sent, or the journal cannot be written.
        UsageError: nothing was sent, and a file or folder cannot be used.

    """
    try:
        yield
    except (ConformanceError, OSError, KeyboardInterrupt, asyncio.CancelledError) as error:
        if isinstance(error, UsageError) and not requests():
            raise
        sent = f"{counted(requests(), 'request')} sent"
        if created():
            sent += f", {created()} of which may have created an object"
        own = error.remedy if isinstance(error, ConformanceError) else ""
        raise RunStoppedError(f"{_problem(error)}; {sent}", f"{own}; {remedy()}" if own else remedy()) from error


def _problem(error: BaseException) -> str:
    if isinstance(error, ConformanceError):
        return error.problem
    if isinstance(error, OSError):
        return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}"
    return "interrupted"


def ways_on(out: Path, run_id: str) -> str:
    """Return what to do with a run that stopped in the folder `out`."""
    if not (out / FILE_NAME).is_file():
        return f"the journal in {out} is gone: remove objects whose names begin with cfm-{run_id} by hand"
    ways = f"`conformance report {out}` writes the reports, `conformance cleanup {out}` removes objects"
    return f"the same command with --resume goes on, {ways}"
