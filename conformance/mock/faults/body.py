"""Faults of whole bodies: crashes where a refusal or an answer is due, and right spellings of JSON that are refused."""

import re
from collections.abc import Callable, Iterator

import msgspec

from conformance.contract.contract import Contract
from conformance.mock.faults.malformed import before_end, doubled, is_utf_8
from conformance.mock.faults.parts.effects import crashing, refusals, refusing
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import builder, one, post, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Turn
from conformance.model.case import Request
from conformance.model.jsontext import BYTE_ORDER_MARK, Writable, try_read
from conformance.model.pointer import last


class Look(msgspec.Struct, frozen=True):
    """How a body can look: a slug, what it is like, the test, and how the smallest right body is made so."""

    slug: str
    says: str
    test: Callable[[bytes], bool]
    make: Callable[[bytes], bytes]


def _more(count: int, *marks: bytes) -> Callable[[bytes], bool]:
    return lambda body: sum(map(body.count, marks)) > count


def _longer(length: int) -> Callable[[bytes], bool]:
    return lambda body: len(body) > length


def _holds(mark: bytes) -> Callable[[bytes], bool]:
    return lambda body: mark in body


def _matches(pattern: bytes) -> Callable[[bytes], bool]:
    compiled = re.compile(pattern)
    return lambda body: compiled.search(body) is not None


def _nested(levels: int) -> Callable[[bytes], bytes]:
    return before_end(b', "undeclared": ' + b"[" * levels + b"]" * levels)


def _filled(length: int) -> Callable[[bytes], bytes]:
    return before_end(b', "undeclared": "' + b"a" * length + b'"')


def _has_duplicates(body: bytes) -> bool:
    text = try_read(body)
    return text is not None and bool(text.duplicates)


def _escaped_name(body: bytes) -> bytes:
    return re.sub(rb'"(\w)(\w*)"\s*:', lambda match: b'"\\u%04x%s":' % (ord(match[1]), match[2]), body, count=1)


WRONG = (
    Look("not-json", "that is not JSON", lambda body: bool(body.strip()), lambda body: body[:-1]),
    Look("empty", "that is empty", lambda body: not body, lambda _: b""),
    Look("not-utf-8", "that is not UTF-8", lambda body: not is_utf_8(body), before_end(b', "undeclared": "\xff"')),
    Look(
        "byte-order-mark",
        "with a byte order mark",
        lambda body: body.startswith(BYTE_ORDER_MARK),
        lambda body: BYTE_ORDER_MARK + body,
    ),
    Look("deep", "nested 5,000 levels deep", _more(1_000, b"["), _nested(5_000)),
    Look("nan", "with NaN", _holds(b"NaN"), before_end(b', "undeclared": NaN')),
    Look("long-number", "with a number of 5,000 digits", _matches(rb"\d{4500}"), before_end(b', "a": ' + b"1" * 5_000)),
)
"""Bodies that are to be refused as no JSON, or as more than can be read."""

RIGHT = (
    Look("undeclared-member", "an undeclared member", _holds(b"undeclared"), before_end(b', "undeclared_member": 1')),
    Look("nested", "20 levels", _more(20, b"[", b"{"), _nested(30)),
    Look("large", "more than 60,000 bytes", _longer(60_000), _filled(70_000)),
    Look("very-large", "more than 1,000,000 bytes", _longer(1_000_000), _filled(1_100_000)),
    Look(
        "many-members",
        "more than 500 members",
        _more(500, b":"),
        before_end(b"".join(b', "undeclared%d": 1' % number for number in range(600))),
    ),
    Look("proto-member", "a member called __proto__", _holds(b"__proto__"), before_end(b', "__proto__": {"a": 1}')),
    Look("empty-name", "a member with an empty name", _matches(rb'""\s*:'), before_end(b', "": 1')),
)
"""Bodies that an open object takes; none is to be answered with 5xx."""

SPELLED = (
    Look("leading-space", "white space before it", _matches(rb"\A\s"), lambda body: b" \n" + body),
    Look("trailing-line-break", "a line break after it", _matches(rb"\n\Z"), lambda body: body + b"\n"),
    Look("line-breaks", "line breaks in it", _matches(rb"\S\s*\n\s*\S"), lambda body: body.replace(b": ", b":\n  ")),
    Look(
        "compact",
        "no white space at all",
        lambda body: b": " not in body,
        lambda body: body.replace(b": ", b":").replace(b", ", b","),
    ),
    Look("escaped-name", "an escaped letter in a name", _matches(rb'"[^"]*\\u[^"]*"\s*:'), _escaped_name),
    Look(
        "non-ascii",
        "letters beyond ASCII",
        lambda body: not body.isascii(),
        before_end(', "undeclared": "\u00e9"'.encode()),
    ),
    Look("escaped-slash", "an escaped slash", _holds(b"\\/"), before_end(b', "undeclared": "a\\/b"')),
)
"""Right spellings that differ from the usual one."""


def body_faults(contract: Contract) -> Iterator[Fault]:  # noqa: ARG001 (every family is called alike)
    """Yield crashes on bodies as a whole, and refusals of right spellings."""
    for look in WRONG:
        for prefix, says in (("crash", "answers 500 to"), ("drop", "breaks the connection off at")):
            dropped = prefix == "drop"
            yield Fault(
                f"{prefix}.body.{look.slug}",
                f"The server {says} a body {look.says}.",
                "transport.dropped" if dropped else "error.server-error",
                Stage.PARSE,
                refusals(_refused_as(look), 500, dropped=dropped),
                with_body(look.make),
            )
    for look in RIGHT:
        yield _crash(look, with_body(look.make))
    yield _crash(Look("duplicate", "a member twice", _has_duplicates, bytes), one(doubled))
    for look in SPELLED:
        yield _misread(look.slug, f"A JSON text with {look.says} is refused.", _seen(look), with_body(look.make))
    yield _misread("order", "Members in reverse order are refused.", _reversed_order, one(_reversed))


def _crash(look: Look, witness: Callable[[Contract], tuple[Request, ...]]) -> Fault:
    return Fault(
        f"crash.body.{look.slug}",
        f"The server answers 500 to a body with {look.says}.",
        "error.server-error",
        Stage.PARSE,
        crashing(_seen(look)),
        witness,
    )


def _misread(
    slug: str, sentence: str, test: Callable[[Turn], bool], witness: Callable[[Contract], tuple[Request, ...]]
) -> Fault:
    effect = refusing(test, 400, "INVALID_JSON", "the body is not JSON")
    return Fault(f"spelling.{slug}-refused", sentence, "accept.json-text", Stage.PARSE, effect, witness)


def _seen(look: Look) -> Callable[[Turn], bool]:
    return lambda turn: look.test(turn.body)


def _refused_as(look: Look) -> Callable[[Turn, Refusal], bool]:
    return lambda turn, _: look.test(turn.body)


def _reversed_order(turn: Turn) -> bool:
    if not isinstance(turn.sent, dict):
        return False
    known = [last(child.path) for child in turn.desk.plan.contract.request.children]
    declared = [name for name in known if name in turn.sent]
    sent = [name for name in turn.sent if name in declared]
    return sent not in (declared, sorted(sent))


def _reversed(contract: Contract) -> Request:
    body = builder(contract).fullest
    turned: Writable = dict(reversed(body.items())) if isinstance(body, dict) else body
    return post(contract, turned)
