"""Witnesses: requests that show a fault, made from the contract alone."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.fault import Witness
from conformance.model.case import SLOT, Request
from conformance.model.header_fields import without_fields
from conformance.model.json_values import without
from conformance.model.jsontext import Writable, encode
from conformance.strategies.case_builder import Builder
from conformance.strategies.path_values import is_path_value, usual_path_value
from conformance.strategies.values import bodies, classes

_BUILDERS: dict[int, Builder] = {}


def builder(contract: Contract) -> Builder:
    """Return what makes valid requests; kept for the last contract that was asked for."""
    found = _BUILDERS.get(id(contract))
    if found is None or found.contract is not contract:
        _BUILDERS.clear()
        names = contract.operation.path_parameters
        found = Builder(contract, {name: _path_value(contract, name) for name in names})
        _BUILDERS[id(contract)] = found
    return found


def _path_value(contract: Contract, name: str) -> str:
    return "witness" if is_path_value(contract, name, "witness") else usual_path_value(contract, name)


def post(contract: Contract, body: Writable, number: int = 1) -> Request:
    """Return a valid request with `body`; `number` is part of the object's name."""
    request = builder(contract).request(body)
    if request.body is None:
        return request
    named = (request.body or b"").replace(encode(SLOT)[1:-1], f"witness-{number:04}".encode())
    return replace(request, body=named)


def smallest(contract: Contract, number: int = 1) -> Request:
    """Return a request with only the required properties."""
    return post(contract, builder(contract).smallest, number)


def fullest(contract: Contract, number: int = 1) -> Request:
    """Return a request with every declared property."""
    return post(contract, bodies.fullest(contract.request, _not_null(contract)), number)


def planted(contract: Contract, lineage: bodies.Lineage, value: Writable, number: int = 1) -> Request:
    """Return the smallest request that holds `value` at the end of `lineage`."""
    return post(contract, bodies.planted(lineage, value, "smallest", _not_null(contract)), number)


def with_unknown_property(contract: Contract, lineage: bodies.Lineage, branch: int) -> Request:
    """Return the smallest request whose object at the end of `lineage` has a property that is not declared."""
    make = builder(contract)
    return make.request(bodies.with_member(lineage, branch, "undeclared_member", 1, "smallest", make.defaults))


def holding(contract: Contract, values: Mapping[str, Writable], number: int = 1) -> Request:
    """Return the fullest request with the given values by path; `bodies.ABSENT` omits a property."""
    stated = {path: value for path, value in values.items() if value is not bodies.ABSENT}
    body = bodies.fullest(contract.request, bodies.Defaults({**_not_null(contract).values, **stated}))
    for path, value in values.items():
        if value is bodies.ABSENT:
            body = without(body, path)
    return post(contract, body, number)


def with_body(change: Callable[[bytes], bytes]) -> Witness:
    """Return a witness whose body is the smallest valid one, changed."""

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        return replace(request, body=change(request.body or b""))

    return witness


def with_header(name: str, value: str | None) -> Witness:
    """Return a witness that is valid except for another value of one header, or its absence."""

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        rest = without_fields(request.headers, name)
        return replace(request, headers=rest if value is None else (*rest, (name, value)))

    return witness


def with_method(make: Callable[[Contract], Request]) -> Witness:
    """Return a witness with another method than the declared one."""
    return lambda contract: replace(make(contract), method="PATCH" if contract.operation.method == "PUT" else "PUT")


def with_parameter(name: str, value: str) -> Witness:
    """Return a valid witness with another path parameter, not yet encoded."""
    return lambda contract: replace(smallest(contract), target=builder(contract).target_with({name: value}))


def repeated(count: int, *, full: bool = True) -> Witness:
    """Return a witness of `count` valid requests with different names."""
    make = fullest if full else smallest
    return lambda contract: tuple(make(contract, number) for number in range(1, count + 1))


def invalid(contract: Contract, number: int = 1) -> Request:
    """Return a request whose body breaks the schema, at a property that does not name the object where possible."""
    below = [lineage for lineage in bodies.lineages(contract.request) if len(lineage) > 1]
    for lineage in sorted(below, key=lambda each: each[-1].path == contract.identity):
        for value in classes.invalid_values(lineage[-1]):
            return planted(contract, lineage, value.json, number)
    return post(contract, [[1.5]], number)


def _not_null(contract: Contract) -> bodies.Defaults:
    """Return the usual defaults, with no property null for the safety of a live system."""
    return bodies.Defaults(builder(contract).defaults.values)
