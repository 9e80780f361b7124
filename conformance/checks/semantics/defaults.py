"""Defaults: what a response contains for properties that were not sent, and for a new object."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import NoneType

from conformance.checks.shared import messages
from conformance.checks.shared.differences import (
    difference,
    quoted,
    same,
    shown,
    type_word,
)
from conformance.checks.shared.findings import finding
from conformance.checks.shared.scope import SUCCESS, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.contract import Contract
from conformance.model.finding import Pass, Symptom
from conformance.model.json_values import MISSING, Places, get
from conformance.model.jsontext import Json
from conformance.model.pointer import prefixes

LONGEST_TIME = 100
"""A time of more characters is not read."""

_UNSET = frozenset({type(MISSING), NoneType})
"""The types of what a property has that is not set."""

IS_FRESH = Pass("semantics.fresh")
CREATED_NOW = (Pass("semantics.created"),)


def defaults(subject: Subject) -> Judged:
    """A property that was absent or null in the request gets the default that the response schema declares.

    A null in the response decides nothing: no document says whether null stands for the default.
    """
    if not subject.echoing:
        return NOTHING
    held = subject.held
    return held.defaulted if held is not None else _not_all_defaulted(subject)


def _not_all_defaulted(subject: Subject) -> Judged:
    for pair, found in subject.compared.unsent:
        answered, default = pair.answered.path, pair.default
        if subject.invalid_at(answered):
            continue
        if same(found, default):
            yield Pass(pair.defaulted)
        else:
            name = subject.sent_name(pair.sent.path)
            yield finding(
                pair.defaulted,
                Symptom("default", type_word(default), "a different value"),
                **messages.DEFAULT.filled(name=name, found=quoted(found), default=quoted(default)),
                pointer=answered,
                expected=shown(default),
                actual=shown(found),
            )


def prose_defaults(subject: Subject) -> Judged:
    """A property that was not sent gets the default that the documentation states: a note where not."""
    if not subject.echoing:
        return NOTHING
    places = _stated_places(subject.contract)
    values = zip(places.pointers, places.values(subject.sent), places.values(subject.answer), strict=True)
    unsent = [(pointer, found) for pointer, sent, found in values if sent is None or sent is MISSING]
    return _by_prose(subject, unsent) if unsent else NOTHING


def _by_prose(subject: Subject, unsent: Sequence[tuple[str, object]]) -> Judged:
    """Judge what the response has for properties that were not sent."""
    for pointer, found in unsent:
        if found is MISSING or subject.invalid_at(pointer):
            continue
        default = subject.contract.prose.defaults[pointer]
        if same(found, default):
            yield Pass("semantics.prose-defaults")
        else:
            yield finding(
                "semantics.prose-defaults",
                Symptom("documented default", type_word(default), difference(default, found)),
                **messages.DOCUMENTED_DEFAULT.filled(
                    name=subject.sent_name(pointer), found=quoted(found), default=quoted(default)
                ),
                pointer=pointer,
                expected=shown(default),
                actual=shown(found),
            )


def created(subject: Subject) -> Judged:
    """The time of creation lies near the time of the request, by the clock of the run or by that of the target."""
    pointer = subject.contract.prose.created
    if not subject.echoing or not subject.case.slotted or subject.invalid_at(pointer):
        return NOTHING
    found = get(subject.answer, pointer, MISSING)
    moment = _moment(found) if isinstance(found, str) and len(found) <= LONGEST_TIME else None
    if moment is None:
        return NOTHING
    tolerance = subject.settings.created_tolerance
    begun, seconds = subject.exchange.started, subject.exchange.seconds
    if _is_near(moment, begun, seconds, tolerance) or any(
        _is_near(moment, now, seconds, tolerance) for now in _date(subject)
    ):
        return CREATED_NOW
    return (
        finding(
            "semantics.created",
            Symptom("creation time", "a new object", "far from now"),
            **messages.CREATION_TIME.filled(name=subject.name(pointer), found=quoted(found), tolerance=tolerance),
            pointer=pointer,
            expected=f"within {tolerance:g} s of the request",
            actual=shown(found),
        ),
    )


def _is_near(moment: float, begun: float, seconds: float, tolerance: float) -> bool:
    """Tell whether a time lies within an exchange that began at `begun`, or within the tolerance around it."""
    return begun - tolerance <= moment <= begun + seconds + tolerance


def fresh(subject: Subject) -> Judged:
    """Properties that are set only later are null in a new object: a note where not."""
    if not subject.echoing or not subject.case.slotted:
        return NOTHING
    places = _fresh_places(subject.contract)
    found = places.values(subject.answer)
    if _UNSET.issuperset(map(type, found)):
        return (IS_FRESH,) * len(found)
    return _not_all_fresh(subject, places.pointers, found)


def _not_all_fresh(subject: Subject, pointers: Sequence[str], values: Sequence[object]) -> Judged:
    for pointer, found in zip(pointers, values, strict=True):
        if found is MISSING or found is None:
            yield Pass("semantics.fresh")
        else:
            yield finding(
                "semantics.fresh",
                Symptom("new object", "a new object", "not null"),
                **messages.NEW_OBJECT.filled(name=subject.name(pointer), found=quoted(found)),
                pointer=pointer,
                expected="null",
                actual=shown(found),
            )


def unsent(body: Json, pointer: str) -> bool:
    """Tell whether a body holds nothing at a place: no property, or null."""
    return get(body, pointer) is None


def nulled(body: Json, pointer: str) -> bool:
    """Tell whether a body holds null at a place or at one above it."""
    return any(get(body, each, MISSING) is None for each in prefixes(pointer))


@lru_cache(maxsize=64)
def _stated_places(contract: Contract) -> Places:
    return Places(contract.prose.defaults)


@lru_cache(maxsize=64)
def _fresh_places(contract: Contract) -> Places:
    return Places(contract.prose.fresh)


def _date(subject: Subject) -> Iterator[float]:
    """Yield the time that the target's own clock showed."""
    value = (subject.response.header("Date") if subject.response else None) or ""
    shown = _clock(value) if len(value) <= LONGEST_TIME else None
    if shown is not None:
        yield shown


@lru_cache(maxsize=64)
def _clock(text: str) -> float | None:
    """Return the time that a Date field names; a hundred responses have the same one."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


@lru_cache(maxsize=64)
def _moment(text: str) -> float | None:
    """Return the time that an RFC 3339 text names; a leap second counts as the one before, year 0000 as 0001."""
    plain = text.upper().replace("Z", "+00:00")
    if plain.startswith("0000"):
        plain = f"0001{plain[4:]}"
    if ":60" in plain:
        plain = re.sub(r":60(?=[.+-])", ":59", plain)
    try:
        moment = datetime.fromisoformat(plain)
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


CHECKS: CheckScopes = dict.fromkeys((defaults, prose_defaults, created, fresh), SUCCESS)
