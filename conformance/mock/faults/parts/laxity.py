"""Laxity: which invalid values are invalid in the same way, and what a lax server makes of them."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, cast

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.contract.validators import BodyValidator
from conformance.mock.transaction import Transaction
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json, equal, is_integral, type_name, write
from conformance.strategies.values import bodies, classes

NUMERIC = frozenset({"integer", "number"})

MOST_DIGITS = 30
"""The most digits of a number in a string that becomes an `int`; a longer one stays a `Decimal`, never written out."""

Test: TypeAlias = Callable[[Json], bool]


def coerced(contract: Contract, node: Node, held: Json, tx: Transaction) -> Json:
    """Return the valid value that a lax server makes of an invalid one: converted, else ignored."""
    if node.types & NUMERIC and _numeric(held):
        return int(held) if isinstance(held, bool) else _number_in(str(held))
    if node.shape("boolean") and isinstance(held, str | int | Decimal):
        return str(held).strip().lower() in {"true", "1", "yes"}
    if node.path == contract.identity:
        return f"{write(held)[:50]}-{tx.number}"
    listed = [item for shape in node.shapes for item in shape.listed("enum")]
    if isinstance(held, str) and listed:
        near = [item for item in listed if isinstance(item, str) and item.casefold() == held.strip().casefold()]
        return near[0] if near else typical_value(contract, node, tx)
    return None if node.nullable else typical_value(contract, node, tx)


def typical_value(contract: Contract, node: Node, tx: Transaction) -> Json:
    """Return a valid value; one that names the object is new."""
    fresh = f"unnamed-{tx.number}"
    if node.path == contract.identity:
        return fresh
    body = cast("Json", bodies.smallest(node))
    if not node.path and contract.identity:
        return with_value(body, contract.identity, fresh)
    return body


def _number_in(text: str) -> Json:
    number = Decimal(text)
    return int(number) if number.adjusted() < MOST_DIGITS else number


def _numeric(held: Json) -> bool:
    if isinstance(held, bool):
        return True
    if not isinstance(held, str):
        return False
    try:
        return Decimal(held).is_finite() and is_integral(Decimal(held))
    except InvalidOperation:
        return False


def class_test(contract: Contract, node: Node, value: classes.Value) -> Callable[[Json], bool]:
    """Return the test for the values that are wrong at `node` in the same way as `value`."""
    if value.keyword == "enum":
        return _outside_test(node, value.slug)
    if value.keyword != "type":
        return _bound_test(contract, node, value.keyword)
    wanted = cast("Json", value.json)
    return CLASSES.get(value.slug, lambda held: equal(held, wanted))


def _outside_test(node: Node, slug: str) -> Callable[[Json], bool]:
    listed = {item for shape in node.shapes for item in shape.listed("enum") if isinstance(item, str)}
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
        if validators[0].holds(held):
            return False
        return {each.keyword for each in validators[0].violations(held)} <= {keyword}

    return test


CLASSES: Mapping[str, Test] = {
    "true": lambda held: isinstance(held, bool),
    "fraction": lambda held: type_name(held) == "number",
    "integer": lambda held: type_name(held) == "integer",
    "text": lambda held: isinstance(held, str) and bool(held) and not _numeric(held) and held not in {"true", "false"},
    "empty-text": lambda held: held == "",
    "text-number": lambda held: isinstance(held, str) and _numeric(held),
    "text-true": lambda held: held in ("true", "false"),
    "array": lambda held: isinstance(held, list),
    "object": lambda held: isinstance(held, dict),
    "null": lambda held: held is None,
}
"""The test for each class of values of a wrong type, by its slug in the catalogue of values."""
