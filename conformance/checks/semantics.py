"""Semantics: what a successful answer says of the request that it answers."""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from urllib.parse import unquote

from conformance.checks.subject import Judged, Subject, finding
from conformance.contract.derived import declared_default
from conformance.contract.nodes import Node
from conformance.model.finding import Pass
from conformance.model.jsontext import Json, equal, read_text, write
from conformance.model.pointer import lookup
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

MISSING = object()

MAX_DIGITS = 4_300

MACHINE_LIMITS = frozenset(
    map(Decimal, (2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1))
)
"""Where arithmetic of machine types stops."""


def echo(subject: Subject) -> Judged:
    """Every value that was sent and is not null comes back equal, by exact value."""
    if subject.answer is None or subject.settings.stateless:
        return
    judged = {violation.pointer for violation in subject.violations}
    for sent, answered in subject.contract.echoes:
        value = value_at(subject.sent, sent.path)
        if value is MISSING or value is None or answered.path in judged:
            continue
        found = value_at(subject.answer, answered.path)
        requirement = requirement_id(Group.SEMANTICS, sent.label, "echo")
        if found is not MISSING and equal(value, found):  # type: ignore[arg-type]
            yield Pass(requirement)
        elif any(answered.path.startswith(f"{pointer}/") for pointer in judged):
            continue
        else:
            difference = _difference(value, found, answered)
            yield finding(
                requirement,
                rule="echo",
                kind=_type(value),
                observed=difference,
                sentence=f"does not return {_article(_type(value))} as it was sent: {difference}",
                message=f"`{sent.label}` comes back otherwise: {difference}",
                pointer=answered.path,
                expected=_text(value),
                actual=_text(found),
            )


def parameters(subject: Subject) -> Judged:
    """The answer repeats the path parameter, decoded once (RFC 3986 section 2.4)."""
    if subject.answer is None or subject.settings.stateless:
        return
    template = re.escape(subject.contract.operation.path).replace(r"\{", "{").replace(r"\}", "}")
    pattern = re.sub(r"\{([^{}]+)\}", r"(?P<\1>[^/?]*)", template)
    match = re.match(pattern, subject.case.request.target)
    for name, pointer in subject.contract.echoed_parameters.items():
        found = value_at(subject.answer, pointer)
        if match is None or not isinstance(found, str):
            continue
        sent = unquote(match[name])
        requirement = requirement_id(Group.SEMANTICS, "path", name, "echo")
        if found == sent:
            yield Pass(requirement)
        else:
            yield finding(
                requirement,
                rule="echo",
                kind="path parameter",
                observed=_difference(sent, found, None),
                sentence=f"does not return the path parameter `{name}`: {_difference(sent, found, None)}",
                pointer=pointer,
                expected=_text(sent),
                actual=_text(found),
            )


def defaults(subject: Subject) -> Judged:
    """A member that was not sent takes the default that the response schema declares; null is left undecided."""
    if subject.answer is None or subject.settings.stateless:
        return
    for sent, answered in subject.contract.echoes:
        default = declared_default(answered)
        if default is None or sent.required or value_at(subject.sent, sent.path) not in (MISSING, None):
            continue
        found = value_at(subject.answer, answered.path)
        requirement = requirement_id(Group.SEMANTICS, sent.label, "default")
        if found is MISSING or found is None or any(v.pointer == answered.path for v in subject.violations):
            continue
        if equal(found, read_text(default).value):  # type: ignore[arg-type]
            yield Pass(requirement)
        else:
            yield finding(
                requirement,
                rule="default",
                kind=sent.label,
                observed="another value",
                sentence=f"does not take the declared default of `{sent.label}`",
                pointer=answered.path,
                expected=default,
                actual=_text(found),
            )


