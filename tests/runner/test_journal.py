"""The journal: written event by event, read back unharmed, and refused where it cannot be trusted."""

import base64
import json
import re
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from conformance.journal import packing, writing
from conformance.journal.events import (
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    RequestSent,
    RunEnded,
    RunStarted,
)
from conformance.journal.packing import LONG
from conformance.journal.writing import FILE_NAME, Journal, MemorySink, read_journal
from conformance.model.case import Case, Request
from conformance.model.errors import JournalError, UsageError
from conformance.model.exchange import Response
from conformance.model.finding import Doubt, Finding, Symptom
from conformance.model.vocabulary import Expectation

HEADER = RunStarted(
    suite_version="1",
    run_id="0",
    document="",
    sha256="",
    operation="POST /",
    path="/",
    target="t",
    profile="smoke",
    seed=0,
)

BODIES = [
    b'{"a": "\\ud800"}',
    b"\xed\xa0\x80 \xff\x00",
    b"1e400",
    b"NaN",
    b"[-Infinity, 9007199254740993.0, 123456789012345678901234567890]",
    b"",
    bytes(range(256)),
]


def finding(text: str) -> Finding:
    """Return a finding in whose texts something stands."""
    return Finding("r", text, text, Symptom(text, text, text), text, pointer="/" + text, expected="1e400", actual=text)


def written(path: Path, *events, secret: str = "") -> list:
    """Write events, and return what is read back."""
    with Journal(path, secret) as journal:
        for event in (HEADER, *events):
            journal.append(event)
    return list(read_journal(path))


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


def long_case(body: bytes) -> Case:
    """Return a case with a body."""
    return Case("c", Expectation.OBSERVED, ("r",), Request("POST", "/", (("A", "b"),), body))


