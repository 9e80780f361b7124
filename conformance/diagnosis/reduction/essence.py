"""Essence: which members of a right body bring a failure about, how that is told, and the body without them."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Case, Story
from conformance.model.json_values import body_value, get, holds, with_value, without
from conformance.model.jsontext import Json, encode, equal, plain_json, read_spelled, type_name, write
from conformance.model.pointer import join, last
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies

SHOWN = 60
"""How many characters of a value a sentence holds."""


def essence(contract: Contract, case: Case) -> dict[str, Json]:
    """Return what a body holds beyond the smallest one: values by pointer, leaves alone."""
    return dict(_essence(contract.request, "", body_value(case.request.body), _smallest(contract)))


def told(case: Case, members: Mapping[str, Json]) -> Case:
    """Return the case with the story of the members that bring its failure about."""
    names = [f"`{last(pointer)}`" for pointer in members]
    says = " and ".join(f"{name} is {_short(value)}" for name, value in zip(names, members.values(), strict=True))
    lone = next(iter(members)) if len(members) == 1 else ""
    if lone:
        kind = _certain(members[lone])
    elif members:
        kind = f"specific values of {', '.join(names[:-1])} and {names[-1]} together"
    else:
        kind = "a valid body"
    keyword, sent = ("type", members[lone]) if lone else ("properties", body_value(case.request.body))
    story = Story(lone, keyword, "", write(sent), says or "only the required properties", kind)
    return replace(case, story=story)


def unburdened(contract: Contract, case: Case, members: Mapping[str, Json]) -> Case | None:
    """Return the case without those members, or with their usual values; None where it does not hold them all."""
    value = body_value(case.request.body)
    if not all(holds(value, pointer) for pointer in members):
        return None
    body, smallest = read_spelled(case.request.body or b""), _smallest(contract)
    for pointer in members:
        usual = get(smallest, pointer)
        body = without(body, pointer) if usual is None else with_value(body, pointer, usual)
    return replace(case, request=replace(case.request, body=encode(body)))


def _essence(node: Node, pointer: str, value: Json, smallest: Json) -> Iterator[tuple[str, Json]]:
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        here, child = join(pointer, name), node.child(name)
        inner = list(_essence(child, here, item, smallest)) if child is not None else []
        usual = get(smallest, here)
        if inner:
            yield from inner
        elif usual is None or not equal(usual, item):
            yield here, item


def _smallest(contract: Contract) -> Json:
    return plain_json(bodies.smallest(contract.request, Builder(contract, {}).defaults))


def _certain(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return write(value)
    word = type_name(value)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _short(value: Json) -> str:
    text = write(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
