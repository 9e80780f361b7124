"""Requirements of parameters: which values of each are accepted, and which are rejected."""

from collections.abc import Iterator

from conformance.contract.operations.parameters import Parameter
from conformance.contract.requirements.derived import bounds
from conformance.contract.schemas.nodes import Node
from conformance.model.pointer import ANY_ITEM, split
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Group, Strength

REQUIRED, TYPE, ENUM = "required", "type", "enum"


def accept_parameter_id(parameter: Parameter) -> str:
    """Return the requirement that valid values of a parameter are accepted."""
    return requirement_id(Group.ACCEPTANCE, parameter.location, parameter.name)


def reject_parameter_id(parameter: Parameter, path: str, keyword: str) -> str:
    """Return the requirement that a value is rejected which breaks a keyword, at a path of the parameter's value."""
    places = ("items" if token == ANY_ITEM else token for token in split(path))
    return requirement_id(Group.REJECTION, parameter.location, parameter.name, *places, keyword)


def parameter_rows(parameter: Parameter, root: Node | None) -> Iterator[Requirement]:
    """Yield the requirements of one parameter; `root` is the tree of its schema."""
    named = f"{parameter.location} parameter `{parameter.name}`"
    if parameter.location != "path":
        id_, title = accept_parameter_id(parameter), f"The {named}: valid values are accepted"
        yield Requirement(id_, title, Strength.MUST, Group.ACCEPTANCE, (parameter.pointer,))
        if parameter.required:
            title = f"The {named} is required: a request without it is rejected"
            yield _rejected(parameter, "", REQUIRED, title, f"{parameter.pointer}/required")
    for node in root.walk() if root is not None else ():
        place = f"The {named}"
        if node.path:
            place = f"Items of the {named}" if node.name == ANY_ITEM else f"`{node.name}` in the {named}"
        keywords = [(name, keyword.pointer) for _, name, keyword in bounds(node)]
        if node.types and not node.types & {"string", "array", "object"}:
            keywords.append((TYPE, node.pointer))
        if any(shape.listed(ENUM) for shape in node.shapes):
            keywords.append((ENUM, node.pointer))
        for keyword, source in keywords:
            title = f"{place}: a value that violates `{keyword}` is rejected"
            yield _rejected(parameter, node.path, keyword, title, source)


def _rejected(parameter: Parameter, path: str, keyword: str, title: str, source: str) -> Requirement:
    id_ = reject_parameter_id(parameter, path, keyword)
    return Requirement(id_, title, Strength.MUST, Group.REJECTION, (source,))
