"""Faults of parsing: bodies that are not JSON and are accepted, one kind of malformed text at a time."""

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import Test, accepting
from conformance.mock.faults.parts.fault import Fault, Witness
from conformance.mock.faults.parts.laxity import typical_value
from conformance.mock.faults.parts.witnesses import smallest, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Transaction
from conformance.model.case import Request
from conformance.model.jsontext import JsonText, try_read

Edit: TypeAlias = Callable[[bytes], bytes]

COMMENT = rb'("(?:[^"\\]|\\.)*+"?)|/\*(?:.*?\*/|.*)|(?://|#)[^\n]*'
"""A comment, or the first group: a string, in which there is none."""

LINE_COMMENT = rb"(?m)^[^\S\n]*+//[^\n]*+\n"


def _sub(pattern: bytes, new: bytes) -> Edit:
    """Return what replaces all matches of a pattern, which must take linear time on any body."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda body: compiled.sub(new, body)


def _first_text(body: bytes) -> bytes:
    """Return the first of several JSON texts."""
    try:
        text = body.decode().lstrip()
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return body
    return text[:end].encode()


def _closed(body: bytes) -> bytes:
    """Return a text that breaks off with what is missing at its end."""
    plain = re.sub(rb'"(?:[^"\\]|\\.)*+("?)', rb'"\1', body)
    quote = b'"' if plain.count(b'"') % 2 else b""
    return body + quote + b"}" * (plain.count(b"{") - plain.count(b"}"))


def _from_utf_16(body: bytes) -> bytes:
    marked = body[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return body.decode("utf-16", "ignore").encode("utf-8", "ignore") if marked else body


def before_end(extra: bytes) -> Edit:
    """Return what inserts `extra` before the end of an object."""
    return lambda body: body.rstrip()[:-1] + extra + b"}"


def unknown_property(value: bytes) -> Edit:
    """Return what adds a property that is not declared."""
    return before_end(b', "undeclared": ' + value)


def is_utf_8(body: bytes) -> bool:
    """Return whether a body is UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


NO_JSON: tuple[tuple[str, str, Edit, Edit], ...] = (
    ("trailing-comma", "a trailing comma", _sub(rb",\s*([}\]])", rb"\1"), before_end(b",")),
    ("comments", "comments", _sub(COMMENT, rb"\1"), lambda body: b"/* a comment */" + body),
    ("line-comments", "line comments", _sub(LINE_COMMENT, b""), lambda body: b"// a comment\n" + body),
    ("single-quotes", "single quotes", lambda body: body.replace(b"'", b'"'), lambda body: body.replace(b'"', b"'")),
    (
        "unquoted-names",
        "unquoted property names",
        _sub(rb"([{,]\s*)([A-Za-z_]\w*)\s*:", rb'\1"\2":'),
        _sub(rb'"([A-Za-z_]\w*)"\s*:', rb"\1:"),
    ),
    ("nan", "NaN", _sub(rb":\s*NaN\b", b": null"), unknown_property(b"NaN")),
    ("infinity", "Infinity", _sub(rb":\s*-?Infinity\b", b": null"), unknown_property(b"Infinity")),
    ("hexadecimal", "hexadecimal numbers", _sub(rb":\s*0x[0-9A-Fa-f]+", b": 1"), unknown_property(b"0x1F")),
    ("leading-zero", "leading zeros", _sub(rb":\s*0+(\d)", rb": \1"), unknown_property(b"01")),
    ("leading-plus", "a plus sign", _sub(rb":\s*\+(\d)", rb": \1"), unknown_property(b"+1")),
    ("bare-point", "a number that ends in a point", _sub(rb"(\d)\.(?=[,}\s])", rb"\1"), unknown_property(b"1.")),
    ("leading-point", "a number that begins with a point", _sub(rb":\s*\.(\d)", rb": 0.\1"), unknown_property(b".5")),
    ("python-literals", "True, False and None", _sub(rb"\b(True|False|None)\b", b"null"), unknown_property(b"True")),
    ("two-texts", "two JSON texts", _first_text, lambda body: body + b" " + body),
    ("trailing-characters", "characters after the JSON text", _first_text, lambda body: body + b" x"),
    ("truncated", "a truncated JSON text", _closed, lambda body: body.rstrip()[:-1]),
    (
        "control-character",
        "an unescaped control character",
        _sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|(?<=[a-z])[\n\t\r]", b""),
        unknown_property(b'"a\x01b"'),
    ),
    ("missing-comma", "a missing comma", _sub(rb'(["\d}])\s+"', rb'\1, "'), before_end(b' "undeclared": 1')),
    ("bad-escape", "an unknown escape sequence", _sub(rb'\\([^"\\/bfnrtu])', rb"\1"), unknown_property(b'"\\x41"')),
)
"""Texts that are not JSON: slug, in words, how a lax parser repairs them, and how a valid body becomes one."""

