"""One rule: catalogue, random cases, recognised requests and mock say the same of every body."""

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.classify.classification import classify
from conformance.classify.traits import defects
from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import occurrences
from conformance.mock.app import Mock, reference_app
from conformance.mock.faults.parts.laxity import ALIKE, class_test
from conformance.mock.recognising import recognised
from conformance.model.case import SLOT, Case, Relation
from conformance.model.jsontext import Json, encode, equal, plain_json, read
from conformance.model.pointer import from_tokens, split
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Expectation, Group
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.label_proof import BY_BODY
from conformance.strategies.catalogue.wire_parts import SERVER_ERROR
from conformance.strategies.random.from_hypothesis import (
    InvalidBody,
    environment_requests,
    invalid_environment_requests,
)
from conformance.strategies.random.labelling import body_case, bytes_case
from conformance.strategies.values import bodies, classes

from ..strategies.contracts import DOCUMENTS, cases_of, standard  # noqa: TID252 - test modules are found by path

CONTRACTS = {
    "published": load_contract(),
    **{name: load_contract(DOCUMENTS / f"{name}.yaml") for name in ("bounds", "nested", "bearer")},
}

each_contract = pytest.mark.parametrize("name", CONTRACTS)


@cache
def builder(name: str) -> Builder:
    """Return what makes requests of a contract."""
    contract = CONTRACTS[name]
    return Builder(contract, dict.fromkeys(contract.operation.path_parameters, "abcd1234"))


@cache
def reference(name: str) -> Mock:
    """Return a reference server of a contract."""
    return reference_app(CONTRACTS[name])


def agreed(name: str, data: bytes) -> Case:
    """Assert that all say the same of the bytes of a body; return its case as random ones are labelled."""
    contract, build, mock = CONTRACTS[name], builder(name), reference(name)
    found = classify(contract, data)
    request = build.request(data)
    label, told = bytes_case(build, "test", data, None), recognised(contract, request)
    assert found.requirements == told.requirements
    assert (found.requirements or (SERVER_ERROR,)) == label.requirements
    assert found.expectation == label.expectation == told.expectation
    assert found.beyond == label.beyond == told.beyond
    assert label.story is not None
    assert told.story is not None
    if found.defects and found.requirements:
        focus = (found.defects[0].pointer, found.defects[0].keyword, found.defects[0].kind)
        for story in (label.story, told.story):
            assert focus == (story.pointer, story.keyword, story.kind)
    if found.valid is not None:
        mock.reset()
        answer = mock.respond(request.method, request.target, request.headers, request.body)
        assert found.valid is (answer.status in contract.operation.successes), answer
    return label


def lax_classes(contract: Contract, body: Json) -> Iterator[tuple[classes.Value, str, Json]]:
    """Yield, for each value in a body, each class in which a lax mock takes it, with the requirement that it breaks."""
    for node, _, held in occurrences(contract.request, body):
        for value in classes.invalid_values(node):
            if class_test(node, value)(held):
                yield value, requirement_id(Group.REJECTION, node.label, value.rule), held


def mock_agrees(contract: Contract, body: Json) -> None:
    """Assert that what a lax mock takes breaks the requirement that its fault is named after.

    Not where alternatives have properties of one name: which of them a value is held against, the value alone does not
    tell.
    """
    if not contract.request.modelled:
        return
    broken = {each.requirement: each.kind for each in defects(contract.request, body)}
    for value, requirement, held in lax_classes(contract, body):
        kinds = {value.kind, ALIKE.get(value.kind, value.kind)}
        if requirement not in broken:
            # A server that takes any integer for a boolean takes 0 and 1, which are converted.
            assert ("an integer", True) == (value.kind, any(equal(held, each) for each in (0, 1)))
        else:
            assert any(broken[requirement].startswith(kind) for kind in kinds)


# Made by nobody who reads the schema: any JSON, with the names and the values that it knows strewn in.
TRICKY = (
    "", " ", "1", "+1", "1.0", "1.5", "1e3", "0x10", "1_000", "inf", "nan", " 1 ", "true", "NO", "0", "null", "KEEP",
    "keep", " KEEP", "KEE", "card", "invoice", "abc", "a b", "\u00e9", "2026-01-02T03:04:05Z", "AAA-0000",
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.integers()
    | st.sampled_from([0.5, 1.5, 1.0, 1e30])
    | st.sampled_from(TRICKY)
    | st.text(max_size=4)
)


