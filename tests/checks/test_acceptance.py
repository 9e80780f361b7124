"""Acceptance: what the contract allows is taken, what pages forbid is a note, and right credentials are right."""

import pytest
from msgspec.structs import replace

from conformance.checks.acceptance import accepted, prose, right_credential, trials
from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract
from conformance.model.case import Case
from conformance.model.exchange import Failure
from conformance.model.vocabulary import Expectation

from .subjects import (
    FOCUS,
    a_story,
    body_of,
    case,
    contract_of,
    observed,
    only,
    passed,
    rejected,
    silent,
    subject,
    summary,
)

AT = "/autoscaling_settings/min_replica"
EDGE = "accept.UpdateAutoscalingSettingsV1.min_replica.type"
BEYOND = "accept.beyond-prose"
PROVEN = Settings(proven=True)
LIVE = Settings(loopback=False)
STORY = a_story(kind="an integer above 2^53")


def usual(*requirements: str, beyond: tuple[str, ...] = (), slotted: bool = True) -> Case:
    """Return a case that must be accepted, with a story."""
    return case(Expectation.ACCEPTED, *requirements, story=STORY, beyond=beyond, slotted=slotted)


def open_contract() -> Contract:
    """Return a contract without credentials."""
    return contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})


def test_accepted() -> None:
    """A declared success passes all that the case exercises."""
    assert [FOCUS, EDGE] == passed(accepted(subject(usual(FOCUS, EDGE))))
    assert [FOCUS] == passed(accepted(subject(failure=Failure.TRUNCATED)))


@pytest.mark.parametrize("code", [400, 402, 406, 415, 422, 499])
def test_refuses(code: int) -> None:
    """A refusal is found for the first requirement, with the class of what was sent."""
    found = only(accepted(subject(usual(EDGE, FOCUS), status=code)))
    assert (EDGE, "rejects | an integer above 2^53 | 4xx", AT) == summary(found)
    assert f"{EDGE} | {AT} | rejects | an integer above 2^53 | 4xx" == str(found.cause)
    assert "Rejects an integer above 2^53" == found.sentence
    assert f'Rejects `min_replica: "abc"` with {code}' == found.message
    assert ("accepted with 200", str(code)) == (found.expected, found.actual)


def test_refuses_without_a_story() -> None:
    """A case without a story is named by its id; random names of members are in no cause."""
    found = only(accepted(subject(status=400)))
    assert ("Rejects a valid request (400)", "Rejects a valid request", "") == (
        found.message,
        found.sentence,
        found.pointer,
    )
    odd = case(Expectation.ACCEPTED, FOCUS, story=a_story("/random"))
    assert "random" not in only(accepted(subject(odd, status=400))).place


def test_name_that_is_taken() -> None:
    """409 is a refusal only where the name is fresh, and no rejected request had it."""
    assert only(accepted(subject(usual(), status=409)))
    assert silent(accepted, subject(usual(FOCUS, "error.leaves-nothing"), status=409))
    assert silent(accepted, subject(usual(slotted=False), status=409))
    assert only(accepted(subject(usual(slotted=False), status=400)))


def test_beyond_prose() -> None:
    """What pages forbid may be refused by a live host; on loopback that is a finding, never a must."""
    edge, must = usual(EDGE, beyond=("advisory.min_replica",)), usual(FOCUS, beyond=("advisory.min_replica",))
    assert silent(accepted, subject(edge, status=400, settings=LIVE), subject(must, status=400, settings=LIVE))
    assert EDGE == only(accepted(subject(edge, status=400))).requirement
    assert BEYOND == only(accepted(subject(must, status=400))).requirement
    assert FOCUS == only(accepted(subject(usual(FOCUS), status=400, settings=LIVE))).requirement
    assert [FOCUS] == passed(accepted(subject(must, settings=LIVE)))


def test_refusal_that_is_about_the_run() -> None:
    """Credential and path have requirements of their own; where no credential is asked for, 401 is a refusal."""
    for code in (401, 403, 404, 405, 429):
        assert silent(accepted, subject(status=code))
    for code in (401, 404, 405, 429):
        assert silent(accepted, subject(status=code, settings=PROVEN))
    assert only(accepted(subject(status=403, settings=PROVEN)))
    plain = case(target="/things")
    for code in (401, 403):
        assert only(accepted(subject(plain, status=code, of=open_contract())))
    for code in (404, 405):
        assert silent(accepted, subject(plain, status=code, of=open_contract()))


