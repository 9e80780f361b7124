"""Faults of taking what must be refused, derived from the request schema: one constraint not enforced at one place."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import cast

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.contract.validators import BodyValidator
from conformance.mock.faults import Effect, Fault
from conformance.mock.places import Site, sites
from conformance.mock.plan import put
from conformance.mock.stages import Stage
from conformance.mock.turn import Refusal, Step, Turn
from conformance.mock.verdict import holds
from conformance.mock.witnesses import builder, one, planted, smallest
from conformance.model.case import Request
from conformance.model.jsontext import Json, equal, is_integral, type_name, write
from conformance.model.pointer import split
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies import bodies, values

LEFT_OUT = frozenset({"false", "zero", "one", "text-null", "array-of-one", "prefix"})
"""Classes of wrong values that another class stands for."""

NUMERIC = frozenset({"integer", "number"})

Mend = Callable[[Turn], Json]
"""Returns the body with what is wrong made right; the very same body where nothing is."""


def acceptance_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that the request must not hold and the mock takes."""
    if contract.operation.request_required:
        yield _without_body(contract)
    for site in sites(contract.request):
        yield from _wrong_values(contract, site)
        if site.node.required and site.node.path:
            yield _missing(contract, site)
        yield from _undeclared(contract, site)


def _wrong_values(contract: Contract, site: Site) -> Iterator[Fault]:
    for value in values.invalid_values(site.node):
        if value.slug in LEFT_OUT:
            continue
        test = _class_test(contract, site.node, value)
        keyword = "coercible" if value.coercible else value.keyword
        yield Fault(
            id=f"accepts.{site.label}.{value.slug}",
            sentence=f"{site.label} is taken when it is {value.kind}.",
            requirement=requirement_id(Group.REJECTION, site.label, keyword),
            stage=Stage.VALIDATE,
            effect=mending(partial(_mended, contract, site, test)),
            witness=one(partial(planted, lineage=site.lineage, value=value.json)),
        )


def _missing(contract: Contract, site: Site) -> Fault:
    def mend(turn: Turn) -> Json:
        return site.fill(turn.sent, _typical(contract, site.node, turn))

    return Fault(
        id=f"accepts.{site.label}.missing",
        sentence=f"A body without {site.label} is taken.",
        requirement=requirement_id(Group.REJECTION, site.label, "required"),
        stage=Stage.VALIDATE,
        effect=mending(mend),
        witness=one(partial(planted, lineage=site.lineage, value=bodies.ABSENT)),
    )


def _undeclared(contract: Contract, site: Site) -> Iterator[Fault]:
    for branch, shape in enumerate(site.node.shapes):
        if shape.type != "object" or not shape.closed:
            continue
        declared = frozenset(shape.members)

        def stripped(held: Json, declared: frozenset[str] = declared) -> Json:
            if not isinstance(held, dict) or declared.issuperset(held):
                return held
            return {name: item for name, item in held.items() if name in declared}

        def witness(contract: Contract, branch: int = branch) -> Request:
            stated = builder(contract).defaults
            body = bodies.with_member(site.lineage, branch, "undeclared_member", 1, "smallest", stated)
            return builder(contract).request(body)

        yield Fault(
            id=f"accepts.{shape.owner}.undeclared-member",
            sentence=f"Members of {shape.owner} that are not declared are taken.",
            requirement=requirement_id(Group.REJECTION, shape.owner, "additionalProperties"),
            stage=Stage.VALIDATE,
            effect=mending(partial(_changed, site, stripped)),
            witness=one(witness),
        )


def _without_body(contract: Contract) -> Fault:
    def effect(turn: Turn, step: Step) -> bool:
        if turn.action != "create" or turn.body:
            step(turn)
            return False
        turn.sent = _typical(contract, contract.request, turn)
        return True

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        return Request(request.method, request.target, request.headers)

    return Fault(
        id="accepts.body.missing",
        sentence="A request without a body is taken.",
        requirement=requirement_id(Group.REJECTION, "body.required"),
        stage=Stage.PARSE,
        effect=effect,
        witness=one(witness),
    )


