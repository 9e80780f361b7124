"""Numbers in effect: those of a body, with defaults for what is not set; and how those of one object compare."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from conformance.checks.shared.pairs import default_of
from conformance.contract.contract import Contract
from conformance.diagnosis.facts.comparisons import NUMBERS, compared
from conformance.diagnosis.facts.features import LONGEST_VALUE, Feature, Placed
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, is_number
from conformance.model.pointer import last

Number: TypeAlias = int | float | Decimal
IN_EFFECT = (f"{NUMBERS[0]} in effect", f"{NUMBERS[1]} in effect", f"{NUMBERS[2]} in effect")

Defaults: TypeAlias = tuple[tuple[str, Number], ...]


class DefaultsReader:
    """Reads the numbers in effect of bodies; documented defaults are those of the response, or those of pages."""

    def __init__(self, contract: Contract) -> None:
        declared = {sent.path: default_of(answered) for sent, answered in contract.echoes}
        stated = {path: value for path, value in declared.items() if value is not MISSING}
        found = {**contract.prose.defaults, **stated}
        numbers = sorted((path, value) for path, value in found.items() if is_number(value))
        objects = ((parent, tuple(group)) for parent, group in groupby(numbers, key=_object))
        self._objects = tuple((parent, [last(path) for path, _ in group], group) for parent, group in objects)

    def read(self, body: Json) -> Iterator[Placed]:
        """Yield the features of a body, for each object with defaults."""
        for parent, names, defaults in self._objects if isinstance(body, dict) else ():
            holder = get(body, parent, None)
            members = holder if isinstance(holder, dict) else {}
            given = zip(names, defaults, strict=True)
            values = [_in_effect(members.get(name), default) for name, (_, default) in given]
            yield from _features(parent, defaults, tuple(values), tuple(map(str, values)))


def _object(default: tuple[str, Number]) -> str:
    return default[0].rpartition("/")[0]


def _in_effect(value: Json, default: Number) -> Number | None:
    """Return a number of an object, or the default of what is not set; None where the value is no number."""
    if value is None:
        return default
    return value if is_number(value) else None


@lru_cache(1 << 12)
def _features(
    parent: str, defaults: Defaults, values: Sequence[Number | None], texts: Sequence[str]
) -> tuple[Placed, ...]:
    """Return the values in effect of an object, as their texts have them, and how they compare."""
    paths = tuple(path for path, _ in defaults)
    told = [(path, text) for path, value, text in zip(paths, values, texts, strict=True) if value is not None]
    found = frozenset(Feature("value in effect", path, text[:LONGEST_VALUE]) for path, text in told)
    return (parent, found), *compared(paths, values, IN_EFFECT)
