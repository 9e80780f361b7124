"""Families of explanations: which values a parser that converts is to blame for."""

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.families import are_converted
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation

CONTRACT = load_contract()


@pytest.mark.parametrize(
    ("value", "converted"),
    [("0", True), ('""', True), ('["KEEP"]', True), ('"KEE"', False), ("{}", False), ("null", False)],
)
def test_values_that_may_be_converted(value: str, converted: bool) -> None:  # noqa: FBT001 (a row)
    """To another type than their own: a string that is not in the enum is converted to nothing, unless it is empty."""
    body = f'{{"name": "a", "promotion_settings": {{"promotion_cleanup_strategy": {value}}}}}'.encode()
    request = Request("POST", "/v1/models/m/environments", (), body)
    assert converted is are_converted(CONTRACT, [Case("case", Expectation.REJECTED, (), request)])
