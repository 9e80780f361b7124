"""Faults about the text of bodies: crashes, and valid forms of JSON text that are rejected."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from conformance.contract.contract import Contract
from conformance.mock.faults.malformed import before_end, doubled, is_utf_8
from conformance.mock.faults.parts.effects import Test, crashing, on, rejecting, with_status
from conformance.mock.faults.parts.fault import Fault, Witness
from conformance.mock.faults.parts.locations import locations
from conformance.mock.faults.parts.witnesses import builder, post, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Delivery, Rejection, Step, Transaction
from conformance.model.case import Request
from conformance.model.jsontext import BYTE_ORDER_MARK, Literal, Writable, try_read
from conformance.strategies.values import bodies

ESCAPED_NAME = rb'"(?:[^"\\]|\\[^u])*+\\u(?:[^"\\]|\\.)*+"\s*:'

LONG_NUMBER = rb"(?<!\d)\d{4500}"

HANGING = range(21, 100)
"""How many brackets make the mock hang, with the fault of that."""

BodyTest: TypeAlias = Callable[[bytes], bool]
Form: TypeAlias = tuple[str, str, BodyTest, Callable[[bytes], bytes]]
"""A form of body: slug, in words, the test, and how the smallest valid body takes this form."""


def _more(count: int, *marks: bytes) -> BodyTest:
    return lambda body: sum(map(body.count, marks)) > count


def _longer(length: int) -> BodyTest:
    return lambda body: len(body) > length


def _holds(mark: bytes) -> BodyTest:
    return lambda body: mark in body


def _matches(pattern: bytes) -> BodyTest:
    """Return the test for a pattern, which must take linear time on any body."""
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


INVALID: tuple[Form, ...] = (
    ("not-json", "that is not JSON", lambda body: bool(body.strip()), lambda body: body[:-1]),
    ("empty", "that is empty", lambda body: not body, lambda _: b""),
    ("not-utf-8", "that is not UTF-8", lambda body: not is_utf_8(body), before_end(b', "undeclared": "\xff"')),
    (
        "byte-order-mark",
        "with a byte order mark",
        lambda body: body.startswith(BYTE_ORDER_MARK),
        lambda body: BYTE_ORDER_MARK + body,
    ),
    ("deep", "nested 5,000 levels deep", _more(1_000, b"["), _nested(5_000)),
    ("nan", "with NaN", _holds(b"NaN"), before_end(b', "undeclared": NaN')),
    ("long-number", "with a number of 5,000 digits", _matches(LONG_NUMBER), before_end(b', "a": ' + b"1" * 5_000)),
)
"""Bodies that must be rejected as no JSON, or as more than can be read."""

VALID: tuple[Form, ...] = (
    ("unknown-property", "an unknown property", _holds(b"undeclared"), before_end(b', "undeclared_member": 1')),
    ("nested", "20 nested levels", _more(20, b"[", b"{"), _nested(30)),
    ("large", "more than 60,000 bytes", _longer(60_000), _filled(70_000)),
    ("very-large", "more than 1,000,000 bytes", _longer(1_000_000), _filled(1_100_000)),
    (
        "many-properties",
        "more than 500 properties",
        _more(500, b":"),
        before_end(b"".join(b', "undeclared%d": 1' % number for number in range(600))),
    ),
    ("proto-property", "a property named `__proto__`", _holds(b"__proto__"), before_end(b', "__proto__": {"a": 1}')),
    ("empty-name", "an empty property name", _matches(rb'""\s*:'), before_end(b', "": 1')),
)
"""Bodies that an open object accepts; none may get 5xx."""

LEXICAL: tuple[Form, ...] = (
    ("leading-space", "white space before it", _matches(rb"\A\s"), lambda body: b" \n" + body),
    ("trailing-line-break", "a line break after it", _matches(rb"\n\Z"), lambda body: body + b"\n"),
    ("line-breaks", "line breaks in it", _matches(rb"\S[^\S\n]*+\n\s*+\S"), lambda body: body.replace(b": ", b":\n  ")),
    (
        "compact",
        "no white space at all",
        lambda body: b": " not in body,
        lambda body: body.replace(b": ", b":").replace(b", ", b","),
    ),
    ("escaped-name", "an escaped letter in a name", _matches(ESCAPED_NAME), _escaped_name),
    (
        "non-ascii",
        "unescaped non-ASCII characters",
        lambda body: not body.isascii(),
        before_end(', "undeclared": "\u00e9"'.encode()),
    ),
    ("escaped-slash", "an escaped slash", _holds(b"\\/"), before_end(b', "undeclared": "a\\/b"')),
)
"""Valid lexical forms that differ from the usual one."""


body_of: Callable[[Transaction], bytes] = attrgetter("body")


def body_faults(contract: Contract) -> Iterator[Fault]:
    """Yield crashes on bodies as a whole, and rejections of valid lexical forms."""
    yield from _deep(contract)
    for slug, says, test, make in INVALID:
        for prefix, does, requirement, dropped in (
            ("crash", "Returns 500 for", "error.server-error", False),
            ("drop", "Closes the connection for", "transport.dropped", True),
        ):
            sentence, effect = f"{does} a body {says}.", with_status(500, on(body_of, test), dropped=dropped)
            yield Fault(f"{prefix}.body.{slug}", sentence, requirement, Stage.PARSE, effect, with_body(make))
    for slug, says, test, witness in (
        *((slug, says, test, with_body(make)) for slug, says, test, make in VALID),
        ("duplicate", "a duplicate property", _has_duplicates, doubled),
    ):
        sentence, effect = f"Returns 500 for a body with {says}.", crashing(on(body_of, test))
        yield Fault(f"crash.body.{slug}", sentence, "error.server-error", Stage.PARSE, effect, witness)
    for slug, says, test, make in LEXICAL:
        yield _rejected(slug, f"Rejects a JSON text with {says}.", on(body_of, test), with_body(make))
    yield _rejected("order", "Rejects properties in reverse order.", _has_other_order, _in_reverse_order)


def _deep(contract: Contract) -> Iterator[Fault]:
    """Yield a crash on depth in each object that allows unknown properties, and one that never responds to depth."""
    for location in locations(contract.request):
        for branch, shape in enumerate(location.node.shapes):
            if shape.type == "object" and shape.open and location.node.path:
                name = re.escape(location.node.name.encode())
                nested = _matches(rb'"%b"\s*:\s*\{[^{}\[\]]*(?:[\[{](?:"a":)?){900}' % name)
                sentence = f"Returns 500 for a value nested 1,000 levels in an unknown property of `{shape.owner}`."
                witness = partial(_with_deep, lineage=location.lineage, branch=branch)
                effect, id_ = with_status(500, on(body_of, nested)), f"crash.{shape.owner}.deep"
                yield Fault(id_, sentence, "error.server-error", Stage.PARSE, effect, witness)

    def hangs(tx: Transaction, step: Step) -> bool:
        if tx.body.count(b"[") + tx.body.count(b"{") in HANGING:
            tx.delivery = Delivery(stall=0)
            raise Rejection(500, "INTERNAL_ERROR", "internal server error", deliberate=True)
        step(tx)
        return False

    sentence = "Never responds to a body with 20 to 100 arrays and objects."
    yield Fault("drop.body.nested", sentence, "transport.dropped", Stage.PARSE, hangs, with_body(_nested(25)))


def _with_deep(contract: Contract, lineage: bodies.Lineage, branch: int) -> Request:
    make, nested = builder(contract), Literal("[" * 1_000 + "]" * 1_000)
    return make.request(bodies.with_member(lineage, branch, "undeclared", nested, "smallest", make.defaults))


def _rejected(slug: str, sentence: str, test: Test, witness: Witness) -> Fault:
    effect = rejecting(test, 400, "INVALID_JSON", "the body is not JSON")
    return Fault(f"lexical.{slug}-rejected", sentence, "accept.json-text", Stage.PARSE, effect, witness)


def _has_other_order(tx: Transaction) -> bool:
    if not isinstance(tx.sent, dict):
        return False
    declared = [child.name for child in tx.state.contract.request.children if child.name in tx.sent]
    sent = [name for name in tx.sent if name in declared]
    return sent not in (declared, sorted(sent))


def _in_reverse_order(contract: Contract) -> Request:
    body = builder(contract).fullest
    reverse: Writable = dict(reversed(body.items())) if isinstance(body, dict) else body
    return post(contract, reverse)
