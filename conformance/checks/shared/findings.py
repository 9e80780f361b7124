"""Findings: how they are put together, so that causes hold no value and texts stay short and whole."""

from http import HTTPStatus
from itertools import islice

from conformance.checks.shared.messages import Texts, Wording, with_status
from conformance.checks.shared.subject import Subject
from conformance.model.finding import Finding, Symptom
from conformance.model.jsontext import Json, write
from conformance.model.pointer import escape, generalised

LONGEST = 1_000
"""How many characters of a value, a message or a pointer a finding shows."""

CUT = " ..."
"""Ends a text of which only the beginning is shown."""

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
    return finding(
        requirement,
        Symptom(rule, kind or subject.kind, observed),
        **_filled(subject, wording, kind=kind or subject.kind, expected=expected),
        pointer=subject.pointer,
        place=subject.place,
        expected=expected,
        actual=str(subject.status),
    )


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
        **_filled(subject, wording, what=what, kind=symptom.kind, expected=expected),
        pointer="status",
        expected=expected,
        actual=str(subject.status),
    )


def _filled(subject: Subject, wording: Wording, *, what: str = "", **values: object) -> Texts:
    return wording.filled(
        what=what or subject.what,
        request=with_status(what or subject.what, subject.status),
        status=subject.status,
        word=status_word(subject.status),
        method=subject.case.request.method,
        **values,
    )


def clean(text: str, limit: int = LONGEST) -> str:
    """Return the beginning of a text, as one that UTF-8 can hold: lone surrogates are written as escapes."""
    shown = text if len(text) <= limit else text[:limit] + CUT
    return shown.encode("utf-8", "backslashreplace").decode()


def brief(value: Json, limit: int = LONGEST) -> str:
    """Return the JSON text of a value, or its beginning: no more of it is written than is shown."""
    pieces: list[str] = []
    room = limit
    waiting: list[Json | _Text] = [value]
    while waiting and room >= 0:
        item = waiting.pop()
        if isinstance(item, _Text):
            piece = str(item)
        elif isinstance(item, dict):
            inside: list[Json | _Text] = [_Text("{")]
            for name, each in islice(item.items(), limit):
                comma = ", " if len(inside) > 1 else ""
                inside += [_Text(f"{comma}{write(name[:limit])}: "), each]
            waiting += reversed([*inside, _Text("}")])
            continue
        elif isinstance(item, list):
            inside = [_Text("[")]
            for each in item[:limit]:
                inside += [_Text(", "), each] if len(inside) > 1 else [each]
            waiting += reversed([*inside, _Text("]")])
            continue
        elif isinstance(item, str):
            piece = write(item[:limit])
        else:
            piece = write(item)
        pieces.append(piece)
        room -= len(piece)
    return clean("".join(pieces), limit)


class _Text(str):
    """A piece of JSON text that is written already."""

    __slots__ = ()


def below(pointer: str, name: str) -> str:
    """Return the pointer of a property whose name is the target's own; of a long one its beginning."""
    return f"{pointer}/{escape(name[:LONGEST])}"


def status_word(status: int) -> str:
    """Return a status as a word of a pattern: its number where it is registered, else its class."""
    if status in _REGISTERED:
        return str(status)
    return f"an unregistered {status // 100}xx" if 200 <= status < 600 else "no status of HTTP"
