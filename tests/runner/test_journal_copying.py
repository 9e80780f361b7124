"""Journals copied into another: lines that are taken as they are become what they become when they are decoded."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.journal import copying
from conformance.journal.copying import Renumbering, copy_events
from conformance.journal.events import (
    AnyEvent,
    Creation,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    Paced,
    RequestSent,
    RunEnded,
    RunResumed,
    RunStarted,
)
from conformance.journal.lines import sealed
from conformance.journal.packing import MOST_SHARED
from conformance.journal.reading import read_journal
from conformance.journal.writing import Journal
from conformance.model.case import Case, Request
from conformance.model.errors import JournalError
from conformance.model.exchange import Failure, Response
from conformance.model.finding import Doubt, Finding, Symptom
from conformance.model.version import VERSION
from conformance.model.vocabulary import Expectation

TRICKY = ',"shared":1,"send":9} é \\" \udcff'
TOGETHER = ("known", "also known", "known", TRICKY)
BODIES = (None, b"", b"{}", b'{"a": ",\\"send\\":7"}', b"\xff\x00", b"x" * 10_000)


def finding(text: str) -> Finding:
    """Return a finding that tells a text."""
    return Finding("requirement", text, "", Symptom("rule"), text)


def events(contract: Contract, findings: int) -> Iterator[AnyEvent | tuple[FindingMade, ...]]:
    """Yield events of all kinds, and findings that are written together."""
    yield header(contract)
    numbers = count(1)
    for send, body in enumerate(BODIES * 2, 1):
        if send == len(BODIES) + 1:
            yield RunResumed(suite_version=VERSION, kept=3, interrupted=(2,))
        case = Case(f"case.{send}", Expectation.ACCEPTED, (), Request("POST", "/x", (("A", "b"),), body))
        yield RequestSent(send=send, case=case, name="cfm", attempt=send)
        if send == 3:
            yield ExchangeEnded(send=send, failure=Failure.TIMEOUT, detail='","send":9', seconds=1e-7)
        else:
            yield ExchangeEnded(send=send, response=Response(200, (("B", "c"),), body or b""), seconds=0.5)
        yield Creation(send=send, name="cfm", target="/x")
        yield Judged.of(send, 5 << send)
        for each in (TRICKY, "known", f"only {send}", *(f"one of many {send} {n}" for n in range(findings))):
            yield FindingMade(
                id=f"f{next(numbers)}", send=send, case=case.id, finding=finding(each), repeats="3 of 4" if each else ""
            )
        told = {"send": send, "case": case.id, "repeats": TRICKY}
        yield tuple(FindingMade(id=f"f{next(numbers)}", finding=finding(each), **told) for each in TOGETHER)
        yield DoubtRaised(send=send, case=case.id, doubt=Doubt("requirement", TRICKY))
        yield Paced(wait_seconds=1.0, reason=TRICKY)
    yield RunEnded(requests=1, creations=0, seconds=1.0)


def header(contract: Contract) -> RunStarted:
    """Return the header of a journal."""
    return RunStarted(
        suite_version=VERSION, run_id="0123abcd", document=contract.document.text, sha256=contract.document.sha256,
        operation="POST /x", path="/x", target="http://127.0.0.1", profile="smoke", seed=0,
    )  # fmt: skip


def written(path: Path, contract: Contract, findings: int = 0) -> Path:
    """Write a journal of events of all kinds."""
    with Journal(path) as journal:
        for event in events(contract, findings):
            if isinstance(event, tuple):
                journal.append_all(event)
            else:
                journal.append(event)
    return path


def copied(paths: list[Path], out: Path, contract: Contract) -> bytes:
    """Return the journal that the events of some others become."""
    with Journal(out) as journal:
        journal.append(replace(header(contract), time=1.0))
        for number, path in enumerate(paths):
            resumed = next(each.seq for each in read_journal(path) if isinstance(each, RunResumed))
            copy_events(path, journal, Renumbering(100 * number, f"{number}.", resumed))
    return out.read_bytes()


@pytest.mark.parametrize("findings", [0, MOST_SHARED // 10])
def test_lines_are_copied_as_decoded_events_are(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, findings: int
) -> None:
    """To the byte: bodies and texts of any kind, findings told once, in full or together, what was judged before."""
    paths = [written(tmp_path / f"{number}", contract, findings) for number in range(3)]
    taken: list[bytes] = []
    original = copying.LineCopy.took

    def counted(self: copying.LineCopy, line: bytes, previous: int) -> bool:
        took = original(self, line, previous)
        taken.extend([line] * took)
        return took

    monkeypatch.setattr(copying.LineCopy, "took", counted)
    fast = copied(paths, tmp_path / "fast", contract)
    monkeypatch.setattr(copying.LineCopy, "took", lambda *_: False)
    assert fast == copied(paths, tmp_path / "slow", contract)
    assert fast.count(b"\n") // 2 < len(taken)
    assert any(b'"others":[' in line for line in taken)


def test_the_copy_can_be_read(contract: Contract, tmp_path: Path) -> None:
    """Requests are numbered through, and each finding is the one that it was."""
    path = written(tmp_path / "one", contract)
    copied([path, path], tmp_path / "copy", contract)
    before = [each for each in read_journal(path) if isinstance(each, FindingMade)]
    before = before[len(before) // 2 :]
    after = [each for each in read_journal(tmp_path / "copy") if isinstance(each, FindingMade)]
    assert [each.finding for each in before * 2] == [each.finding for each in after]
    assert [each.send for each in before] + [100 + each.send for each in before] == [each.send for each in after]
    assert [f"{number}.{each.id}" for number in (0, 1) for each in before] == [each.id for each in after]


@pytest.mark.parametrize("kind", [b"exchange", b"judged", b"finding", b"request.sent", b"creation"])
def test_a_damaged_line_is_not_copied(contract: Contract, tmp_path: Path, kind: bytes) -> None:
    """Whether a byte is another one, or the line is missing; a last line that is torn is left out."""
    path = written(tmp_path / "one", contract)
    lines = path.read_bytes().splitlines(keepends=True)
    at = max(number for number, line in enumerate(lines) if line.startswith(b'{"event":"%b"' % kind))
    changed = lines[at].replace(b'"send":', b'"send":1', 1)
    for damaged in ([*lines[:at], changed, *lines[at + 1 :]], [*lines[:at], *lines[at + 1 :]]):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(JournalError, match=f"line {at + 1}"):
            copied([path], tmp_path / "copy", contract)
    counts = []
    for end in (b"", lines[at][:-20], lines[at][:-1]):
        path.write_bytes(b"".join([*lines[:at], end]))
        copied([path], tmp_path / "copy", contract)
        counts.append((tmp_path / "copy").read_bytes().count(b"\n"))
    assert [0, 0, 1] == [each - counts[0] for each in counts]


ODD_LINES = [
    (b'"others":[1]', b'"others":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]'),
    (b'"others":[1]', b'"others":[' + b",".join([b"1"] * 200) + b"]"),
    (b'"others":[1]', b'"others":[1],"others":[1]'),
    (b'"others":[1]', b'"others":[1],"shared":1'),
    (b'"others":[1]', b'"others":[]'),
    (b'"others":[1]', b'"others":[2]'),
    (b'"others":[1]', b'"others":[1,]'),
    (b'"id":"f2"', b'"id":"f"'),
    (b'"id":"f2"', b'"id":"f2222222222222222"'),
    (b'"shared":1', b'"shared":2'),
]


@pytest.mark.parametrize(("was", "became"), ODD_LINES)
def test_a_line_that_no_journal_writes_is_copied_as_it_is_read(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was: bytes, became: bytes
) -> None:
    """Or is damaged, and then the copy fails as reading does; what was copied can always be read."""
    told = [FindingMade(id=f"f{n}", send=1, case="c", finding=finding("a")) for n in range(4)]
    path = tmp_path / "odd"
    with Journal(path) as journal:
        journal.append(header(contract))
        journal.append_all(told[:2])
        journal.append_all(told[2:])
    *before, last = path.read_bytes().splitlines(keepends=True)
    odd = last[: last.rindex(b',"crc"')].replace(was, became) + b"}"
    assert odd != last[: last.rindex(b',"crc"')] + b"}"
    path.write_bytes(b"".join(before) + sealed(odd))
    found = []
    for name in ("fast", "slow"):
        try:
            with Journal(tmp_path / name) as journal:
                journal.append(replace(header(contract), time=1.0))
                copy_events(path, journal, Renumbering(10, "1."))
            found.append([event.finding for event in list(read_journal(tmp_path / name))[1:]])
        except JournalError as error:
            found.append(str(error))
        monkeypatch.setattr(copying.LineCopy, "took", lambda *_: False)
    assert found[0] == found[1]
