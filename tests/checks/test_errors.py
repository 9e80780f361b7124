"""Errors: the status of a refusal, server errors, unknown resources, large bodies, rate limits."""

import pytest

from conformance.checks.errors import large, rate_limit, server_error, status, status_class, unknown_resource
from conformance.checks.shared.subject import Settings
from conformance.model.case import Story
from conformance.model.exchange import Failure

from .subjects import REJECT, a_story, case, observed, only, passed, rejected, silent, subject, summary

PROVEN = Settings(proven=True)
UNKNOWN = "error.unknown-resource"


@pytest.mark.parametrize("code", [200, 299, 307, 404, 499])
def test_no_server_error(code: int) -> None:
    """Any answer below 500 passes, whatever was asked."""
    assert ["error.server-error"] == passed(server_error(subject(rejected(), status=code)))


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (500, "500"),
        (501, "501"),
        (503, "503"),
        (555, "an unregistered 5xx"),
        (600, "no status of HTTP"),
        (199, "no status of HTTP"),
    ],
)
def test_server_error(code: int, word: str) -> None:
    """5xx is found for any input, also where the body broke off, and so is what is no status at all."""
    for failure in (None, Failure.TRUNCATED):
        found = only(server_error(subject(rejected(story=a_story(kind="odd")), status=code, failure=failure)))
        pointer = "/autoscaling_settings/min_replica"
        assert ("error.server-error", f"server error | odd | {word}", pointer) == summary(found)
        assert f"Returns {word} for odd" == found.sentence
        assert f'Returns {code} for `min_replica: "abc"`' == found.message
        assert ("no 5xx", str(code)) == (found.expected, found.actual)
    plain = only(server_error(subject(status=code)))
    assert ("a valid request" == plain.symptom.kind, f"Returns {code} for a valid request") == (True, plain.message)


def test_server_error_holds_no_random_name() -> None:
    """The place in the cause is a declared one."""
    found = only(server_error(subject(rejected(story=a_story("/random-name")), status=500)))
    assert "random-name" not in found.place
    assert "/random-name" == found.pointer


def test_unknown_method() -> None:
    """501 to a method that nobody knows is right; 500 is not, nor is 501 to anything else."""
    story = a_story("", "method")
    assert passed(server_error(subject(observed("x", story=story, method="CREATE"), status=501)))
    assert only(server_error(subject(observed("x", story=story, method="CREATE"), status=500)))
    assert only(server_error(subject(observed("x", story=a_story("", "path")), status=501)))


def test_no_answer_is_no_server_error() -> None:
    """Of silence another check speaks."""
    assert silent(server_error, subject(failure=Failure.CLOSED, response=False))


def test_class_of_a_refusal() -> None:
    """A refusal is a client error; a redirection is found, with one pattern whatever its status."""
    for code in (400, 401, 499):
        assert ["error.status-class"] == passed(status_class(subject(rejected(), status=code)))
    for code in (300, 302, 399):
        found = only(status_class(subject(rejected(), status=code)))
        assert ("error.status-class", "class of a rejection | an invalid request | 3xx", "status") == summary(found)
        assert "Returns a redirect instead of a 4xx for an invalid request" == found.sentence
        assert ("a 4xx", str(code)) == (found.expected, found.actual)
    assert silent(
        status_class,
        subject(rejected()),
        subject(rejected(), status=429),
        subject(rejected(), status=500),
        subject(status=302),
        subject(observed("transport.variants"), status=400),
    )


@pytest.mark.parametrize(
    ("focus", "right", "wrong", "expected", "what"),
    [
        ("reject.json-text", (400,), (415, 422), "400", "a body that is not JSON"),
        ("reject.utf-8", (400,), (415, 422), "400", "a body that is not JSON"),
        ("reject.media-type", (400, 415, 422), (409, 406), "400 or 415 or 422", "an undeclared media type"),
        (
            "reject.body.required",
            (400, 411, 415, 422),
            (409, 418),
            "400 or 411 or 415 or 422",
            "a request without a body",
        ),
        (REJECT, (400, 422), (409, 415, 418, 499), "400 or 422", "a body that violates the schema"),
    ],
)
def test_status_of_a_refusal(
    focus: str, right: tuple[int, ...], wrong: tuple[int, ...], expected: str, what: str
) -> None:
    """Each class of what is refused has its statuses; another one is found."""
    for code in right:
        assert ["error.status"] == passed(status(subject(rejected(focus), status=code)))
    for code in wrong:
        word = "an unregistered 4xx" if code == 499 else str(code)
        found = only(status(subject(rejected(focus), status=code)))
        assert ("error.status", f"status of a rejection | {what} | {word}", "status") == summary(found)
        assert f"Returns {word} for {what}" == found.sentence
        assert (expected, str(code)) == (found.expected, found.actual)


