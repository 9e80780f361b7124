"""Writing reports: the list of them, and how they get into a folder."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from conformance.journal.events import AnyEvent
from conformance.journal.writing import for_owner
from conformance.model.errors import UsageError, os_errors_as
from conformance.model.vocabulary import JunitBy, Strength
from conformance.reports.evidence import RunReport
from conformance.reports.folding.fold import fold_index, fold_run
from conformance.reports.folding.journal_index import JournalIndex
from conformance.reports.formats import badge, ctrf, har, junit, markdown, sarif
from conformance.reports.pages import html
from conformance.reports.results import Results, checked_results


class Report(msgspec.Struct, frozen=True):
    """A kind of report: the name of its file, and how a run becomes the file's bytes, one piece after the other."""

    filename: str
    pieces: Callable[[RunReport], Iterable[bytes]]


def _whole(render: Callable[[RunReport], bytes]) -> Callable[[RunReport], Iterable[bytes]]:
    """Return what makes a report in one piece: those that hold every exchange as it was are made in many."""
    return lambda run: (render(run),)


REPORTS = {
    "results": Report("results.json", lambda run: checked_results(run.results)),
    "html": Report(html.FILENAME, html.pieces),
    "junit": Report(junit.FILENAME, junit.pieces),
    "ctrf": Report(ctrf.FILENAME, ctrf.pieces),
    "sarif": Report(sarif.FILENAME, _whole(sarif.render)),
    "har": Report(har.FILENAME, har.pieces),
    "markdown": Report(markdown.FILENAME, _whole(markdown.render)),
    "badge": Report(badge.FILENAME, _whole(badge.render)),
}
"""All reports by kind, in the order in which they are written; a new one is a module and a line here."""


def write_reports(
    events: Iterable[AnyEvent] | JournalIndex,
    out: Path,
    *,
    kinds: Iterable[str] | None = None,
    fail_on: Strength = Strength.MUST,
    junit_by: JunitBy | None = None,
) -> Results:
    """Write the reports of the run that `events` record into the folder `out`, and return its results.

    The index of a whole journal is as good as its events; it is used up.
    `kinds` are keys of `REPORTS`, all by default; `junit_by` is what the run was told by default. The same events
    give the same bytes. Each file is replaced at once: whoever reads it sees the old one or the new one, whole.

    Raises:
        JournalError: the events are no journal.
        UsageError: a kind is unknown, or the folder cannot be written to.
        ConformanceError: the results do not keep their own schema, a fault of the suite.

    """
    wanted = checked_kinds(kinds)
    with collector_paused():
        # What the run held is let go before the collector walks over what is there.
        return _written(_folded(events, fail_on, junit_by), out, wanted)


def _folded(events: Iterable[AnyEvent] | JournalIndex, fail_on: Strength, junit_by: JunitBy | None) -> RunReport:
    if isinstance(events, JournalIndex):
        return fold_index(events, fail_on=fail_on, junit_by=junit_by)
    return fold_run(events, fail_on=fail_on, junit_by=junit_by)


def _written(run: RunReport, out: Path, kinds: Iterable[str]) -> Results:
    """Write reports of a run, and return its results."""
    with os_errors_as(UsageError, f"{out} cannot be written to", "free that path or choose another folder"):
        out.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            report = REPORTS[kind]
            _replace(out / report.filename, report.pieces(run))
    return run.results


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector of cycles: what is read stays to the end and has none, and it would walk it over and over.

    What is left is old to it from then on, so that it does not walk over it first thing.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not gc.get_freeze_count():
                # The one way to make objects old: whoever froze others means to keep them so.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def checked_kinds(kinds: Iterable[str] | None) -> tuple[str, ...]:
    """Return the kinds of reports to write, all of them for None: each once, and what programs read first.

    Raises:
        UsageError: one is not known.

    """
    wanted = tuple(REPORTS if kinds is None else kinds)
    for kind in wanted:
        if kind not in REPORTS:
            raise UsageError(f"there is no report format {kind!r}", f"choose from {', '.join(REPORTS)}")
    return tuple(kind for kind in REPORTS if kind in wanted)


def write_page(path: Path, content: bytes) -> None:
    """Write a page of several runs, its folder made if need be; it is replaced at once, whole.

    Raises:
        UsageError: it cannot be written.

    """
    with os_errors_as(UsageError, f"{path} cannot be written", "name another folder with --out"):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, (content,))


def _replace(path: Path, content: Iterable[bytes]) -> None:
    # Beside its target, because a rename is atomic only within one file system.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb", opener=for_owner) as file:
            file.writelines(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
