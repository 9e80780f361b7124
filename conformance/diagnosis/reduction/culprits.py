"""Culprits: what was found to bring failures about, and which later failures that explains."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from conformance.diagnosis.reduction import absence
from conformance.diagnosis.reduction.trials import Key, key_of
from conformance.model.case import Case
from conformance.model.finding import Finding
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, equal


class Culprit(msgspec.Struct, frozen=True):
    """Properties, by pointer and value, that together bring a failure about; and the case that holds no others.

    `absent` are properties that bring it about by being absent. `findings` are those on that case: they speak for every
    body that holds the properties, and lacks the absent ones.
    """

    key: Key
    members: Mapping[str, Json]
    case: Case
    absent: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def explains(self, body: Json) -> bool:
        """Tell whether a body fails for the same reason."""
        held = all(_holds(body, pointer, value) for pointer, value in self.members.items())
        return held and all(absence.lacks(body, pointer) for pointer in self.absent)

    def resembles(self, body: Json) -> bool:
        """Tell whether a body may fail for the same reason, with other numbers and strings in the same places."""
        held = all(_alike(get(body, pointer, MISSING), value) for pointer, value in self.members.items())
        return held and all(absence.lacks(body, pointer) for pointer in self.absent)


class Culprits:
    """What was found so far, in order."""

    def __init__(self) -> None:
        self._known: list[Culprit] = []

    def alike(self, finding: Finding) -> list[Culprit]:
        """Return those that bring about failures like this one."""
        return [each for each in self._known if each.key == key_of(finding)]

    def remember(self, culprit: Culprit, findings: Sequence[Finding]) -> Culprit:
        """Keep a culprit with the findings on its case."""
        alike = tuple(each for each in findings if key_of(each) == culprit.key)
        known = replace(culprit, findings=alike or tuple(findings[:1]))
        self._known.append(known)
        return known


def _alike(found: object, value: Json) -> bool:
    plain = value is None or isinstance(value, bool | dict | list)
    return found == value if plain else isinstance(found, int | float | Decimal | str) and not isinstance(found, bool)


def _holds(body: Json, pointer: str, value: Json) -> bool:
    found = get(body, pointer, MISSING)
    # 40000 and 40000.0 are equal, but not the same thing to send.
    return found is not MISSING and type(found) is type(value) and equal(found, value)
