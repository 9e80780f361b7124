"""The catalogue of faults: each is what it says, differs from the reference, and breaks a requirement that exists."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.mock.faults import catalogue as catalogue_of_faults
from conformance.mock.faults.catalogue import FAMILIES, faults, pick
from conformance.mock.faults.parts.fault import Fault
from conformance.model.errors import UsageError
from conformance.model.jsontext import JsonFault, read

FAMILY_NAMES = frozenset(
    "response echo default null accepts rejects crash drop auth http method media-type malformed lexical error state "
    "created path chunks accept-field host content-coding".split()
)

MIN_REPLICA = "UpdateAutoscalingSettingsV1.min_replica"

Fixture: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def catalogue(contract: Contract) -> tuple[Fault, ...]:
    """Return every fault of the published document."""
    return faults(contract)


@pytest.fixture
def shown(contract: Contract, make_mock: Fixture, drive: Fixture) -> Fixture:
    """Return what sends a fault's witness to a mock, with the fault or without."""

    async def answers(app: Mock, fault: Fault) -> list[object]:
        requests = fault.requests(contract)
        if fault.concurrent:
            return await asyncio.gather(*(drive(app, each) for each in requests))
        return [await drive(app, each) for each in requests]

    def show(fault: Fault, *, faulty: bool = True) -> tuple[Mock, list[Any]]:
        app = make_mock([fault] if faulty else [])
        return app, asyncio.run(answers(app, fault))

    return show


def test_there_are_faults_of_every_family_and_enough_of_them(catalogue: tuple[Fault, ...]) -> None:
    """At least 500 faults, and each family of the catalogue is there."""
    assert 500 <= len(catalogue)
    assert FAMILY_NAMES == {fault.family for fault in catalogue}


def test_ids_and_sentences_are_unique(contract: Contract) -> None:
    """No two faults, of whatever family, share an id or say the same."""
    every = [fault for family in FAMILIES for fault in family(contract)]
    for texts in ([fault.id for fault in every], [fault.sentence for fault in every]):
        assert [] == [text for text, count in Counter(texts).items() if count > 1]


def test_ids_are_slugs_and_sentences_are_sentences(catalogue: tuple[Fault, ...]) -> None:
    """An id can be typed in a shell; a sentence begins with a capital or a member and ends with a full stop."""
    for fault in catalogue:
        assert not set(fault.id) & set(" */?[]'\"$&;|<>()"), fault.id
        assert fault.sentence.endswith("."), fault.id
        assert "  " not in fault.sentence


def test_no_fault_is_bound_to_an_unknown_requirement(contract: Contract, catalogue: tuple[Fault, ...]) -> None:
    """For the published document every family names requirements that exist, and `faults` leaves none out."""
    every = [fault for family in FAMILIES for fault in family(contract)]
    unknown = [f"{fault.id}: {fault.requirement}" for fault in every if fault.requirement not in contract.by_id]
    assert [] == unknown
    assert [fault.id for fault in every] == [fault.id for fault in catalogue]


