"""Transport: dropped connections, framing, statuses, Date, methods, times."""

import pytest

from conformance.checks.shared.subject import Settings
from conformance.checks.transport import date, dropped, framing, method, response_time, status, variants
from conformance.model.exchange import Failure
from conformance.model.vocabulary import Expectation

from .subjects import (
    DATE,
    JSON,
    TARGET,
    a_story,
    body_of,
    case,
    contract_of,
    findings,
    observed,
    only,
    passed,
    rejected,
    silent,
    subject,
    summary,
)

METHOD = "transport.method-not-allowed"


def test_answered() -> None:
    """An answer is no silence, whatever its status; one that is whole keeps its framing."""
    for each in (subject(), subject(rejected(), status=500)):
        assert ["transport.dropped"] == passed(dropped(each))
        assert ["transport.framing"] == passed(framing(each))


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure.CLOSED, "Closes the connection without a response"),
        (Failure.TIMEOUT, "Does not respond within the timeout"),
        (Failure.MALFORMED, "Returns bytes that are not HTTP"),
        (Failure.OVERLONG, "Returns a header section above the limit of the run"),
        (Failure.TOO_SLOW, "Does not complete the response within the timeout"),
    ],
)
def test_dropped(failure: Failure, words: str) -> None:
    """A connection that ends without an answer, or an answer without end, is found for any input."""
    broken = subject(rejected(story=a_story(kind="odd")), failure=failure, detail="reset", response=False)
    found = only(dropped(broken))
    assert ("transport.dropped", f"no response | odd | {failure.value}", "") == summary(found)
    assert f"{words} for odd" == found.sentence
    expected = "an HTTP response, its header section within the limit of the run"
    assert (expected, f"{failure.value}: reset") == (found.expected, found.actual)
    assert silent(framing, broken)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure.TRUNCATED, "Returns a body shorter than its declared length"),
        (Failure.EXCESS, "Returns a body longer than its declared length"),
        (Failure.TOO_LARGE, "Returns a body above the limit of the run (--max-body)"),
    ],
)
def test_framing(failure: Failure, words: str) -> None:
    """A body that is not as long as announced is found; it is no dropped connection."""
    broken = subject(failure=failure, detail="10 bytes short")
    found = only(framing(broken))
    assert ("transport.framing", f"framing | any response | {failure.value}", "") == summary(found)
    assert words == found.sentence
    assert ("as many bytes as declared, within the limit of the run", "10 bytes short") == (
        found.expected,
        found.actual,
    )
    assert failure.value == only(framing(subject(failure=failure))).actual
    assert silent(dropped, broken)


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.UNRESOLVED, Failure.TLS, Failure.UNCONNECTED])
def test_unreached(failure: Failure) -> None:
    """A target that was not reached has neither dropped nor framed anything."""
    assert silent(dropped, subject(failure=failure, response=False))
    assert silent(framing, subject(failure=failure, response=False))


def test_a_response_that_is_lost_with_the_connection() -> None:
    """A server may close the connection of a body that is too large, and its 413 may be lost: that is a note."""
    found = only(dropped(subject(case(sent=b"x" * 1_048_577), failure=Failure.CLOSED, response=False)))
    assert "error.large" == found.requirement
    found = only(dropped(subject(case(sent=b"x" * 1_048_576), failure=Failure.CLOSED, response=False)))
    assert "transport.dropped" == found.requirement


def test_large_answers_to_large_requests() -> None:
    """An answer beyond the limit may repeat what was sent: of heavy requests it is no fault."""
    heavy = case(sent=b"x" * 1_000_001)
    assert silent(framing, subject(heavy, failure=Failure.TOO_LARGE))
    assert only(framing(subject(case(sent=b"x" * 1_000_000), failure=Failure.TOO_LARGE)))
    assert only(framing(subject(case(sent=None), failure=Failure.TOO_LARGE)))
    assert only(framing(subject(heavy, failure=Failure.TRUNCATED)))
    assert ["transport.framing"] == passed(framing(subject(heavy)))


