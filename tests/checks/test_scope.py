"""CheckScopes: a check is asked about every exchange that it has something to say of, and about few others."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.checks.judging import CHECKS
from conformance.checks.shared.scope import ANY, MOST_FACTS, CheckScope, ScopedChecks, ScopeFacts
from conformance.checks.shared.subject import Check, Judged, Settings, Subject
from conformance.model.case import Case
from conformance.model.exchange import Failure
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .subjects import ANSWER, DATED, JSON, a_story, case, contract, observed, rejected, subject

STATUSES = (99, 200, 204, 299, 302, 400, 401, 403, 404, 405, 409, 415, 422, 429, 500, 501, 503, 599, 600, 1_000)
BODIES = (ANSWER, b"", b"<html>", {"code": "X", "message": "y"})
HEADERS = ((JSON, DATED), (), (("Content-Type", "text/html"), ("Allow", "GET"), ("WWW-Authenticate", "x")))
SETTINGS = Settings(key="sk-a-very-secret-key", proven=True, max_response_seconds=0.05)


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    """Return a case of each sort that scopes tell apart."""
    items = catalogue(contract(), Profile.STANDARD, Knowledge({"model_id": "abc123"}, {"model_id": "nobody"}))
    found = [each for item in items for each in item.cases]
    found += [case(), rejected(), observed("x"), case(beyond=("advisory.name",)), case(headers=(("Accept", "a/b"),))]
    named = [name for scope in CHECKS.scopes.values() for name in sorted(scope.requirements)]
    found += [replace(kind("x"), requirements=(name,)) for name in named for kind in (asked, rejected, observed)]
    words = [scope.keyword for scope in CHECKS.scopes.values() if scope.keyword]
    trial = contract().prose.trials[0].kind
    found += [kind(story=a_story("", word, trial)) for word in words for kind in (asked, rejected, observed)]
    sorts = {(CHECKS.facts(subject(each)), bool(each.beyond), each.request.method): each for each in found}
    return tuple(sorts.values())


def asked(*requirements: str, **more: Any) -> Case:
    """Return a case that must be accepted."""
    return case(Expectation.ACCEPTED, *requirements, **more)


def exchanges(cases: tuple[Case, ...]) -> Iterator[Subject]:
    """Yield exchanges of every sort."""
    for number, each in enumerate(cases):
        for index, status in enumerate(STATUSES):
            body, fields = BODIES[(number + index) % 4], HEADERS[(number + index) % 3]
            yield subject(each, status=status, answer=body, headers=fields, settings=SETTINGS)
        yield subject(each, settings=SETTINGS)
        yield from (subject(each, failure=failure, settings=SETTINGS) for failure in Failure)
        yield from (subject(each, failure=failure, response=False, settings=SETTINGS) for failure in Failure)


def test_no_check_speaks_of_an_exchange_outside_its_scope(cases: tuple[Case, ...]) -> None:
    """What is not asked has nothing to say; and each check has something to say of some exchange of these."""
    spoken, passed_over = set(), set()
    for each in exchanges(cases):
        within = CHECKS.of(each)
        for check in CHECKS:
            if list(check(each)):
                assert check in within, (check.__module__, check.__name__, each.case, each.exchange)
                spoken.add(check)
            elif check not in within:
                passed_over.add(check)
    silent = {check.__name__ for check in CHECKS} - {check.__name__ for check in spoken}
    assert {"declared", "stated"} == silent  # the published document has nothing for them
    assert {check for check, scope in CHECKS.scopes.items() if scope != ANY} == passed_over


def said(_: Subject) -> Judged:
    """Say something of any exchange."""
    yield Pass("transport.date")


def other(_: Subject) -> Judged:
    """Say the same."""
    yield Pass("transport.date")


@pytest.mark.parametrize(
    ("scope", "within", "outside"),
    [
        (CheckScope(expectations=frozenset({Expectation.REJECTED})), subject(rejected()), subject()),
        (CheckScope(statuses=range(200, 300)), subject(), subject(status=300)),
        (CheckScope(statuses=range(100)), subject(status=99), subject(response=False, failure=Failure.CLOSED)),
        (CheckScope(complete=True), subject(), subject(failure=Failure.TRUNCATED)),
        (CheckScope(failures=frozenset({None})), subject(), subject(failure=Failure.TRUNCATED)),
        (CheckScope(failures=frozenset({Failure.TRUNCATED})), subject(failure=Failure.TRUNCATED), subject()),
        (CheckScope(requirements=frozenset({"a", "b"})), subject(asked("c", "b")), subject()),
        (CheckScope(keyword="method"), subject(rejected(story=a_story("", "method"))), subject(rejected())),
    ],
)
def test_each_part_of_a_scope(scope: CheckScope, within: Subject, outside: Subject) -> None:
    """All that a scope states must hold; checks keep their order."""
    checks = ScopedChecks({said: scope}, {other: ANY})
    assert [said, other] == list(checks)
    assert 2 == len(checks)
    assert (said, other) == checks.of(within)
    assert (other,) == checks.of(outside)


def test_sorts_of_exchanges_that_are_kept() -> None:
    """However many statuses and requirements there are, so many sorts of exchanges are kept at most."""
    checks = ScopedChecks({said: CheckScope(requirements=frozenset({"a"}))})
    for status in range(MOST_FACTS + 500):
        checks.of(subject(status=status))
    assert MOST_FACTS == checks.kept
    facts: ScopeFacts = checks.facts(subject(asked(*map(str, range(1_000)), story=a_story("", "k"))))
    assert (frozenset(), "") == (facts.requirements, facts.keyword)


def names(checks: tuple[Check, ...]) -> set[str]:
    """Return the names of checks."""
    return {each.__name__ for each in checks}


def test_checks_of_a_usual_exchange() -> None:
    """Of an accepted creation no check of rejections is asked, and of a rejection none of responses."""
    accepted, refused = names(CHECKS.of(subject())), names(CHECKS.of(subject(rejected(), status=422)))
    assert not {"status_class", "challenge", "rejected", "no_page", "rate_limit", "method", "trials"} & accepted
    assert not {"echo", "defaults", "members", "json_text", "accepted", "large"} & refused
    assert len(CHECKS) / 2 + 3 > len(accepted)
    assert len(CHECKS) / 2 > len(refused)
