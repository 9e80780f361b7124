"""What the pages around the document say and the document cannot: data, read from `spec/prose.yaml`."""

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import cast

import msgspec

from conformance.model.errors import ContractError
from conformance.model.grouping import grouped
from conformance.model.json_values import get, with_value
from conformance.model.jsontext import Json, JsonFault, Literal, Members, Writable, plain_json
from conformance.model.pointer import last, parent


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The values that prose allows at `pointer`; `never` says that it may refuse any value but null.

    `percent` says that the number is one of a hundred.
    """

    requirement: str
    pointer: str
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    never: bool = False
    percent: bool = False

    @property
    def edges(self) -> dict[str, int]:
        """The numbers at which programs go wrong, by slug: both limits, and 0 and 100 of a percentage; each once."""
        rows = {"least": self.minimum, "most": self.maximum}
        rows |= {"zero": 0, "hundred": 100} if self.percent else {}
        found: dict[int, str] = {}
        for slug, number in rows.items():
            if number is not None:
                found.setdefault(number, slug)
        return {slug: number for number, slug in found.items()}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule over two members: `at_most` (the first not above the second), or `one_non_zero` (exactly one)."""

    requirement: str
    at_most: tuple[str, str] | None = None
    one_non_zero: tuple[str, str] | None = None


class _Place(msgspec.Struct, frozen=True):
    """A property by the pointer of the object that holds it, and by its pointer and name in there."""

    holder: str
    pointer: str
    name: str

    def value(self, held: Mapping[str, Writable]) -> Json:
        """Return the value, given the objects that hold some."""
        holder = held[self.holder]
        return _read(holder.get(self.name) if type(holder) is dict and self.pointer else get(holder, self.pointer))


class _RangePlace(msgspec.Struct, frozen=True):
    """A range with its index, and the place of its property.

    `low` and `high` are the integers between which it lies, so that nothing else is asked of an integer.
    """

    index: int
    place: _Place
    low: float
    high: float
    pattern: re.Pattern[str] | None
    stated: Range


class _RulePlaces(msgspec.Struct, frozen=True):
    """A rule, and the places of its two properties."""

    rule: Rule
    one: _Place
    other: _Place


def _place(pointer: str) -> _Place:
    return _Place(parent(pointer), pointer[len(parent(pointer)) :], last(pointer))


def _range_place(index: int, stated: Range) -> _RangePlace:
    low = -math.inf if stated.minimum is None else stated.minimum
    high = math.inf if stated.maximum is None else stated.maximum
    pattern = None if stated.pattern is None else re.compile(stated.pattern)
    place = _place(stated.pointer)
    return _RangePlace(index, place, math.inf if stated.never else low, high, pattern, stated)


class Repeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where echo and default cannot be derived from the names of members.

    `without` lists request pointers that the response does not repeat; `defaults_vary` those whose default depends on
    the age of the document, so that another value is a note.
    """

    without: tuple[str, ...] = ()
    defaults_vary: tuple[str, ...] = ()


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body worth a note: properties by pointer, and whether the documentation accepts it (null: either is a note).

    `kind` names the body in a sentence.
    """

    requirement: str
    id: str
    kind: str
    members: dict[str, bool | int | float | str | None]
    accepted: bool | None = None


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that finds (`read`) or removes (`remove`) what was created; `{name}` is the object's name."""

    method: str
    path: str


