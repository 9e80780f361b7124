"""Relations: what several answers say only together."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from conformance.checks.semantics import MISSING, value_at
from conformance.checks.subject import Judged, Subject, finding
from conformance.model.finding import Pass
from conformance.model.jsontext import equal, write
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

RelationCheck: TypeAlias = Callable[[Sequence[Subject]], Judged]


def null_beside_absent(subjects: Sequence[Subject]) -> Judged:
    """Null and absent lead to the same value of every member that both answers hold."""
    absent, null = subjects
    if absent.answer is None or null.answer is None or absent.settings.stateless:
        return
    for sent, answered in absent.contract.echoes:
        one, other = value_at(absent.answer, answered.path), value_at(null.answer, answered.path)
        spoken = value_at(absent.sent, sent.path) not in (MISSING, None)
        if sent.required or spoken or (one is MISSING and other is MISSING):
            continue
        requirement = requirement_id(Group.SEMANTICS, sent.label, "null-as-absent")
        left, right = (None if each is MISSING else each for each in (one, other))
        if equal(left, right):  # type: ignore[arg-type]
            yield Pass(requirement)
        else:
            yield finding(
                requirement,
                rule="null beside absent",
                kind=sent.label,
                observed="different values",
                sentence=f"`{sent.label}` differs between null and absent",
                pointer=answered.path,
                expected=_text(one),
                actual=_text(other),
            )


def isolation(subjects: Sequence[Subject]) -> Judged:
    """Nothing that was sent in one request comes back in the answer to the other; both objects are different ones."""
    one, other = subjects
    if one.answer is None or other.answer is None or one.settings.stateless:
        return
    identity = one.contract.identity
    mixed = _mixed(one, other) + _mixed(other, one)
    if mixed:
        yield finding(
            "semantics.isolation",
            rule="isolation",
            kind="two requests at once",
            observed="values of the other request",
            sentence="mixes up requests that are in flight at once",
            pointer=mixed[0],
            expected="values of its own request",
            actual=", ".join(mixed[:10]),
        )
    else:
        yield Pass("semantics.isolation")
    if identity is not None and not mixed:
        names = [value_at(each.answer, identity) for each in subjects]
        if MISSING not in names and names[0] != names[1]:
            yield Pass("semantics.distinct")
        elif MISSING not in names:
            yield finding(
                "semantics.distinct",
                rule="distinct",
                kind="two creations",
                observed="one name",
                sentence="gives two creations with different names one object",
                pointer=identity,
                actual=_text(names[0]),
            )


def leaves_nothing(subjects: Sequence[Subject]) -> Judged:
    """After a refusal, a right request with the same name succeeds."""
    first, then = subjects
    if not first.refused or then.response is None or then.settings.stateless:
        return
    if then.succeeded:
        yield Pass("error.leaves-nothing")
    elif then.status in {400, 409, 422}:
        yield finding(
            "error.leaves-nothing",
            rule="leaves nothing",
            kind="a refused request",
            observed=str(then.status),
            sentence="keeps what it refused: a right request with the same name is then refused",
            message=f"after {first.kind}: {then.status}",
            pointer="status",
            expected="success",
            actual=str(then.status),
        )


def same_name(subjects: Sequence[Subject]) -> Judged:
    """A second creation with the same name is refused with 409 or 400: a note where it is not."""
    first, second = subjects
    if not first.succeeded or second.response is None or not (second.succeeded or second.refused):
        return
    yield Pass("semantics.same-name")
    if second.status in {400, 409}:
        yield Pass("error.duplicate")
    else:
        yield finding(
            "error.duplicate",
            rule="same name",
            kind="a second creation",
            observed="2xx" if second.succeeded else str(second.status),
            sentence=f"answers {second.status} to a second creation with the same name",
            pointer="status",
            expected="409 or 400",
            actual=str(second.status),
        )


def visible(subjects: Sequence[Subject]) -> Judged:
    """A created object is then found by its name, with equal members: a note where it is not."""
    created, read = subjects
    if created.answer is None or read.response is None or not (read.succeeded or read.refused):
        return
    found = read.answer_of_probe
    different = [
        answered.path
        for _, answered in created.contract.echoes
        if not _same(value_at(created.answer, answered.path), value_at(found, answered.path))
    ]
    if read.succeeded and not different:
        yield Pass("semantics.visible")
    else:
        yield finding(
            "semantics.visible",
            rule="visible",
            kind="a created object",
            observed="different" if read.succeeded else str(read.status),
            sentence="does not show a created object by its name as it was created",
            pointer=different[0] if different and read.succeeded else "status",
            expected="the object as it was created",
            actual=", ".join(different[:10]) if read.succeeded else str(read.status),
        )


RELATIONS: Mapping[str, RelationCheck] = {
    "null-beside-absent": null_beside_absent,
    "isolation": isolation,
    "leaves-nothing": leaves_nothing,
    "same-name": same_name,
    "visible": visible,
}
"""The check of each kind of relation."""

TOGETHER_ONLY = frozenset({"leaves-nothing", "same-name", "visible"})
"""Kinds whose last answer means nothing alone."""


def _mixed(own: Subject, other: Subject) -> list[str]:
    """Return where the answer to `own` holds what was sent in `other` and not in `own`."""
    found = []
    for sent, answered in own.contract.echoes:
        mine, theirs = value_at(own.sent, sent.path), value_at(other.sent, sent.path)
        held = value_at(own.answer, answered.path)
        if theirs in (MISSING, None) or held is MISSING or _same(mine, theirs):
            continue
        if _same(held, theirs) and not _same(held, mine):
            found.append(answered.path)
    return found


def _same(one: object, other: object) -> bool:
    if one is MISSING or other is MISSING:
        return one is other
    return equal(one, other)  # type: ignore[arg-type]


def _text(value: object) -> str:
    return "absent" if value is MISSING else write(value)  # type: ignore[arg-type]
