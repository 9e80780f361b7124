"""Requirements that follow from the schemas: what a request may hold, may not hold, and what a response must hold.

A component that occurs at several places gives each of its rows several times, all alike.
"""

from collections.abc import Iterable, Iterator

from conformance.contract.nodes import Node
from conformance.contract.operation import Operation
from conformance.contract.shapes import Keyword, Shape
from conformance.model.jsontext import write
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Group, Strength

BOUNDS = (
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format "
    "minItems maxItems uniqueItems minProperties maxProperties"
).split()
"""Keywords that are a requirement of their own, on both sides."""

FORMATS = frozenset("date-time date time duration email hostname ipv4 ipv6 uri uuid json-pointer regex".split())
"""Formats that are asserted; others say something of a value that no validator checks."""

COERCIBLE = frozenset({"integer", "number", "boolean"})
"""Types that a lax parser reads from a value of another type."""


def bounds(node: Node) -> Iterator[tuple[Shape, str, Keyword]]:
    """Yield each bound in force at a node: its shape, the keyword, and its value with pointer."""
    for shape in node.shapes:
        for name in BOUNDS:
            if name in shape.keywords and shape.value("enum") is None and _asserted(shape, name):
                yield shape, name, shape.keywords[name]


def _asserted(shape: Shape, name: str) -> bool:
    """Tell whether a keyword decides anything: `format` does where both validators know it."""
    return name != "format" or shape.value(name) in FORMATS


def acceptance(root: Node) -> Iterator[Requirement]:
    """Yield what a server must take."""
    yield _row(Group.ACCEPTANCE, root, "required", Strength.MUST, "a body with the required members alone is accepted")
    yield _row(Group.ACCEPTANCE, root, "combination", Strength.MUST, "any combination of valid members is accepted")
    yield _row(Group.ACCEPTANCE, root, "example", Strength.MUST, "the document's own example is accepted")
    for node in root.walk():
        if node is not root:
            yield _row(Group.ACCEPTANCE, node, "", Strength.MUST, f"{_named(node)}: {_spellings(node)} accepted")
        if node.types & {"integer", "number", "string", "array"} and not _enumerated(node):
            yield _row(
                Group.ACCEPTANCE, node, "type", Strength.SHOULD, f"{_named(node)}: every {_types(node)} is accepted"
            )
        if _enumerated(node):
            yield _row(
                Group.ACCEPTANCE, node, "enum", Strength.MUST, f"{_named(node)}: every declared value is accepted"
            )
        for _, name, keyword in bounds(node):
            yield _row(
                Group.ACCEPTANCE, node, name, Strength.MUST, f"{_named(node)}: values at {name} are accepted", keyword
            )
        for shape in node.shapes:
            if shape.type == "object" and shape.open:
                title = f"{shape.owner}: members that are not declared are accepted"
                yield _shape_row(Group.ACCEPTANCE, shape, node, "additionalProperties", Strength.SHOULD, title)


def rejection(root: Node, operation: Operation) -> Iterator[Requirement]:
    """Yield what a server must refuse."""
    if operation.request_required:
        source = operation.request_pointer.rpartition("/content/")[0] + "/required"
        yield Requirement(
            requirement_id(Group.REJECTION, "body.required"),
            "a request without a body is refused",
            Strength.MUST,
            Group.REJECTION,
            (source,),
        )
    for node in root.walk():
        if node.required and node is not root:
            yield _row(
                Group.REJECTION, node, "required", Strength.MUST, f"{_named(node)}: a body without it is refused"
            )
        yield _row(Group.REJECTION, node, "type", Strength.MUST, f"{_named(node)}: a value of another type is refused")
        if node.types & COERCIBLE:
            title = f"{_named(node)}: a value that could be converted to {_types(node)} is refused"
            yield _row(Group.REJECTION, node, "coercible", Strength.SHOULD, title)
        if _enumerated(node):
            yield _row(
                Group.REJECTION, node, "enum", Strength.MUST, f"{_named(node)}: a value outside its list is refused"
            )
        for _, name, keyword in bounds(node):
            yield _row(
                Group.REJECTION, node, name, Strength.MUST, f"{_named(node)}: values beyond {name} are refused", keyword
            )
        for shape in node.shapes:
            if shape.type == "object" and shape.closed:
                title = f"{shape.owner}: members that are not declared are refused"
                yield _shape_row(Group.REJECTION, shape, node, "additionalProperties", Strength.MUST, title)


