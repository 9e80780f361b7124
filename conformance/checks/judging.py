"""All checks, applied: a case and its exchange in, judgements out; a check that breaks is a doubt, never a finding."""

from collections.abc import Sequence

from conformance.checks import (
    acceptance,
    authentication,
    drift,
    errors,
    rejection,
    relations,
    response,
    semantics,
    transport,
)
from conformance.checks.subject import Check, Subject
from conformance.model.case import Relation
from conformance.model.finding import Doubt, Judgement

CHECKS: tuple[Check, ...] = (
    *transport.CHECKS,
    *errors.CHECKS,
    *authentication.CHECKS,
    *rejection.CHECKS,
    *acceptance.CHECKS,
    *response.CHECKS,
    *semantics.CHECKS,
    *drift.CHECKS,
)
"""Every check of single exchanges; adding one is a function and its requirement row."""


def judge(subject: Subject) -> tuple[Judgement | Doubt, ...]:
    """Return what all checks say of one exchange, for requirements that the contract has."""
    found: list[Judgement | Doubt] = []
    focus = subject.case.requirements[0] if subject.case.requirements else "error.server-error"
    for check in CHECKS:
        try:
            found.extend(check(subject))
        except Exception as error:  # noqa: BLE001  (a fault of ours must not read as one of the target)
            found.append(_broken(focus, check.__name__, error))
    return tuple(each for each in found if each.requirement in subject.contract.by_id)


def judge_relation(relation: Relation, subjects: Sequence[Subject]) -> tuple[Judgement | Doubt, ...]:
    """Return what the relation's check says of its exchanges; `subjects` are in the order of its cases."""
    check = relations.RELATIONS[relation.kind]
    try:
        found = tuple(check(subjects))
    except Exception as error:  # noqa: BLE001  (a fault of ours must not read as one of the target)
        found = (_broken(relation.requirements[0], relation.kind, error),)
    return tuple(each for each in found if each.requirement in subjects[0].contract.by_id)


def _broken(requirement: str, check: str, error: Exception) -> Doubt:
    return Doubt(requirement, f"the suite's own check {check!r} failed: {type(error).__name__}: {error}", ours=True)
