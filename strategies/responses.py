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


class Answer(msgspec.Struct, frozen=True):
    """A body for a successful answer: its slug, whether it is valid, what is special about it."""

    id: str
    valid: bool
    body: Writable
    story: Story


def valid_answers(contract: Contract) -> Iterator[Answer]:
    """Yield valid bodies: smallest, fullest, and each valid class of each member planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    yield _answer("smallest", "", "", bodies.smallest(root), "only what is required")
    yield _answer("fullest", "", "", bodies.fullest(root), "every declared member")
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        if len(lineage) == 1:
            yield from _extended(lineage, defaults)
            continue
        for value in classes.valid_values(node):
            if value.slug != "typical" and not value.undecided:
                yield _planted(lineage, value, defaults, valid=True)
        for slug, text, kind in DATE_TIMES if _is_date_time(node) else ():
            yield _planted(lineage, classes.Value(slug, text, kind, "format"), defaults, valid=True)
        if not node.required and node.name != ANY_ITEM:
            yield _planted(lineage, classes.Value("absent", bodies.ABSENT, "absence", "required"), defaults, valid=True)
        yield from _extended(lineage, defaults)


def invalid_answers(contract: Contract) -> Iterator[Answer]:
    """Yield bodies with exactly one violation, planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        for value in classes.invalid_values(node):
            yield _planted(lineage, value, defaults, valid=False)
        if node.required and len(lineage) > 1:
            yield _planted(
                lineage, classes.Value("absent", bodies.ABSENT, "absence", "required"), defaults, valid=False
            )
        for branch, shape in enumerate(node.shapes):
            if shape.type == "object" and shape.closed:
                body = bodies.with_member(lineage, branch, "undeclared_member", 1, "fullest", defaults)
                yield _answer(
                    _slug(node, "undeclared-member"),
                    node.path,
                    "additionalProperties",
                    body,
                    "an undeclared member",
                    valid=False,
                )


def _extended(lineage: bodies.Lineage, defaults: bodies.Defaults) -> Iterator[Answer]:
    node = lineage[-1]
    for branch, shape in enumerate(node.shapes):
        if shape.type == "object" and shape.open:
            body = bodies.with_member(lineage, branch, "undeclared_member", {"a": 1}, "fullest", defaults)
            slug = _slug(node, "undeclared-member")
            yield _answer(slug, node.path, "additionalProperties", body, "an undeclared member")


def _planted(lineage: bodies.Lineage, value: classes.Value, defaults: bodies.Defaults, *, valid: bool) -> Answer:
    node = lineage[-1]
    body = bodies.planted(lineage, value.json, "fullest", defaults)
    became = "" if value.json is bodies.ABSENT else write(value.json)
    return _answer(_slug(node, value.slug), node.path, value.keyword, body, value.kind, valid=valid, became=became)


def _slug(node: Node, slug: str) -> str:
    return ".".join([*(node.path.strip("/").replace("/", ".").split(".") if node.path else []), slug])


def _answer(
    id_: str, pointer: str, keyword: str, body: Writable, kind: str, *, valid: bool = True, became: str = ""
) -> Answer:
    says = f"{pointer or 'the body'}: {kind}"
    return Answer(id_, valid, body, Story(pointer, keyword, "", became, says, kind))


def _is_date_time(node: Node) -> bool:
    shape = node.shape("string")
    return shape is not None and shape.value("format") == "date-time"