@cache
def anything(name: str) -> st.SearchStrategy[Any]:
    """Return any JSON, its properties those of a contract for the most part."""
    contract = CONTRACTS[name]
    known = sorted({node.name for node in contract.request.walk() if node.name not in {"", "*"}})
    names = st.sampled_from([*known, "x", "__proto__", "", known[0].upper()])
    return st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=8
    )


@cache
def planted(name: str) -> st.SearchStrategy[Any]:
    """Return valid bodies in which the value at one place is anything."""
    lineages, defaults = list(bodies.lineages(CONTRACTS[name].request)), builder(name).defaults

    def body(drawn: tuple[bodies.Lineage, bool, Json]) -> Json:
        lineage, full, value = drawn
        return plain_json(bodies.planted(lineage, value, "fullest" if full else "smallest", defaults))

    return st.tuples(st.sampled_from(lineages), st.booleans(), anything(name)).map(body)


@cache
def valid(name: str) -> st.SearchStrategy[Any]:
    """Return valid bodies."""
    return environment_requests(contract=CONTRACTS[name])


@cache
def invalid(name: str) -> st.SearchStrategy[InvalidBody]:
    """Return bodies with one thing wrong."""
    return invalid_environment_requests(contract=CONTRACTS[name])


@pytest.mark.slow
@each_contract
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_all_agree_on_any_json(name: str, data: st.DataObject) -> None:
    """Whatever is sent: label, recognised request, reference server and lax mock have one opinion."""
    body = data.draw(anything(name) | planted(name))
    agreed(name, encode(body))
    mock_agrees(CONTRACTS[name], body)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, contract in CONTRACTS.items() if contract.request.modelled])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_what_is_found_wrong_is_what_jsonschema_finds(name: str, data: st.DataObject) -> None:
    """Place and keyword of each defect are those of jsonschema, but for what else a value of a wrong type breaks."""
    contract = CONTRACTS[name]
    found = classify(contract, encode(data.draw(anything(name) | planted(name))))
    if found.valid is False:
        expected = {(each.pointer, each.keyword) for each in contract.request_validator.violations(found.body)}
        wrong = {pointer for pointer, keyword in expected if keyword == "type"}
        ours = {(each.pointer, each.keyword) for each in found.defects}
        assert {each for each in expected if each[0] not in wrong or each[1] == "type"} == ours


@each_contract
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_all_agree_on_valid_bodies(name: str, data: st.DataObject) -> None:
    """What is drawn as valid is accepted by all."""
    body = data.draw(valid(name))
    assert Expectation.REJECTED is not agreed(name, encode(body)).expectation


@pytest.mark.slow
@each_contract
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_all_agree_with_what_was_planted(name: str, data: st.DataObject) -> None:
    """A body that was drawn to be wrong at one place has the requirement and the kind that it was drawn with.

    Where alternatives are drawn from, the body may be meant for another than the one that was to be broken.
    """
    drawn = data.draw(invalid(name))
    case = agreed(name, encode(drawn.body))
    mock_agrees(CONTRACTS[name], drawn.body)
    assert case.story is not None
    if CONTRACTS[name].request.modelled:
        assert (drawn.requirements, drawn.story.kind) == (case.requirements, case.story.kind)
    constructed = body_case(builder(name), "test", drawn.body, drawn.story, valid=False)
    assert (case.requirements, case.story.kind) == (constructed.requirements, constructed.story.kind)  # type: ignore[union-attr]


OTHERWISE = {
    "reject.utf-8.utf-16-le": "a string of ASCII alone in UTF-16 is valid UTF-8 as well, full of NUL",
    "reject.payment.kind.absent.*.2": "without its constant a body is meant for either alternative",
}
"""Cases that are refused for another requirement than their bytes tell, each with the reason."""


def of_body(name: str) -> Iterator[tuple[Case, bool]]:
    """Yield the cases of a catalogue that differ from the usual request in their body alone; relations' are marked."""
    usual = builder(name).request(b"")
    for item in standard(CONTRACTS[name]):
        for case in cases_of([item]):
            request = case.request
            if request.body is not None and usual == replace(request, body=usual.body, chunked=usual.chunked):
                yield case, isinstance(item, Relation)


