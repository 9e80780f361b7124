"""Errors after something was sent: reported with what was sent and how to go on, never as a wrong call."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from conformance.journal.reading import FILE_NAME
from conformance.model.errors import ConformanceError, JournalError, RunStoppedError, UsageError
from conformance.reports.formats.terminal import counted

Remedy: TypeAlias = Callable[[ConformanceError | None], str]


def again(error: ConformanceError | None) -> str:
    """Return what to do where a command has no more to offer than to be run again."""
    return f"{own}; run the same command again" if (own := _own(error)) else "run the same command again"


@contextmanager
def after_sending(
    requests: Callable[[], int], remedy: Remedy = again, created: Callable[[], int] = lambda: 0
) -> Iterator[None]:
    """Add to an error in the context, or an interruption, what was sent before it.

    `requests` tells how many requests were sent, `created` how many of them may have created an object, `remedy` how to
    go on after an error of the suite (None for any other).

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
        told = error if isinstance(error, ConformanceError) else None
        raise RunStoppedError(f"{_problem(error)}; {sent}", remedy(told)) from error


def _problem(error: BaseException) -> str:
    if isinstance(error, ConformanceError):
        return error.problem
    if isinstance(error, OSError):
        return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}"
    return "interrupted"


def _own(error: ConformanceError | None) -> str:
    return error.remedy if error else ""


def ways_on(out: Path, run_id: str, error: ConformanceError | None) -> str:
    """Return what to do with a run that an error stopped in the folder `out`."""
    if not (out / FILE_NAME).is_file():
        return f"the journal in {out} is gone: remove objects whose names begin with cfm-{run_id} by hand"
    if isinstance(error, JournalError) and error.remedy:
        return error.remedy
    ways = f"`conformance report {out}` writes the reports, `conformance cleanup {out}` removes objects"
    ways = f"the same command with --resume goes on, {ways}"
    return f"{own}; {ways}" if (own := _own(error)) else ways
