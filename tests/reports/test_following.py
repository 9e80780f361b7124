"""A run is reported from what was indexed as it was written, and from its journal where that is not whole."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from conformance.contract.contract import load_contract
from conformance.journal.events import AnyEvent, DoubtRaised, RunEnded, RunResumed
from conformance.journal.reading import FILE_NAME
from conformance.journal.writing import Journal
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.finding import Doubt
from conformance.reports.folding import following
from conformance.reports.folding.fold import fold_index
from conformance.reports.folding.following import FollowedJournal
from conformance.reports.folding.journal_index import JournalIndex
from conformance.workflow import reporting
from conformance.workflow.api import run

from .journals import passing

KEY = "conformance-local-key"


def lines() -> list[AnyEvent]:
    """Return the events of a small run."""
    return passing()


def index(journal: FollowedJournal, written: bytes = b"") -> JournalIndex | None:
    """Return the index of a journal whose file has some bytes."""
    with NamedTemporaryFile() as file:
        file.write(written)
        file.flush()
        return journal.index(Path(file.name))


def followed(events: Iterable[AnyEvent]) -> FollowedJournal:
    """Follow a journal with one event a line, each of them empty."""
    journal = FollowedJournal()
    for number, event in enumerate(events, 1):
        journal.take(number, b"", (event,))
    return journal


def files(folder: Path) -> dict[str, bytes]:
    """Return the reports in a folder."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file() and each.name != FILE_NAME}


def test_a_run_is_reported_without_reading_its_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is reported at its end is what is reported of its journal at any time after."""

    def unread(_: Path) -> Iterator[AnyEvent]:
        raise AssertionError("the journal is read")

    contract = load_contract()
    faults = pick(contract, ["echo.UpdateAutoscalingSettingsV1.min_replica.clamped"])
    with BackgroundServer(reference_app(contract, faults=faults, key=KEY)) as server, monkeypatch.context() as patch:
        patch.setattr(reporting, "read_journal", unread)
        run(target=server.url, profile="smoke", seed=1, out=tmp_path)
    at_the_end = files(tmp_path)
    reporting.report_again(tmp_path)
    assert at_the_end == files(tmp_path)


def test_a_run_that_goes_on_is_reported_from_its_journal(tmp_path: Path) -> None:
    """What it did before was not followed."""
    contract = load_contract()
    with BackgroundServer(reference_app(contract, key=KEY)) as server:
        run(target=server.url, profile="smoke", seed=1, out=tmp_path)
        journal = tmp_path / FILE_NAME
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:300]))
        done = run(target=server.url, profile="smoke", seed=1, out=tmp_path, resume=True)
    at_the_end = files(tmp_path)
    reporting.report_again(tmp_path)
    assert at_the_end == files(tmp_path)
    assert not done.results.reason


def test_a_whole_journal_has_an_index_once() -> None:
    """Its results are those of its events; what is used up is not handed out again."""
    journal = followed(lines())
    known = index(journal)
    assert known is not None
    assert fold_index(known).results.run_id
    assert index(journal) is None


def test_a_line_that_was_missed_leaves_no_index() -> None:
    """Ctrl-C may come between the writing of a line and its indexing."""
    header, *rest, end = lines()
    journal = FollowedJournal()
    for number, event in enumerate([header, *rest, end], 1):
        journal.take(number + (event is end), b"", (event,))
    assert index(journal) is None


def test_a_file_that_is_not_what_was_written_leaves_no_index(tmp_path: Path) -> None:
    """A disk, or a person, may have changed it: who reads it is told."""
    path, events = tmp_path / FILE_NAME, lines()
    for spoil in (lambda _: None, lambda text: path.write_bytes(text + b"x"), lambda _: path.unlink()):
        journal = FollowedJournal()
        with Journal(path, follower=journal.take) as written:
            for event in events:
                written.append(event)
        spoil(path.read_bytes())
        assert (journal.index(path) is None) == (not path.is_file() or path.read_bytes().endswith(b"x"))


def test_what_cannot_be_indexed_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the index is told of by who makes the reports."""

    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(JournalIndex, "add", broken)
    assert index(followed(lines())) is None


@pytest.mark.parametrize("together", [1, 2, 1_000])
@pytest.mark.parametrize("at", [1, -1], ids=["the second line", "the last line"])
def test_a_line_that_was_indexed_in_part_leaves_no_index(
    at: int, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C may come within the indexing, be it of each line or of many together."""
    monkeypatch.setattr(following, "MOST_WAITING", together)
    events, journal, add = lines(), FollowedJournal(), JournalIndex.add

    def interrupted(known: JournalIndex, event: AnyEvent) -> None:
        add(known, event)
        if event is events[at]:
            raise KeyboardInterrupt

    monkeypatch.setattr(JournalIndex, "add", interrupted)
    for number, event in enumerate(events, 1):
        with suppress(KeyboardInterrupt):
            journal.take(number, b"", (event,))
    with suppress(KeyboardInterrupt):
        assert index(journal) is None
    assert index(journal) is None


@pytest.mark.parametrize("together", [1, 2, 3, 1_000])
def test_how_many_lines_are_indexed_together_changes_nothing(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits to be indexed at the end is indexed then."""
    whole = index(followed(lines()))
    monkeypatch.setattr(following, "MOST_WAITING", together)
    known = index(followed(lines()))
    assert known is not None
    assert whole is not None
    assert fold_index(whole).results == fold_index(known).results


def test_long_lines_do_not_wait_to_be_indexed() -> None:
    """Of bodies of any size no more waits than of small ones."""
    journal, seen = FollowedJournal(), list[AnyEvent]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JournalIndex, "add", lambda _, event: seen.append(event))
        for number, event in enumerate(lines()[:4], 1):
            journal.take(number, bytes(following.MOST_BYTES // 2), (event,))
    assert lines()[:4] == seen


@pytest.mark.parametrize(
    "events",
    [
        [],
        lines()[:-1],
        lines()[-1:],
        [*lines()[:-1], DoubtRaised(send=1, case="c", doubt=Doubt("unknown", "why")), lines()[-1]],
    ],
    ids=["nothing", "no end", "no header", "a requirement that is not in the header"],
)
def test_what_is_no_whole_journal_has_no_index(events: list[AnyEvent]) -> None:
    """Who reads it is told why, where it is damaged."""
    assert index(followed(events)) is None


def test_a_journal_that_goes_on_is_not_followed_from_its_middle(tmp_path: Path) -> None:
    """The first line that is told of is not the first one of the journal."""
    with Journal(tmp_path / FILE_NAME) as journal:
        journal.append(lines()[0])
    behind = FollowedJournal()
    with Journal(tmp_path / FILE_NAME, resume=True, follower=behind.take) as journal:
        journal.append(RunResumed(suite_version="1", kept=0))
        journal.append(RunEnded(requests=0, creations=0, seconds=0))
    assert behind.index(tmp_path / FILE_NAME) is None