def test_two_faults_of_one_id_are_an_error_that_names_it(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault cannot hide another one."""
    (fault,) = pick(contract, ["http.undated"])

    def family(_: Contract) -> Iterator[Fault]:
        yield replace(fault, sentence="Another fault.")

    monkeypatch.setattr(catalogue_of_faults, "FAMILIES", (*FAMILIES, family))
    faults.cache_clear()
    with pytest.raises(ValueError, match=r"two faults are called http\.undated"):
        faults(contract)


def test_every_response_requirement_has_a_fault(contract: Contract, catalogue: tuple[Fault, ...]) -> None:
    """What an answer's shape must be, and what must be refused, is broken by a fault, requirement by requirement.

    Two kinds of rows are for other rows to break: a member that may be an object or null breaks the row of the object,
    and no text is converted from anything but by breaking its type.
    """
    assert contract.response is not None
    elsewhere = {f"response.{node.label}.type" for node in contract.response.walk() if node.nullable and node.children}
    elsewhere |= {f"reject.{node.label}.coercible" for node in contract.request.walk() if node.shape("string")}
    rows = {row.id for row in contract.requirements if row.id.startswith(("response.", "reject."))}
    # Numbers are parsed alike at every place: one fault stands for the rows of all.
    elsewhere |= {each for each in rows if each.endswith(".precision")} - {f"reject.{MIN_REPLICA}.precision"}
    assert set() == rows - elsewhere - {fault.requirement for fault in catalogue}


@pytest.mark.slow
def test_every_fault_differs_from_the_reference_by_its_witness(catalogue: tuple[Fault, ...], shown: Fixture) -> None:
    """Sent the requests of its witness, a mock with the fault answers otherwise, and counts that it did."""
    alike = []
    for fault in catalogue:
        _, right = shown(fault, faulty=False)
        started = time.perf_counter()
        app, wrong = shown(fault)
        late = fault.id == "http.slow" and time.perf_counter() - started >= app.delay_seconds
        if (right == wrong and not late) or app.fired[fault.id] == 0:
            alike.append(fault.id)
    assert [] == alike


@pytest.mark.slow
def test_the_reference_accepts_or_rejects_what_a_fault_rejects_or_accepts(
    catalogue: tuple[Fault, ...], shown: Fixture
) -> None:
    """A fault of accepting shows on a request that is rejected, one of rejecting on a request that is accepted."""
    for fault in catalogue:
        if fault.family not in {"accepts", "rejects"}:
            continue
        _, right = shown(fault, faulty=False)
        _, wrong = shown(fault)
        expected = (422, 200) if fault.family == "accepts" else (200, 422)
        found = (400 if right[0].status == 400 else right[0].status, wrong[0].status)
        assert found in {expected, (400, 200)}, fault.id


def test_what_a_lax_mock_makes_of_a_wrong_body_is_valid(
    contract: Contract, catalogue: tuple[Fault, ...], shown: Fixture
) -> None:
    """Taking too much is the only thing wrong: the answer keeps its schema."""
    assert contract.response_validator is not None
    for fault in catalogue:
        if fault.family in {"accepts", "malformed"}:
            _, (answer, *_) = shown(fault)
            assert contract.response_validator.is_valid(read(answer.body).value), fault.id


def test_faults_of_repetition_keep_the_shape_of_the_answer(
    contract: Contract, catalogue: tuple[Fault, ...], shown: Fixture
) -> None:
    """A value that is lost or damaged is still one that the response schema allows."""
    assert contract.response_validator is not None
    for fault in catalogue:
        if fault.family in {"echo", "default", "null", "created", "path"}:
            _, answers = shown(fault)
            if answers[-1].status == 200:
                assert contract.response_validator.is_valid(read(answers[-1].body).value), fault.id


@pytest.mark.slow
def test_faults_of_shape_break_the_response_schema(
    contract: Contract, catalogue: tuple[Fault, ...], shown: Fixture
) -> None:
    """An answer with such a fault is invalid, by both validators."""
    validator = contract.response_validator
    assert validator is not None
    for fault in catalogue:
        if fault.family == "response":
            _, (answer,) = shown(fault)
            body = read(answer.body).value
            assert (200, False, False) == (
                answer.status,
                validator.is_valid(body),
                validator.is_valid_by_jsonschema(body),
            ), fault.id


def test_crashes_are_500_and_drops_are_no_answer(catalogue: tuple[Fault, ...], shown: Fixture) -> None:
    """A crash shows on a request that the reference answers without one."""
    for fault in catalogue:
        if fault.family not in {"crash", "drop"}:
            continue
        _, (right,) = shown(fault, faulty=False)
        _, (wrong,) = shown(fault)
        assert right.status < 500, fault.id
        expected = (0, "dropped") if fault.family == "drop" else (500, "whole")
        assert expected == (wrong.status, wrong.ending), fault.id


def test_malformed_bodies_are_malformed(catalogue: tuple[Fault, ...], contract: Contract) -> None:
    """What a fault of reading takes is no JSON, or has a member twice."""
    for fault in catalogue:
        if fault.family == "malformed":
            (request,) = fault.requests(contract)
            with suppress(JsonFault):
                assert read(request.body or b"").duplicates, fault.id


def test_a_fault_shows_on_no_other_request(make_mock: Fixture, post_anywhere: Fixture, contract: Contract) -> None:
    """A fault with a condition leaves other requests alone."""
    app = make_mock(pick(contract, ["rejects.UpdateAutoscalingSettingsV1.min_replica.zero"]))
    assert 422 == post_anywhere(app, {"name": "a", "autoscaling_settings": {"min_replica": 0}}).status
    assert 200 == post_anywhere(app, {"name": "a", "autoscaling_settings": {"min_replica": 1}}).status
    assert 200 == post_anywhere(app, {"name": "b", "autoscaling_settings": {"max_replica": 0}}).status


def test_a_fault_of_every_nth_request_shows_on_every_nth(
    make_mock: Fixture, post_anywhere: Fixture, contract: Contract
) -> None:
    """One in two is the second, the fourth, the sixth."""
    app = make_mock(pick(contract, ["state.one-in-2-rejected"]))
    assert [200, 400] * 3 == [post_anywhere(app, {"name": f"n{number}"}).status for number in range(6)]


@pytest.mark.parametrize(
    "value", ["1e1000000000000", "-1e1000000000000", "-0e1000000000000", "1.5e-1000000000000", "9" * 4_300,
              '"1e1000000000000"', f'"{"1" * 5_000}"', '"Infinity"', '"\\ud800"', "[" * 100 + "]" * 100],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_no_fault_fails_on_a_value_that_programs_trip_over(
    make_mock: Fixture, post_anywhere: Fixture, contract: Contract, value: str
) -> None:
    """Faults that test or change numbers return a response, or drop the connection, for every JSON value."""
    chosen = pick(contract, ["*.min_replica.*", "*.number.*", "*.string.*"])
    body = f'{{"name": "a", "autoscaling_settings": {{"min_replica": {value}}}}}'.encode()
    endings = {post_anywhere(make_mock([fault]), body).ending for fault in chosen}
    assert endings <= {"whole", "dropped"}


def test_faults_work_together(make_mock: Fixture, post_anywhere: Fixture, contract: Contract) -> None:
    """Any combination is served, each fault on top of the others."""
    ids = ["http.status-201", "response.EnvironmentV1.created_at.absent", "auth.no-credential", "http.undated"]
    answer = post_anywhere(make_mock(pick(contract, ids)), {"name": "a"}, drop=["authorization"])
    assert (201, None) == (answer.status, answer.header("date"))
    assert "created_at" not in answer.json()


def test_an_answer_tells_its_faults_only_when_asked(
    make_mock: Fixture, post_anywhere: Fixture, contract: Contract
) -> None:
    """With `tell` the field names the faults that showed on this answer; without it nothing does."""
    chosen = pick(contract, ["http.status-201", "auth.bearer"])
    assert "http.status-201" == post_anywhere(make_mock(chosen, tell=True), {"name": "a"}).header("x-conformance-fault")
    assert None is post_anywhere(make_mock(chosen), {"name": "a"}).header("x-conformance-fault")
    refused = post_anywhere(make_mock(chosen, tell=True), {}, drop=["authorization"])
    assert (401, None) == (refused.status, refused.header("x-conformance-fault"))


def test_pick_takes_ids_and_patterns_once_each(contract: Contract) -> None:
    """Ids keep their order, a pattern stands for all that fit, and nothing comes twice."""
    picked = pick(contract, ["http.undated", "http.status-20?", "http.undated"])
    names = ["http.undated", *(f"http.status-20{digit}" for digit in "12364")]
    assert names[0] == picked[0].id
    assert set(names) == {fault.id for fault in picked}
    assert len(names) == len(picked)


@pytest.mark.parametrize(
    ("wanted", "hint"), [("auth.bearrer", "auth.bearer"), ("undated", "http.undated"), ("qqqq*", "--list-faults")]
)
def test_pick_names_what_is_near(contract: Contract, wanted: str, hint: str) -> None:
    """An unknown id is told with the ids that it may have meant."""
    with pytest.raises(UsageError, match=hint):
        pick(contract, [wanted])