def test_all_declared_successes_are_told() -> None:
    """What would have been right is told, all of it."""
    responses = {"200": {"description": ""}, "202": {"description": ""}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": responses})
    assert "accepted with 200 or 202" == only(accepted(subject(case(target="/things"), status=400, of=of))).expected


def test_accepted_does_not_apply() -> None:
    """Other cases, redirections, undeclared successes, errors of the server and silence are not judged here."""
    assert silent(
        accepted,
        subject(rejected()),
        subject(rejected(), status=400),
        subject(observed(FOCUS)),
        subject(observed(FOCUS), status=400),
        *(subject(status=code) for code in (201, 302, 399, 500)),
        subject(response=False, failure=Failure.CLOSED),
        subject(replace(case(), requirements=())),
        subject(replace(case(), requirements=()), status=400),
    )


def test_prose() -> None:
    """A body that pages forbid: refused passes, taken is a note for each page."""
    odd = usual(EDGE, beyond=("advisory.min_replica", "advisory.replica-order"))
    assert ["advisory.min_replica", "advisory.replica-order"] == passed(prose(subject(odd, status=400)))
    one, other = prose(subject(odd, status=201))
    pattern = "documentation rule | a body that violates a documentation rule | 2xx"
    assert ("advisory.min_replica", pattern, AT) == summary(one)  # type: ignore[arg-type]
    assert "advisory.replica-order" == other.requirement
    assert "Accepts values outside the ranges and rules that the documentation states" == one.sentence  # type: ignore[union-attr]
    assert 'Accepts `min_replica: "abc"` with 201, which the documentation rules out' == one.message  # type: ignore[union-attr]
    assert ("rejected, as documented", "201") == (one.expected, one.actual)  # type: ignore[union-attr]
    unknown = only(prose(subject(case(beyond=("no.such",)))))
    assert ("Accepts a valid request (200), which the documentation rules out", "") == (
        unknown.message,
        unknown.pointer,
    )
    assert "" == only(prose(subject(case(beyond=("a.b",), story=a_story("/random"))))).place


def test_prose_does_not_apply() -> None:
    """What is refused for another reason, or not at all beyond pages, is no word on them."""
    odd = usual(EDGE, beyond=("advisory.min_replica",))
    assert silent(prose, *(subject(odd, status=code) for code in (401, 404, 429, 500)), subject(usual()))
    assert passed(prose(subject(odd, status=404, settings=PROVEN)))


UNUSED = "`rolling_deploy: false` with `rolling_deploy_config`"


def trial(name: str, requirement: str) -> Case:
    """Return a trial."""
    return observed(requirement, story=a_story("", "trial", name))


def test_trials_without_a_right_outcome() -> None:
    """Where no page says what should become of a body, either is a note."""
    requirement = "drift.max_scale_down_rate"
    for code, word in ((200, "accepted"), (400, "rejected"), (302, "rejected")):
        found = only(trials(subject(trial("the unknown property `max_scale_down_rate`", requirement), status=code)))
        assert (requirement, f"trial | the unknown property `max_scale_down_rate` | {word}", "") == summary(found)
        verb = "Accepts" if word == "accepted" else "Rejects"
        assert f"{verb} the unknown property `max_scale_down_rate`" == found.sentence
        assert str(code) == found.actual


def test_trials_with_a_right_outcome() -> None:
    """Where a page says it, that passes and the other is a note."""
    unused = trial(UNUSED, "advisory.rolling-config-unused")
    assert ["advisory.rolling-config-unused"] == passed(trials(subject(unused)))
    assert f"trial | {UNUSED} | rejected" == str(only(trials(subject(unused, status=400))).pattern)
    reserved = trial("the reserved name `production`", "advisory.reserved-name")
    assert ["advisory.reserved-name"] == passed(trials(subject(reserved, status=409)))
    assert "trial | the reserved name `production` | accepted" == str(only(trials(subject(reserved))).pattern)


def test_trials_do_not_apply() -> None:
    """A refusal for another reason, an unknown trial and other cases are not recorded."""
    reserved = trial("the reserved name `production`", "advisory.reserved-name")
    assert silent(trials, *(subject(reserved, status=code) for code in (401, 403, 404, 429, 500)))
    assert passed(trials(subject(reserved, status=403, settings=PROVEN)))
    assert silent(trials, subject(trial("no-such", "advisory.reserved-name")), subject(), subject(usual()))


def test_right_credential() -> None:
    """Any success shows that the credential was taken; 401 and 403 that it was not."""
    for code in (200, 201):
        assert ["authentication.valid"] == passed(right_credential(subject(status=code)))
    for code in (401, 403):
        found = only(right_credential(subject(usual(FOCUS), status=code)))
        pattern = f"rejects | a valid credential | {code}"
        assert ("authentication.valid", pattern, "Authorization") == summary(found)
        assert "Rejects a valid credential" == found.sentence
        assert ("accepted", str(code)) == (found.expected, found.actual)


def test_right_credential_written_otherwise() -> None:
    """Where only the header section was changed, the requirement of that change speaks."""
    odd = case(Expectation.ACCEPTED, "transport.field-names", story=a_story("", "header", "odd names"))
    for code in (401, 403):
        found = only(right_credential(subject(odd, status=code)))
        assert ("transport.field-names", f"rejects | odd names | {code}", "Authorization") == summary(found)
        assert "Rejects odd names" == found.sentence


def test_forbidden_for_another_reason() -> None:
    """403 to a value that a sane server may refuse, or once a right request was taken, is no word on the credential."""
    assert silent(right_credential, subject(usual(EDGE), status=403), subject(status=403, settings=PROVEN))
    assert only(right_credential(subject(usual(EDGE), status=401)))
    assert only(right_credential(subject(status=401, settings=PROVEN)))
    assert only(right_credential(subject(usual("no.such"), status=403)))


def test_right_credential_does_not_apply() -> None:
    """Other cases and statuses, and documents that ask for no credential, are not judged here."""
    assert silent(
        right_credential,
        subject(rejected()),
        subject(observed(FOCUS), status=401),
        *(subject(status=code) for code in (302, 400, 404, 429, 500)),
        subject(case(target="/things"), status=401, of=open_contract()),
        subject(case(target="/things"), of=open_contract()),
    )
