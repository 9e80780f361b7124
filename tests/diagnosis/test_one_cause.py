"""A server that is wrong in one way gets one cause, whose sentence says what it does, to which requests, and where."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Outcome, Strength
from conformance.reports.results import Results
from conformance.workflow.api import run

from . import faulty_requests as requests
from . import faulty_responses as responses
from .faulty_servers import KEY, Arrives, Proxy


def results_of(
    folder: Path,
    arrives: Arrives | None,
    returns: Callable[[Any], Any] | None = None,
    profile: str = "standard",
) -> Results:
    """Return the results of a run against a server that is wrong in one way."""
    proxy = Proxy(Mock(load_contract(), key=KEY), arrives, returns)
    with BackgroundServer(proxy) as server:
        return run(target=server.url, profile=profile, out=folder, reports=(), phases=("catalogue",)).results


def sentences(results: Results) -> list[str]:
    """Return the sentences of the causes that weigh."""
    return [each.sentence for each in results.causes if each.strength is not Strength.ADVISORY]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


def test_rejects_every_request(tmp_path: Path) -> None:
    """It is one cause, and no requirement passes that a rejection would need a control for."""
    results = results_of(tmp_path, requests.rejects_all, profile="smoke")
    assert ["Rejects every request with 400"] == sentences(results)
    passed = [row.id for row in results.requirements if row.outcome is Outcome.PASSED]
    assert not [each for each in passed if each.startswith(("reject.", "authentication."))]
    assert any("proves nothing" in row.reason for row in results.requirements if row.outcome is Outcome.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("arrives", "said"),
    [
        (requests.checks_no_credential, "Accepts a missing or wrong credential"),
        (requests.validates_nothing, "Accepts an invalid value or property anywhere in the body"),
        (requests.ignores_unknown_properties, "Accepts an unknown property in `autoscaling_settings`"),
        (requests.breaks_on_equal, "Returns 500 for a request in which `min_replica` is equal to `max_replica`"),
        (requests.breaks_above_977, "Returns 500 for an integer above 977 for `max_replica`"),
        (requests.rejects_long_names, "Rejects a string of 41 or more characters for `name` with 422"),
        (requests.breaks_on_bad_json, "Returns 500 for bodies that are not JSON: ..."),
    ],
)
def test_in_smoke(arrives: Arrives, said: str, tmp_path: Path) -> None:
    """A short run is enough to tell what a server does not check, and what it breaks on."""
    (found,) = sentences(results_of(tmp_path, arrives, profile="smoke"))
    assert found.startswith(said.removesuffix("..."))
    assert said.endswith("...") or said == found


VALIDATED_BY_HAND = {
    "Accepts a value of the wrong type: ... places",
    "Accepts an unknown enum value: `rolling_deploy_strategy`",
    "Returns 500 for some values of the wrong type: the body, `autoscaling_settings`, `promotion_settings`",
    "Returns a string that is not a valid date-time: `created_at`",
}


@pytest.mark.parametrize("profile", ["smoke", pytest.param("standard", marks=pytest.mark.slow)])
def test_a_server_that_validates_by_hand(profile: str, tmp_path: Path) -> None:
    """What it does not check is told by the places, and not by what else is true of the requests."""
    results = results_of(tmp_path, requests.validates_partly, responses.returns_wrong_time, profile=profile)
    said = sentences(results)
    assert len(VALIDATED_BY_HAND) == len(said)
    assert VALIDATED_BY_HAND == {re.sub(r"\d+ places", "... places", each) for each in said}


def test_the_right_server_has_no_cause(tmp_path: Path) -> None:
    """What is between the suite and the right server adds no fault of its own."""
    assert [] == sentences(results_of(tmp_path, None, profile="smoke"))


ONE_CAUSE = {
    requests.accepts_any_json: "Accepts a body that violates the schema in any way",
    requests.accepts_any_bytes: "Accepts an invalid body of any kind, even one that is not JSON",
    requests.ignores_enums: "Accepts an unknown enum value",
    requests.coerces_types: "Converts values to the required type: accepts a quoted number where an integer is"
    " required, a quoted boolean where a boolean is required",
    requests.parses_leniently: "Parses JSON leniently: accepts a body with a block comment, a body with a line comment,"
    " a body with a line that is a comment, a body with a trailing comma",
    requests.decodes_anything: "Parses JSON leniently: accepts a body with bytes that are not UTF-8, an encoding"
    " other than UTF-8",
    requests.rejects_zero_fractions: "Rejects a number with a zero fraction with 422",
    requests.checks_no_scheme: "Accepts a credential without the documented scheme",
    requests.checks_no_key: "Accepts a wrong key",
    requests.breaks_when_deep: "Returns 500 for a body nested 21 or more levels deep",
    requests.rejects_escapes: "Rejects a body with a character escaped by number (\\u0041) with 400",
    requests.breaks_above_int32: "Returns 500 for an integer above 2147483647",
    requests.breaks_above_977: "Returns 500 for an integer above 977 for `max_replica`",
    requests.rejects_long_names: "Rejects a string of 41 or more characters for `name` with 422",
    requests.checks_no_media_type: "Accepts a request in which the body is an object and the media type is not the"
    " declared one",
    requests.breaks_on_equal: "Returns 500 for a request in which `min_replica` is equal to `max_replica`",
    requests.breaks_on_order: "Returns 500 for a request in which `min_replica` is greater than `max_replica`",
    requests.breaks_on_order_of_doubles: "Returns 500 for a request in which `min_replica` is greater than"
    " `max_replica`",
    requests.breaks_on_bad_json: "Returns 500 for bodies that are not JSON: a truncated JSON text, and 30 other kinds",
    requests.compares_with_defaults: "Rejects a request in which `max_replica` is less than `min_replica` (also by"
    " default) with 422",
    requests.breaks_on_incomplete: "Returns 500 for a body without `max_surge_percent`",
    requests.breaks_from_tenth: "Returns 500 for every request from creation 11 of the run",
}


@pytest.mark.slow
@pytest.mark.parametrize(("arrives", "said"), ONE_CAUSE.items(), ids=[each.__name__ for each in ONE_CAUSE])
def test_one_fault_is_one_cause(arrives: Arrives, said: str, tmp_path: Path) -> None:
    """A standard run tells exactly the predicate of the fault, be it a class, a threshold, an equality or an order."""
    assert [said] == sentences(results_of(tmp_path, arrives))


@pytest.mark.slow
def test_a_name_that_was_used_before(tmp_path: Path) -> None:
    """A fault of the state of the target is told by what was sent before, and is not intermittent."""
    said = "Returns 500 for a value of `name` accepted before"
    assert [said] == sentences(results_of(tmp_path, requests.breaks_on_a_used_name))


RETURNS = {
    responses.returns_constant: "Returns a different number than was sent: `autoscaling_settings.max_replica`",
    responses.returns_floats: "Returns a number rounded in 12 places",
    responses.returns_int32: "Returns a number wrapped to 32 bits in 12 places",
    responses.returns_previous(): "Returns a different number than was sent: `autoscaling_settings.max_replica`",
    responses.omits_time: "Omits a required property: `created_at`",
}


@pytest.mark.slow
@pytest.mark.parametrize(("returns", "said"), RETURNS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_one_fault_of_responses_is_one_cause(returns: Callable[[Any], Any], said: str, tmp_path: Path) -> None:
    """What is wrong with responses is one cause, be it of one property or of all integers."""
    assert [said] == sentences(results_of(tmp_path, None, returns))


@pytest.mark.slow
def test_a_fault_that_masks_others_says_so(tmp_path: Path) -> None:
    """What no response decided, since all that would show it have an error, is named in the cause and the other way."""
    results = results_of(tmp_path, requests.breaks_on_a_property)
    (cause,) = [each for each in results.causes if each.strength is not Strength.ADVISORY]
    echo = "semantics.UpdateAutoscalingSettingsV1.max_replica.echo"
    assert "Returns 500 for a body with `max_replica`" == cause.sentence
    assert echo in cause.masks
    (row,) = [each for each in results.requirements if each.id == echo]
    assert (Outcome.NOT_EXERCISED, f"Masked by this cause: {cause.sentence}") == (row.outcome, row.reason)


def masked_in(results: Results) -> set[str]:
    """Return what the one cause masks that is about a success response."""
    (cause,) = [each for each in results.causes if each.strength is not Strength.ADVISORY]
    return set(cause.masks)


def test_a_success_that_cannot_be_read_masks_what_would_be_said_of_it(tmp_path: Path) -> None:
    """Where every response is an array, nothing is known of its properties: the cause says so."""
    results = results_of(tmp_path, None, responses.returns_an_array, profile="smoke")
    echo = "semantics.CreateEnvironmentRequestV1.name.echo"
    assert {echo, "response.EnvironmentV1.created_at.type"} <= masked_in(results)
    (row,) = [each for each in results.requirements if each.id == echo]
    assert row.reason.startswith("Masked by this cause: Returns an array")


def test_a_wrong_property_masks_no_other(tmp_path: Path) -> None:
    """What the responses happened not to hold is not hidden by a property that is always wrong; what it means is."""
    assert {"semantics.created"} == masked_in(results_of(tmp_path, None, responses.returns_wrong_time, profile="smoke"))


@pytest.mark.parametrize("profile", ["smoke", pytest.param("standard", marks=pytest.mark.slow)])
def test_now_and_then(profile: str, tmp_path: Path) -> None:
    """A fault that shows in one request of seven is intermittent, with how often it showed."""
    (said,) = sentences(results_of(tmp_path, requests.breaks_sometimes, profile=profile))
    assert said.startswith("Intermittent: returns 500 for ")


@pytest.mark.slow
def test_two_faults_are_two_causes(tmp_path: Path) -> None:
    """A server that validates nothing and returns a wrong time of creation has two causes."""
    said = sentences(results_of(tmp_path, requests.validates_nothing, responses.returns_wrong_time))
    assert 2 == len(said)
    assert "Accepts an invalid value or property anywhere in the body" in said
    assert "`created_at`" in said[0] + said[1]


@pytest.mark.slow
def test_a_response_that_is_wrong_now_and_then(tmp_path: Path) -> None:
    """Where one response in three is wrong, the cause says that it is intermittent, and which property it is."""
    (said,) = sentences(results_of(tmp_path, None, responses.rotates()))
    assert said.startswith("Intermittent: returns ")
    assert said.endswith(": `created_at`")


@pytest.mark.slow
def test_a_server_that_returns_one_object(tmp_path: Path) -> None:
    """Every echo is lost, and every default: it is one fault."""
    said = "Returns the object of another request: `name` (to test a target that keeps nothing, use `--stateless`)"
    assert [said] == sentences(results_of(tmp_path, None, responses.returns_one_object([])))


@pytest.mark.slow
def test_a_server_that_returns_an_example(tmp_path: Path) -> None:
    """A mock that returns its example whatever was sent is one fault, and told how to be tested."""
    said = "Returns the same values whatever was sent (to test a target that keeps nothing, use `--stateless`)"
    returned = responses.returns_one_object([])
    assert [said] == sentences(results_of(tmp_path, None, lambda value: {**returned(value), "name": "example"}))
