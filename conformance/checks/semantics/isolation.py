"""Isolation: what requests show of one another, concurrent or in sequence."""

from collections.abc import Sequence

from conformance.checks.semantics.defaults import unsent
from conformance.checks.semantics.echo import ISOLATION, names_another
from conformance.checks.shared import messages
from conformance.checks.shared.differences import quoted, same, shown
from conformance.checks.shared.findings import finding
from conformance.checks.shared.pairs import default_of
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Finding, Pass, Symptom
from conformance.model.json_values import MISSING, get


def isolation(subjects: Sequence[Subject]) -> Judged:
    """Nothing that was sent in one request is returned for the other; both objects are different ones.

    A wrong value may be the other's by chance, so a mixture is recognized by the name of another object, by properties
    that changed places, or by a response whose every telling property is the other's.
    """
    one, other = subjects
    if not one.echoing or not other.echoing:
        return
    mine, theirs = _Mixture(one, other), _Mixture(other, one)
    mixed = _evidence(mine, theirs)
    if mixed:
        yield finding(
            ISOLATION,
            Symptom("isolation", "two concurrent requests", "values of another request"),
            **messages.MIXED.filled(names=one.names(mixed)),
            pointer=mixed[0],
            place="",
            expected="values of its own request",
            actual=", ".join(mixed[:10]),
        )
        return
    if (mine.compared or theirs.compared) and not mine.wrong and not theirs.wrong:
        yield Pass(ISOLATION)
    identity = one.contract.identity
    if identity is None or same(get(one.sent, identity, MISSING), get(other.sent, identity, MISSING)):
        return
    names = [get(each.answer, identity, MISSING) for each in subjects]
    if not same(*names) and MISSING not in names:
        yield Pass("semantics.distinct")
    elif MISSING not in names:
        yield finding(
            "semantics.distinct",
            Symptom("distinct objects", "two creations", "one name"),
            **messages.SAME_OBJECT.filled(found=quoted(names[0])),
            pointer=identity,
            expected="two names",
            actual=shown(names[0]),
        )


class _Mixture:
    """What of the response to one request was sent in another: places of the response.

    `telling` are those at which the two requests differ, `wrong` those that hold the other's value; without a place
    that was `compared` nothing is known.
    """

    def __init__(self, own: Subject, other: Subject) -> None:
        identity = own.contract.identity
        self.named: list[str] = []
        self.telling: list[str] = []
        self.wrong: dict[str, Node] = {}
        self.distinctive = False
        self.compared = False
        for sent, answered in own.contract.echoes:
            mine, theirs = get(own.sent, sent.path, MISSING), get(other.sent, sent.path, MISSING)
            held = get(own.answer, answered.path, MISSING)
            if any(each is MISSING or each is None for each in (mine, theirs)) or same(mine, theirs):
                continue
            self.compared = True
            if sent.path == identity and (same(held, theirs) or names_another(mine, held)):
                self.named.append(answered.path)
            elif sent.path != identity:
                self.telling.append(answered.path)
            if same(held, theirs):
                self.wrong[answered.path] = answered
                # A truth value, or the default, may be the same by chance.
                self.distinctive |= not (isinstance(held, bool) or same(held, default_of(answered)))

    @property
    def whole(self) -> bool:
        """Whether every telling property is the other's, and not all of them by chance."""
        return len(self.telling) > 1 and set(self.telling) <= self.wrong.keys() and self.distinctive


def _evidence(mine: _Mixture, theirs: _Mixture) -> list[str]:
    """Return the places that show a mixture beyond chance."""
    named = [*mine.named, *theirs.named]
    exchanged = [path for path in mine.wrong if path in theirs.wrong]
    if any("boolean" not in mine.wrong[path].types for path in exchanged):
        return list(dict.fromkeys([*named, *exchanged]))
    whole = [path for each in (mine, theirs) if each.whole for path in each.telling]
    return list(dict.fromkeys([*named, *whole]))


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
    yield _kept(first, stayed) if stayed else Pass(ISOLATION)


def around(subjects: Sequence[Subject]) -> Judged:
    """What a full request sent is not returned for the one after it, where the one before it had another value."""
    before, full, after = subjects
    if not all(each.echoing for each in subjects):
        return
    stayed = []
    for sent, answered in before.contract.echoes:
        value, earlier = get(full.sent, sent.path, MISSING), get(before.answer, answered.path, MISSING)
        if sent.required or value is MISSING or value is None or same(value, earlier):
            continue
        if unsent(after.sent, sent.path) and same(get(after.answer, answered.path, MISSING), value):
            stayed.append(answered.path)
    yield _kept(before, stayed) if stayed else Pass(ISOLATION)


def _kept(subject: Subject, stayed: Sequence[str]) -> Finding:
    return finding(
        ISOLATION,
        Symptom("isolation", "two consecutive requests", "values of another request"),
        **messages.KEPT.filled(names=subject.names(stayed)),
        pointer=stayed[0],
        place="",
        expected="nothing of the request before",
        actual=", ".join(stayed[:10]),
    )


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
            Symptom("distinct objects", "two creations with similar names", "one object" if merged else "409"),
            **messages.SIMILAR_NAMES.filled(kind=other.kind),
            pointer=identity,
            expected="two objects",
            actual=shown(names[1]) if merged else "409",
        )