NO_UTF_8: tuple[tuple[str, str, Edit, Edit], ...] = (
    (
        "invalid-utf-8",
        "bytes that are not UTF-8",
        lambda body: body.decode("utf-8", "replace").encode(),
        unknown_property(b'"\xff"'),
    ),
    (
        "latin-1",
        "Latin-1",
        lambda body: body if is_utf_8(body) else body.decode("latin-1").encode(),
        unknown_property(b'"\xe9t\xe9"'),
    ),
    ("overlong-utf-8", "overlong UTF-8", lambda body: body.replace(b"\xc0\xaf", b"/"), unknown_property(b'"\xc0\xaf"')),
    (
        "encoded-surrogate",
        "a surrogate in UTF-8",
        _sub(rb"\xed[\xa0-\xbf][\x80-\xbf]", b"?"),
        unknown_property(b'"\xed\xa0\x80"'),
    ),
    ("utf-16", "UTF-16", _from_utf_16, lambda body: body.decode().encode("utf-16")),
)
"""Texts that are not UTF-8, in the same form."""

NO_TEXT: tuple[tuple[str, str, Callable[[bytes], bool], bytes], ...] = (
    ("blank", "of white space", lambda body: bool(body) and not body.strip(), b" \n"),
    ("plain-text", "of plain text", lambda body: body[:1].isalpha() and b"=" not in body, b"hello"),
    ("form", "of form data", lambda body: bool(re.match(rb"[\w%+.-]+=", body)), b"a=1&b=2"),
)
"""Bodies without any JSON text, which are accepted as the smallest valid one: slug, in words, test, and example."""


def malformed_faults(contract: Contract) -> Iterator[Fault]:
    """Yield, for each kind of text that is not JSON, a fault that accepts it."""
    for requirement, rows in (("reject.json-text", NO_JSON), ("reject.utf-8", NO_UTF_8)):
        for slug, says, repair, spoil in rows:
            yield _fault(slug, f"with {says} as JSON", requirement, _repaired(repair), with_body(spoil))
    says = "with a duplicate property and uses the last one"
    yield _fault("duplicates", says, "reject.duplicate-names", _with_duplicates, doubled)
    for slug, says, test, body in NO_TEXT:

        def smallest_instead(tx: Transaction, test: Callable[[bytes], bool] = test) -> bool:
            if test(tx.body):
                tx.text = JsonText(typical_value(contract, contract.request, tx))
                tx.sent = tx.text.value
            return test(tx.body)

        witness = with_body(lambda _, body=body: body)  # type: ignore[misc]
        yield _fault(slug, says, "reject.json-text", smallest_instead, witness)


def _fault(slug: str, says: str, requirement: str, test: Test, witness: Witness) -> Fault:
    return Fault(
        f"malformed.{slug}-accepted", f"Accepts a body {says}.", requirement, Stage.PARSE, accepting(test), witness
    )


def _repaired(repair: Edit) -> Test:
    """Return what repairs a body that is not JSON, and returns whether it then is."""

    def test(tx: Transaction) -> bool:
        body = repair(tx.body)
        if body == tx.body:
            return False
        text = try_read(body)
        if text is None:
            return False
        tx.text, tx.sent = text, text.value
        return True

    return test


def _with_duplicates(tx: Transaction) -> bool:
    if tx.text is None or not tx.text.duplicates:
        return False
    tx.sent = tx.text.value
    return True


def doubled(contract: Contract) -> Request:
    """Return a valid request except that every property of the body is there twice."""
    request = smallest(contract)
    inside = (request.body or b"{}").strip()[1:-1] or b'"a": 1'
    return replace(request, body=b"{" + inside + b", " + inside + b"}")
