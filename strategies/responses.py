"""Answers: valid ones in every variation that the response schema allows, and invalid ones with one violation each."""

from collections.abc import Iterator

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.model.case import Story
from conformance.model.jsontext import Writable, write
from conformance.model.pointer import ANY_ITEM
from conformance.strategies.values import bodies, classes

DATE_TIMES = (
    ("lower-case", "2026-01-02t03:04:05z", "a date-time in lower case"),
    ("fraction", "2026-01-02T03:04:05.123456789Z", "a date-time with nine digits of fraction"),
    ("short-fraction", "2026-01-02T03:04:05.5Z", "a date-time with one digit of fraction"),
    ("first-year", "0001-01-01T00:00:00Z", "a date-time in the first year"),
    ("offset", "2026-01-02T03:04:05+05:30", "a date-time with an offset"),
    ("unknown-offset", "2026-01-02T03:04:05-00:00", "a date-time with an unknown local offset"),
    ("leap-day", "2024-02-29T23:59:59Z", "a date-time on a leap day"),
)
"""Spellings that RFC 3339 section 5.6 allows; leap seconds are left out, as the two validators disagree on them."""

ABSENCE = classes.Value("absent", bodies.ABSENT, "absence", "required")

UNDECLARED = classes.Value("undeclared-member", bodies.ABSENT, "an unknown property", "additionalProperties")


class ResponseExample(msgspec.Struct, frozen=True):
    """A body for a successful answer: its slug, whether it is valid, what is special about it.

    `value` is what was planted in it, None where nothing was.
    """

    id: str
    valid: bool
    body: Writable
    story: Story
    value: classes.Value | None = None


def valid_responses(contract: Contract) -> Iterator[ResponseExample]:
    """Yield valid bodies: smallest, fullest, and each valid class of each member planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    for id_, body, kind in (
        ("smallest", bodies.smallest(root), "only the required properties"),
        ("fullest", bodies.fullest(root), "every declared property"),
    ):
        yield ResponseExample(id_, True, body, Story("", "", "", "", f"the body: {kind}", kind))  # noqa: FBT003 (a field)
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        for value in _valid_values(node) if len(lineage) > 1 else ():
            yield _planted(lineage, value, defaults, valid=True)
        yield from _with_undeclared(lineage, {"a": 1}, defaults, valid=True)


def _valid_values(node: Node) -> Iterator[classes.Value]:
    yield from (value for value in classes.valid_values(node) if value.slug != "typical" and not value.undecided)
    for slug, text, kind in DATE_TIMES if _is_date_time(node) else ():
        yield classes.Value(slug, text, kind, "format")
    if not node.required and node.name != ANY_ITEM:
        yield ABSENCE


def invalid_responses(contract: Contract) -> Iterator[ResponseExample]:
    """Yield bodies with exactly one violation, planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        absent = (ABSENCE,) if node.required and len(lineage) > 1 else ()
        for value in (*classes.invalid_values(node), *absent):
            yield _planted(lineage, value, defaults, valid=False)
        yield from _with_undeclared(lineage, 1, defaults, valid=False)


def _with_undeclared(
    lineage: bodies.Lineage, extra: Writable, defaults: bodies.Defaults, *, valid: bool
) -> Iterator[ResponseExample]:
    """Yield the fullest body with a member that is not declared: valid in open objects, invalid in closed ones."""
    for branch, shape in enumerate(lineage[-1].shapes):
        if shape.type == "object" and (shape.open if valid else shape.closed):
            body = bodies.with_member(lineage, branch, "undeclared_member", extra, "fullest", defaults)
            yield _answer(lineage[-1], UNDECLARED, body, valid=valid)


def _planted(
    lineage: bodies.Lineage, value: classes.Value, defaults: bodies.Defaults, *, valid: bool
) -> ResponseExample:
    body = bodies.planted(lineage, value.json, "fullest", defaults)
    became = "" if value.json is bodies.ABSENT else write(value.json)
    return _answer(lineage[-1], value, body, valid=valid, became=became)


def _answer(node: Node, value: classes.Value, body: Writable, *, valid: bool, became: str = "") -> ResponseExample:
    id_ = ".".join(filter(None, (node.path.strip("/").replace("/", "."), value.slug)))
    says = f"{node.path or 'the body'}: {value.kind}"
    return ResponseExample(id_, valid, body, Story(node.path, value.keyword, "", became, says, value.kind), value)


def _is_date_time(node: Node) -> bool:
    shape = node.shape("string")
    return shape is not None and shape.value("format") == "date-time"
