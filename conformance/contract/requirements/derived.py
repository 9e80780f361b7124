"""Requirements that follow from the schemas: what a request may hold, may not hold, and what a response must hold.

A component that occurs at several places gives each of its rows several times, all alike.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from conformance.contract.operations.operation import Operation
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Keyword, Shape
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

ODD_TYPES = frozenset({"integer", "number", "string", "array"})
"""Types that have unusual values, which a server may reject: a weaker requirement speaks of them."""

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


TITLES = {
    (Group.ACCEPTANCE, "combination"): "Any combination of valid properties is accepted",
    (Group.ACCEPTANCE, "example"): "The example in the document is accepted",
    (Group.ACCEPTANCE, "required"): "A body with only the required properties is accepted",
    (Group.ACCEPTANCE, "body"): "A request without a body is accepted",
    (Group.ACCEPTANCE, ""): "`{label}`: {variants} accepted",
    (Group.ACCEPTANCE, "type"): "`{label}`: any {type} is accepted",
    (Group.ACCEPTANCE, "enum"): "`{label}`: every enum value is accepted",
    (Group.ACCEPTANCE, "bound"): "`{label}`: a value at the limit of `{keyword}` is accepted",
    (Group.ACCEPTANCE, "additionalProperties"): "`{owner}`: unknown properties are accepted",
    (Group.REJECTION, "body"): "A request without a body is rejected",
    (Group.REJECTION, "required"): "`{label}`: a body without this required property is rejected",
    (Group.REJECTION, "type"): "`{label}`: a value of another type is rejected",
    (Group.REJECTION, "coercible"): "`{label}`: a value that could be coerced to {a_type} is rejected",
    (Group.REJECTION, "precision"): "`{label}`: a fraction that double precision rounds to an integer is rejected",
    (Group.REJECTION, "enum"): "`{label}`: an unknown enum value is rejected",
    (Group.REJECTION, "schema"): "A body that violates the schema as a whole is rejected",
    (Group.REJECTION, "bound"): "`{label}`: a value that violates `{keyword}` is rejected",
    (Group.REJECTION, "additionalProperties"): "`{owner}`: unknown properties are rejected",
    (Group.RESPONSE, "required"): "`{label}` is present",
    (Group.RESPONSE, "type"): "`{label}` is {a_type}{or_null}",
    (Group.RESPONSE, "enum"): "`{label}` is one of its enum values",
    (Group.RESPONSE, "bound"): "`{label}` satisfies `{keyword}`",
    (Group.RESPONSE, "object"): "`{owner}` is a JSON object",
    (Group.RESPONSE, "additionalProperties"): "`{owner}` has no unknown property",
}
"""What each kind of requirement says, by group and keyword; `bound` stands for the keywords of `BOUNDS`."""


def possible_ids(roots: Iterable[Node]) -> Iterator[str]:
    """Yield every id that requirements derived from these trees could have, if the schemas said more than they do."""
    subjects = {
        f".{subject}" if subject else ""
        for root in roots
        for node in root.walk()
        for subject in (node.label, *(shape.owner for shape in node.shapes))
    }
    endings = [(group, each) for group, keyword in TITLES for each in (BOUNDS if keyword == "bound" else (keyword,))]
    endings += [(Group.SEMANTICS, each) for each in ("echo", "null-as-absent", "default")]
    for group, ending in endings:
        begin, end = requirement_id(group), f".{ending}" if ending else ""
        yield from (f"{begin}{subject}{end}" for subject in subjects)


def acceptance(root: Node, operation: Operation, *, shown: bool) -> Iterator[Requirement]:
    """Yield what a server must accept; `shown` tells that the document has an example of the whole body."""
    shown = shown or any(shape.listed("examples") for child in root.members(0) for shape in child.shapes)
    for keyword in ("required", "combination", *(["example"] if shown else [])):
        yield _row(Group.ACCEPTANCE, root, keyword)
    if not operation.request_required:
        id_, title = requirement_id(Group.ACCEPTANCE, "body.optional"), TITLES[Group.ACCEPTANCE, "body"]
        yield Requirement(id_, title, Strength.MUST, Group.ACCEPTANCE, (_request_body(operation),))
    for node in root.walk():
        if node is not root:
            yield _row(Group.ACCEPTANCE, node, "")
        if any(shape.type in ODD_TYPES and shape.value("enum") is None for shape in node.shapes):
            yield _row(Group.ACCEPTANCE, node, "type", Strength.SHOULD)
        if _enumerated(node):
            yield _row(Group.ACCEPTANCE, node, "enum")
        yield from _bounds(Group.ACCEPTANCE, node)
        for shape in _objects(node):
            if shape.open and shape.value("enum") is None:
                yield _shape_row(Group.ACCEPTANCE, shape, node, "additionalProperties", Strength.SHOULD)


def _request_body(operation: Operation) -> str:
    return operation.request_pointer.rpartition("/content/")[0]


def rejection(root: Node, operation: Operation) -> Iterator[Requirement]:
    """Yield what a server must reject."""
    if operation.request_required:
        source = _request_body(operation) + "/required"
        id_, title = requirement_id(Group.REJECTION, "body.required"), TITLES[Group.REJECTION, "body"]
        yield Requirement(id_, title, Strength.MUST, Group.REJECTION, (source,))
    if not root.modelled:
        yield _row(Group.REJECTION, root, "schema")
    for node in root.walk():
        if node.required and node is not root:
            yield _row(Group.REJECTION, node, "required")
        yield _row(Group.REJECTION, node, "type")
        if node.types & COERCIBLE:
            yield _row(Group.REJECTION, node, "coercible", Strength.SHOULD)
        if "integer" in node.types and "number" not in node.types:
            row = _row(Group.REJECTION, node, "precision", Strength.SHOULD)
            yield replace(row, source=(*row.source, "RFC 8259 section 6"))
        if _enumerated(node):
            yield _row(Group.REJECTION, node, "enum")
        yield from _bounds(Group.REJECTION, node)
        for shape in _objects(node):
            if shape.closed:
                yield _shape_row(Group.REJECTION, shape, node, "additionalProperties")


def response(root: Node) -> Iterator[Requirement]:
    """Yield what a success response must contain."""
    for node in root.walk():
        if node.required and node is not root:
            yield _row(Group.RESPONSE, node, "required")
        if node is not root or not any(shape.members and shape.owner == node.label for shape in node.shapes):
            yield _row(Group.RESPONSE, node, "type")
        if _enumerated(node):
            yield _row(Group.RESPONSE, node, "enum")
        yield from _bounds(Group.RESPONSE, node)
        for shape in _objects(node):
            if shape.members:
                yield _shape_row(Group.RESPONSE, shape, node, "type")
            if shape.closed:
                yield _shape_row(Group.RESPONSE, shape, node, "additionalProperties")


def semantics(pairs: Iterable[tuple[Node, Node]], varying: frozenset[str]) -> Iterator[Requirement]:
    """Yield what a success response says of the request; `pairs` are request and response nodes that correspond."""
    for sent, answered in pairs:
        group, named, sources = Group.SEMANTICS, f"`{sent.label}`", (answered.pointer, sent.pointer)
        title = f"{named}: the response echoes the value that was sent"
        yield Requirement(requirement_id(group, sent.label, "echo"), title, Strength.MUST, group, sources, echo=True)
        if sent.required:
            continue
        title = f"{named}: null and absent have the same result"
        yield Requirement(requirement_id(group, sent.label, "null-as-absent"), title, Strength.SHOULD, group, sources)
        default = declared_default(answered)
        if default is not None:
            title = f"{named}: when absent, the response has the declared default {default}"
            strength = Strength.ADVISORY if sent.path in varying else Strength.SHOULD
            source = (f"{answered.pointer}/default",)
            yield Requirement(requirement_id(group, sent.label, "default"), title, strength, group, source)


def declared_default(node: Node) -> str | None:
    """Return the default of a response node as JSON text, or None where it declares none or null."""
    for shape in node.shapes:
        if shape.value("default") is not None:
            return write(shape.value("default"))
    return None


def _enumerated(node: Node) -> bool:
    return any(shape.value("enum") is not None for shape in node.shapes if shape.type != "null")


def _words(node: Node) -> dict[str, str]:
    """Return what titles say of a node: its label, its types, and how it may be given."""
    types = sorted(node.types - {"null"})
    named = [f"{'an' if each[0] in 'aeiou' else 'a'} {each}" for each in types]
    return {
        "label": node.label,
        "type": " or ".join(types) or "null",
        "a_type": " or ".join(named) or "null",
        "or_null": " or null" if node.nullable and types else "",
        "variants": _variants(node),
    }


def _variants(node: Node) -> str:
    ways = ["an ordinary value"]
    if node.shape("object"):
        ways.append("`{}`")
    if node.nullable:
        ways.append("null")
    if not node.required:
        ways.append("absence")
    return ", ".join(ways) + (" is" if len(ways) == 1 else " are each")


def _bounds(group: Group, node: Node) -> Iterator[Requirement]:
    for _, name, keyword in bounds(node):
        title = TITLES[group, "bound"].format(label=node.label, keyword=name)
        yield Requirement(requirement_id(group, node.label, name), title, Strength.MUST, group, (keyword.pointer,))


def _objects(node: Node) -> Iterator[Shape]:
    return (shape for shape in node.shapes if shape.type == "object")


def _row(group: Group, node: Node, keyword: str, strength: Strength = Strength.MUST) -> Requirement:
    title = TITLES[group, keyword].format_map(_words(node))
    return Requirement(requirement_id(group, node.label, keyword), title, strength, group, (node.pointer,))


def _shape_row(group: Group, shape: Shape, node: Node, keyword: str, strength: Strength = Strength.MUST) -> Requirement:
    title = TITLES[group, "object" if keyword == "type" else keyword].format(owner=shape.owner)
    where = shape.keywords.get(keyword)
    source = where.pointer if where else node.pointer
    return Requirement(requirement_id(group, shape.owner, keyword), title, strength, group, (source,))
