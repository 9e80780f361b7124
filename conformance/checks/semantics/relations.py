"""Relations: what several responses show only together."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from conformance.checks.acceptance import LEAVES_NOTHING
from conformance.checks.errors import redirected
from conformance.checks.semantics.defaults import nulled
from conformance.checks.semantics.isolation import alike_names, around, in_turn, isolation
from conformance.checks.shared import messages
from conformance.checks.shared.differences import quoted, same, shown, type_word
from conformance.checks.shared.findings import finding, status_finding, status_word
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.case import RelationKind
from conformance.model.finding import Doubt, Finding, Pass, Symptom
from conformance.model.json_values import MISSING, get
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

RelationCheck: TypeAlias = Callable[[Sequence[Subject]], Judged]

TAKEN = 409
"""The status that says that a name exists, and nothing else."""


SECOND = "a second creation with the same name"


def null_beside_absent(subjects: Sequence[Subject]) -> Judged:
    """Every property that was null in one request and absent in the other gets the same value."""
    absent, null = subjects
    if not absent.echoing or not null.echoing:
        return
    for sent, answered in absent.contract.echoes:
        apart = nulled(null.sent, sent.path) and get(absent.sent, sent.path, MISSING) is MISSING
        if sent.required or not apart or nulled(absent.sent, sent.path) or sent.path == absent.contract.identity:
            continue
        one, other = get(absent.answer, answered.path, MISSING), get(null.answer, answered.path, MISSING)
        wrong = absent.invalid_at(answered.path) or null.invalid_at(answered.path)
        if wrong or (one is MISSING and other is MISSING):
            continue
        requirement = requirement_id(Group.SEMANTICS, sent.label, "null-as-absent")
        left, right = (None if each is MISSING else each for each in (one, other))
        if same(left, right):
            yield Pass(requirement)
        else:
            words = sorted({type_word(left), type_word(right)})
            observed = " and ".join(words) if len(words) > 1 else f"a different {words[0]}"
            yield finding(
                requirement,
                Symptom("null and absent", "a property", observed),
                **messages.NULL_AND_ABSENT.filled(
                    name=null.sent_name(sent.path), null=quoted(other), absent=quoted(one)
                ),
                pointer=answered.path,
                expected=f"as when absent: {shown(one)}",
                actual=shown(other),
            )


def leaves_nothing(subjects: Sequence[Subject]) -> Judged:
    """After a rejection, a valid request with the same name succeeds.

    409 says that the name exists; 400 and 422 may say so, or reject any valid request, as long as none was accepted.
    """
    requirement = LEAVES_NOTHING
    first, then = subjects
    if not first.rejected or first.beside or then.settings.stateless:
        return
    if then.succeeded:
        yield Pass(requirement)
    elif then.status == TAKEN or (then.status in {400, 422} and then.settings.proven):
        yield status_finding(
            then,
            requirement,
            messages.SIDE_EFFECT,
            Symptom("side effect of a rejection", "a rejected request", str(then.status)),
            expected="success",
        )
    elif then.status in {400, 422}:
        yield Doubt(requirement, messages.NAME_OR_BODY.format(status=then.status))


def same_name(subjects: Sequence[Subject]) -> Judged:
    """A second creation with the same name is rejected with 409 or 400: a note where it is not."""
    first, second = subjects
    if not first.succeeded or not (second.succeeded or second.rejected):
        return
    yield Pass("semantics.same-name")
    if second.status in {400, TAKEN}:
        yield Pass("error.duplicate")
    elif 300 <= second.status < 400:
        yield redirected(second, SECOND, SECOND)
    else:
        yield status_finding(
            second,
            "error.duplicate",
            messages.ACCEPTS if second.succeeded else messages.REJECTION,
            Symptom("duplicate name", SECOND, "2xx" if second.succeeded else status_word(second.status)),
            what=SECOND,
            expected="409 or 400",
        )


def other_settings(subjects: Sequence[Subject]) -> Judged:
    """What a second creation with the same name and other settings returns is noted, and so is a rejection."""
    first, second = subjects
    requirement, kind = "semantics.same-name-settings", "a second creation with other settings"
    if not first.answered or not (second.answered or second.rejected):
        return
    if second.rejected:
        symptom = Symptom("other settings", kind, status_word(second.status))
        yield status_finding(
            second, requirement, messages.SETTINGS_REJECTED, symptom, expected="any response", what=SECOND
        )
        return
    kept, replaced = 0, 0
    for sent, answered in first.contract.echoes:
        later, earlier = get(second.sent, sent.path), get(first.answer, answered.path, MISSING)
        if not sent.required and later is not None and not same(earlier, later):
            found = get(second.answer, answered.path, MISSING)
            kept, replaced = kept + same(found, earlier), replaced + same(found, later)
    values = "the earlier settings" if not replaced else "the later settings" if not kept else "settings of both"
    yield finding(
        requirement,
        Symptom("other settings", kind, values),
        **messages.SETTINGS_RETURNED.filled(values=values),
        expected="any response",
        actual=values,
    )


def visible(subjects: Sequence[Subject]) -> Judged:
    """A created object is then found by its name, with equal values: a note where it is not."""
    created, read = subjects
    if not created.answered or not (read.succeeded or read.rejected):
        return
    different = [
        answered.path
        for _, answered in created.contract.echoes
        if not same(get(created.answer, answered.path, MISSING), get(read.answer_of_probe, answered.path, MISSING))
    ]
    if read.succeeded and not different:
        yield Pass("semantics.visible")
    else:
        yield finding(
            "semantics.visible",
            Symptom("visibility", "a created object", "different" if read.succeeded else status_word(read.status)),
            **(
                messages.VISIBLE.filled(names=created.names(different))
                if read.succeeded
                else messages.INVISIBLE.filled(word=status_word(read.status))
            ),
            pointer=different[0] if read.succeeded else "status",
            place="",
            expected="the object as it was created",
            actual=", ".join(different[:10]) if read.succeeded else str(read.status),
        )


def series(subjects: Sequence[Subject]) -> Judged:
    """What other relations ask, in one sequence: a rejection, a small creation, a full one, two with similar names.

    The small one has the name of the rejected request, and the third null for what it does not have.
    """
    rejected, small, full, null, last = subjects
    if small.succeeded or small.status == TAKEN:
        yield from leaves_nothing((rejected, small))
    for other in (full, null, last):
        yield from alike_names((small, other))
    stayed = list(around((small, full, null)))
    yield from stayed
    if not any(isinstance(each, Finding) for each in stayed):
        yield from null_beside_absent((small, null))


RELATIONS: Mapping[RelationKind, RelationCheck] = {
    RelationKind.NULL_BESIDE_ABSENT: null_beside_absent,
    RelationKind.ISOLATION: isolation,
    RelationKind.IN_TURN: in_turn,
    RelationKind.ALIKE_NAMES: alike_names,
    RelationKind.LEAVES_NOTHING: leaves_nothing,
    RelationKind.SAME_NAME: same_name,
    RelationKind.VISIBLE: visible,
    RelationKind.SERIES: series,
    RelationKind.OTHER_SETTINGS: other_settings,
}
"""The check of each kind of relation."""
