"""The journal: written event by event, read back unharmed, and refused where it cannot be trusted."""

import json
import re

import pytest

from conformance.journal import writing
from conformance.journal.events import (
    Creation,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    FindingShared,
    Judged,
    RequestSent,
    RunEnded,
)
from conformance.journal.reading import FILE_NAME, read_journal
from conformance.journal.writing import Journal, MemorySink
from conformance.model.case import Case, Request
from conformance.model.errors import JournalError, UsageError
from conformance.model.exchange import Response
from conformance.model.finding import Doubt, Finding, Symptom
from conformance.model.vocabulary import Expectation

from .journal_files import HEADER, finding, written

BODIES = [
    b'{"a": "\\ud800"}',
    b"\xed\xa0\x80 \xff\x00",
    b"1e400",
    b"NaN",
    b"[-Infinity, 9007199254740993.0, 123456789012345678901234567890]",
    b"",
    bytes(range(256)),
]


@pytest.mark.parametrize("body", BODIES)
def test_bodies_come_through_unharmed(tmp_path, body):
    """Whatever bytes were sent and received are read back as they were: no number and no text is touched."""
    case = Case("c", Expectation.OBSERVED, ("r",), Request("POST", "/", (("A", "b"),), body))
    answer = Response(200, (("X-Odd", "\x80\xff"),), body, "OK")
    _, sent, ended = written(
        tmp_path / FILE_NAME, RequestSent(send=1, case=case), ExchangeEnded(send=1, response=answer)
    )
    assert case == sent.case
    assert answer == ended.response


@pytest.mark.parametrize("text", ["NaN", "1e400", "9007199254740993.0", "\u2028\0\x7f", "\U0001f600", "\\ud800"])
def test_texts_come_through_unharmed(tmp_path, text):
    """What findings say is read back as it was."""
    made = FindingMade(id="f1", send=1, case="c", finding=finding(text))
    _, read = written(tmp_path / FILE_NAME, made)
    assert made.finding == read.finding


def test_a_lone_surrogate_in_a_text_is_written_as_an_escape(tmp_path):
    """A text that UTF-8 cannot hold does not stop the run: it is written down as an escape."""
    made = FindingMade(id="f1", send=1, case="c", finding=finding("a\ud800b"))
    _, read = written(tmp_path / FILE_NAME, made)
    assert finding("a\\ud800b") == read.finding


def test_an_event_that_is_interrupted_leaves_no_trace(tmp_path, monkeypatch):
    """Ctrl-C may come at any moment before a line is written, a second time too: what follows is read."""
    path, packed = tmp_path / FILE_NAME, writing.packed

    def interrupted(event, version):
        if isinstance(event, Judged | FindingShared):
            raise KeyboardInterrupt
        return packed(event, version)

    monkeypatch.setattr(writing, "packed", interrupted)
    made = [FindingMade(id=f"f{each}", send=1, case="c", finding=finding(str(each))) for each in range(2)]
    with Journal(path) as journal:
        journal.append(HEADER)
        for write in (
            lambda: journal.append(Judged(send=1)),
            lambda: journal.append(made[0]),
            lambda: journal.append_all(made),
        ):
            with pytest.raises(KeyboardInterrupt):
                write()
        monkeypatch.undo()
        journal.append_all(made)
    _, *told = read_journal(path)
    assert [(4, each.finding) for each in made] == [(event.seq, event.finding) for event in told]


def test_events_are_numbered_and_timed(tmp_path):
    """Each event has its place and the time; `append` returns it with both, and memory does the same."""
    events = written(tmp_path / FILE_NAME, Judged(send=1), RunEnded(requests=0, creations=0, seconds=0))
    assert [1, 2, 3] == [event.seq for event in events]
    assert sorted(event.time for event in events) == [event.time for event in events]
    sink = MemorySink()
    assert sink.append(HEADER) == sink.events[0]
    assert 1 == sink.events[0].seq


def test_what_was_sent_and_received_is_in_the_file_at_once(tmp_path):
    """A run that is killed leaves behind what it sent, what came back, and everything before it."""
    path = tmp_path / FILE_NAME
    with Journal(path) as journal:
        journal.append(HEADER)
        case = Case("c", Expectation.OBSERVED, (), Request("GET", "/"))
        journal.append(RequestSent(send=1, case=case))
        assert 2 == len(list(read_journal(path)))
        journal.append(Creation(send=1, name="n", target="/n"))
        journal.append(ExchangeEnded(send=1))
        assert 4 == len(list(read_journal(path)))
        journal.append(Judged(send=1))
        journal.append(RequestSent(send=2, case=case))
        assert 6 == len(list(read_journal(path)))


def test_the_secret_is_in_no_event(tmp_path):
    """Findings, doubts and the reason of the end are written without the credential."""
    secret = "s3cret/key"  # noqa: S105 (no secret)
    path = tmp_path / FILE_NAME
    got = f"got {secret}"
    told = Finding("r", got, "", Symptom("rule"), "Returns", f"/{got}", expected=got, actual=got, note=got)
    written(
        path,
        FindingMade(id="f1", send=1, case="c", finding=told),
        DoubtRaised(send=1, case="c", doubt=Doubt("r", f"{secret} and s3cret%2Fkey")),
        RunEnded(requests=0, creations=0, seconds=0, reason=f"lost {secret}"),
        secret=secret,
    )
    content = path.read_text()
    assert "s3cret" not in content
    assert 8 == content.count("$API_KEY")


