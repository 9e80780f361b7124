"""What a client library is held to: rows that are data under `spec/clients`, and those that follow from the schemas."""

from collections.abc import Iterator
from importlib.resources import files

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.contract.rows import DATA, read_rows
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Group, Strength

INVALID = "invalid"


def client_requirements(contract: Contract) -> tuple[Requirement, ...]:
    """Return the requirements of the groups `client-request`, `client-response` and `client-error`.

    Raises:
        ContractError: a file of rows has another form.

    """
    rows = [*_parameters(contract), *_sent(contract), *_returned(contract)]
    rows += read_rows(files(DATA) / "clients", contract.operation)
    order = tuple(Group)
    unique: dict[str, Requirement] = {}
    for row in rows:
        # A component that stands at several places gives its rows several times.
        unique.setdefault(row.id, row)
    return tuple(sorted(unique.values(), key=lambda row: order.index(row.group)))


def parameter_id(name: str) -> str:
    """Return the id of the requirement that a path parameter is encoded."""
    return requirement_id(Group.CLIENT_REQUEST, "path", name)


def sent_id(node: Node) -> str:
    """Return the id of the requirement that a member of the request is sent as it was asked to."""
    return requirement_id(Group.CLIENT_REQUEST, node.label)


def returned_id(node: Node) -> str:
    """Return the id of the requirement that a member of the answer is returned as it was answered."""
    return requirement_id(Group.CLIENT_RESPONSE, node.label)


def invalid_id(node: Node) -> str:
    """Return the id of the requirement that what a member may not hold is signalled."""
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
