"""Echo: a success response returns what was sent, by exact value."""

import re
from collections.abc import Mapping

from conformance.checks.shared import messages
from conformance.checks.shared.differences import (
    difference,
    quoted,
    same,
    shown,
    type_word,
    with_article,
)
from conformance.checks.shared.echo_texts import echo_texts
from conformance.checks.shared.findings import finding
from conformance.checks.shared.pairs import interoperable
from conformance.checks.shared.scope import SUCCESS, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.case import SLOT
from conformance.model.finding import Pass, Symptom
from conformance.model.json_values import MISSING, get
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

ISOLATION = "semantics.isolation"


def echo(subject: Subject) -> Judged:
    """Every value that was sent and is not null is returned, exactly equal."""
    if not subject.echoing:
        return NOTHING
    held = subject.held
    return held.echoed if held is not None else _not_all_echoed(subject)


def _not_all_echoed(subject: Subject) -> Judged:
    for pair, value, found in subject.compared.sent:
        sent, answered = pair.sent, pair.answered
        if subject.invalid_at(answered.path) or not interoperable(value):
            continue
        if same(value, found):
            yield Pass(pair.echoed)
        elif sent.path == subject.contract.identity and names_another(value, found):
            yield finding(
                ISOLATION,
                Symptom("isolation", "a request after another", "the name of another request"),
                **messages.OTHER_OBJECT.filled(found=quoted(found), sent=quoted(value)),
                pointer=answered.path,
                expected=shown(value),
                actual=shown(found),
            )
        else:
            word, way = type_word(value), difference(value, found, answered)
            yield finding(
                pair.echoed,
                Symptom("echo", word, way),
                **echo_texts(with_article(word), way, subject.sent_name(sent.path), value, found),
                pointer=answered.path,
                place=answered.path,
                expected=shown(value),
                actual=shown(found),
            )


def parameters(subject: Subject) -> Judged:
    """The response contains the path parameter, decoded once (RFC 3986 section 2.4)."""
    repeated = subject.contract.echoed_parameters
    return _parameters(subject, repeated) if repeated and subject.echoing else NOTHING


def _parameters(subject: Subject, repeated: Mapping[str, str]) -> Judged:
    values = subject.parameters or {}
    for name, pointer in repeated.items():
        sent, found = values.get(name), get(subject.answer, pointer, MISSING)
        if sent is None or not isinstance(found, str) or subject.invalid_at(pointer):
            continue
        requirement = requirement_id(Group.SEMANTICS, "path", name, "echo")
        if found == sent:
            yield Pass(requirement)
        else:
            way = difference(sent, found)
            yield finding(
                requirement,
                Symptom("echo", "path parameter", way),
                **echo_texts(
                    "a path parameter", way.replace("string", "path parameter"), subject.name(pointer), sent, found
                ),
                pointer=pointer,
                expected=shown(sent),
                actual=shown(found),
            )


def names_another(own: object, found: object) -> bool:
    """Tell whether a name that was returned is one that the run gave to another request."""
    if not isinstance(own, str) or not isinstance(found, str) or own == found:
        return False
    run = own[: SLOT.rindex("-") + 1]
    number = "[0-9a-z]" * (len(SLOT) - len(run))
    return run.startswith(SLOT[:4]) and re.fullmatch(re.escape(run) + number, found) is not None


CHECKS: CheckScopes = dict.fromkeys((echo, parameters), SUCCESS)
