"""Witnesses: requests that show a fault, made from the contract alone."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.fault import Witness
from conformance.model.case import SLOT, Request
from conformance.model.json_values import without
from conformance.model.jsontext import Writable, encode
from conformance.model.pointer import last
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies, classes

UNKNOWN = "unknown-resource"
"""The value of path parameters that a mock has to be told names nothing, for the faults about that."""

_BUILDERS: dict[int, Builder] = {}


def builder(contract: Contract) -> Builder:
    """Return what right requests are made with; kept for the last contract that was asked for."""
    found = _BUILDERS.get(id(contract))
    if found is None or found.contract is not contract:
        _BUILDERS.clear()
        found = Builder(contract, dict.fromkeys(contract.operation.path_parameters, "witness"))
        _BUILDERS[id(contract)] = found
    return found


def post(contract: Contract, body: Writable | bytes, number: int = 1) -> Request:
    """Return a right request with `body`; `number` is that of the object's name."""
    request = builder(contract).request(body)
    return _named(request, f"witness-{number:04}")


def smallest(contract: Contract, number: int = 1) -> Request:
    """Return a request with the required members alone."""
    return post(contract, builder(contract).smallest, number)


def fullest(contract: Contract, number: int = 1) -> Request:
    """Return a request with every declared member."""
    return post(contract, bodies.fullest(contract.request, _loud(contract)), number)


def planted(
    contract: Contract, lineage: bodies.Lineage, value: Writable, base: bodies.Base = "smallest", number: int = 1
) -> Request:
    """Return a request that holds `value` at the end of `lineage`."""
    return post(contract, bodies.planted(lineage, value, base, _loud(contract)), number)


def holding(contract: Contract, values: Mapping[str, Writable], number: int = 1) -> Request:
    """Return the fullest request with the given values by path; `bodies.ABSENT` leaves a member out."""
    stated = {path: value for path, value in values.items() if value is not bodies.ABSENT}
    defaults = bodies.Defaults({**_loud(contract).values, **stated})
    body = bodies.fullest(contract.request, defaults)
    for path, value in values.items():
        if value is bodies.ABSENT:
            body = without(body, path)
    return post(contract, body, number)


def one(make: Callable[[Contract], Request]) -> Witness:
    """Return a witness of one request."""
    return lambda contract: (make(contract),)


def with_body(change: Callable[[bytes], bytes]) -> Witness:
    """Return a witness of one request whose body is the smallest right one, changed."""

    def witness(contract: Contract) -> tuple[Request, ...]:
        request = smallest(contract)
        return (replace(request, body=change(request.body or b"")),)

    return witness


def with_header(name: str, value: str | None) -> Witness:
    """Return a witness of one right request with another value of one header, or without it."""

    def witness(contract: Contract) -> tuple[Request, ...]:
        request = smallest(contract)
        rest = tuple(each for each in request.headers if each[0].lower() != name.lower())
        return (replace(request, headers=rest if value is None else (*rest, (name, value))),)

    return witness


def with_parameter(name: str, value: str) -> Witness:
    """Return a witness of one right request with another path parameter, not yet encoded."""

    def witness(contract: Contract) -> tuple[Request, ...]:
        return (replace(smallest(contract), target=builder(contract).target_with({name: value})),)

    return witness


def repeated(count: int, *, full: bool = True) -> Witness:
    """Return a witness of `count` right requests with different names."""

    def witness(contract: Contract) -> tuple[Request, ...]:
        make = fullest if full else smallest
        return tuple(make(contract, number) for number in range(1, count + 1))

    return witness


def invalid(contract: Contract, number: int = 1) -> Request:
    """Return a request whose body breaks the schema at a member that does not name the object, where there is one."""
    below = [lineage for lineage in bodies.lineages(contract.request) if len(lineage) > 1]
    for lineage in sorted(below, key=lambda each: each[-1].path == contract.identity):
        for value in classes.invalid_values(lineage[-1]):
            return planted(contract, lineage, value.json, number=number)
    return post(contract, [[1.5]], number)


def name_of(contract: Contract) -> str:
    """Return the member that names the new object; empty without one."""
    return last(contract.identity) if contract.identity else ""


def _loud(contract: Contract) -> bodies.Defaults:
    """Return the usual defaults, with no member left null for a live system's sake."""
    return bodies.Defaults(builder(contract).defaults.values)


def _named(request: Request, name: str) -> Request:
    body = (request.body or b"").replace(encode(SLOT)[1:-1], name.encode())
    return replace(request, body=body)
