"""Pages about several runs: a matrix of targets, two runs compared, the history of a folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from conformance.journal.reading import FILE_NAME, read_journal
from conformance.model.errors import JournalError, UsageError
from conformance.model.vocabulary import Strength
from conformance.reports.case_results import fails
from conformance.reports.folding.fold import fold
from conformance.reports.pages import compare, history, matrix
from conformance.reports.pages.html import FILENAME as REPORT
from conformance.reports.results import FILENAME as RESULTS
from conformance.reports.results import Results
from conformance.reports.several import Run, State, changes
from conformance.reports.writing import write_page


class WrittenPage(msgspec.Struct, frozen=True):
    """A page that was written, a line about it, and the exit status of the command."""

    path: Path
    said: str
    exit_status: int


def write_matrix(folders: Sequence[Path], out: Path) -> WrittenPage:
    """Write `matrix.html` about the runs in `folders` into `out`; the exit status is 1 if one does not conform.

    Raises:
        UsageError: a folder holds no run, or the page cannot be written.

    """
    runs = [Run(matrix.kept(read_results(folder)), _link(folder, out)) for folder in folders]
    verdicts = [run.results.verdict.value for run in runs]
    write_page(out / matrix.FILENAME, matrix.render(runs))
    said = ", ".join(f"{verdicts.count(each)} {each}" for each in dict.fromkeys(verdicts))
    return WrittenPage(out / matrix.FILENAME, said, int("not conforming" in verdicts))


def write_comparison(old: Path, new: Path, out: Path, fail_on: Strength = Strength.MUST) -> WrittenPage:
    """Write `compare.html` about two runs into `out`; the exit status is 1 if a new fault fails on `fail_on`.

    Raises:
        UsageError: a folder holds no run, or the page cannot be written.

    """
    before, after = _runs([old, new], out)
    found = changes(before.results, after.results)
    write_page(out / compare.FILENAME, compare.render(before, after))
    said = ", ".join(f"{sum(each.state is state for each in found)} {state.value}" for state in State)
    failing = any(each.state is State.NEW and fails(each.finding, fail_on) for each in found)
    return WrittenPage(out / compare.FILENAME, said, int(failing))


def write_history(folders: Sequence[Path], out: Path) -> WrittenPage:
    """Write `history.html` about all runs in and below `folders` into `out`.

    Raises:
        UsageError: there is no run, one cannot be read, or the page cannot be written.

    """
    found = sorted({path.parent for folder in folders for name in (RESULTS, FILE_NAME) for path in folder.rglob(name)})
    if not found:
        raise UsageError(f"there is no run in {' or '.join(map(str, folders))}", "name a folder with folders of runs")
    runs = _runs(found, out)
    write_page(out / history.FILENAME, history.render(runs))
    return WrittenPage(out / history.FILENAME, f"{len(runs)} runs", 0)


def read_results(folder: Path) -> Results:
    """Return the results of the run in `folder`: from its `results.json`, or else from its journal.

    Raises:
        UsageError: there is neither, or it cannot be read.

    """
    path = folder / RESULTS
    if not path.is_file():
        return fold(read_journal(folder))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Results)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name the folder of a run") from error
    except msgspec.DecodeError as error:
        remedy = f"`conformance report {folder}` recreates it"
        raise JournalError(f"{path} is not a results.json of this version: {error}", remedy) from error


def _runs(folders: Sequence[Path], out: Path) -> list[Run]:
    return [Run(read_results(folder), _link(folder, out)) for folder in folders]


def _link(folder: Path, out: Path) -> str:
    path = folder / REPORT
    return quote(Path(os.path.relpath(path, out)).as_posix()) if path.is_file() else ""
