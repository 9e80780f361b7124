"""Parameters of query, header, cookie and path: valid values by class, absence, and values that break their schema."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.operations.parameters import Parameter
from conformance.contract.requirements.parameter_rows import REQUIRED, accept_parameter_id, reject_parameter_id
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Case, Story
from conformance.model.jsontext import Json, JsonFault, plain_json, write
from conformance.model.pointer import ANY_ITEM
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.parameter_values import is_encodable, is_valid_text, usual_values
from conformance.strategies.values import bodies, classes
from conformance.strategies.values.classes import Value

EMPTY = ("", None)
"""Values that a request hardly tells from no value."""

ALL = "parameters"
"""What a case is about that has all of them."""

NONSENSE = "!conformance"
"""What breaks most patterns and formats."""


def parameter_cases(build: Builder) -> Iterator[Case]:
    """Yield cases about each parameter; the body is a valid one. What the caller fixes has only invalid values."""
    parameters = build.contract.operation.parameters
    for each in parameters:
        if each.location != "path":
            yield from _valid(build, each)
            if each.required:
                yield _absent(build, each)
        if each.schema:
            yield from _invalid(build, each)
    usual = {each: next(usual_values(build.contract, each), None) for each in parameters if not each.required}
    optional = {each: value for each, value in usual.items() if value is not None}
    if len(optional) > 1:
        request = build.with_values({**optional, **build.values})
        story = Story("", ALL, "", "", "every optional parameter is present", "all parameters")
        about = tuple(accept_parameter_id(each) for each in optional)
        yield build.accepted(f"accept.{ALL}.all", about, request, story)


def _valid(build: Builder, parameter: Parameter) -> Iterator[Case]:
    if parameter.name in build.fixed:
        return
    for number, value in enumerate(usual_values(build.contract, parameter), 1):
        request = build.with_values({**build.values, parameter: value})
        says = f"the {parameter.location} parameter `{parameter.name}` is `{write(value)}`"
        story = parameter_story(parameter, value, says, f"a valid {parameter.location} parameter")
        id_ = f"accept.{parameter.location}.{parameter.name}.{number}"
        yield build.accepted(id_, (accept_parameter_id(parameter),), request, story)


def _absent(build: Builder, parameter: Parameter) -> Case:
    request = build.with_values({each: value for each, value in build.values.items() if each != parameter})
    says = f"the {parameter.location} parameter `{parameter.name}` is absent"
    story = parameter_story(parameter, "", says, f"a request without a required {parameter.location} parameter")
    id_ = f"reject.{parameter.location}.{parameter.name}.absent"
    return build.rejected(id_, reject_parameter_id(parameter, "", REQUIRED), request, story)


def _invalid(build: Builder, parameter: Parameter) -> Iterator[Case]:
    root = build.contract.described(parameter.schema).node
    for lineage in bodies.lineages(root):
        node = lineage[-1]
        for value in _breaking(node):
            try:
                whole = plain_json(bodies.planted(lineage, value.json, "smallest"))
            except JsonFault:
                continue
            if not is_encodable(whole):
                continue
            requirement = reject_parameter_id(parameter, node.path, value.keyword)
            if requirement not in build.contract.by_id or is_valid_text(build.contract, parameter, whole):
                continue
            where = "" if not node.path else " in an item of" if node.name == ANY_ITEM else f" for `{node.name}` of"
            kind = f"{value.kind}{where or ' for'} a {parameter.location} parameter"
            says = f"the {parameter.location} parameter `{parameter.name}` is `{write(whole)}`"
            place = f".{path_slug(node.path)}" if node.path else ""
            id_ = f"reject.{parameter.location}.{parameter.name}{place}.{value.slug}"
            if parameter.location == "path":
                text = whole if isinstance(whole, str) else write(whole)
                request = build.request_to(build.target_with({parameter.name: text}))
            else:
                request = build.with_values({**build.values, parameter: whole})
            yield build.rejected(id_, requirement, request, parameter_story(parameter, whole, says, kind))


def _breaking(node: Node) -> Iterator[Value]:
    """Yield values that break a keyword as text too: no array or object in the place of a scalar, nothing coercible."""
    for value in classes.invalid_values(node):
        if value.json == "" and value.keyword in {"pattern", "format"}:
            value = replace(value, json=NONSENSE)  # noqa: PLW2901
        plain = isinstance(value.json, list | dict) and node.types.isdisjoint({"array", "object"})
        empty = value.json in EMPTY and value.keyword != "minLength"
        if not (plain or empty or value.weaker):
            yield value


def parameter_story(parameter: Parameter, value: Json, says: str, kind: str) -> Story:
    """Return the story of a parameter and its value, the empty string where it is absent."""
    became = "" if value == "" else write(value)
    return Story(parameter.name, f"{parameter.location} parameter", "", became, says, kind)