def test_declared_status() -> None:
    """A declared success passes, and shows that the path was reached where the request had to be taken."""
    assert ["transport.status", "transport.target"] == passed(status(subject()))
    assert ["transport.status"] == passed(status(subject(observed("transport.variants"))))


@pytest.mark.parametrize(("code", "word"), [(201, "201"), (204, "204"), (299, "an unregistered 2xx"), (307, "307")])
def test_undeclared_status(code: int, word: str) -> None:
    """Another success, or a redirection, in answer to a right request is found; an observed one says nothing."""
    found = only(status(subject(status=code)))
    assert ("transport.status", f"status | a valid request | {word}", "status") == summary(found)
    assert f"Returns {word}, which the document does not declare" == found.sentence
    assert ("200", str(code)) == (found.expected, found.actual)
    assert silent(status, subject(observed("transport.variants"), status=code))


def test_several_declared_statuses() -> None:
    """All declared successes are right, and named where another comes."""
    of = contract_of(
        {
            "requestBody": body_of({"type": "object"}),
            "responses": {"200": {"description": ""}, "202": {"description": ""}},
        }
    )
    right = case(target="/things")
    assert passed(status(subject(right, status=202, of=of)))
    other = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"201": {"description": ""}}})
    assert "status | a valid request | 200" == str(only(status(subject(right, of=other))).pattern)
    assert "200 or 202" == only(status(subject(right, status=201, of=of))).expected


@pytest.mark.parametrize("code", [404, 405])
def test_target(code: int) -> None:
    """The documented method and path must be there."""
    found = only(status(subject(status=code)))
    assert ("transport.target", f"target | a valid request | {code}", "status") == summary(found)
    assert f"Returns {code} for the documented method and path" == found.sentence
    assert ("the operation", str(code)) == (found.expected, found.actual)
    assert silent(status, subject(observed("transport.variants"), status=code))


def test_status_does_not_apply() -> None:
    """Refused cases, other methods and paths, and refusals are of other checks."""
    assert silent(
        status,
        subject(rejected()),
        subject(rejected(), status=201),
        subject(case(method="PUT")),
        subject(case(target=TARGET + "/")),
        subject(status=400),
        subject(status=500),
        subject(status=401),
        subject(failure=Failure.CLOSED, response=False),
    )


def test_date() -> None:
    """Successes and client errors carry a Date; of others, and of broken answers, nothing is asked."""
    assert ["transport.date"] == passed(date(subject()))
    assert ["transport.date"] == passed(date(subject(status=404, headers=(("dAtE", DATE),))))
    for code in (200, 299, 400, 499):
        found = only(date(subject(status=code, headers=(JSON,))))
        assert ("transport.date", "Date | any response | absent", "Date") == summary(found)
        assert "Returns a response without `Date`" == found.sentence
        assert ("a Date header field", "absent") == (found.expected, found.actual)
    assert silent(date, *(subject(status=code, headers=()) for code in (300, 399, 500, 199)))
    assert silent(date, subject(observed(METHOD, method="CREATE"), status=400, headers=()))
    assert silent(date, subject(headers=(), failure=Failure.TRUNCATED), subject(response=False, failure=Failure.CLOSED))


def by(verb: str, *, keyword: str = "method", code: int = 405, allow: str | None = "POST") -> object:
    """Return the answer to a method that is not declared."""
    story = a_story("", keyword, "an undeclared method")
    fields = () if allow is None else (("Allow", allow),)
    return subject(observed(METHOD, story=story, method=verb), status=code, headers=fields)


@pytest.mark.parametrize(
    ("verb", "code", "allow"),
    [("PUT", 405, "POST"), ("PUT", 404, None), ("CREATE", 501, None), ("HEAD", 405, "POST")],
)
def test_method_refused(verb: str, code: int, allow: str | None) -> None:
    """405 with Allow, 404 and 501 are right."""
    listed = ["transport.allow"] if code == 405 else []
    assert [METHOD, *listed] == passed(method(by(verb, code=code, allow=allow)))


