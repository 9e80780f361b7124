"""Content: the media type and the JSON text of a successful answer."""

import pytest

from conformance.checks.content import coding, json_text, media_type
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt

from .subjects import (
    body_of,
    case,
    contract_of,
    findings,
    observed,
    only,
    passed,
    passes,
    rejected,
    silent,
    subject,
    summary,
)

TYPE = "transport.media-type"
TEXT = "transport.json-text"
UTF_8 = "transport.utf-8"
UNIQUE = "transport.unique-names"


def typed(*values: str) -> object:
    """Return an answer with media types."""
    return subject(headers=[("Content-Type", value) for value in values])


@pytest.mark.parametrize("value", ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"])
def test_right_media_type(value: str) -> None:
    """Parameters and letter case aside, the media type is the declared one."""
    assert [TYPE] == passed(media_type(typed(value)))


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ((), "no `Content-Type`"),
        (("",), "no `Content-Type`"),
        (("text/html",), "a media type other than JSON"),
        (("text/html", "application/json"), "a media type other than JSON"),
        (("application/problem+json",), "a different JSON media type"),
        (("application/json-seq",), "a media type other than JSON"),
        (("x" * 100_000,), "a media type other than JSON"),
    ],
)
def test_wrong_media_type(values: tuple[str, ...], way: str) -> None:
    """Another media type is found, by its class: what the target wrote is no part of the cause."""
    found = only(media_type(typed(*values)))
    assert (TYPE, f"media type | a success response | {way}", "Content-Type") == summary(found)
    assert f"Returns a success response with {way}" == found.sentence
    assert "application/json" == found.expected
    assert len(found.actual) < 1_100


def test_shown_media_type() -> None:
    """What the target wrote is shown."""
    assert "text/html; a=b" == only(media_type(typed("text/html; a=b"))).actual
    assert "absent" == only(media_type(typed())).actual


def test_unique_text_in_utf_8() -> None:
    """A JSON text passes all that is asked of it; white space around it is allowed."""
    assert [TEXT, UTF_8, UNIQUE] == passed(json_text(subject()))
    assert [TEXT, UTF_8, UNIQUE] == passed(json_text(subject(answer=b" \n{}\r\n ")))


@pytest.mark.parametrize(
    ("body", "requirement", "kind"),
    [
        (b"", TEXT, "an empty body"),
        (b" \n", TEXT, "an empty body"),
        (b"{", TEXT, "a body that is not JSON"),
        (b"{} OK", TEXT, "a body with bytes after the JSON text"),
        (b"{}{}", TEXT, "a body with bytes after the JSON text"),
        (b"{}\0", TEXT, "a body with bytes after the JSON text"),
        (b'{"a": NaN}', TEXT, "a body that is not JSON"),
        (b"<html>", TEXT, "a body that is not JSON"),
        (b'{"a": "\xe9"}', UTF_8, "a body that is not UTF-8"),
        ("{}".encode("utf-16"), UTF_8, "a body that is not UTF-8"),
    ],
)
def test_no_json_text(body: bytes, requirement: str, kind: str) -> None:
    """What is not one JSON text is found by its class."""
    found = only(json_text(subject(answer=body)))
    assert (requirement, f"JSON text | a success response | {kind}", "") == summary(found)
    assert f"Returns {kind} with a success status" == found.sentence
    assert "one JSON text in UTF-8" == found.expected
    assert found.actual


def test_byte_order_mark() -> None:
    """A byte order mark is found, and the text behind it is read."""
    said = list(json_text(subject(answer=b"\xef\xbb\xbf{}")))
    (found,) = findings(said)
    assert (UTF_8, "JSON text | a success response | a byte order mark", "") == summary(found)
    assert "Returns a body with a byte order mark" == found.sentence
    assert ("no byte order mark", "EF BB BF") == (found.expected, found.actual)
    assert {TEXT, UNIQUE} == passes(said)


def test_member_twice() -> None:
    """A member that stands twice in one object is found, at whatever depth; of many the first are named."""
    said = list(json_text(subject(answer=b'{"x": [{"a": 1, "a": 1}]}')))
    (found,) = findings(said)
    assert (UNIQUE, "unique names | a success response | a duplicate property", "") == summary(found)
    assert "Returns an object with a duplicate property" == found.sentence
    assert ("unique property names", "a") == (found.expected, found.actual)
    assert {TEXT, UTF_8} == passes(said)
    many = "{" + ", ".join(f'"{number:02}": 1, "{number:02}": 2' for number in range(20)) + "}"
    (found,) = findings(json_text(subject(answer=many.encode())))
    assert "00, 01, 02, 03, 04, 05, 06, 07, 08, 09" == found.actual
    (found,) = findings(json_text(subject(answer=b'{"\\ud800%s": 1, "\\ud800%s": 1}' % ((b"x" * 999,) * 2))))
    assert "\\ud800" + "x" * 99 == found.actual


@pytest.mark.parametrize("body", [b"[" * 200 + b"]" * 200, b"1" * 5_000])
def test_what_cannot_be_read_is_a_doubt(body: bytes) -> None:
    """A text beyond the limits of the reader is neither right nor wrong."""
    (doubt,) = json_text(subject(answer=body))
    assert isinstance(doubt, Doubt)
    assert (TEXT, False) == (doubt.requirement, doubt.ours)
    assert doubt.reason.startswith("The response cannot be read (")


def test_does_not_apply() -> None:
    """Refusals, other statuses, broken answers and documents without content are not judged here."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    for check in (media_type, json_text):
        assert silent(
            check,
            subject(status=404, answer=b"", headers=()),
            subject(status=201, answer=b"", headers=()),
            subject(rejected(), answer=b"", headers=()),
            subject(case(method="GET"), answer=b"", headers=()),
            subject(answer=b"", headers=(), failure=Failure.TRUNCATED),
            subject(observed("transport.variants", headers=(("Accept", "text/html"),)), answer=b"<html>", headers=()),
            subject(case(target="/things"), answer=b"", headers=(), of=of),
        )


def test_a_body_that_is_not_in_its_coding() -> None:
    """A success that cannot be decoded is no JSON text; of another answer it is a fault of what was announced."""
    found = only(coding(subject(failure=Failure.MISCODED, detail="not gzip")))
    assert (TEXT, "content coding | a success response | another coding", "Content-Encoding") == summary(found)
    assert "Returns a body that is not in the content coding that it declares" == found.sentence
    assert ("the declared coding", "not gzip") == (found.expected, found.actual)
    other = only(coding(subject(failure=Failure.MISCODED, status=422)))
    assert ("transport.framing", "content coding | any other response | another coding") == summary(other)[:2]


@pytest.mark.parametrize("failure", [None, Failure.TRUNCATED, Failure.MALFORMED])
def test_other_failures_say_nothing_of_the_coding(failure: Failure | None) -> None:
    """What is whole, or broken in another way, is not judged."""
    assert silent(coding, subject(failure=failure))