class Prose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All of it.

    `operation` is the one it speaks of; `identity` points to the request member that names the new object (null: the
    document has none; absent: derived); `scheme` is the word before the key; `created` points to the response member
    that holds the time of creation; `fresh` lists response members that are null right after a creation; `safe` gives
    the values to send to a live system; `defaults` those that pages state for members that were not sent;
    `protected` names that must never be removed; `error_texts` the text members of an error body; `trials` bodies
    whose fate is recorded.
    """

    operation: str = ""
    identity: str | None = ""
    scheme: str = ""
    created: str = ""
    fresh: tuple[str, ...] = ()
    safe: dict[str, bool | int | float | str | None] = {}
    defaults: dict[str, bool | int | float | str | None] = {}
    ranges: tuple[Range, ...] = ()
    rules: tuple[Rule, ...] = ()
    echo: Repeat = Repeat()
    remove: Probe | None = None
    read: Probe | None = None
    protected: tuple[str, ...] = ()
    error_texts: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()

    def beyond(self, body: Writable) -> tuple[str, ...]:
        """Return the requirements whose range or rule `body` leaves, in order and without repeats.

        Literals in `body` are read; one that is no JSON leaves no range.
        """
        held: dict[str, Writable] = {}
        left: list[int] = []
        for holder, ranges in self._by_holder.items():
            value = held[holder] = get(body, holder)
            if value is not None:
                left += _left(value, ranges)
        broken = [self.ranges[index].requirement for index in sorted(left)] if left else []
        broken += [each.rule.requirement for each in self._of_rules if _breaks(each, held)]
        return tuple(dict.fromkeys(broken)) if broken else ()

    @cached_property
    def _by_holder(self) -> dict[str, list[_RangePlace]]:
        """The ranges by the object that holds their properties, which is looked up once; those of rules are there."""
        found = grouped((parent(each.pointer), _range_place(index, each)) for index, each in enumerate(self.ranges))
        holders = (each.holder for places in self._of_rules for each in (places.one, places.other))
        return {**{each: [] for each in holders}, **found}

    @cached_property
    def _of_rules(self) -> tuple[_RulePlaces, ...]:
        pairs = ((each, each.at_most or each.one_non_zero) for each in self.rules)
        return tuple(_RulePlaces(each, *map(_place, pair)) for each, pair in pairs if pair)

    def forbids(self, pointer: str, value: Writable) -> bool:
        """Tell whether a body that holds nothing but `value` at `pointer` leaves a range or breaks a rule."""
        return bool(self.beyond(with_value(None, pointer, value, parents=True)))

    def range_at(self, pointer: str) -> Range | None:
        """Return the range that is stated for `pointer`, or None."""
        return next((each for each in self.ranges if each.pointer == pointer), None)


def read_prose(data: Json, name: str) -> Prose:
    """Read prose rules from YAML content.

    Raises:
        ContractError: the content has another form.

    """
    try:
        return msgspec.convert(data, Prose)
    except msgspec.ValidationError as error:
        raise ContractError(f"{name}: {error}") from error


def _left(held: Writable, ranges: Sequence[_RangePlace]) -> list[int]:
    """Return the indices of the ranges that the properties of an object leave."""
    left: list[int] = []
    plain = held if type(held) is dict else None
    for each in ranges:
        place = each.place
        found = plain.get(place.name) if plain is not None and place.pointer else get(held, place.pointer)
        if found is None:
            continue
        if type(found) is int:
            if not each.low <= found <= each.high:
                left.append(each.index)
        elif _leaves(each, _read(found)):
            left.append(each.index)
    return left


def _read(value: Writable) -> Json:
    if value is None or isinstance(value, str | int | float):
        return value  # most are, and to ask for any mapping takes many times longer
    if isinstance(value, Literal):
        try:
            return plain_json(value)
        except JsonFault:
            return None
    return None if isinstance(value, Mapping | Members) else cast("Json", value)


def _number(value: Json) -> Decimal | int | None:
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value)) if isinstance(value, float) else value


def _leaves(place: _RangePlace, value: Json) -> bool:
    if isinstance(value, str):
        return place.stated.never or (place.pattern is not None and place.pattern.fullmatch(value) is None)
    stated = place.stated
    if value is None:
        return False
    if stated.never:
        return True
    number = _number(value)
    if number is None:
        return False
    too_low = stated.minimum is not None and number < stated.minimum
    too_high = stated.maximum is not None and number > stated.maximum
    return too_low or too_high


def _breaks(places: _RulePlaces, held: Mapping[str, Writable]) -> bool:
    one, other = places.one.value(held), places.other.value(held)
    if places.rule.at_most:
        low, high = _number(one), _number(other)
        return low is not None and high is not None and low > high
    if one is None and other is None:
        return False
    return bool(_number(one)) == bool(_number(other))
