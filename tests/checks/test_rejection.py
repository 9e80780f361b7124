"""Rejection: what the contract forbids is not taken, and what it advises against is recorded."""

import pytest
from msgspec.structs import replace

from conformance.checks.rejection import recorded
from conformance.checks.rejection import rejected as check
from conformance.checks.shared.subject import Settings
from conformance.model.exchange import Failure
from conformance.model.vocabulary import Expectation

from .subjects import REJECT, a_story, case, observed, only, passed, rejected, silent, subject, summary

PROVEN = Settings(proven=True)
TWICE = "reject.duplicate-names"
AT = "/autoscaling_settings/min_replica"


@pytest.mark.parametrize("code", [200, 201, 204, 299])
def test_taken(code: int) -> None:
    """Any 2xx to a body that the contract forbids is found, also where the answer broke off."""
    for failure in (None, Failure.TRUNCATED):
        found = only(check(subject(rejected(), status=code, failure=failure)))
        assert (REJECT, "accepts | a string where it is not due | 2xx", AT) == summary(found)
        assert f"{REJECT} | {AT} | accepts | a string where it is not due | 2xx" == str(found.cause)
        assert "Accepts a string where it is not due" == found.sentence
        assert f'Accepts `min_replica: "abc"` with {code}' == found.message
        assert ("rejected with 4xx", str(code)) == (found.expected, found.actual)


def test_taken_without_a_story() -> None:
    """A case without a story is named by its id."""
    found = only(check(subject(case(Expectation.REJECTED, REJECT))))
    assert ("Accepts a valid request (200)", "") == (found.message, found.pointer)


def test_undeclared_member_in_the_cause() -> None:
    """The name of an undeclared member may be random: the cause has the object that holds it."""
    found = only(check(subject(rejected(story=a_story("/autoscaling_settings/xyz")))))
    assert "/autoscaling_settings" == found.place
    assert "/autoscaling_settings/xyz" == found.pointer


@pytest.mark.parametrize("code", [302, 400, 409, 422, 499])
def test_refused(code: int) -> None:
    """Any refusal passes all that the case exercises: its class is another requirement."""
    both = rejected(REJECT, "reject.body.required")
    assert [REJECT, "reject.body.required"] == passed(check(subject(both, status=code)))


@pytest.mark.parametrize("code", [401, 403, 404, 405])
def test_refused_for_another_reason(code: int) -> None:
    """401 and its like say nothing of a body, until a right request was taken; of a credential they do."""
    assert silent(check, subject(rejected(), status=code))
    assert [REJECT] == passed(check(subject(rejected(), status=code, settings=PROVEN)))
    assert ["authentication.wrong"] == passed(check(subject(rejected("authentication.wrong"), status=code)))


def test_unknown_resource() -> None:
    """Taking an unknown resource is found here; how it is refused is judged by another check."""
    unknown = rejected("error.unknown-resource")
    assert "error.unknown-resource" == only(check(subject(unknown))).requirement
    assert silent(check, subject(unknown, status=400), subject(unknown, status=404))


def test_does_not_apply() -> None:
    """Other cases, impatience, errors of the server and silence are not judged here."""
    assert silent(
        check,
        subject(),
        subject(observed(REJECT)),
        subject(rejected(), status=429),
        subject(rejected("authentication.wrong"), status=429),
        subject(rejected(), status=500),
        subject(rejected(), response=False, failure=Failure.CLOSED),
        subject(replace(rejected(), requirements=())),
        subject(replace(rejected(), requirements=()), status=400),
    )


def test_duplicates() -> None:
    """A body with a member twice may be taken, which is a note, or refused, which passes."""
    twice = observed("error.server-error", TWICE, story=a_story("", "JSON text", "a duplicate property"))
    found = only(recorded(subject(twice, status=201)))
    assert (TWICE, "accepts | a duplicate property | 2xx", "") == summary(found)
    assert ("Accepts a duplicate property", "201") == (found.sentence, found.actual)
    for code in (302, 400, 422):
        assert [TWICE] == passed(recorded(subject(twice, status=code)))
    assert [TWICE] == passed(recorded(subject(twice, status=404, settings=PROVEN)))
    assert silent(recorded, *(subject(twice, status=code) for code in (401, 404, 429, 500)))
    assert silent(recorded, subject(), subject(rejected(), status=400))


def test_about_credential() -> None:
    """Only the first requirement of a case says what it is about."""
    assert subject(rejected("authentication.wrong", REJECT)).about_credential
    assert not subject(rejected(REJECT, "authentication.wrong")).about_credential
    assert not subject(rejected("error.unknown-resource")).about_credential
    assert not subject(rejected("no.such")).about_credential


def test_a_wrong_key_where_the_right_one_was_made_up() -> None:
    """A target that accepts it knows no keys, which is one note; one that rejects it passes both requirements."""
    unknown = Settings(key_made_up=True)
    wrong = rejected("authentication.wrong", story=a_story("Authorization", "credential", "a wrong key"))
    found = only(check(subject(wrong, settings=unknown)))
    assert ("authentication.unconfigured", "checks no key | a wrong key | 2xx", "Authorization") == summary(found)
    both = ["authentication.wrong", "authentication.unconfigured"]
    assert both == passed(check(subject(wrong, status=401, settings=unknown)))
    missing = rejected("authentication.missing")
    assert "authentication.missing" == only(check(subject(missing, settings=unknown))).requirement
