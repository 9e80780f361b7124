"""Faults of accepting what must be rejected, derived from the request schema: one constraint ignored at one place."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from conformance.classify.coercion import is_rounded_integer
from conformance.classify.requirements import PRECISION, reject_id, undeclared_id
from conformance.contract.contract import Contract
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.laxity import class_test, lenient_value, typical_value
from conformance.mock.faults.parts.locations import Location, locations
from conformance.mock.faults.parts.witnesses import planted, smallest, with_unknown_property
from conformance.mock.stages import Stage
from conformance.mock.transaction import Rejection, Step, Transaction
from conformance.model.case import Request
from conformance.model.jsontext import Json, Literal
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import bodies, classes

LEFT_OUT = frozenset({"false", "zero", "one", "quoted-null", "one-item-array", "prefix", "long-fraction"})
"""Classes of invalid values that another class stands for."""

Correct: TypeAlias = Callable[[Transaction], Json]
"""Returns the body with what is invalid corrected; the same object where nothing is."""


def acceptance_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that is invalid in the request and that the mock accepts."""
    if contract.operation.request_required:
        yield _without_body(contract)
    yield from _rounded(contract)
    for location in locations(contract.request):
        for value in classes.invalid_values(location.node):
            if value.slug not in LEFT_OUT:
                yield _invalid(contract, location, value)
        if location.node.required and location.node.path:
            yield _missing(contract, location)
        yield from _unknown_property(location)


def _invalid(contract: Contract, location: Location, value: classes.Value) -> Fault:
    test = class_test(location.node, value)

    def correct(tx: Transaction) -> Json:
        return location.change(
            tx.sent, lambda held: lenient_value(contract, location.node, held, tx) if test(held) else held
        )

    return _fault(
        f"{location.label}.{value.slug}",
        f"Accepts {value.kind} for `{location.label}`.",
        reject_id(location.node, value.rule),
        correct,
        partial(planted, lineage=location.lineage, value=value.json),
    )


def _rounded(contract: Contract) -> Iterator[Fault]:
    """Yield the fault of a parser that reads numbers in double precision, wherever they are."""
    integers = [each for each in locations(contract.request) if "integer" in each.node.types and each.node.path]
    if not integers:
        return

    def rounded(held: Json) -> Json:
        return int(float(held)) if isinstance(held, Decimal) and is_rounded_integer({"integer"}, held) else held

    def correct(tx: Transaction) -> Json:
        body = tx.sent
        for location in integers:
            body = location.change(body, rounded)
        return body

    first = integers[0]
    slug, sentence = "number.rounded-fraction", "Accepts fractions that double precision rounds to integers."
    witness = partial(planted, lineage=first.lineage, value=Literal("1.0000000000000000000001"))
    yield _fault(slug, sentence, reject_id(first.node, PRECISION), correct, witness)


def _missing(contract: Contract, location: Location) -> Fault:
    return _fault(
        f"{location.label}.absent",
        f"Accepts a body without `{location.label}`.",
        reject_id(location.node, "required"),
        lambda tx: location.fill(tx.sent, typical_value(contract, location.node, tx)),
        partial(planted, lineage=location.lineage, value=bodies.ABSENT),
    )


def _unknown_property(location: Location) -> Iterator[Fault]:
    for branch, shape in enumerate(location.node.shapes):
        if shape.type != "object" or not shape.closed:
            continue
        declared = frozenset(shape.members)

        def stripped(held: Json, declared: frozenset[str] = declared) -> Json:
            if not isinstance(held, dict) or declared.issuperset(held):
                return held
            return {name: item for name, item in held.items() if name in declared}

        def correct(tx: Transaction, change: Callable[[Json], Json] = stripped) -> Json:
            return location.change(tx.sent, change)

        yield _fault(
            f"{shape.owner}.unknown-property",
            f"Accepts unknown properties in `{shape.owner}`.",
            undeclared_id(Group.REJECTION, shape),
            correct,
            partial(with_unknown_property, lineage=location.lineage, branch=branch),
        )


def _without_body(contract: Contract) -> Fault:
    def effect(tx: Transaction, step: Step) -> bool:
        if tx.action != "create" or tx.body:
            step(tx)
            return False
        tx.sent = typical_value(contract, contract.request, tx)
        return True

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        return Request(request.method, request.target, request.headers)

    requirement = requirement_id(Group.REJECTION, "body.required")
    return Fault("accepts.body.absent", "Accepts a request without a body.", requirement, Stage.PARSE, effect, witness)


def _fault(slug: str, sentence: str, requirement: str, correct: Correct, witness: Witness) -> Fault:
    return Fault(f"accepts.{slug}", sentence, requirement, Stage.VALIDATE, _correcting(correct), witness)


def _correcting(correct: Correct) -> Effect:
    """Return an effect that accepts a body which is valid once it has been corrected."""

    def effect(tx: Transaction, step: Step) -> bool:
        if tx.action != "create":
            step(tx)
            return False
        before = tx.sent
        tx.sent = correct(tx)
        try:
            step(tx)
        except Rejection:
            tx.sent = before
            raise
        return tx.sent is not before

    return effect