@pytest.mark.parametrize("code", [401, 403, 404, 405])
def test_status_beside_the_body(code: int) -> None:
    """401 and its like are no answers to a body once a right request was taken; before, they may be about the run."""
    assert silent(status, subject(rejected(), status=code))
    assert (
        f"Returns {code} for a body that violates the schema"
        == only(status(subject(rejected(), status=code, settings=PROVEN))).sentence
    )


def test_status_does_not_apply() -> None:
    """Only refusals of what the contract forbids are judged by their status."""
    assert silent(
        status,
        subject(rejected()),
        subject(rejected(), status=302),
        subject(rejected(), status=399),
        subject(rejected(), status=500),
        subject(rejected(), status=429, settings=PROVEN),
        subject(status=418),
        subject(observed(REJECT), status=418),
        subject(rejected("authentication.wrong"), status=418),
        subject(rejected("no.such"), status=418),
    )


def test_unknown_resource() -> None:
    """A resource that is not there gets 404 or 403; another refusal is found, but 401 says nothing."""
    for code in (403, 404):
        assert [UNKNOWN] == passed(unknown_resource(subject(rejected(UNKNOWN), status=code)))
    for code in (400, 405, 422, 499):
        found = only(unknown_resource(subject(rejected(UNKNOWN), status=code)))
        assert UNKNOWN == found.requirement
        assert ("status of a rejection", "an unknown resource") == (found.symptom.rule, found.symptom.kind)
        assert ("404 or 403", "status") == (found.expected, found.pointer)
    assert silent(
        unknown_resource,
        *(subject(rejected(UNKNOWN), status=code) for code in (200, 302, 401, 429, 500)),
        subject(rejected(), status=400),
        subject(rejected(REJECT, UNKNOWN), status=400),
    )


def test_large() -> None:
    """A heavy body may be taken or refused; an error of the server is noted, as the cause that it is anyway."""
    for code in (200, 413, 499):
        assert ["error.large"] == passed(large(subject(observed("error.large"), status=code)))
    broken = subject(observed("error.large", story=a_story("", "JSON text", "a string of 1 MB")), status=500)
    found = only(large(broken))
    assert ("error.large", "server error | a string of 1 MB | 500", "") == summary(found)
    assert only(server_error(broken)).pattern == found.pattern
    assert silent(
        large,
        subject(observed("error.large"), failure=Failure.CLOSED, response=False),
        subject(),
    )


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"", (("Retry-After", "3"),)), (b'{"retry_after": 37}', ()), (b'{"retry_after": 0}', ())],
)
def test_rate_limit(body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    """A 429 says how long to wait, in a field or in its body."""
    assert ["error.rate-limit"] == passed(rate_limit(subject(status=429, answer=body, headers=headers)))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", ()),
        (b"x", (("Retry-After", ""),)),
        (b'{"retry_after": null}', ()),
        (b'["retry_after"]', ()),
        (b"{}", (("X-Retry", "3"),)),
    ],
)
def test_rate_limit_without_a_time(body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    """A 429 that does not is a note."""
    found = only(rate_limit(subject(status=429, answer=body, headers=headers)))
    assert ("error.rate-limit", "rate limit | 429 | no delay", "Retry-After") == summary(found)
    assert "Returns 429 without `Retry-After`" == found.sentence
    assert ("Retry-After, or retry_after in the body", "neither") == (found.expected, found.actual)


def test_rate_limit_does_not_apply() -> None:
    """Only a whole 429 is judged."""
    assert silent(rate_limit, subject(), subject(status=428), subject(status=429, failure=Failure.TRUNCATED))


def test_story_without_a_kind() -> None:
    """A case whose story names no class is a right request to patterns."""
    odd = case(story=Story("", "x", "", "", "says"))
    assert "server error | a valid request | 500" == str(only(server_error(subject(odd, status=500))).pattern)
