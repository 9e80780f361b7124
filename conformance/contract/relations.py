"""Relations that a file states, as requirements of a contract."""

from pathlib import Path
from typing import cast

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.reading.document import parse_yaml
from conformance.contract.schemas.nodes import Node, find
from conformance.model.errors import ContractError, UsageError, os_errors_as
from conformance.model.jsontext import Json, write
from conformance.model.requirement import RelationFile, Requirement, StatedRelation, StatedRelationKind, requirement_id
from conformance.model.vocabulary import Group

REMEDY = "`conformance spec relations --target URL` drafts a file"

TITLES = {
    StatedRelationKind.EQUAL: "`{response}` in the response equals `{request}` of the request",
    StatedRelationKind.CONTAINS: "`{response}` in the response contains `{request}` of the request",
    StatedRelationKind.DEFAULT: "`{response}` in the response is {value} where the request omits `{request}`",
}

LEARNED = {StatedRelationKind.EQUAL: "echo", StatedRelationKind.DEFAULT: "default"}
"""How the id of a learned relation ends that a stated one replaces."""


def read_relations(path: Path, contract: Contract) -> tuple[StatedRelation, ...]:
    """Return the relations in a file.

    Raises:
        UsageError: the file cannot be read, has another form, or a relation names a place that the contract has not.

    """
    with os_errors_as(UsageError, f"cannot read {path}", REMEDY):
        data = path.read_bytes()
    try:
        file = msgspec.convert(parse_yaml(data, str(path)), RelationFile)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}", REMEDY) from error
    except ContractError as error:
        raise UsageError(error.problem, REMEDY) from error
    if file.operation != contract.operation.name:
        raise UsageError(f"{path} states relations of {file.operation}", f"the run is of {contract.operation.name}")
    for number, each in enumerate(file.relations, 1):
        problem = _problem(each, contract)
        if problem:
            raise UsageError(f"{path}, relation {number}: {problem}", "correct or remove the relation")
    return file.relations


def with_relations(contract: Contract, relations: tuple[StatedRelation, ...]) -> Contract:
    """Return a contract with a requirement for each relation, in the place of those that would be learned."""
    if not relations:
        return contract
    rows = {each.id: _row(each, contract) for each in relations}
    learned = frozenset(_learned(each, contract.request) for each in relations if each.kind in LEARNED)
    kept = tuple(row for row in contract.requirements if row.id not in learned)
    return replace(contract, requirements=(*kept, *rows.values()), stated=relations, superseded=learned)


def _problem(relation: StatedRelation, contract: Contract) -> str:
    """Return what is wrong with a relation; empty where nothing is."""
    operation = contract.operation
    if relation.parameter is not None:
        place, name = relation.parameter
        declared = {
            (each.location, each.name.lower() if place == "header" else each.name) for each in operation.parameters
        }
        declared |= {("path", each) for each in operation.path_parameters}
        if (place, name.lower() if place == "header" else name) not in declared:
            return f"{operation.name} has no {place} parameter {name!r}"
    elif not relation.request.startswith("/"):
        return f"request is {relation.request!r}, and neither a JSON pointer nor `$request.path.NAME`"
    elif find(contract.request, relation.request) is None:
        return f"the request body has no {relation.request}"
    if not relation.response.startswith("/"):
        return f"response is {relation.response!r}, which is no JSON pointer"
    if contract.response is None or find(contract.response, relation.response) is None:
        return f"the response body has no {relation.response}"
    return ""


def _row(relation: StatedRelation, contract: Contract) -> Requirement:
    node = find(contract.response, relation.response) if contract.response else None
    value = write(cast("Json", relation.value))
    title = TITLES[relation.kind].format(response=relation.response, request=relation.request, value=value)
    source = (node.pointer,) if node is not None else ()
    return Requirement(relation.id, title, relation.strength, Group.SEMANTICS, ("--relations", *source))


def _learned(relation: StatedRelation, request: Node) -> str:
    """Return the id of the requirement that would be learned of the same places."""
    if relation.parameter is not None:
        return requirement_id(Group.SEMANTICS, *relation.parameter, LEARNED[relation.kind])
    node = find(request, relation.request)
    return requirement_id(Group.SEMANTICS, node.label, LEARNED[relation.kind]) if node is not None else ""
