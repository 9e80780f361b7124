"""Faults of reading: bodies that are no JSON and are taken all the same, one kind of text at a time."""

import json
import re
from collections.abc import Callable, Iterator
from typing import cast

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.witnesses import builder, name_of, one, smallest, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.model.case import Request
from conformance.model.jsontext import Json, JsonFault, JsonText, read


class Leniency(msgspec.Struct, frozen=True):
    """A kind of text that is no JSON: what a lax reader makes of it, and how a right body becomes one."""

    slug: str
    says: str
    mend: Callable[[bytes], bytes]
    spoil: Callable[[bytes], bytes]
    requirement: str = "reject.json-text"


def _sub(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda body: compiled.sub(new, body)


def _first_text(body: bytes) -> bytes:
    """Return the first of several JSON texts."""
    try:
        text = body.decode()
        _, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return body
    return text.lstrip()[:end].encode()


def _closed(body: bytes) -> bytes:
    """Return a text that breaks off with what is missing at its end."""
    plain = re.sub(rb'"(?:[^"\\]|\\.)*"', b'""', body)
    quote = b'"' if plain.count(b'"') % 2 else b""
    return body + quote + b"}" * (plain.count(b"{") - plain.count(b"}"))


def before_end(extra: bytes) -> Callable[[bytes], bytes]:
    """Return what puts `extra` before the end of an object."""
    return lambda body: body.rstrip()[:-1] + extra + b"}"


LENIENCIES = (
    Leniency("trailing-comma", "a trailing comma", _sub(rb",\s*([}\]])", rb"\1"), before_end(b",")),
    Leniency(
        "comments",
        "comments",
        _sub(rb"/\*.*?\*/|//[^\n\"]*(?=\n|$)|#[^\n\"]*\n", b""),
        lambda body: b"/* a comment */" + body,
    ),
    Leniency(
        "line-comments", "line comments", _sub(rb"(?m)^\s*//[^\n]*\n", b""), lambda body: b"// a comment\n" + body
    ),
    Leniency(
        "single-quotes", "single quotes", lambda body: body.replace(b"'", b'"'), lambda body: body.replace(b'"', b"'")
    ),
    Leniency(
        "unquoted-names",
        "names without quotes",
        _sub(rb"([{,]\s*)([A-Za-z_]\w*)\s*:", rb'\1"\2":'),
        _sub(rb'"([A-Za-z_]\w*)"\s*:', rb"\1:"),
    ),
    Leniency("nan", "NaN", _sub(rb":\s*NaN\b", b": null"), before_end(b', "undeclared": NaN')),
    Leniency("infinity", "Infinity", _sub(rb":\s*-?Infinity\b", b": null"), before_end(b', "undeclared": Infinity')),
    Leniency(
        "hexadecimal", "hexadecimal numbers", _sub(rb":\s*0x[0-9A-Fa-f]+", b": 1"), before_end(b', "undeclared": 0x1F')
    ),
    Leniency("leading-zero", "leading zeros", _sub(rb":\s*0+(\d)", rb": \1"), before_end(b', "undeclared": 01')),
    Leniency("leading-plus", "a plus sign", _sub(rb":\s*\+(\d)", rb": \1"), before_end(b', "undeclared": +1')),
    Leniency(
        "bare-point",
        "a number that ends in a point",
        _sub(rb"(\d)\.(?=[,}\s])", rb"\1"),
        before_end(b', "undeclared": 1.'),
    ),
    Leniency(
        "leading-point",
        "a number that begins with a point",
        _sub(rb":\s*\.(\d)", rb": 0.\1"),
        before_end(b', "undeclared": .5'),
    ),
    Leniency(
        "python-literals",
        "True, False and None",
        lambda body: _sub(rb"\b(True|False|None)\b", b"null")(body),  # noqa: PLW0108
        before_end(b', "undeclared": True'),
    ),
    Leniency("two-texts", "two JSON texts", _first_text, lambda body: body + b" " + body),
    Leniency("trailing-text", "text after the JSON text", _first_text, lambda body: body + b" x"),
    Leniency("cut-short", "a text that breaks off", _closed, lambda body: body.rstrip()[:-1]),
    Leniency(
        "control-character",
        "an unescaped control character",
        _sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|(?<=[a-z])[\n\t\r]", b""),
        before_end(b', "undeclared": "a\x01b"'),
    ),
    Leniency("missing-comma", "a missing comma", _sub(rb'(["\d}])\s+"', rb'\1, "'), before_end(b' "undeclared": 1')),
    Leniency(
        "bad-escape", "an unknown escape", _sub(rb'\\([^"\\/bfnrtu])', rb"\1"), before_end(b', "undeclared": "\\x41"')
    ),
    Leniency(
        "invalid-utf-8",
        "bytes that are not UTF-8",
        lambda body: body.decode("utf-8", "replace").encode(),
        before_end(b', "undeclared": "\xff"'),
        "reject.utf-8",
    ),
    Leniency(
        "latin-1",
        "Latin-1",
        lambda body: body if is_utf_8(body) else body.decode("latin-1").encode(),
        before_end(b', "undeclared": "\xe9t\xe9"'),
        "reject.utf-8",
    ),
    Leniency(
        "overlong-utf-8",
        "overlong UTF-8",
        lambda body: body.replace(b"\xc0\xaf", b"/"),
        before_end(b', "undeclared": "\xc0\xaf"'),
        "reject.utf-8",
    ),
    Leniency(
        "encoded-surrogate",
        "a surrogate in UTF-8",
        _sub(rb"\xed[\xa0-\xbf][\x80-\xbf]", b"?"),
        before_end(b', "undeclared": "\xed\xa0\x80"'),
        "reject.utf-8",
    ),
    Leniency(
        "utf-16",
        "UTF-16",
        lambda body: (
            body.decode("utf-16", "ignore").encode("utf-8", "ignore")
            if body[:2] in {b"\xff\xfe", b"\xfe\xff"}
            else body
        ),
        lambda body: body.decode().encode("utf-16"),
        "reject.utf-8",
    ),
)


def malformed_faults(contract: Contract) -> Iterator[Fault]:
    """Yield, for each kind of text that is no JSON, a fault that takes it."""
    for each in LENIENCIES:
        yield Fault(
            f"malformed.{each.slug}-taken",
            f"A body with {each.says} is taken as JSON.",
            each.requirement,
            Stage.PARSE,
            _reading(each.mend),
            with_body(each.spoil),
        )
    yield Fault(
        "malformed.duplicates-taken",
        "A body with a member twice is taken, and the last one counts.",
        "reject.duplicate-names",
        Stage.PARSE,
        _duplicates,
        one(doubled),
    )
    yield from _wholes(contract)


def _reading(mend: Callable[[bytes], bytes]) -> Effect:
    """Return an effect that reads what is not JSON after mending it."""

    def effect(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal:
            mended = mend(turn.body)
            if mended == turn.body:
                raise
            _read_as(turn, mended)
            return True
        return False

    return effect


def _read_as(turn: Turn, body: bytes) -> None:
    try:
        text = read(body)
    except JsonFault as fault:
        raise Refusal(400, "INVALID_JSON", f"the body is not JSON: {fault.reason}") from fault
    turn.text, turn.sent = text, text.value


def _duplicates(turn: Turn, step: Step) -> bool:
    try:
        step(turn)
    except Refusal:
        if turn.text is None or not turn.text.duplicates:
            raise
        turn.sent = turn.text.value
        return True
    return False


def doubled(contract: Contract) -> Request:
    """Return a right request but that every member of the body stands twice."""
    request = smallest(contract)
    body = request.body or b"{}"
    inside = body.strip()[1:-1] or b'"a": 1'
    return replace(request, body=b"{" + inside + b", " + inside + b"}")


def _wholes(contract: Contract) -> Iterator[Fault]:
    """Yield bodies without any JSON text that are taken as the smallest right one."""

    def smallest_read(turn: Turn) -> None:
        body = cast("Json", builder(contract).smallest)
        name = name_of(contract)
        turn.sent = {**body, name: f"unnamed-{turn.number}"} if name and isinstance(body, dict) else body
        turn.text = JsonText(turn.sent)

    for slug, says, test, body in (
        ("blank", "of white space alone", lambda body: bool(body) and not body.strip(), b" \n"),
        ("no-json", "of plain text", lambda body: body[:1].isalpha() and b"=" not in body, b"hello"),
        ("form", "of a form", lambda body: bool(re.match(rb"[\w%+.-]+=", body)), b"a=1&b=2"),
    ):

        def effect(turn: Turn, step: Step, test: Callable[[bytes], bool] = test) -> bool:
            try:
                step(turn)
            except Refusal:
                if not test(turn.body):
                    raise
                smallest_read(turn)
                return True
            return False

        sentence = f"A body {says} is taken."
        witness = with_body(lambda _, body=body: body)  # type: ignore[misc]
        yield Fault(f"malformed.{slug}-taken", sentence, "reject.json-text", Stage.PARSE, effect, witness)


def is_utf_8(body: bytes) -> bool:
    """Tell whether a body is UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
