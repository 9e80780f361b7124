"""Answers: valid ones in every variation that the response schema allows, and invalid ones with one violation each."""

from collections.abc import Iterator

import msgspec

from conformance.classify.wording import name_of, says
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Story
from conformance.model.jsontext import Writable, write
from conformance.strategies.values import bodies, classes
from conformance.strategies.values.wrong_types import wrong_type

DATE_TIMES = (
    ("lower-case", "2026-01-02t03:04:05z", "a date-time in lower case"),
    ("fraction", "2026-01-02T03:04:05.123456789Z", "a date-time with nine digits of fraction"),
    ("short-fraction", "2026-01-02T03:04:05.5Z", "a date-time with one digit of fraction"),
    ("first-year", "0001-01-01T00:00:00Z", "a date-time in the first year"),
    ("offset", "2026-01-02T03:04:05+05:30", "a date-time with an offset"),
    ("unknown-offset", "2026-01-02T03:04:05-00:00", "a date-time with an unknown local offset"),
    ("leap-day", "2024-02-29T23:59:59Z", "a date-time on a leap day"),
)
"""Lexical forms of RFC 3339 section 5.6, without leap seconds, on which the two validators disagree."""

SLIPS = (
    ("space", "2026-01-02 03:04:05Z", "a date-time with a space instead of T"),
    ("comma", "2026-01-02T03:04:05,5Z", "a date-time with a comma before its fraction"),
)
"""What ISO 8601 or a database writes, and RFC 3339 section 5.6 does not have."""

WORD = "no"
"""A string that a lax parser reads as a boolean."""

OMITTED = classes.Value("absent", bodies.ABSENT, "an absent optional property", "required")

MISSING = classes.Value("absent", bodies.ABSENT, "an absent required property", "required")

UNDECLARED = classes.Value("unknown-property", bodies.ABSENT, "an unknown property", "additionalProperties")


class ResponseExample(msgspec.Struct, frozen=True):
    """A body of a success response: its slug, whether it is valid, what is special about it.

    `value` is what was planted in it, None where nothing was.
    """

    id: str
    valid: bool
    body: Writable
    story: Story
    value: classes.Value | None = None


def valid_responses(contract: Contract) -> Iterator[ResponseExample]:
    """Yield valid bodies: smallest, fullest, and each valid class of each property planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    for id_, body, kind in (
        ("smallest", bodies.smallest(root), "only the required properties"),
        ("fullest", bodies.fullest(root), "every declared property"),
    ):
        yield ResponseExample(id_, True, body, Story("", "", "", "", f"the body has {kind}", kind))  # noqa: FBT003 (a field)
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        absent = () if node.required or node.indexed else (OMITTED,)
        for value in (*valid_values(node), *absent) if len(lineage) > 1 else ():
            yield _planted(lineage, value, defaults, valid=True)
        yield from _with_undeclared(lineage, {"a": 1}, defaults, valid=True)


def valid_values(node: Node) -> Iterator[classes.Value]:
    """Yield the classes of a property's valid values that say more than an ordinary one."""
    yield from (value for value in classes.valid_values(node) if value.slug != "ordinary" and not value.undecided)
    for slug, text, kind in DATE_TIMES if node.has_format("date-time") else ():
        yield classes.Value(slug, text, kind, "format")


def invalid_responses(contract: Contract) -> Iterator[ResponseExample]:
    """Yield bodies with exactly one violation, planted in the fullest."""
    root = contract.response
    if root is None:
        return
    defaults = bodies.Defaults(memo={})
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        absent = (MISSING,) if node.required and len(lineage) > 1 else ()
        for value in (*classes.invalid_values(node), *_slips(node), *absent):
            yield _planted(lineage, value, defaults, valid=False)
        yield from _with_undeclared(lineage, 1, defaults, valid=False)


def _slips(node: Node) -> Iterator[classes.Value]:
    """Yield what a parser is lenient with where a response is read."""
    for slug, text, kind in SLIPS if node.has_format("date-time") else ():
        yield classes.Value(slug, text, kind, "format")
    if "boolean" in node.types and "string" not in node.types:
        yield wrong_type(node, "written-boolean", WORD)


def _with_undeclared(
    lineage: bodies.Lineage, extra: Writable, defaults: bodies.Defaults, *, valid: bool
) -> Iterator[ResponseExample]:
    """Yield the fullest body with an unknown property: valid in open objects, invalid in closed ones."""
    for branch, shape in enumerate(lineage[-1].shapes):
        if shape.type == "object" and (shape.open if valid else shape.closed):
            body = bodies.with_member(lineage, branch, "undeclared_member", extra, "fullest", defaults)
            yield _example(lineage, UNDECLARED, body, valid=valid)


def _planted(
    lineage: bodies.Lineage, value: classes.Value, defaults: bodies.Defaults, *, valid: bool
) -> ResponseExample:
    body = bodies.planted(lineage, value.json, "fullest", defaults)
    became = "" if value.json is bodies.ABSENT else write(value.json)
    return _example(lineage, value, body, valid=valid, became=became)


def _example(
    lineage: bodies.Lineage, value: classes.Value, body: Writable, *, valid: bool, became: str = ""
) -> ResponseExample:
    root, node = lineage[0], lineage[-1]
    id_ = ".".join(filter(None, (node.path.strip("/").replace("/", "."), value.slug)))
    told = says(node.path, value.keyword, became, value.kind, root)
    if value.keyword == "additionalProperties":
        told = f"{name_of(node.path, root)} has {value.kind}"
    return ResponseExample(id_, valid, body, Story(node.path, value.keyword, "", became, told, value.kind), value)
