"""Conversions: what a target accepts because its parser converts values of one type to another."""

from collections.abc import Iterable

from conformance.classify.coercion import convertible
from conformance.classify.traits import defects
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import find
from conformance.model.case import Case
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import try_read

ENOUGH = 4
"""How many kinds of value a parser converts at least: a property that is not checked has fewer."""


def are_converted(contract: Contract, cases: Iterable[Case]) -> bool:
    """Tell whether each of some bodies is invalid for nothing but a value that parsers convert."""
    return all(_is_converted(contract, case) for case in cases)


def _is_converted(contract: Contract, case: Case) -> bool:
    text = try_read(case.request.body)
    wrong = list(defects(contract.request, text.value)) if text is not None else []
    if text is None or len(wrong) != 1 or wrong[0].keyword not in {"type", "enum"}:
        return False
    node, value = find(contract.request, wrong[0].pointer), get(text.value, wrong[0].pointer, MISSING)
    return node is not None and value is not MISSING and convertible(node.types, value)