def prose_defaults(subject: Subject) -> Judged:
    """A member that was not sent takes the default that pages state: a note where not."""
    if subject.answer is None or subject.settings.stateless:
        return
    for pointer, default in subject.contract.prose.defaults.items():
        if value_at(subject.sent, pointer) not in (MISSING, None):
            continue
        found = value_at(subject.answer, pointer)
        if found is MISSING:
            continue
        if equal(found, default):  # type: ignore[arg-type]
            yield Pass("semantics.prose-defaults")
        else:
            yield finding(
                "semantics.prose-defaults",
                rule="default of a page",
                kind=pointer,
                observed="another value",
                sentence=f"does not take the default that a page states for {pointer}",
                pointer=pointer,
                expected=_text(default),
                actual=_text(found),
            )


def created(subject: Subject) -> Judged:
    """The time of creation lies near the time of the request."""
    pointer = subject.contract.prose.created
    if subject.answer is None or subject.settings.stateless or not pointer or not subject.case.slotted:
        return
    found = value_at(subject.answer, pointer)
    moment = _moment(found) if isinstance(found, str) else None
    if moment is None:
        return
    tolerance = subject.settings.created_tolerance
    if abs(moment - subject.exchange.started) <= tolerance + subject.exchange.seconds:
        yield Pass("semantics.created")
    else:
        yield finding(
            "semantics.created",
            rule="created",
            kind=pointer,
            observed="far from now",
            sentence=f"{pointer} lies more than {tolerance:g} s from the time of the request",
            pointer=pointer,
            expected=f"within {tolerance:g} s of the request",
            actual=_text(found),
        )


def fresh(subject: Subject) -> Judged:
    """A new object holds nothing that arrives only later: a note where it does."""
    if subject.answer is None or subject.settings.stateless:
        return
    for pointer in subject.contract.prose.fresh:
        found = value_at(subject.answer, pointer)
        if found in (MISSING, None):
            yield Pass("semantics.fresh")
        else:
            yield finding(
                "semantics.fresh",
                rule="fresh",
                kind=pointer,
                observed="not null",
                sentence=f"{pointer} of a new object is not null",
                pointer=pointer,
                expected="null",
                actual=_text(found),
            )


def value_at(body: Json, pointer: str) -> object:
    """Return the value at a pointer, or `MISSING`."""
    try:
        return lookup(body, pointer)
    except KeyError:
        return MISSING


def _difference(sent: object, found: object, node: Node | None) -> str:  # noqa: PLR0911  (one class a line)
    """Return the class of a difference in words that hold no value."""
    if found is MISSING:
        return "left out"
    if found is None:
        return "null"
    if node is not None and declared_default(node) is not None and write(found) == declared_default(node):  # type: ignore[arg-type]
        return "the default in its place"
    if isinstance(sent, str) and isinstance(found, str):
        return _text_difference(sent, found)
    if _type(sent) == _type(found) == "number":
        return _number_difference(Decimal(str(sent)), Decimal(str(found)))
    return "another value" if _type(sent) == _type(found) else f"{_type(found)} in its place"


def _number_difference(sent: Decimal, found: Decimal) -> str:
    if float(sent) == float(found):
        return "rounded"
    # Beyond this an integer would fill the memory: an exponent is short to write.
    if max(sent.adjusted(), found.adjusted()) <= MAX_DIGITS:
        for bits in (32, 64):
            if (int(sent) - int(found)) % 2**bits == 0:
                return f"wrapped to {bits} bits"
    return "cut to a machine type" if abs(found) in MACHINE_LIMITS else "another number"


def _text_difference(sent: str, found: str) -> str:
    if found == sent.strip():
        return "spaces cut off"
    if found.casefold() == sent.casefold():
        return "other letter case"
    if any(found == unicodedata.normalize(form, sent) for form in ("NFC", "NFD", "NFKC", "NFKD")):
        return "normalised"
    if found and sent.startswith(found):
        return "cut short"
    return "another text"


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float | Decimal):
        return "number"
    return "list" if isinstance(value, list) else "object" if isinstance(value, dict) else "null"


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _text(value: object) -> str:
    return "absent" if value is MISSING else write(value)  # type: ignore[arg-type]


def _moment(text: str) -> float | None:
    cut = re.sub(r"(\.\d{6})\d+", r"\1", text.upper().replace("Z", "+00:00"))
    try:
        moment = datetime.fromisoformat(cut)
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None




CHECKS = (echo, parameters, defaults, prose_defaults, created, fresh)
