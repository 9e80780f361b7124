"""Stated relations: a response has what the file of relations says of its request."""

from conformance.checks.shared import messages
from conformance.checks.shared.differences import difference, quoted, same, shown, type_word, with_article
from conformance.checks.shared.echo_texts import echo_texts
from conformance.checks.shared.findings import finding
from conformance.checks.shared.scope import SUCCESS, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.operations.sent_parameters import SentParameters, query_pairs
from conformance.contract.operations.serialization import as_text
from conformance.model.finding import Judgement, Pass, Symptom
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json
from conformance.model.pointer import prefixes
from conformance.model.requirement import StatedRelation, StatedRelationKind


def stated(subject: Subject) -> Judged:
    """Each relation that a file states holds; what an invalid response has there is another finding."""
    if not subject.contract.stated or not subject.answered or subject.settings.stateless or not subject.succeeded:
        return NOTHING
    return _stated(subject)


def _stated(subject: Subject) -> Judged:
    for each in subject.contract.stated:
        if subject.invalid_at(each.response):
            continue
        sent, found = sent_values(subject, each), get(subject.answer, each.response, MISSING)
        if each.kind is StatedRelationKind.DEFAULT:
            if sent is not None and not sent:
                yield _judged(subject, each, MISSING, found, holds=same(found, each.value))
        elif sent and sent[0] is not None:
            held = any(relates(each.kind, value, found) for value in sent)
            yield _judged(subject, each, sent[0], found, holds=held)


def relates(kind: StatedRelationKind, value: Json, found: object) -> bool:
    """Tell whether a value of a response equals, or contains, one that was sent."""
    if kind is StatedRelationKind.EQUAL:
        return same(value, found)
    if isinstance(found, list):
        return any(same(value, each) for each in found)
    return isinstance(found, str) and not isinstance(value, list | dict) and as_text(value) in found


def sent_values(subject: Subject, relation: StatedRelation) -> list[Json] | None:
    """Return what was sent at the place of a relation: several values where a text has several readings.

    Empty where nothing was; None where that cannot be said.
    """
    if relation.parameter is None:
        if not subject.echoing or any(get(subject.sent, each, MISSING) is None for each in prefixes(relation.request)):
            return None
        value = get(subject.sent, relation.request, MISSING)
        return [] if value is MISSING else [value]
    place, name = relation.parameter
    request = subject.case.request
    fields = [(key.lower(), value) for key, value in request.headers]
    sent = SentParameters(query_pairs(request.target.partition("?")[2]), fields, (), subject.parameters or {})
    for each in subject.contract.operation.parameters:
        if (each.location, each.key[0]) == (place, name.lower() if place == "header" else name):
            node = subject.contract.described(each.schema).node if each.schema else None
            return [*(sent.values(each, node) if node is not None else sent.texts(each))]
    return [sent.path[name]] if place == "path" and name in sent.path else None


def _judged(subject: Subject, relation: StatedRelation, sent: object, found: object, *, holds: bool) -> Judgement:
    if holds:
        return Pass(relation.id)
    name = subject.name(relation.response)
    if relation.kind is StatedRelationKind.DEFAULT:
        symptom = Symptom("default", type_word(relation.value), "a different value")
        texts = messages.STATED_DEFAULT.filled(name=name, found=quoted(found), default=quoted(relation.value))
        expected = shown(relation.value)
    elif relation.kind is StatedRelationKind.CONTAINS:
        symptom = Symptom("contains", type_word(sent), "absent")
        texts = messages.NOT_CONTAINED.filled(name=name, found=quoted(found), sent=quoted(sent))
        expected = f"a value with {shown(sent)}"
    else:
        word, way = type_word(sent), difference(sent, found)
        symptom = Symptom("echo", word, way)
        texts = echo_texts(with_article(word), way, name, sent, found)
        expected = shown(sent)
    return finding(
        relation.id, symptom, **texts, pointer=relation.response, place=relation.response,
        expected=expected, actual=shown(found),
    )  # fmt: skip


CHECKS: CheckScopes = dict.fromkeys((stated,), SUCCESS)
