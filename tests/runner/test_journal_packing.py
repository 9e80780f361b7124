"""How bodies and findings stand in a journal: packed, as text, or by a number, and read back as they were."""

import base64
import json
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.journal import packing, reading
from conformance.journal.events import (
    JOURNAL_VERSION,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    RequestSent,
)
from conformance.journal.packing import LONG
from conformance.journal.reading import FILE_NAME, read_journal
from conformance.journal.writing import Journal
from conformance.model.errors import JournalError
from conformance.model.exchange import Response
from conformance.model.finding import Doubt

from .journal_files import HEADER, begun_by_version, finding, lines_of, long_case, written


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
    monkeypatch.setattr(reading, "MOST_TOGETHER", 1_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(JournalError, match="has request bodies of more than 1,000,000 bytes"):
        list(read_journal(path))


def test_a_journal_of_the_version_before_is_read_and_goes_on_as_it_was(tmp_path):
    """Nothing is packed in what follows: the suite that wrote it reads it still."""
    path, body = tmp_path / FILE_NAME, b"a" * 1_000_000
    begun_by_version(path, 2)
    with Journal(path, resume=True) as journal:
        journal.append(RequestSent(send=1, case=long_case(body)))
    first, read = read_journal(path)
    assert (2, body) == (first.journal_version, read.case.request.body)
    assert "packed" not in lines_of(path)[1]
    assert JOURNAL_VERSION == written(tmp_path / "merged", first)[1].journal_version


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


def found(*texts: str, send: int = 1, first: int = 1) -> list[FindingMade]:
    """Return findings on one exchange, numbered on."""
    return [FindingMade(id=f"f{n}", send=send, case="c", finding=finding(each)) for n, each in enumerate(texts, first)]


def test_findings_on_one_exchange_that_were_told_before_stand_in_one_line(tmp_path):
    """Each of them is read as an event of its own."""
    path, made = tmp_path / FILE_NAME, [found("a", "b", "a"), found("b", "a", "c", send=2, first=4)]
    with Journal(path) as journal:
        journal.append(HEADER)
        for each in made:
            journal.append_all(each)
    _, *read = read_journal(path)
    assert [*made[0], *made[1]] == [msgspec.structs.replace(each, seq=0, time=0.0) for each in read]
    lines = [line for line in lines_of(path) if line["event"] == "finding"]
    assert [("f1", 1, [2, 1]), ("f4", 2, [1, 3])] == [(line["id"], line["shared"], line["others"]) for line in lines]


@pytest.mark.parametrize("version", [2, 3, 4])
def test_journals_of_the_versions_before_have_each_finding_in_its_line(tmp_path, version):
    """The suite that wrote them reads on."""
    path = tmp_path / FILE_NAME
    begun_by_version(path, version)
    with Journal(path, resume=True) as journal:
        journal.append_all(found("a", "a", "a"))
    assert 3 == len([line for line in lines_of(path) if line["event"] == "finding"])
    assert not any("others" in line for line in lines_of(path))


def test_many_findings_on_one_exchange_take_several_lines(tmp_path):
    """What a line stands for is bounded, whoever wrote it."""
    path, made = tmp_path / FILE_NAME, found(*("ab" * 20))
    with Journal(path) as journal:
        journal.append(HEADER)
        journal.append_all(made)
    _, *read = read_journal(path)
    assert made == [msgspec.structs.replace(each, seq=0, time=0.0) for each in read]
    lines = [line for line in lines_of(path) if line["event"] == "finding"]
    assert [("f1", 15), ("f17", 15), ("f33", 7)] == [(line["id"], len(line["others"])) for line in lines]


@pytest.mark.parametrize("other", [{"send": 2}, {"case": "d"}, {"repeats": "3 of 4"}, {"id": "f9"}])
def test_what_was_found_elsewhere_stands_in_a_line_of_its_own(tmp_path, other):
    """A line has one request, one case, and ids that count on."""
    first, second = found("a", "a")
    made = [first, msgspec.structs.replace(second, **other)]
    with Journal(tmp_path / FILE_NAME) as journal:
        journal.append(HEADER)
        journal.append_all(made)
    _, *read = read_journal(tmp_path / FILE_NAME)
    assert made == [msgspec.structs.replace(each, seq=0, time=0.0) for each in read]


EVENTS = st.lists(
    st.one_of(
        st.builds(
            FindingMade,
            id=st.from_regex(r"(1\.)?f[0-9]{0,2}", fullmatch=True),
            send=st.integers(1, 2),
            case=st.sampled_from("cd"),
            finding=st.sampled_from("abcd").map(finding),
            repeats=st.sampled_from(("", "3 of 4")),
        ),
        st.builds(DoubtRaised, send=st.just(1), case=st.just("c"), doubt=st.just(Doubt("r", "why"))),
    )
)


@given(EVENTS, st.integers(0, 4), st.booleans())
def test_whatever_is_found_is_read_as_it_was(tmp_path_factory, made, most, numbered):
    """With any ids, numbered on or not, with doubts between them, and more findings than are told once."""
    if numbered:
        made = [
            msgspec.structs.replace(each, id=f"f{n}") if hasattr(each, "id") else each for n, each in enumerate(made)
        ]
    path = tmp_path_factory.mktemp("journal") / FILE_NAME
    lines: list = []
    with (
        pytest.MonkeyPatch.context() as patch,
        Journal(path, follower=lambda number, _, line: lines.append((number, line))) as journal,
    ):
        patch.setattr(packing, "MOST_SHARED", most)
        journal.append(HEADER)
        journal.append_all(made)
        journal.append(Judged(send=3))
    header, *read, last = read_journal(path)
    assert made == [msgspec.structs.replace(each, seq=0, time=0.0) for each in read]
    assert 3 == last.send
    assert [header, *read, last] == [event for _, line in lines for event in line]
    assert list(range(1, last.seq + 1)) == [number for number, _ in lines]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"others": [2]}, "refers to finding 2, which no earlier line defines"),
        ({"others": [1] * 16}, "has more than 16 findings"),
        ({"finding": msgspec.to_builtins(finding("b"))}, "has a finding, and refers to others"),
        (
            {"finding": msgspec.to_builtins(finding("b")), "shared": 0, "others": [1]},
            "has a finding, and refers to others",
        ),
        ({"others": [1], "id": "f"}, "has findings that cannot be numbered on from 'f'"),
    ],
)
def test_a_line_of_findings_that_are_not_known_or_too_many_is_damaged(tmp_path, change, told):
    """Nothing of it is taken."""
    path = tmp_path / FILE_NAME
    written(path, *found("a"))
    *before, last = path.read_bytes().splitlines(keepends=True)
    line = json.loads(last) | change
    del line["crc"]
    path.write_bytes(b"".join(before) + f"{json.dumps(line)}\n".encode())
    problems = []
    assert 1 == len(list(read_journal(path, problems.append)))
    assert [f"{path} line 3 {told}"] == problems


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
    begun_by_version(path, version)
    with Journal(path, resume=True) as journal:
        journal.append(Judged.of(1, 0b1000_0000_0101))
        journal.append(FindingMade(id="f1", send=1, case="c", finding=finding("a")))
        journal.append(ExchangeEnded(send=1, response=Response(200, body=b"[1]")))
    _, judged, made, ended = read_journal(path)
    assert (0b1000_0000_0101, finding("a"), b"[1]") == (judged.held, made.finding, ended.response.body)
    _, judged, made, ended = lines_of(path)
    assert ([0, 2, 11], "WzFd") == (judged["passed"], ended["response"]["body"])
    assert "message" in made["finding"]
