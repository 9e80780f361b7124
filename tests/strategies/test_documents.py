"""Other documents: what works for the published contract works for any, with no code changed."""

from typing import Any

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import Node
from conformance.coverage.keywords import request_coverage, response_coverage
from conformance.model.case import KEY
from conformance.model.jsontext import encode, read
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.label_proof import BY_BODY
from conformance.strategies.responses import invalid_responses, valid_responses

from .contracts import DOCUMENTS, cases_of, contract_of, standard, value_of, verdicts
from .running import run_against_reference

NAMES = ("bounds", "nested", "bearer")


@pytest.fixture(scope="module", params=NAMES)
def contract(request: pytest.FixtureRequest) -> Contract:
    """Return the contract of each document in turn."""
    return load_contract(DOCUMENTS / f"{request.param}.yaml")


def test_every_label_is_proven(contract: Contract) -> None:
    """Both validators agree with what is accepted and refused; what is refused breaks its schema at one place."""
    validator = contract.request_validator
    for case in cases_of(standard(contract)):
        readable, value = value_of(case)
        by_body = case.story is not None and case.story.keyword in BY_BODY
        if readable and case.expectation is Expectation.ACCEPTED:
            assert (True, True) == verdicts(contract, value), case.id
        if readable and case.expectation is Expectation.REJECTED and by_body:
            assert (False, False) == verdicts(contract, value), case.id
            assert 1 == len({each.pointer for each in validator.violations(value)}), case.id
            assert 1 == len({each.pointer for each in validator.fast_violations(value)}), case.id


def test_every_answer_is_what_it_is_called(contract: Contract) -> None:
    """Both validators agree with the labels of the answers that are made, and the answers meet every keyword."""
    assert contract.response_validator is not None
    heard = []
    for answer in (*valid_responses(contract), *invalid_responses(contract)):
        value = read(encode(answer.body)).value
        said = (contract.response_validator.is_valid(value), contract.response_validator.is_valid_by_jsonschema(value))
        assert (answer.valid, answer.valid) == said, answer.id
        heard.append((value, answer.valid))
    assert () == response_coverage(contract, heard).missing


def test_every_keyword_is_exercised_on_both_sides(contract: Contract) -> None:
    """Bounds, lengths, patterns, formats, lists, items, alternatives and closed objects leave no side out."""
    found = request_coverage(contract, cases_of(standard(contract)))
    assert () == found.missing
    assert () == found.unknown


def test_every_requirement_of_the_body_has_a_case(contract: Contract) -> None:
    """What is derived for acceptance and rejection is exercised; ids are unique."""
    exercised = {each for case in cases_of(standard(contract)) for each in case.requirements}
    rows = [row.id for row in contract.requirements]
    assert len(rows) == len(set(rows))
    derived = {row.id for row in contract.requirements if row.group.value in {"acceptance", "rejection"}}
    # Whether the parts of a body can be valid and the whole not, is up to the document.
    whole = f"reject.{contract.request.label}.schema"
    # Unknown properties have limits where there are any.
    shapes = (shape for node in contract.request.walk() for shape in node.shapes if shape.type == "object")
    limits = set() if any(shape.open for shape in shapes) else {"accept.unknown-limits"}
    assert derived - exercised <= {"accept.beyond-prose", "accept.reserved-property", whole, *limits}


def test_sizes_and_ids_are_those_of_any_contract(contract: Contract) -> None:
    """Ids are given once, smoke keeps its bounds, and the same document gives the same bytes."""
    found = standard(contract)
    ids = [case.id for case in cases_of(found)]
    assert len(ids) == len(set(ids))
    assert len(list(cases_of(standard(contract, Profile.SMOKE)))) <= 150
    assert found == standard(contract)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_server_has_no_finding(name: str) -> None:
    """The whole suite against the reference server of the document: nothing that weighs, and no doubt."""
    requests, findings, doubts = run_against_reference(load_contract(DOCUMENTS / f"{name}.yaml"))
    assert requests > 390
    assert ([], []) == (findings, doubts)