@pytest.mark.parametrize("allow", ["", "GET, HEAD", "POST, PUT", "post"])
def test_allow_lists_other_methods(allow: str) -> None:
    """`Allow` lists the methods that work: the documented one, and not the one that got 405."""
    (found,) = findings(method(by("PUT", code=405, allow=allow)))
    assert ("transport.allow", "Allow | an undeclared method | other methods", "Allow") == summary(found)
    assert ("POST, and not PUT", allow) == (found.expected, found.actual)


def test_method_without_allow() -> None:
    """405 without Allow is found."""
    found = only(method(by("PUT", allow=None)))
    assert (METHOD, "undeclared method | an undeclared method | no Allow", "Allow") == summary(found)
    assert "Returns 405 without `Allow`" == found.sentence
    assert ("Allow", "absent") == (found.expected, found.actual)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "TRACE", "CREATE"])
def test_method_taken(verb: str) -> None:
    """A method that is not declared is not taken."""
    found = only(method(by(verb, code=204)))
    assert (METHOD, "undeclared method | an undeclared method | 2xx", "status") == summary(found)
    assert "Accepts an undeclared method" == found.sentence
    assert f"Accepts the undeclared method {verb} (204)" == found.message
    assert ("405 with Allow, or 404", "204") == (found.expected, found.actual)


@pytest.mark.parametrize("code", [400, 409, 415, 422])
def test_method_read_as_a_creation(code: int) -> None:
    """A refusal of the body says that the method was not looked at."""
    found = only(method(by("PUT", code=code)))
    assert (METHOD, "undeclared method | an undeclared method | another 4xx", "status") == summary(found)
    assert "Returns a 4xx other than 404 and 405 for an undeclared method" == found.sentence
    assert f"Returns {code} for PUT" == found.message
    assert ("405 with Allow, or 404", str(code)) == (found.expected, found.actual)


def test_method_does_not_apply() -> None:
    """Methods that read, refusals for other reasons, errors of the server and other cases are not judged here."""
    assert silent(method, *(by(verb, code=200) for verb in ("GET", "HEAD", "OPTIONS")))
    assert silent(method, *(by("PUT", code=code) for code in (301, 401, 403, 500)))
    assert silent(method, by("CREATE", code=400))
    assert silent(method, by("PUT", keyword="path"), subject(status=405, headers=()))
    story = a_story("", "method")
    gone = subject(observed(METHOD, story=story, method="PUT"), response=False, failure=Failure.CLOSED)
    assert silent(method, gone)


def test_response_time() -> None:
    """Only with a limit is the time judged; the limit itself is within it."""
    limited = Settings(max_response_seconds=1.5)
    assert ["transport.response-time"] == passed(response_time(subject(settings=limited, seconds=1.5)))
    found = only(response_time(subject(settings=limited, seconds=1.75)))
    assert ("transport.response-time", "response time | any response | too slow", "") == summary(found)
    assert "Responds later than the limit (--max-response-time)" == found.sentence
    assert ("at most 1.5 s", "1.750 s") == (found.expected, found.actual)
    assert silent(response_time, subject(seconds=99.0))
    assert silent(response_time, subject(settings=limited, seconds=9.0, response=False, failure=Failure.CLOSED))


def test_variants() -> None:
    """What nothing documents is passed by any answer that is no server error, which is noted."""
    for code in (200, 307, 404, 499):
        assert ["transport.variants"] == passed(variants(subject(observed("transport.variants"), status=code)))
    found = only(variants(subject(observed("transport.variants"), status=500)))
    assert ("transport.variants", "server error | a valid request | 500", "") == summary(found)
    assert silent(
        variants,
        subject(observed("transport.variants"), response=False, failure=Failure.CLOSED),
        subject(case(Expectation.OBSERVED, "error.large", "transport.variants")),
        subject(),
    )
