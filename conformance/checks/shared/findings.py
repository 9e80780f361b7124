"""Findings: how they are put together, so that causes hold no value and texts stay short and whole."""

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from conformance.checks.shared.messages import Texts, Wording, with_status
from conformance.checks.shared.subject import Subject
from conformance.model.finding import Finding, Symptom
from conformance.model.jsontext import MAX_DEPTH, Json, write
from conformance.model.pointer import escape, generalised

LONGEST = 1_000
"""How many characters of a value, a message or a pointer a finding shows."""

CUT = " ..."
"""Ends a text of which only the beginning is shown."""

DEEPER = "..."
"""Stands for what is nested more deeply than any response that is read."""

_REGISTERED = frozenset(int(status) for status in HTTPStatus)


def finding(
    requirement: str,
    symptom: Symptom,
    *,
    sentence: str,
    message: str = "",
    pointer: str = "",
    place: str | None = None,
    expected: str = "",
    actual: str = "",
    note: str = "",
) -> Finding:
    """Return a finding.

    `symptom` and `sentence` must hold no value of a message, so that they are the same in every run.
    `place` is where the document or the case has it; it is the pointer, unless that holds names of the target's own.
    """
    return Finding(
        requirement=requirement,
        message=clean(message or sentence),
        place=generalised(pointer) if place is None else place,
        symptom=symptom,
        sentence=sentence,
        pointer=clean(pointer),
        expected=clean(expected),
        actual=clean(actual),
        note=clean(note),
    )


def request_finding(
    subject: Subject,
    requirement: str,
    wording: Wording,
    *,
    rule: str,
    observed: str,
    expected: str,
    kind: str = "",
) -> Finding:
    """Return a finding about what was sent: its place is where the case differs from a valid request."""
    symptom = Symptom(rule, kind or subject.kind, observed)
    return finding_of_sent(requirement, wording, symptom, expected, sent_of(subject), subject.status)


@lru_cache(maxsize=1_024)
def finding_of_sent(
    requirement: str, wording: Wording, symptom: Symptom, expected: str, sent: "SentRequest", status: int
) -> Finding:
    """Return such a finding; thousands of random cases have the same."""
    return finding(
        requirement,
        symptom,
        **_filled(sent.what, sent.method, status, wording, kind=symptom.kind, expected=expected),
        pointer=sent.pointer,
        place=sent.place,
        expected=expected,
        actual=str(status),
    )


class SentRequest(NamedTuple):
    """What a finding says of a request: see `Subject`."""

    what: str
    method: str
    pointer: str
    place: str


def sent_of(subject: Subject) -> SentRequest:
    """Return what a finding says of a request."""
    return SentRequest(subject.what, subject.case.request.method, subject.pointer, subject.place)


def status_finding(
    subject: Subject,
    requirement: str,
    wording: Wording,
    symptom: Symptom,
    *,
    expected: str,
    what: str = "",
) -> Finding:
    """Return a finding about the status of a response; `what` names the request where its story does not."""
    return finding(
        requirement,
        symptom,
        **_filled(
            what or subject.what,
            subject.case.request.method,
            subject.status,
            wording,
            kind=symptom.kind,
            expected=expected,
        ),
        pointer="status",
        expected=expected,
        actual=str(subject.status),
    )


def _filled(what: str, method: str, status: int, wording: Wording, **values: object) -> Texts:
    return wording.filled(
        what=what, request=with_status(what, status), status=status, word=status_word(status), method=method, **values
    )


def clean(text: str, limit: int = LONGEST) -> str:
    """Return the beginning of a text, as one that UTF-8 can hold: lone surrogates are written as escapes."""
    shown = text if len(text) <= limit else text[:limit] + CUT
    return shown.encode("utf-8", "backslashreplace").decode()


def brief(value: Json, limit: int = LONGEST) -> str:
    """Return the JSON text of a value, or its beginning: no more of it is written than is shown."""
    pieces: list[str] = []
    _write_within(value, pieces, limit, limit, MAX_DEPTH)
    return clean("".join(pieces), limit)


def _write_within(value: Json, pieces: list[str], room: int, limit: int, depth: int) -> int:
    """Add the JSON text of a value until there is no room left; returns how much is left, below 0 for none."""
    if not depth:
        pieces.append(DEEPER)
        return room - len(DEEPER)
    if isinstance(value, dict | list):
        begin, end = "{}" if isinstance(value, dict) else "[]"
        pieces.append(begin)
        room -= 1
        comma = ""
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            if room < 0:
                return room
            label = f"{comma}{write(name[:limit])}: " if isinstance(name, str) else comma
            pieces.append(label)
            room = _write_within(item, pieces, room - len(label), limit, depth - 1)
            comma = ", "
        pieces.append(end)
        return room - 1
    text = write(value[:limit] if isinstance(value, str) else value)
    pieces.append(text)
    return room - len(text)


def below(pointer: str, name: str) -> str:
    """Return the pointer of a property whose name is the target's own; of a long one its beginning."""
    return f"{pointer}/{escape(name[:LONGEST])}"


def status_word(status: int) -> str:
    """Return a status as a word of a pattern: its number where it is registered, else its class."""
    if status in _REGISTERED:
        return str(status)
    return f"an unregistered {status // 100}xx" if 200 <= status < 600 else "no status of HTTP"
