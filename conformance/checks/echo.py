"""Echo: a success response returns what was sent, by exact value."""

import re
from collections.abc import Iterable
from decimal import Decimal

from conformance.checks.shared import messages
from conformance.checks.shared.differences import (
    ABSENT,
    INSTEAD,
    NULL_INSTEAD,
    OTHER,
    OTHER_NUMBER,
    OTHER_STRING,
    OTHER_VALUE,
    REPLACED,
    computable,
    difference,
    quoted,
    same,
    shown,
    type_word,
    wider,
    with_article,
)
from conformance.checks.shared.findings import finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.contract import Contract
from conformance.model.case import SLOT
from conformance.model.finding import Doubt, Finding, Judgement, Pass, Symptom
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import SURROGATE
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

ISOLATION = "semantics.isolation"

UNRELATED = frozenset({ABSENT, OTHER_STRING, OTHER_NUMBER, OTHER_VALUE, NULL_INSTEAD, *REPLACED})
"""Differences that show no trace of the value that was sent."""

FEW = 3
"""So many failures of one echo may be chance, or a fault of one property."""


def echo(subject: Subject) -> Judged:
    """Every value that was sent and is not null is returned, exactly equal."""
    if not subject.echoing:
        return
    for sent, answered in subject.contract.echoes:
        value, found = get(subject.sent, sent.path, MISSING), get(subject.answer, answered.path, MISSING)
        if value is MISSING or value is None or subject.invalid_at(answered.path) or not _interoperable(value):
            continue
        requirement = requirement_id(Group.SEMANTICS, sent.label, "echo")
        if same(value, found):
            yield Pass(requirement)
        elif sent.path == subject.contract.identity and names_another(value, found):
            yield finding(
                ISOLATION,
                rule="isolation",
                kind="a request after another",
                observed="the name of another request",
                **messages.OTHER_OBJECT.filled(found=quoted(found), sent=quoted(value)),
                pointer=answered.path,
                expected=shown(value),
                actual=shown(found),
            )
        else:
            word, way = type_word(value), difference(value, found, answered)
            chance = wider(way, value, found)
            yield finding(
                requirement,
                rule="echo",
                kind=word,
                observed=way,
                **_texts(with_article(word), way, subject.sent_name(sent.path), value, found),
                pointer=answered.path,
                place=answered.path,
                expected=shown(value),
                actual=shown(found),
                within=Symptom("echo", word, chance) if chance else None,
            )


def parameters(subject: Subject) -> Judged:
    """The response contains the path parameter, decoded once (RFC 3986 section 2.4)."""
    if not subject.echoing:
        return
    for name, pointer in subject.contract.echoed_parameters.items():
        sent, found = (subject.parameters or {}).get(name), get(subject.answer, pointer, MISSING)
        if sent is None or not isinstance(found, str) or subject.invalid_at(pointer):
            continue
        requirement = requirement_id(Group.SEMANTICS, "path", name, "echo")
        if found == sent:
            yield Pass(requirement)
        else:
            way = difference(sent, found)
            yield finding(
                requirement,
                rule="echo",
                kind="path parameter",
                observed=way,
                **_texts(
                    "a path parameter", way.replace("string", "path parameter"), subject.name(pointer), sent, found
                ),
                pointer=pointer,
                expected=shown(sent),
                actual=shown(found),
            )


def _texts(kind: str, way: str, name: str, sent: object, found: object) -> messages.Texts:
    wording = messages.ECHO_CHANGED
    if way == ABSENT:
        wording = messages.ECHO_OMITTED
    elif way.startswith(OTHER):
        wording = messages.ECHO_OTHER
    elif way.endswith(INSTEAD):
        wording = messages.ECHO_INSTEAD
    return wording.filled(kind=kind, way=way, name=name, sent=quoted(sent), found=quoted(found))


def looks_stateless(contract: Contract, judged: Iterable[Judgement | Doubt]) -> bool:
    """Tell whether a target seems to echo nothing at all, as mocks with fixed or random responses do.

    `judged` is what the checks said over a run. It seems so where the name of the object (without one: every
    property) was never echoed, several times, where another property failed as well, and where no echo shows a trace
    of what was sent: a target that truncates, rounds or folds a value does echo.
    """
    echoed = {requirement_id(Group.SEMANTICS, sent.label, "echo"): sent.path for sent, _ in contract.echoes}
    failures: dict[str, int] = {}
    passed: set[str] = set()
    for each in judged:
        if each.requirement not in echoed:
            continue
        if isinstance(each, Pass):
            passed.add(each.requirement)
        elif isinstance(each, Finding):
            if each.symptom.observed not in UNRELATED:
                return False
            failures[each.requirement] = failures.get(each.requirement, 0) + 1
    telling = {id_ for id_, path in echoed.items() if path == contract.identity} or set(failures)
    others = len(contract.echoes) == 1 or len(failures) > 1
    return bool(telling) and others and not telling & passed and all(failures.get(each, 0) >= FEW for each in telling)


def names_another(own: object, found: object) -> bool:
    """Tell whether a name that was returned is one that the run gave to another request."""
    if not isinstance(own, str) or not isinstance(found, str) or own == found:
        return False
    run = own[: SLOT.rindex("-") + 1]
    number = "[0-9a-z]" * (len(SLOT) - len(run))
    return run.startswith(SLOT[:4]) and re.fullmatch(re.escape(run) + number, found) is not None


def _interoperable(value: object) -> bool:
    """Tell whether all readers of JSON make the same of a value (RFC 8259 sections 6 and 8.2)."""
    if isinstance(value, str):
        return SURROGATE.search(value) is None
    return not isinstance(value, Decimal) or computable(value)


CHECKS = (echo, parameters)