def lines_of(path: Path) -> list[dict]:
    """Return the lines of a journal as they stand in the file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("body", [b"a" * 1_000_000, b"[" * 5_000, b"\xff\x00" * 4_000, bytes(LONG)])
def test_a_long_body_takes_little_room_and_comes_through_unharmed(tmp_path, body):
    """It is packed in the file where that is worth it, and nobody who reads events sees anything of it."""
    path = tmp_path / FILE_NAME
    sent = RequestSent(send=1, case=long_case(body), name="n", attempt=2, relation="x")
    _, read = written(path, sent)
    assert msgspec.structs.replace(sent, seq=read.seq, time=read.time) == read
    assert len(path.read_bytes()) < 12_000
    assert (len(body) > LONG) is ("packed" in lines_of(path)[1])


def test_a_long_body_that_cannot_be_packed_stays_as_it_is(tmp_path):
    """Random bytes do not get shorter."""
    body = b"".join(sha256(bytes([number])).digest() for number in range(256))
    _, read = written(tmp_path / FILE_NAME, RequestSent(send=1, case=long_case(body)))
    assert body == read.case.request.body
    assert "packed" not in lines_of(tmp_path / FILE_NAME)[1]


@pytest.mark.parametrize("spoil", [lambda packed: packed[: len(packed) // 2], lambda packed: b"no" + packed])
def test_a_packed_body_that_is_damaged_is_a_damaged_line(tmp_path, spoil):
    """What was cut off, or is not deflated, is told with its line."""
    path = tmp_path / FILE_NAME
    written(path, RequestSent(send=1, case=long_case(b"[1, 2, 3]" * 1_000)))
    header, line = lines_of(path)
    line["packed"] = base64.b64encode(spoil(base64.b64decode(line["packed"]))).decode()
    del header["crc"], line["crc"]
    path.write_text(f"{json.dumps(header)}\n{json.dumps(line)}\n", encoding="utf-8")
    with pytest.raises(JournalError, match="line 2 is not a journal event"):
        list(read_journal(path))


def test_long_bodies_of_a_small_file_are_bounded_together(tmp_path, monkeypatch):
    """A file of a few kB could hold any number of bytes that repeat themselves."""
    path = tmp_path / FILE_NAME
    written(path, *(RequestSent(send=number, case=long_case(b"a" * 400_000)) for number in (1, 2, 3)))
    assert 4 == len(list(read_journal(path)))
    monkeypatch.setattr(writing, "MOST_TOGETHER", 1_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(JournalError, match="has request bodies of more than 1,000,000 bytes"):
        list(read_journal(path))


def test_a_journal_of_the_version_before_is_read_and_goes_on_as_it_was(tmp_path):
    """Nothing is packed in what follows: the suite that wrote it reads it still."""
    path, body = tmp_path / FILE_NAME, b"a" * 1_000_000
    written(path)
    (header,) = lines_of(path)
    del header["crc"]
    path.write_text(json.dumps(header | {"journal_version": 2}) + "\n", encoding="utf-8")
    with Journal(path, resume=True) as journal:
        journal.append(RequestSent(send=1, case=long_case(body)))
    first, read = read_journal(path)
    assert (2, body) == (first.journal_version, read.case.request.body)
    assert "packed" not in lines_of(path)[1]
    assert 4 == written(tmp_path / "merged", first)[1].journal_version


def test_a_finding_that_shows_often_is_told_once(tmp_path):
    """Later lines name it by its number, and nobody who reads events sees anything of it."""
    path = tmp_path / FILE_NAME
    made = [FindingMade(id=f"f{n}", send=n, case="c", finding=finding("ab"[n % 2]), repeats="") for n in range(6)]
    read = written(path, *made)[1:]
    assert [each.finding for each in made] == [each.finding for each in read]
    assert ["f0", "f1", "f2", "f3", "f4", "f5"] == [each.id for each in read]
    told = [line["number"] for line in lines_of(path) if line["event"] == "finding.shared"]
    assert [1, 2] == told
    assert all("finding" not in line for line in lines_of(path) if line["event"] == "finding")


def test_findings_beyond_those_that_are_shared_stand_in_their_own_lines(tmp_path, monkeypatch):
    """A target that is wrong in ever new words takes no more memory for it."""
    monkeypatch.setattr(packing, "MOST_SHARED", 1)
    made = [FindingMade(id=f"f{n}", send=n, case="c", finding=finding("abab"[n])) for n in range(4)]
    read = written(tmp_path / FILE_NAME, *made)[1:]
    assert [each.finding for each in made] == [each.finding for each in read]
    assert [False, True, False, True] == [
        "finding" in line for line in lines_of(tmp_path / FILE_NAME) if line["event"] == "finding"
    ]


def test_a_journal_that_goes_on_tells_its_findings_anew(tmp_path):
    """Who writes behind a line that only tells a finding numbers on from it, and names no finding but its own."""
    path = tmp_path / FILE_NAME
    written(path, FindingMade(id="f1", send=1, case="c", finding=finding("a")))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:9])
    with Journal(path, resume=True) as journal:
        assert 4 == journal.append(FindingMade(id="f1", send=1, case="c", finding=finding("b"))).seq
    _, read = read_journal(path)
    assert finding("b") == read.finding


def test_a_finding_that_no_line_tells_is_a_damaged_line(tmp_path):
    """The line that names it is reported."""
    path = tmp_path / FILE_NAME
    written(path, FindingMade(id="f1", send=1, case="c", finding=finding("a")), Judged(send=1))
    header, _, *behind = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([header, *behind]))
    told = []
    assert 2 == len(list(read_journal(path, told.append)))
    assert [f"{path} line 2 refers to finding 1, which no earlier line defines"] == told


def test_a_body_that_is_text_can_be_read_in_the_file(tmp_path):
    """Who looks into the file sees what was sent and received; what is no text is Base64."""
    path = tmp_path / FILE_NAME
    written(
        path,
        RequestSent(send=1, case=long_case('{"name": "ü"}'.encode())),
        ExchangeEnded(send=1, response=Response(200, body=b"[1]")),
        ExchangeEnded(send=1, response=Response(200, body=bytes(30))),
    )
    _, sent, ended, odd = lines_of(path)
    assert ('{"name": "ü"}', "[1]", "A" * 40) == (sent["text"], ended["text"], odd["response"]["body"])
    assert "body" not in sent["case"]["request"]
    assert "body" not in ended["response"]


@pytest.mark.parametrize("version", [2, 3])
def test_what_holds_is_a_list_in_journals_of_the_versions_before(tmp_path, version):
    """The suite that wrote it reads it still."""
    path = tmp_path / FILE_NAME
    written(path)
    (header,) = lines_of(path)
    del header["crc"]
    path.write_text(json.dumps(header | {"journal_version": version}) + "\n", encoding="utf-8")
    with Journal(path, resume=True) as journal:
        journal.append(Judged.of(1, 0b1000_0000_0101))
        journal.append(FindingMade(id="f1", send=1, case="c", finding=finding("a")))
        journal.append(ExchangeEnded(send=1, response=Response(200, body=b"[1]")))
    _, judged, made, ended = read_journal(path)
    assert (0b1000_0000_0101, finding("a"), b"[1]") == (judged.held, made.finding, ended.response.body)
    _, judged, made, ended = lines_of(path)
    assert ([0, 2, 11], "WzFd") == (judged["passed"], ended["response"]["body"])
    assert "message" in made["finding"]


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
        journal.append(ExchangeEnded(send=1))
        journal.append(Judged(send=1))
        journal.append(RequestSent(send=2, case=case))
        assert 5 == len(list(read_journal(path)))


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
