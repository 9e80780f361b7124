"""From the journal of a run to its reports: at the end of the run, or at any time after."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import msgspec

from conformance.journal.events import RunStarted
from conformance.journal.reading import read_journal
from conformance.model.errors import JournalError, UsageError, os_errors_as
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import JunitBy, Outcome, Strength
from conformance.reports.folding.journal_index import JournalIndex
from conformance.reports.folding.outcomes import exit_status
from conformance.reports.folding.waiving import told
from conformance.reports.formats import markdown
from conformance.reports.results import Results
from conformance.reports.writing import REPORTS, checked_kinds, write_reports
from conformance.workflow.records.header import recorded_option

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""The environment variable that names the page of a job."""


class RunResult(msgspec.Struct, frozen=True):
    """What a run came to: its results, the folder of its reports, and the exit status of the command.

    `hint` is what the user may want to try, or empty; `clean_up` tells what became of what was created; `waivers` is
    what there is to say of the waivers.
    """

    results: Results
    out: Path
    exit_status: int
    hint: str = ""
    clean_up: str = ""
    waivers: tuple[str, ...] = ()


def report_again(
    folder: Path,
    *,
    kinds: Iterable[str] | None = None,
    fail_on: Strength | None = None,
    junit_by: JunitBy | None = None,
    clean_up: str = "",
    followed: JournalIndex | None = None,
) -> RunResult:
    """Make the reports of the run whose journal is in `folder`; without `fail_on` and `junit_by`, those of the run.

    `clean_up` is handed on: what became of what the run created. `followed` is the index of the journal, where it is
    known without reading.

    Raises:
        JournalError: there is no journal, or it is damaged.
        UsageError: a kind of report is not known, or the folder cannot be written to.

    """
    wanted = checked_kinds(kinds)
    events = read_journal(folder) if followed is None else iter(())
    first = next(events, None) if followed is None else followed.header
    if not isinstance(first, RunStarted):
        raise JournalError(f"{folder} has no journal", "name the folder of a run (its --out)")
    strength = fail_on or recorded_option(first, "fail_on", Strength) or Strength.MUST
    out = folder if folder.is_dir() else folder.parent
    told_by = chain([first], events) if followed is None else followed
    results = write_reports(told_by, out, kinds=wanted, fail_on=strength, junit_by=junit_by)
    hint = "" if "stateless" in first.options else stateless_hint(first.requirements, results)
    said = tuple(line for each in results.waivers if (line := told(each)))
    return RunResult(results, out, exit_status(results, strength), hint, clean_up, said)


def append_summary(out: Path, environment: Mapping[str, str]) -> str:
    """Append the summary in the folder `out` to the page of the job, where the environment names one.

    Returns a warning where that page cannot be written to, otherwise an empty text: the run stands as it is.

    GitHub Actions names it in `GITHUB_STEP_SUMMARY`, and drops a page of more than a megabyte whole: what is there
    counts, and the summary is cut with a note.
    """
    page = environment.get(STEP_SUMMARY, "")
    summary = out / markdown.FILENAME
    if not page or not summary.is_file():
        return ""
    try:
        there = Path(page).stat().st_size if Path(page).exists() else 0
        with Path(page).open("ab") as file:
            file.write(markdown.within(summary.read_bytes(), markdown.LIMIT - there))
    except OSError as error:
        return f"warning: cannot write {page}: {error.strerror}; correct or unset {STEP_SUMMARY}"
    return ""


def forget_reports(out: Path) -> None:
    """Remove the reports of an earlier run: beside the journal of another they would tell what is not so.

    Raises:
        UsageError: one cannot be removed.

    """
    for each in REPORTS.values():
        with os_errors_as(UsageError, f"cannot replace {out / each.filename}", "name another folder with --out"):
            (out / each.filename).unlink(missing_ok=True)


FEWEST = 3
"""Fewer members than this that do not come back are faults of their own."""

STATELESS = "responses hardly echo any value that was sent; if the target is a static mock, run again with --stateless"


def stateless_hint(requirements: Iterable[Requirement], results: Results) -> str:
    """Return the proposal to run again with `--stateless`, empty unless most members do not come back as sent."""
    echoes = {each.id for each in requirements if each.echo}
    rows = [row for row in results.requirements if row.id in echoes and row.outcome is not Outcome.NOT_EXERCISED]
    failed = [row for row in rows if row.findings and 2 * len(row.findings) > row.exercised]
    return STATELESS if len(failed) >= FEWEST and 2 * len(failed) > len(rows) else ""