def response(root: Node) -> Iterator[Requirement]:
    """Yield what a successful answer must hold."""
    for node in root.walk():
        if node.required and node is not root:
            yield _row(Group.RESPONSE, node, "required", Strength.MUST, f"{_named(node)} is present")
        if node is not root:
            null = "" if node.nullable else "; null is not allowed"
            yield _row(Group.RESPONSE, node, "type", Strength.MUST, f"{_named(node)} is {_types(node)}{null}")
        if _enumerated(node):
            yield _row(Group.RESPONSE, node, "enum", Strength.MUST, f"{_named(node)} is one of its declared values")
        for _, name, keyword in bounds(node):
            yield _row(Group.RESPONSE, node, name, Strength.MUST, f"{_named(node)} keeps {name}", keyword)
        for shape in node.shapes:
            if shape.type != "object":
                continue
            if shape.members:
                title = f"{shape.owner} is a JSON object"
                yield _shape_row(Group.RESPONSE, shape, node, "type", Strength.MUST, title)
            if shape.closed:
                title = f"{shape.owner} holds no member that is not declared"
                yield _shape_row(Group.RESPONSE, shape, node, "additionalProperties", Strength.MUST, title)


def semantics(pairs: Iterable[tuple[Node, Node]], varying: frozenset[str]) -> Iterator[Requirement]:
    """Yield what a successful answer says of the request; `pairs` are request and response nodes that correspond."""
    for sent, answered in pairs:
        sources = (answered.pointer, sent.pointer)
        yield Requirement(
            requirement_id(Group.SEMANTICS, sent.label, "echo"),
            f"{_named(sent)}: a value that was sent comes back equal",
            Strength.MUST,
            Group.SEMANTICS,
            sources,
        )
        if not sent.required:
            yield Requirement(
                requirement_id(Group.SEMANTICS, sent.label, "null-as-absent"),
                f"{_named(sent)}: null and absent lead to the same value",
                Strength.SHOULD,
                Group.SEMANTICS,
                sources,
            )
        default = declared_default(answered)
        if default is not None and not sent.required:
            yield Requirement(
                requirement_id(Group.SEMANTICS, sent.label, "default"),
                f"{_named(sent)}: when not sent, the answer holds the declared default {default}",
                Strength.ADVISORY if sent.path in varying else Strength.SHOULD,
                Group.SEMANTICS,
                (f"{answered.pointer}/default",),
            )


def declared_default(node: Node) -> str | None:
    """Return the default of a response node as JSON text, or None where it declares none or null."""
    for shape in node.shapes:
        if shape.value("default") is not None:
            return write(shape.value("default"))
    return None


def _enumerated(node: Node) -> bool:
    return any(shape.value("enum") is not None for shape in node.shapes if shape.type != "null")


def _named(node: Node) -> str:
    return f"`{node.label}`"


def _types(node: Node) -> str:
    return " or ".join(sorted(node.types)) or "nothing"


def _spellings(node: Node) -> str:
    ways = ["a typical value"]
    if node.shape("object"):
        ways.append("`{}`")
    if node.nullable:
        ways.append("null")
    if not node.required:
        ways.append("absence")
    return ", ".join(ways) + (" is" if len(ways) == 1 else " are each")


def _row(
    group: Group, node: Node, keyword: str, strength: Strength, title: str, where: Keyword | None = None
) -> Requirement:
    source = where.pointer if where else node.pointer
    return Requirement(requirement_id(group, node.label, keyword), title, strength, group, (source,))


def _shape_row(group: Group, shape: Shape, node: Node, keyword: str, strength: Strength, title: str) -> Requirement:
    where = shape.keywords.get(keyword)
    source = where.pointer if where else node.pointer
    return Requirement(requirement_id(group, shape.owner, keyword), title, strength, group, (source,))
