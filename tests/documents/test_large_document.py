"""Documents of the size of a large API: what planning does is counted, and bounded whatever the schema."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import class_case
from conformance.strategies.catalogue.catalogue import MOST_REQUESTS
from conformance.strategies.catalogue.rejected import rejected_cases
from conformance.strategies.values import bodies
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare
from conformance.workflow.setup.random_phases import PhasePreview, preview

from ..strategies.contracts import contract_of  # noqa: TID252 - test modules are found by path
from .large_document import OPERATION, large_document

MOST_MADE = 4_500
"""How many cases are made for a plan: half as many again as are sent, of the 20,000 that there could be."""

MANY = 160
"""More properties than a body has that is not large."""


def wide() -> dict[str, Any]:
    """Return the schema of an object with many properties, a string and an integer among them."""
    properties: dict[str, Any] = {f"p{number}": {"type": "boolean"} for number in range(MANY)}
    properties |= {"p0": {"type": "string", "maxLength": 9}, "p1": {"type": "integer", "minimum": 0}}
    return {"type": "object", "properties": properties, "required": ["p0", "p1"]}


def test_what_is_spared_leaves_no_requirement_without_a_case() -> None:
    """Of a large body fewer cases are made, and each requirement that had one has one."""
    contract = contract_of(wide())
    made: list[list[Case]] = []
    for thrifty in (False, True):
        build = Builder(contract, {}, thrifty=thrifty)
        places = list(bodies.lineages(contract.request))[1:]
        accepted = [
            case for each in places for value in build.valid(each[-1]) for case in class_case(build, each, value)
        ]
        made.append([*accepted, *rejected_cases(build)])
    whole, spared = ({each for case in cases for each in case.requirements} for cases in made)
    assert whole == spared
    assert len(made[1]) + build.sparing.count == len(made[0])
    assert len(made[1]) < len(made[0]) / 2


@pytest.mark.slow
def test_planning_a_large_document_makes_few_cases_and_validators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schemas of the two bodies are compiled once or twice each, and few cases are made that are not sent."""
    path = tmp_path / "large.json"
    path.write_text(json.dumps(large_document()), encoding="utf-8")
    counts = {"validators": 0, "cases": 0}
    compiled, case = BodyValidator._compiled, Builder.case  # noqa: SLF001 - what takes the time is counted

    def counted_compilation(self: BodyValidator) -> Any:
        counts["validators"] += 1
        return compiled(self)

    def counted_case(self: Builder, *arguments: Any) -> Case:
        counts["cases"] += 1
        return case(self, *arguments)

    monkeypatch.setattr(BodyValidator, "_compiled", counted_compilation)
    monkeypatch.setattr(Builder, "case", counted_case)
    prepared = prepare(load_contract(path, OPERATION), RunOptions())
    assert counts["validators"] <= 3
    assert MOST_REQUESTS <= counts["cases"] <= MOST_MADE
    assert prepared.plan.requests <= MOST_REQUESTS
    assert prepared.plan.left > 10_000
    bounds = (PhasePreview("schemathesis", 100, at_most=True), PhasePreview("hypothesis", 100, at_most=True))
    assert bounds == preview(prepared)
