"""Facts of a body: what each value in it is, by the contract, and how its properties compare."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.diagnosis.facts.comparisons import STRINGS, compared
from conformance.diagnosis.facts.features import (
    ANYWHERE,
    COUNT,
    INTEGER,
    LARGEST,
    LENGTH,
    LONGEST,
    LONGEST_VALUE,
    MOST_DIGITS,
    NUMBER,
    SMALLEST,
    Feature,
    Placed,
)
from conformance.model.case import SLOT
from conformance.model.jsontext import Json, is_integral, is_number, type_name, write
from conformance.model.pointer import ANY_ITEM

LARGEST_DOUBLE = Decimal(sys.float_info.max)

SHORT = 3
"""Of strings up to so many characters the exact length is a feature."""

FRESH = re.compile(r"cfm-[0-9a-f]{8}-[0-9a-z]{4}")
"""A name that a run made up."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

_MOST_CHARACTERS = 40
"""Of so many special characters of a string is said which they are."""

MOST_NAMES = 100
"""Of so many unknown properties of an object the names are facts."""

LARGEST_PART, MOST_PARTS = 1_000, 10_000
"""Up to which size, in characters, and how many objects within bodies are remembered."""

Measures = dict[tuple[str, str], Decimal]


class BodyReader:
    """Reads the facts of bodies for one schema; what many bodies have in common is read once.

    Args:
        root: the node of the body.

    """

    def __init__(self, root: Node) -> None:
        self._root = root
        self._absent: dict[str, Placed] = {}
        self._below: dict[str, Placed] = {}
        self._scalars: dict[tuple[int, str], _Seen] = {}
        self._objects: dict[tuple[int, str], _Seen] = {}
        self._comparable = _comparable(root)

    def read(self, value: Json) -> tuple[list[Placed], Measures]:
        """Return the features and the measures of a body; each feature at its place, and as one of the whole body."""
        seen = _Seen()
        self._value(self._root, value, seen)
        seen.measure_whole()
        for paths in self._comparable:
            if len(seen.strings) > 1:
                seen.groups += compared(paths, [seen.strings.get(path) for path in paths], STRINGS)
            if len(seen.numbers) > 1:
                seen.groups += compared(paths, [seen.numbers.get(path) for path in paths])
        return seen.groups, seen.measures

    def _value(self, node: Node, value: Json, seen: "_Seen") -> None:
        if isinstance(value, dict):
            seen.groups.append(_of_type(node.path, "object"))
            seen.add_all(self._object(node, value))
        elif isinstance(value, list):
            seen.groups.append(_of_type(node.path, "array"))
            self._array(node, value, seen)
        else:
            seen.add_all(self._scalar(node, value))

    def _scalar(self, node: Node, value: Json) -> "_Seen":
        """Return what is said of a value that holds no others: most are those of many bodies."""
        # Alternatives have nodes of one path.
        key = id(node), repr(value)
        known = self._scalars.get(key)
        if known is None:
            known = _Seen(groups=[_of_type(node.path, type_name(value)), *map(self._unreached, node.children)])
            _scalar(node.path, value, known)
            if len(key[1]) <= LARGEST_PART and len(self._scalars) < MOST_PARTS:
                self._scalars[key] = known
        return known

    def _object(self, node: Node, value: Mapping[str, Json]) -> "_Seen":
        """Return what is said of an object: most of those within a body are those of many bodies."""
        key = (id(node), repr(value)) if node.path else None
        known = self._objects.get(key) if key is not None else None
        if known is None:
            known = _Seen()
            self._members(node, value, known)
            if key is not None and len(key[1]) <= LARGEST_PART and len(self._objects) < MOST_PARTS:
                self._objects[key] = known
        return known

    def _members(self, node: Node, value: Mapping[str, Json], seen: "_Seen") -> None:
        path = node.path
        seen.measures[COUNT, path] = Decimal(len(value))
        if not value:
            seen.add("empty", path, "object")
        unknown = [name for name in value if node.child(name) is None]
        if any(name != RESERVED for name in unknown):
            seen.add("unknown", path)
        for name in unknown[:MOST_NAMES]:
            seen.add("unknown name", path, name[:LONGEST_VALUE])
            if not path:  # of the body itself it is true as of any object in it
                seen.add("unknown name", ANYWHERE, name[:LONGEST_VALUE])
        numbers = (_decimal(each) for name in unknown for each in _numbers(value[name]))
        seen.all_numbers += [each for each in numbers if each is not None]
        for child in node.children:
            name = child.name
            if name == ANY_ITEM:
                continue
            if name in value:
                self._value(child, value[name], seen)
            else:
                seen.groups.append(self._missing(child))

    def _array(self, node: Node, value: Sequence[Json], seen: "_Seen") -> None:
        seen.groups += map(self._unreached, node.children)
        seen.measures[COUNT, node.path] = Decimal(len(value))
        if not value:
            seen.add("empty", node.path, "array")
        item = node.child(ANY_ITEM)
        for each in value if item is not None else ():
            self._value(item, each, seen)  # type: ignore[arg-type]

    def _missing(self, node: Node) -> Placed:
        known = self._absent.get(node.path)
        if known is None:
            known = node.path, self._unreached(node)[1] | at_both("absent", node.path)
            self._absent[node.path] = known
        return known

    def _unreached(self, node: Node) -> Placed:
        """Return that there are no values at a node and below it."""
        known = self._below.get(node.path)
        if known is None:
            paths = [below.path for below in node.walk()]
            known = node.path, frozenset().union(*(at_both("missing", path) | _unset(path) for path in paths))
            self._below[node.path] = known
        return known