def general(pointer: str) -> str:
    """Return a pointer with `*` for indices."""
    return from_tokens("*" if token.isdecimal() else token for token in split(pointer))


@pytest.mark.slow
@each_contract
def test_what_the_catalogue_refuses_all_refuse_for_the_same(name: str) -> None:
    """Requirement, place and kind of each refused body are those of the catalogue, whoever labels it."""
    found, used = 0, set()
    for case, related in of_body(name):
        if case.expectation is not Expectation.REJECTED:
            continue
        label = agreed(name, case.request.body or b"")
        assert label.story is not None
        assert case.story is not None
        reasons = [glob for glob in OTHERWISE if fnmatchcase(case.id, glob)]
        if reasons:
            used.update(reasons)
            assert case.requirements[0] != label.requirements[0], case.id
            continue
        found += 1
        assert case.requirements[:1] == label.requirements, case.id
        # The kinds of what is no JSON, and those of relations, tell more than a body does.
        if case.story.keyword in BY_BODY and not related:
            assert (case.story.pointer, case.story.kind) == (general(label.story.pointer), label.story.kind), case.id
    assert found > 100
    assert used >= {"reject.utf-8.utf-16-le"}


WEAKER = {
    "accept.*int8*": "an integer of 32 bits is plain wherever it is met; the catalogue sends the edge for its own sake",
    "accept.*int16*": "as above",
    "accept.*.int32-max": "as above",
    "accept.*.minus-zero": "that 0 was written with a sign is lost when it is read",
    "accept.name.null-like": "letters alone are a plain text, whatever they spell",
    "accept.json.*": "the case is about how a valid body is written",
    "accept.chunked": "the case is about how a valid body is sent",
    "accept.stated.*.hundred": "a percentage that the documentation may leave out: a server may reject it",
    "accept.promotion_settings.rolling_deploy_config.max_surge_percent.absent": "both percentages are 0: a page's rule",
}
"""Accepted cases whose strength differs from that of their body, each with the reason."""


@pytest.mark.slow
def test_what_the_catalogue_accepts_all_accept_as_strongly() -> None:
    """A body is a must where its case is one: the case is about one thing in it, the label about all that it holds."""
    by_id, used = CONTRACTS["published"].by_id, set()
    for case, _ in of_body("published"):
        if case.expectation is not Expectation.ACCEPTED:
            continue
        label = agreed("published", case.request.body or b"")
        assert (Expectation.ACCEPTED, case.beyond) == (label.expectation, label.beyond), case.id
        reasons = {glob for glob in WEAKER if fnmatchcase(case.id, glob)}
        one, other = (by_id[each.requirements[0]].strength for each in (case, label))
        assert one is other or reasons, case.id
        used |= reasons if one is not other else set()
    assert WEAKER.keys() == used


@pytest.mark.parametrize("text", ["", "0x10", "1_000", "inf", "1.5e3", "1.5", "+1", "1"])
def test_what_once_was_told_in_two_ways_is_told_in_one(text: str) -> None:
    """Strings where an integer is required: catalogue, random case, recognised request and mock."""
    body = {"name": SLOT, "autoscaling_settings": {"min_replica": text}}
    case = agreed("published", encode(body))
    mock_agrees(CONTRACTS["published"], body)
    rule = "coercible" if text in {"1", "+1", "1.5e3"} else "type"
    assert (f"reject.UpdateAutoscalingSettingsV1.min_replica.{rule}",) == case.requirements


def test_numbers_that_no_float_holds_are_classified() -> None:
    """A body with an exponent beyond every machine is valid, as a string it is converted, and nothing overflows."""
    contract = CONTRACTS["published"]
    huge = read(b'{"name": "staging", "autoscaling_settings": {"min_replica": 1e1000000000000}}').value
    assert classify(contract, encode(huge)).valid
    quoted = {"name": "staging", "autoscaling_settings": {"min_replica": "1e1000000000000"}}
    (found,) = defects(contract.request, quoted)
    assert found.requirement.endswith(".min_replica.coercible")
    assert not list(defects(contract.request, {"name": "a", "autoscaling_settings": {"min_replica": Decimal("1e9")}}))
