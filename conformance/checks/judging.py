"""All checks, applied: a case and its exchange in, judgements out; a check that fails is a doubt, never a finding."""

from collections.abc import Sequence

from conformance.checks import (
    acceptance,
    authentication,
    content,
    declared,
    drift,
    error_bodies,
    errors,
    rejection,
    response,
    transport,
)
from conformance.checks.semantics import defaults, echo, relations, stated
from conformance.checks.shared import messages
from conformance.checks.shared.findings import clean
from conformance.checks.shared.key_leaks import hidden
from conformance.checks.shared.scope import ScopedChecks
from conformance.checks.shared.settled import Settled
from conformance.checks.shared.subject import Check, Subject
from conformance.model.case import Relation
from conformance.model.finding import Doubt, Judgement, Pass

CHECKS = ScopedChecks(
    transport.CHECKS,
    content.CHECKS,
    errors.CHECKS,
    error_bodies.CHECKS,
    authentication.CHECKS,
    rejection.CHECKS,
    acceptance.CHECKS,
    response.CHECKS,
    declared.CHECKS,
    echo.CHECKS,
    defaults.CHECKS,
    stated.CHECKS,
    drift.CHECKS,
)
"""Every check of single exchanges; adding one is a function with its scope, and its requirement row."""

WHEN_PACED: tuple[Check, ...] = (errors.rate_limit, authentication.key_echo)
"""The checks of a 429, which says nothing about the request but that it came too soon."""


class Judge:
    """What a run asks about its exchanges: all checks. A caller may give the runner another one."""

    def alone(self, subject: Subject) -> tuple[Judgement | Doubt, ...]:
        """Judge one exchange."""
        return judge(subject)

    def together(self, relation: Relation, subjects: Sequence[Subject]) -> tuple[Judgement | Doubt, ...]:
        """Judge the exchanges of a relation."""
        return judge_relation(relation, subjects)


def judge(subject: Subject) -> tuple[Judgement | Doubt, ...]:
    """Return what all checks say of one exchange, for requirements that the contract has.

    A check that breaks, or names a requirement that no contract has, is a doubt of ours.
    """
    found: list[Judgement | Doubt] = []
    asks, key, known = subject.contract.asks, subject.settings.key, subject.contract.by_id
    for check in WHEN_PACED if subject.status == 429 else CHECKS.of(subject):
        try:
            said = check(subject)
            if type(said) is Settled:
                found += said
                continue
            for each in said:
                # Nearly all is a pass of a requirement that is there: what else there can be is asked last.
                if type(each) is Pass and each.requirement in known:
                    found.append(each)
                elif asks(each.requirement):
                    found.append(hidden(each, key))
        except Exception as error:  # noqa: BLE001  (a fault of ours must not read as one of the target)
            found.append(_broken(subject, subject.case.requirements, check.__name__, error))
    return tuple(found)


def judge_relation(relation: Relation, subjects: Sequence[Subject]) -> tuple[Judgement | Doubt, ...]:
    """Return what the relation's check says of its exchanges; `subjects` are in the order of its cases."""
    found: list[Judgement | Doubt] = []
    try:
        contract, key = subjects[0].contract, subjects[0].settings.key
        judged = relations.RELATIONS[relation.kind](subjects)
        found.extend(hidden(each, key) for each in judged if contract.asks(each.requirement))
    except Exception as error:  # noqa: BLE001  (a fault of ours must not read as one of the target)
        found.append(_broken(subjects[0], relation.requirements, relation.kind, error))
    return tuple(found)


def _broken(subject: Subject, requirements: Sequence[str], check: str, error: Exception) -> Judgement | Doubt:
    rows = subject.contract.by_id
    known = next((each for each in requirements if each in rows), subject.contract.requirements[0].id)
    reason = clean(messages.CHECK_FAILED.format(check=check, error=f"{type(error).__name__}: {error}"))
    return hidden(Doubt(known, reason, ours=True), subject.settings.key)