RESERVED = "__proto__"
"""A property that parsers of JavaScript reject, whatever the schema: it says nothing of unknown properties."""


class _Seen(msgspec.Struct):
    """What was read of a body so far; `longest` is the length of its longest string, -1 where it has none."""

    groups: list[Placed] = []
    measures: Measures = {}
    numbers: dict[str, float | Decimal] = {}
    strings: dict[str, str] = {}
    all_numbers: list[Decimal] = []
    longest: int = -1

    def add_all(self, part: "_Seen") -> None:
        """Add what was read of a part of the body."""
        self.groups += part.groups
        self.measures |= part.measures
        self.numbers |= part.numbers
        self.strings |= part.strings
        self.all_numbers += part.all_numbers
        self.longest = max(self.longest, part.longest)

    def add(self, name: str, place: str, value: str = "") -> None:
        self.groups.append((place, at_both(name, place, value)))

    def measure_whole(self) -> None:
        """Measure the strings and numbers of the whole body, the numbers whether they are declared or not."""
        if self.longest >= 0:
            self.measures[LONGEST, ""] = Decimal(self.longest)
        if self.all_numbers:
            least, most = min(self.all_numbers), max(self.all_numbers)
            self.measures |= {(LARGEST, ""): most, (SMALLEST, ""): least}
            if max(most, least.copy_negate()) > LARGEST_DOUBLE:
                self.add("number", ANYWHERE, "beyond double precision")


@lru_cache(1 << 14)
def at_both(name: str, place: str, value: str = "") -> frozenset[Feature]:
    """Return a feature at its place, and of a property also as one of the body, wherever it is."""
    places = (place, ANYWHERE) if place.startswith("/") else (place,)
    return frozenset(Feature(name, each, value) for each in places)


@lru_cache(1 << 10)
def _unset(path: str) -> frozenset[Feature]:
    """Return that a property has no value: it is `null`, or not sent."""
    return frozenset({Feature("unset", path)})


@lru_cache(1 << 10)
def _of_type(path: str, name: str) -> Placed:
    """Return that there is a value of a type."""
    given = at_both("present", path) | at_both("type", path, name)
    return path, given | (_unset(path) if name == "null" else at_both("set", path))


