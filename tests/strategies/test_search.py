"""The search for valid values: it ends soon, whatever the schema, and formats have as many values as are asked for."""

import pytest

from conformance.contract.schemas.validators import BodyValidator
from conformance.model.jsontext import Json, plain_json
from conformance.strategies.values import strings
from conformance.strategies.values.construction import distinct_items
from conformance.strategies.values.search import STEPS, Search

from .contracts import contract_of, verdicts

BUDGET = 50


@pytest.mark.parametrize("format_", strings.FORMATS)
def test_different_values_of_a_format(format_: str) -> None:
    """An array of different items can be made of each format."""
    items = {"type": "string", "format": format_, "maxLength": 40}
    contract = contract_of({"type": "array", "items": items, "minItems": 3, "uniqueItems": True})
    found = distinct_items(contract.request, 0, 3) or []
    assert (True, True) == verdicts(contract, plain_json(found))


def test_a_search_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every array is longer than the one before and none is right, the values that are made are bounded."""
    items = {"type": "string", "enum": ["a" * 30]}
    contract = contract_of({"type": "array", "items": items, "minItems": 2, "uniqueItems": True})
    tried: list[Json] = []
    broken_places = BodyValidator.broken_places

    def counted(self: BodyValidator, value: Json) -> tuple[str, ...]:
        tried.append(value)
        return broken_places(self, value)

    monkeypatch.setattr(BodyValidator, "broken_places", counted)
    assert Search(contract.request, contract.request_validator).mended([], budget=BUDGET) is None
    assert len(tried) <= BUDGET * (STEPS + 2)
    assert max(len(each) for each in tried if isinstance(each, list)) < BUDGET