def test_a_torn_end_is_left_out(tmp_path):
    """The last line of a run that was killed may be torn: what is before it counts."""
    path = tmp_path / FILE_NAME
    events = written(path, Judged(send=1))
    path.write_bytes(path.read_bytes()[:-7])
    assert events[:1] == list(read_journal(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{", "is empty"),
        (b"\n", "line 1 is not a journal event"),
        (b"\xff\n", "line 1 is not a journal event"),
        (b'{"event":"judged","send":1,"seq":1,"time":1}\n', "does not begin with run.started"),
    ],
)
def test_what_is_no_journal(tmp_path, content, said):
    """A file that holds something else is refused with the place."""
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    with pytest.raises(JournalError, match=said):
        list(read_journal(tmp_path))


def test_a_line_that_is_missing(tmp_path):
    """Events that do not follow one another are refused: something was taken away."""
    path = tmp_path / FILE_NAME
    written(path, Judged(send=1), Judged(send=2))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(JournalError, match="event 3 follows 1: lines are missing"):
        list(read_journal(path))


def test_a_journal_that_is_not_there(tmp_path):
    """A folder without a journal is told, and what to name instead."""
    with pytest.raises(JournalError, match="name the folder of a run"):
        list(read_journal(tmp_path))


def test_a_journal_that_cannot_be_written(tmp_path):
    """A place that cannot be written to is told, and what to do about it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="name another folder with --out"):
        Journal(tmp_path / "file" / FILE_NAME)


def test_lines_are_json_for_every_program(tmp_path):
    """Each line is an object that names its event; bodies that are no text are Base64."""
    path = tmp_path / FILE_NAME
    written(path, ExchangeEnded(send=1, response=Response(200, body=b"\xff")))
    first, second = map(json.loads, path.read_text().splitlines())
    assert ("run.started", "exchange") == (first["event"], second["event"])
    assert "/w==" == second["response"]["body"]


def journal_of(path, count=4):
    """Return the lines of a journal with some events."""
    case = Case("c", Expectation.OBSERVED, (), Request("POST", "/", (), b"body"))
    written(path, *(RequestSent(send=number, case=case) for number in range(1, count)))
    return path.read_bytes().splitlines(keepends=True)


def test_every_flipped_bit_is_noticed(tmp_path):
    """Whatever bit of a line is flipped, the line is reported by its number, or nothing that counts has changed."""
    path = tmp_path / FILE_NAME
    lines = journal_of(path)
    expected = list(read_journal(path))
    for place in range(len(lines[2])):
        line = bytearray(lines[2])
        line[place] ^= 1 << place % 8
        path.write_bytes(b"".join([*lines[:2], bytes(line), *lines[3:]]))
        told = []
        found = list(read_journal(path, told.append))
        if told:
            assert f"{path} line 3 " == told[0][: len(f"{path} line 3 ")]
        else:
            # What is left of a checksum that nobody recognizes is an unknown member.
            assert place >= len(lines[2]) - len(',"crc":"00000000"}\n')
            assert expected == found


def test_an_edited_line_and_one_without_a_checksum(tmp_path):
    """A line that was changed is damaged; one that a person wrote without a checksum counts."""
    path = tmp_path / FILE_NAME
    lines = journal_of(path)
    changed = lines[2].replace(b'"POST"', b'"PUT"')
    path.write_bytes(b"".join([*lines[:2], changed, *lines[3:]]))
    with pytest.raises(JournalError, match="line 3 is damaged: its checksum does not match; restore the file"):
        list(read_journal(path))
    path.write_bytes(b"".join([*lines[:2], re.sub(rb',"crc":"[0-9a-f]{8}"', b"", changed), *lines[3:]]))
    assert "PUT" == list(read_journal(path))[2].case.request.method


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"\0" * 50, b'{"a":' * 100_000, b'{"event":"judged","send":1,"seq":3,"time":1e300}', b"[]"]
)
def test_lines_that_cannot_be_read_are_left_out_where_that_is_asked_for(tmp_path, line):
    """Each is reported with its number, by reading and by writing behind it; what is there stays in the file."""
    path = tmp_path / FILE_NAME
    lines = journal_of(path)
    path.write_bytes(b"".join([*lines[:2], line + b"\n", lines[3], line + b"\n", b"torn"]))
    with pytest.raises(JournalError, match="line 3"):
        list(read_journal(path))
    told = []
    assert [1, 2, 4] == [event.seq for event in read_journal(path, told.append)]
    assert [f"{path} line {number}" for number in (3, 5)] == [
        re.match(r".* line \d", each)[0].rstrip(":") for each in told
    ]
    with Journal(path, resume=True, damaged=told.append) as journal:
        assert 5 == journal.append(Judged(send=1)).seq
    assert [*lines[:2], line + b"\n", lines[3], line + b"\n"] == path.read_bytes().splitlines(keepends=True)[:5]
    assert [1, 2, 4, 5] == [event.seq for event in read_journal(path, told.append)]


def test_only_the_owner_may_read_it(tmp_path):
    """A journal holds what a target sent: it is made for its owner alone, also in the place of another."""
    path = tmp_path / FILE_NAME
    path.touch(0o644)
    written(path)
    assert 0o600 == path.stat().st_mode & 0o777