def mending(mend: Mend) -> Effect:
    """Return an effect that takes a body which is valid once it has been mended."""

    def effect(turn: Turn, step: Step) -> bool:
        if turn.action != "create":
            step(turn)
            return False
        before = turn.sent
        turn.sent = mend(turn)
        try:
            step(turn)
        except Refusal:
            turn.sent = before
            raise
        return turn.sent is not before

    return effect


def _changed(site: Site, change: Callable[[Json], Json], turn: Turn) -> Json:
    return site.change(turn.sent, change)


def _mended(contract: Contract, site: Site, test: Callable[[Json], bool], turn: Turn) -> Json:
    def change(held: Json) -> Json:
        return _stand_in(contract, site.node, held, turn) if test(held) else held

    return site.change(turn.sent, change)


def _stand_in(contract: Contract, node: Node, held: Json, turn: Turn) -> Json:
    """Return the valid value that a lax server makes of a wrong one: converted, else ignored."""
    if node.types & NUMERIC and _numeric(held):
        return int(Decimal(str(held))) if not isinstance(held, bool) else int(held)
    if node.shape("boolean") and isinstance(held, str | int | Decimal):
        return str(held).strip().lower() in {"true", "1", "yes"}
    if node.path == contract.identity:
        return f"{write(held)[:50]}-{turn.number}"
    listed = [item for shape in node.shapes for item in _listed(shape.value("enum"))]
    if isinstance(held, str) and listed:
        near = [item for item in listed if isinstance(item, str) and item.casefold() == held.strip().casefold()]
        return near[0] if near else _typical(contract, node, turn)
    return None if node.nullable else _typical(contract, node, turn)


def _typical(contract: Contract, node: Node, turn: Turn) -> Json:
    """Return a right value; where it names the object, one that is yet new."""
    fresh = f"unnamed-{turn.number}"
    if node.path == contract.identity:
        return fresh
    body = cast("Json", bodies.smallest(node))
    if not node.path and contract.identity:
        return put(body, split(contract.identity), fresh)
    return body


def _numeric(held: Json) -> bool:
    if isinstance(held, bool):
        return True
    if not isinstance(held, str):
        return False
    try:
        return Decimal(held).is_finite() and is_integral(Decimal(held))
    except InvalidOperation:
        return False


def _class_test(contract: Contract, node: Node, value: values.Value) -> Callable[[Json], bool]:
    """Return the test for the values that are wrong at `node` in the same way as `value`."""
    if value.keyword == "enum":
        return _outside_test(node, value.slug)
    if value.keyword != "type":
        return _bound_test(contract, node, value.keyword)
    match value.slug:
        case "true":
            return lambda held: isinstance(held, bool)
        case "fraction":
            return lambda held: type_name(held) == "number"
        case "integer":
            return lambda held: type_name(held) == "integer"
        case "text":
            return lambda held: isinstance(held, str) and bool(held) and not _numeric(held) and held not in {"true", "false"}
        case "empty-text":
            return lambda held: held == ""
        case "text-number":
            return lambda held: isinstance(held, str) and _numeric(held)
        case "text-true":
            return lambda held: held in ("true", "false")
        case "array" | "object" | "null":
            return lambda held: type_name(held) == value.slug
    return lambda held: equal(held, cast("Json", value.json))


def _outside_test(node: Node, slug: str) -> Callable[[Json], bool]:
    listed = {item for shape in node.shapes for item in _listed(shape.value("enum")) if isinstance(item, str)}
    folded = {item.casefold() for item in listed}

    def test(held: Json) -> bool:
        if not isinstance(held, str) or held in listed:
            return False
        match slug:
            case "other-case":
                return held.casefold() in folded
            case "padded":
                return held.strip() in listed
            case "empty":
                return not held
            case _:
                return bool(held) and held.strip().casefold() not in folded

    return test


def _bound_test(contract: Contract, node: Node, keyword: str) -> Callable[[Json], bool]:
    """Return the test for values of a right type that break `keyword` alone."""
    validators: list[BodyValidator] = []

    def test(held: Json) -> bool:
        if not validators:
            validators.append(BodyValidator(contract.document, node.pointer))
        if type_name(held) not in node.types | ({"integer"} if "number" in node.types else set()):
            return False
        if holds(validators[0], held):
            return False
        return {each.keyword for each in validators[0].violations(held)} <= {keyword}

    return test


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