def _scalar(path: str, value: Json, seen: _Seen) -> None:
    """Read a value that holds no others."""
    if isinstance(value, str):
        value = FRESH.sub(SLOT, value)  # one name is as good as another
        seen.measures[LENGTH, path] = Decimal(len(value))
        seen.longest = len(value)
        seen.strings[path] = value
        seen.groups.append((path, _string_features(path, value)))
    elif is_number(value):
        seen.numbers[path] = value
        number = _decimal(value)
        if number is not None:
            seen.all_numbers.append(number)
            seen.measures[NUMBER, path] = number
            if isinstance(value, int):
                seen.measures[INTEGER, path] = number
        seen.groups.append((path, _number_features(path, value)))
    else:
        seen.add("value", path, write(value))


def _string_features(path: str, value: str) -> frozenset[Feature]:
    found = [("string", each) for each in string_classes(value)]
    written = write(value)
    if len(written) <= LONGEST_VALUE and value != SLOT:
        found.append(("value", written))
    if len(value) <= SHORT:
        found.append(("characters", str(len(value))))
    return _said(path, found)


def _number_features(path: str, value: float | Decimal) -> frozenset[Feature]:
    found = []
    written = _plain_number(value)
    if len(written) <= LONGEST_VALUE:
        found.append(("value", written))
    number = _decimal(value)
    if number is not None:
        found += _number_classes(value, number)
    return _said(path, found)


def _said(path: str, words: Iterable[tuple[str, str]]) -> frozenset[Feature]:
    """Return what is said of a value at a path, each as `at_both`: of what is seldom said again."""
    places = (path, ANYWHERE) if path.startswith("/") else (path,)
    return frozenset([Feature(name, place, word) for name, word in words for place in places])


def _number_classes(value: float | Decimal, number: Decimal) -> Iterator[tuple[str, str]]:
    if number:
        yield "number", "negative" if number < 0 else "positive"
    if not is_integral(value):
        yield "number", "with a fraction"
        return
    if abs(number.adjusted()) < MOST_DIGITS:
        yield "parity", "odd" if int(number) % 2 else "even"
    if not isinstance(value, int):
        yield "number", "with a zero fraction" if _has_point(number) else "in exponent form"


def _numbers(value: Json) -> Iterator[float | Decimal]:
    """Yield the numbers of a value, however deep it is."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif is_number(each):
            yield each


def _decimal(value: float | Decimal) -> Decimal | None:
    """Return the exact value of a number, None where it is not finite."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def _has_point(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0


def _plain_number(value: float | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    number = Decimal(str(value))
    whole = number.is_finite() and abs(number.adjusted()) < MOST_DIGITS and number == number.to_integral_value()
    return str(int(number)) if whole else str(number)


def string_classes(text: str) -> Iterator[str]:
    """Yield the classes of a string that servers often handle wrongly."""
    if not text:
        yield "empty"
        return
    if not text.isascii():
        yield "with characters beyond ASCII"
    if max(text) > "\uffff":
        yield "with characters beyond U+FFFF"
    if text.strip() not in {"", text}:
        yield "with spaces around it"
    if any(each.isspace() for each in text):
        yield "with white space"
    if min(text) < " ":
        yield "with control characters"
    if text != text.lower():
        yield "with upper-case letters"
    for each in sorted(set(text) - _PLAIN)[:_MOST_CHARACTERS]:
        yield f"with {write(each)}"


def _comparable(root: Node) -> tuple[tuple[str, ...], ...]:
    """Return the paths of properties whose values can be compared: those of one type."""
    by_type: dict[frozenset[str], list[str]] = {}
    for node in root.walk():
        if ANY_ITEM not in node.path and not node.types & {"object", "array", "boolean"}:
            by_type.setdefault(node.types - {"null"}, []).append(node.path)
    return tuple(tuple(each) for each in by_type.values() if len(each) > 1)