def alternative(kind: str, **members: Any) -> dict[str, Any]:
    """Return a closed object that a constant tells from others."""
    held = {"kind": {"const": kind}, **members}
    return {"type": "object", "required": ["kind"], "additionalProperties": False, "properties": held}


DOG = alternative("dog", barks={"type": "boolean", "default": True}, age={"type": "integer"})
CAT = alternative("cat", lives={"type": "integer", "default": 9}, age={"type": ["integer", "null"]})
UNIONS: dict[str, Any] = {
    "one-of": {"oneOf": [DOG, CAT]},
    "any-of": {"anyOf": [DOG, CAT, {"type": "string"}]},
    "nullable": {"anyOf": [CAT, {"type": "null"}, DOG]},
    "nested": {"oneOf": [alternative("pair", one={"oneOf": [DOG, CAT]}, other={"oneOf": [CAT, DOG]}), DOG]},
}


@pytest.mark.slow
@pytest.mark.parametrize("place", ["member", "required", "root"])
@pytest.mark.parametrize("union", UNIONS)
def test_a_right_server_of_alternatives_has_no_finding(union: str, place: str) -> None:
    """Whatever alternative was sent comes back whole, valid, and with its own defaults."""
    schema: Any = UNIONS[union]
    if place != "root":
        schema = {"type": "object", "properties": {"u": schema, "n": {"type": "integer"}}}
        schema |= {"required": ["u"]} if place == "required" else {}
    requests, findings, doubts = run_against_reference(contract_of(schema, schema))
    assert requests > 150
    assert ([], []) == (findings, doubts)


def node_at(contract: Contract, path: str) -> list[Node]:
    """Return the nodes at a path: several where alternatives declare it."""
    return [node for node in contract.request.walk() if node.path == path]


def test_bounds_are_bounds_of_their_own() -> None:
    """Each bound is a requirement on both sides of the request and of the answer."""
    contract = load_contract(DOCUMENTS / "bounds.yaml")
    assert contract.request.modelled
    for name in (
        "label.minLength", "label.maxLength", "taken_at.format", "code.pattern", "contact.format", "count.minimum",
        "percent.exclusiveMaximum", "step.multipleOf", "price.multipleOf", "offset.exclusiveMinimum", "level.enum",
    ):  # fmt: skip
        assert {f"{side}.Measurement.{name}" for side in ("accept", "reject", "response")} <= contract.by_id.keys()
    assert not any(row.group.value == "authentication" for row in contract.requirements)


def test_alternatives_keep_their_members_apart() -> None:
    """Each alternative of a union has nodes, requirements and cases of its own."""
    contract = load_contract(DOCUMENTS / "nested.yaml")
    assert not contract.request.modelled
    assert {"Card.kind", "Invoice.kind"} == {node.label for node in node_at(contract, "/payment/kind")}
    ids = {case.id for case in cases_of(standard(contract))}
    assert {"reject.payment.number.absent.smallest", "reject.payment.days.absent.smallest"} <= ids
    assert {"reject.lines.min-items-broken.fullest", "reject.lines.max-items-broken.fullest"} <= ids
    assert {"reject.tags.unique-items-broken.smallest", "reject.lines.*.amount.minimum-broken.smallest"} <= ids


def test_a_bearer_token_goes_before_everything() -> None:
    """The word before the key, the media type and the status are those of the document."""
    contract = load_contract(DOCUMENTS / "bearer.yaml")
    smallest = next(case for case in cases_of(standard(contract)) if case.id == "accept.smallest")
    assert ("Authorization", f"Bearer {KEY}") in smallest.request.headers
    assert ("Content-Type", "application/vnd.accounts+json") in smallest.request.headers
    assert "/accounts" == smallest.request.target
    assert ((201,), "/login") == (contract.operation.successes, contract.identity)
    _, body = value_of(smallest)
    assert isinstance(body, dict)
    assert {"login", "owner"} == body.keys()
    assert {"surname", "born"} == body["owner"].keys()  # type: ignore[union-attr]
