"""Responses of a target that are hostile in what they hold: one right response with anything in any place of it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from conformance.model.exchange import Response
from conformance.targets.loading import Message

LITERALS = (
    '"\\ud800"', '"a\\udfffb"', '"\\ud83d"', '{"\\ud800": 1, "a/b~": {"*": ["\\udc00"]}}', '[1e400, "\\ud800", [null]]',
    "1e999999", "-1e999999", "1e-999999", "0e999999999", "1e9999999999999999999", "9" * 400, "-" + "9" * 4299,
    "9" * 4301, "0." + "1" * 4000, "-0", "-0.0", "1E400", "1.5e3", "NaN", "Infinity",
    "[" * 120 + "]" * 120, "[" * 2000 + "]" * 2000, '{"a":' * 100 + "1" + "}" * 100, "[]", "{}", "null", "true", "1.0",
    '"' + "x" * 30_000 + '"', '"' + "\\\\" * 2000 + '"', '"\\u202e\\u0000\\u001b[31m"', '"٣"', '{"a": 1, "a": 2}',
    '"9999-99-99T99:99:99Z"', '"0000-01-01T00:00:00Z"', '"2026-01-01T00:00:60Z"', '"2026-01-01T00:00:00+99:99"',
    '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"', '"2026-01-01T00:00:00.123456789123456789Z"',
)  # fmt: skip
"""JSON texts, and some that are none."""

BODIES = (b"", b"\xff\xfe{\x00}\x00", b"\xed\xa0\x80", b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b"<html>", b"\x00" * 100)

FIELDS = (
    "date", "x-odd", "retry-after", "content-encoding", "www-authenticate", "allow", "location", "content-type",
)  # fmt: skip
VALUES = (
    "x", "", "\xff\xfe", "\xe2\x80\xae", "9" * 5000, "-1e999", "\\ud800", "Thu, 99 Foo 99999 99:99:99 GMT",
    "Thu, 01 Jan 9999999999999 00:00:00 GMT", "application/problem+json; charset=\xff",
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 405, 409, 422, 499, 500, 503, 599, 799, 999)


def places(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every place of a JSON value, and one below each object that it does not have."""
    yield place
    if isinstance(value, dict):
        yield (*place, "another")
        for name, item in value.items():
            yield from places(item, (*place, name))


def spoil(value: Any, place: tuple[str, ...], literal: str) -> str:
    """Return the text of a JSON value with a literal in one place."""

    def put(held: Any, rest: tuple[str, ...]) -> Any:
        return {**held, rest[0]: put(held.get(rest[0]), rest[1:])} if rest else "@@"

    return json.dumps(put(value, place)).replace('"@@"', literal)


def literals() -> st.SearchStrategy[str]:
    """Return JSON texts: those of the list, and whatever else can be made."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters())
    grown = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
    surrogates = st.text(st.characters(categories=["Cs", "Cf", "Cc", "Nd"]))
    return st.sampled_from(LITERALS) | st.sampled_from(LITERALS) | (grown | surrogates).map(json.dumps)


def responses(right: Any) -> st.SearchStrategy[Response]:
    """Return responses that differ from a right one in any way."""
    spoilt = st.builds(spoil, st.just(right), st.sampled_from(list(places(right))), literals()).map(str.encode)
    field = st.tuples(st.sampled_from(FIELDS), st.sampled_from(VALUES))
    headers = st.lists(field, max_size=3).map(lambda fields: (("content-type", "application/json"), *fields))
    bodies = st.one_of(*[spoilt] * 8, st.sampled_from(BODIES))
    return st.builds(Response, st.sampled_from(STATUSES), headers, bodies, st.sampled_from(("", "\xff\x9b", "OK")))


def answering(next_response: Callable[[bytes], Response]) -> Callable[..., Any]:
    """Return the ASGI application that answers as it is told, given the body of the request."""

    async def application(scope: Message, receive: Callable[[], Any], send: Callable[[Message], Any]) -> None:
        assert scope["type"] in {"http", "lifespan"}
        if scope["type"] == "lifespan":
            return
        response = next_response((await receive())["body"])
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    return application
