"""Sequences: what one request changes for the next."""

from collections.abc import Sequence

from conformance.checks.echo import ISOLATION
from conformance.checks.shared import messages
from conformance.checks.shared.differences import same, shown
from conformance.checks.shared.findings import finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass
from conformance.model.json_values import MISSING, get


def in_turn(subjects: Sequence[Subject]) -> Judged:
    """What a full request sent is not returned for the smallest one after it.

    Both times the smaller response must have the value of the request before it: one alone may be a default.
    """
    first, after_first, second, after_second = subjects
    if not all(each.echoing for each in subjects):
        return
    stayed = []
    for sent, answered in first.contract.echoes:
        if sent.required:
            continue
        one, other = get(first.sent, sent.path, MISSING), get(second.sent, sent.path, MISSING)
        if any(each is MISSING or each is None for each in (one, other)) or same(one, other):
            continue
        if same(get(after_first.answer, answered.path, MISSING), one) and same(
            get(after_second.answer, answered.path, MISSING), other
        ):
            stayed.append(answered.path)
    if stayed:
        yield finding(
            ISOLATION,
            rule="isolation",
            kind="two consecutive requests",
            observed="values of another request",
            **messages.KEPT.filled(names=first.names(stayed)),
            pointer=stayed[0],
            place="",
            expected="nothing of the request before",
            actual=", ".join(stayed[:10]),
        )
    else:
        yield Pass(ISOLATION)


def alike_names(subjects: Sequence[Subject]) -> Judged:
    """Two creations with similar names create two objects; whether unusual names are rejected is no matter here."""
    one, other = subjects
    identity = one.contract.identity
    if not one.succeeded or identity is None or one.settings.stateless:
        return
    names = [get(each.answer, identity, MISSING) for each in subjects]
    answered = MISSING not in names
    merged = answered and same(*names)
    if answered and not merged:
        yield Pass("semantics.distinct")
    elif merged or other.status == 409:
        yield finding(
            "semantics.distinct",
            rule="distinct objects",
            kind="two creations with similar names",
            observed="one object" if merged else "409",
            **messages.SIMILAR_NAMES.filled(kind=other.kind),
            pointer=identity,
            expected="two objects",
            actual=shown(names[1]) if merged else "409",
        )
