"""Bodies that are not JSON: broken syntax, texts that are cut off, encodings other than UTF-8."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from conformance.classify.classification import NO_BODY_ACCEPTED, NO_BODY_REJECTED
from conformance.classify.kinds import NO_BODY
from conformance.classify.traits import JSON_TEXT
from conformance.model.case import SLOT, Case, Request, Story
from conformance.model.jsontext import Literal, encode, write
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.wire_parts import (
    NOT_JSON,
    SERVER_ERROR,
    VARIANTS,
    byte_story,
    nested,
    text_with_members,
    with_number,
)

NOT_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
"""What JSON does not have and many parsers accept."""

ABSENT_BODY = "no-body"
"""What a case is called that has no body where it may have one."""


def malformed_cases(build: Builder) -> Iterator[Case]:
    """Yield requests whose body is no JSON text in UTF-8."""
    yield from _not_json(build)
    yield from _truncated(build)
    yield from _encodings(build)


def _not_json(build: Builder) -> Iterator[Case]:
    text = text_with_members(build)
    inner = text[1:-1]
    first = inner.partition(":")[0]
    wrong = {
        "trailing-comma": (text[:-1] + ",}", "a trailing comma"),
        "leading-comma": ("{," + inner + "}", "a leading comma"),
        "line-comment": (text[:-1] + "// comment\n}", "a line comment"),
        "comment-line": (f"// comment\n{text}", "a line that is a comment"),
        "block-comment": (text[:-1] + "/* comment */}", "a block comment"),
        "single-quotes": (text.replace('"', "'"), "single quotes"),
        "unquoted-name": (text.replace(first, first.strip('"'), 1), "an unquoted property name"),
        "missing-colon": (text.replace(":", " ", 1), "a missing colon"),
        "missing-comma": (without_comma(build), "a missing comma"),
        "bad-escape": (in_text(text, "\\x41"), "an unknown escape sequence"),
        "form": ("&".join(f"{name}={SLOT}" for name in [first.strip('"')]), "a form in place of JSON"),
        "semicolon": (text[:-1] + ";}", "a semicolon"),
        "raw-control": (in_text(text, "\x01"), "a raw control character"),
        "raw-line-break": (in_text(text, "\n"), "a raw line break"),
        "two-documents": (text + text, "two JSON texts"),
        "trailing-characters": (text + " x", "characters after the JSON text"),
        "trailing-brace": (text + "}", "an extra closing brace"),
        "blank": (" \r\n\t ", "only white space"),
        "bare-word": ("name", "a bare word"),
    }
    for slug, (body, says) in wrong.items():
        yield build.rejected(f"reject.json.{slug}", NOT_JSON, build.request(body.encode()), byte_story(says, body))
    for slug, number, says in (
        ("nan", "NaN", "NaN"),
        ("infinity", "Infinity", "Infinity"),
        ("minus-infinity", "-Infinity", "-Infinity"),
        ("leading-zero", "01", "a leading zero"),
        ("plus-sign", "+1", "a plus sign"),
        ("hexadecimal", "0x1", "a hexadecimal number"),
        ("no-fraction", "1.", "a decimal point without digits after it"),
        ("no-integer", ".0", "a decimal point without digits before it"),
        ("undefined", "undefined", "the literal `undefined`"),
        ("capital-null", "None", "the literal `None`"),
    ):
        body = write(with_number(build, Literal(number)))
        story = byte_story(says, number, "a body with NaN or Infinity" if number in NOT_FINITE else "")
        yield build.rejected(f"reject.json.{slug}", NOT_JSON, build.request(body.encode()), story)
    yield from _without_body(build)


def _without_body(build: Builder) -> Iterator[Case]:
    """Yield requests without a body: with its media type, and without."""
    empty = replace(build.request(b""), body=b"")
    story = Story("", JSON_TEXT, "", "", "the body is empty", NO_BODY)
    none = Request(empty.method, empty.target, build.headers_without("Content-Type"))
    bare = Story("", JSON_TEXT, "", "", "the request has no body", f"{NO_BODY} and media type")
    if build.contract.operation.request_required:
        yield build.rejected("reject.json.empty", NO_BODY_REJECTED, empty, story)
        yield build.rejected("reject.json.no-body", NO_BODY_REJECTED, none, bare)
        return
    # The media type of a body that is not there says that there is one, and that it is empty.
    yield build.observed("observe.json.empty", (SERVER_ERROR,), empty, story)
    yield build.accepted(f"accept.{ABSENT_BODY}", (NO_BODY_ACCEPTED,), none, bare)


def in_text(text: str, odd: str) -> str:
    """Return the text of a body with something odd in a string of it: a declared one, where the schema has one."""
    return text.replace(SLOT, f"{odd}{SLOT}") if SLOT in text else f'{{"a": "{odd}"}}'


def without_comma(build: Builder) -> str:
    """Return the text of the fullest body without its first comma between properties."""
    text = write(build.fullest)
    return text.replace(", ", " ", 1) if ", " in text else '{"a": 1 "b": 2}'


def _truncated(build: Builder) -> Iterator[Case]:
    """Yield a body cut after each structural token: a server that reads what came must see that more is due."""
    text = write(nested(build))
    places = [match.end() for match in re.finditer(r'[{}\[\]:,]|"(?:[^"\\]|\\.)*"|[\w.+-]+', text)]
    for number, end in enumerate(places[:-1], 1):
        cut = text[:end]
        story = byte_story(f"a JSON text that ends after `{cut[-20:]}`", cut, "a truncated JSON text")
        yield build.rejected(f"reject.json.cut-{number}", NOT_JSON, build.request(cut.encode()), story)


def _encodings(build: Builder) -> Iterator[Case]:
    data = encode(build.smallest)
    text = data.decode()
    marked = build.request(b"\xef\xbb\xbf" + data)
    yield build.observed("observe.utf-8.byte-order-mark", (VARIANTS,), marked, byte_story("a byte order mark", ""))
    head, mark, tail = data.partition(SLOT.encode())
    if not mark:
        head, mark, tail = b'{"a": "', b"", b'"}'
    for slug, odd, says in (
        ("overlong", b"\xc0\xaf", "an overlong sequence"),
        ("lone-continuation", b"\x80", "a lone continuation byte"),
        ("cut-sequence", b"\xe2\x82", "a truncated sequence"),
        ("surrogate", b"\xed\xa0\x80", "an encoded surrogate"),
        ("beyond-unicode", b"\xf5\x80\x80\x80", "a sequence beyond Unicode"),
        ("latin-1", "\u00e9".encode("latin-1"), "Latin-1"),
    ):
        request = build.request(head + mark + odd + tail)
        story = byte_story(says, "", "bytes that are not UTF-8")
        yield build.rejected(f"reject.utf-8.{slug}", "reject.utf-8", request, story)
    for slug, codec in (("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-32", "utf-32")):
        story = byte_story(f"{codec.upper()} instead of UTF-8", "", "an encoding other than UTF-8")
        yield build.rejected(f"reject.utf-8.{slug}", "reject.utf-8", build.request(text.encode(codec)), story)
