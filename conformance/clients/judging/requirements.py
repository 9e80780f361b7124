"""Requirements of client libraries: rows under `spec/clients`, and those derived from the schemas."""

from collections.abc import Iterator
from importlib.resources import files

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.requirements.rows import DATA, read_rows
from conformance.contract.schemas.nodes import Node
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Group, Strength

INVALID = "invalid"


def client_requirements(contract: Contract) -> tuple[Requirement, ...]:
    """Return the requirements of the groups `client-request`, `client-response` and `client-error`.

    Raises:
        ContractError: a file of rows is invalid.

    """
    rows = [*_parameters(contract), *_sent(contract), *_returned(contract)]
    rows += read_rows(files(DATA) / "clients", contract.operation)
    order = tuple(Group)
    unique: dict[str, Requirement] = {}
    for row in rows:
        # A component that is used in several places yields its rows several times.
        unique.setdefault(row.id, row)
    return tuple(sorted(unique.values(), key=lambda row: order.index(row.group)))


def parameter_id(name: str) -> str:
    """Return the id of the requirement that a path parameter is encoded."""
    return requirement_id(Group.CLIENT_REQUEST, "path", name)


def value_id(parameter: Parameter) -> str:
    """Return the id of the requirement that a parameter outside of the path is sent with the value that was set."""
    return requirement_id(Group.CLIENT_REQUEST, parameter.location, parameter.name)


def sent_id(node: Node) -> str:
    """Return the id of the requirement that a property is sent with the value that the caller set."""
    return requirement_id(Group.CLIENT_REQUEST, node.label)


def returned_id(node: Node) -> str:
    """Return the id of the requirement that a property is returned with the value in the response."""
    return requirement_id(Group.CLIENT_RESPONSE, node.label)


def invalid_id(node: Node) -> str:
    """Return the id of the requirement that a schema violation at a property is reported as an error."""
    return requirement_id(Group.CLIENT_RESPONSE, node.label, INVALID)


def _parameters(contract: Contract) -> Iterator[Requirement]:
    for name in contract.operation.path_parameters:
        yield Requirement(
            parameter_id(name),
            f"`{name}` is percent-encoded in the path",
            Strength.MUST,
            Group.CLIENT_REQUEST,
            ("RFC 3986 section 2.1", "RFC 6570 section 3.2.2"),
        )
    for each in contract.operation.parameters:
        if each.location != "path":
            title = f"The {each.location} parameter `{each.name}` is sent with exactly the value that the caller set"
            yield Requirement(value_id(each), title, Strength.MUST, Group.CLIENT_REQUEST, (each.pointer,))


def _sent(contract: Contract) -> Iterator[Requirement]:
    for node in contract.request.walk():
        if node.path:
            title = f"`{node.label}` is sent with exactly the value that the caller set"
            yield Requirement(sent_id(node), title, Strength.MUST, Group.CLIENT_REQUEST, (node.pointer,))


def _returned(contract: Contract) -> Iterator[Requirement]:
    for node in contract.response.walk() if contract.response else ():
        title = f"`{node.label}` is returned with exactly the value in the response"
        yield Requirement(returned_id(node), title, Strength.MUST, Group.CLIENT_RESPONSE, (node.pointer,))
        title = f"`{node.label}`: a response that violates the schema here is reported as an error"
        yield Requirement(invalid_id(node), title, Strength.SHOULD, Group.CLIENT_RESPONSE, (node.pointer,))
