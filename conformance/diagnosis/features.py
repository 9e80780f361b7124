"""Features: what is to be said of a request by its contract, in single facts that a hypothesis is made of.

No feature is read out of the id of a case; names that a run made up are none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, combinations

import msgspec

from conformance.classify.classification import classify
from conformance.classify.traits import JSON_TEXT
from conformance.contract.contract import Contract
from conformance.contract.nodes import Node, nearest
from conformance.model.case import KEY, SLOT, Case
from conformance.model.header_fields import combined, essence
from conformance.model.json_values import MISSING, leaves
from conformance.model.jsontext import Json, is_integral, try_read, type_name, write
from conformance.model.pointer import ANY_ITEM, generalised, prefixes, within
from conformance.model.vocabulary import Expectation

ANYWHERE = "*"
"""In the place of a feature: somewhere in the body, whatever the property."""

SHORT = 3
"""Of strings up to so many characters the exact length is a feature."""

LONGEST_VALUE = 60
"""How many characters of a value are compared; what is longer is known by its class and its length."""

MOST_DIGITS = 40
"""Longer integers are not looked into."""

NUMBER, INTEGER, LENGTH, COUNT, DEPTH = "number", "integer", "length", "count", "depth"
REQUEST, CREATION = "request", "creation"
LARGEST, SMALLEST, LONGEST = "largest number", "smallest number", "longest string"
"""What is measured: thresholds are looked for in it. The last three are those of a whole body."""

UNSAID = frozenset({"relation", "rejected first", "properties"})
"""Keywords of cases whose body says itself what is wrong with it."""

REQUEST_PARTS = frozenset({"credential", "header", "method", "path", "path parameter", "relation", "trial"})
"""In the place of a keyword: what a case is about that is not about its body."""

FRESH = re.compile(r"cfm-[0-9a-f]{8}-[0-9a-z]{4}")
"""A name that a run made up."""

_ELEMENT = re.compile(r"[^\s,;=\"]+/[^\s,;=\"]+|[^\s,;=\"]+(?==)")
"""A media type or range, or the name of a parameter."""

_TEXTS: Mapping[str, re.Pattern[bytes]] = {
    "a character escaped by number (\\u0041)": re.compile(rb"\\u[0-9A-Fa-f]{4}"),
    "an escape in a string": re.compile(rb"\\[^u]"),
    "the bytes of a surrogate (ED A0 80 to ED BF BF)": re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]"),
    "bytes beyond ASCII": re.compile(rb"[\x80-\xff]"),
    "a line break": re.compile(rb"[\r\n]"),
    "a control character": re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"),
}

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())


class Feature(msgspec.Struct, frozen=True, order=True):
    """One fact about a request: its name, the place in the body (generalised pointer) or request, and a value."""

    name: str
    place: str = ""
    value: str = ""


class Facts(msgspec.Struct, frozen=True):
    """All that is known of a request: its features, those of them that the case is about, and what was measured."""

    features: frozenset[Feature]
    own: frozenset[Feature]
    measures: Mapping[tuple[str, str], Decimal]


def facts_of(contract: Contract, case: Case) -> Facts:
    """Return the facts of a case."""
    root = contract.request
    features: set[Feature] = {*_of_story(contract, case), *_of_headers(contract, case)}
    measures: dict[tuple[str, str], Decimal] = {}
    told = frozenset(features)
    of_text = case.story is not None and case.story.keyword == JSON_TEXT
    body = case.request.body
    text = try_read(body)
    features.add(Feature("body", "", _body_word(body, text.value if text else MISSING, readable=text is not None)))
    if text is None or text.duplicates or text.byte_order_mark:
        features.add(Feature("body", "", "not plain JSON"))
    features.update(_of_text(body or b""))
    features.add(Feature("method", "", case.request.method))
    measures[DEPTH, ""] = Decimal(_depth(body or b""))
    if text is not None:
        scalars: dict[str, Json] = {}
        for each in _of_value(root, text.value, measures, scalars):
            features.add(each)
            if each.place.startswith("/"):
                features.add(Feature(each.name, ANYWHERE, each.value))
        features.update(_compared(root, scalars))
    place = generalised(case.story.pointer) if case.story else ""
    about = {each for each in features if place and _is_about(each.place, place)}
    if case.expectation is Expectation.REJECTED and place.startswith("/"):
        about |= {Feature(each.name, ANYWHERE, each.value) for each in about} & features
    about |= {each for each in features if of_text and each.name in {"body", "text"}}
    return Facts(frozenset(features), frozenset(about | told), measures)


def _is_about(place: str, subject: str) -> bool:
    return bool(place) and (within(place, subject) or place == subject)


def _of_story(contract: Contract, case: Case) -> Iterator[Feature]:
    """Yield what the case was made for: the part of the request, the keyword that it breaks, the class of the value."""
    story = case.story
    if story is None:
        return
    keyword, place, kind = story.keyword, generalised(story.pointer), story.kind
    if case.expectation is Expectation.REJECTED and keyword in UNSAID:
        defect = next(iter(classify(contract, case.request.body or b"").defects), None)
        if defect is None:
            yield Feature("kind", ANYWHERE, kind)
            return
        keyword, place, kind = defect.keyword, generalised(defect.pointer), defect.kind
    if place.startswith("/"):
        place = nearest(contract.request, place)[0].path  # a property that is unknown is its object's
    places = tuple(dict.fromkeys((place, ANYWHERE)))
    yield from (Feature("kind", each, kind) for each in places)
    if case.expectation is not Expectation.REJECTED:
        return
    yield from (Feature("keyword", each, keyword) for each in places)
    if keyword not in REQUEST_PARTS:
        yield Feature("subject", "", "body")
        if keyword != JSON_TEXT:
            yield Feature("subject", "", "schema")
            if place:
                yield Feature("subject", "", "property")
            yield from (Feature("invalid", each) for each in ("", *prefixes(place)))


def _of_headers(contract: Contract, case: Case) -> Iterator[Feature]:
    """Yield the header fields, and of the credential its scheme and its key."""
    security = contract.operation.security
    carrier = security.name.lower() if security else ""
    counts = Counter(name.lower() for name, _ in case.request.headers)
    for name, value in case.request.headers:
        lower = name.lower()
        if KEY in value or lower == carrier:
            yield from _of_credential(contract, lower, value)
        else:
            yield Feature("header", lower, value[:LONGEST_VALUE])
            yield from (Feature("element", lower, each) for each in _ELEMENT.findall(value.lower()))
        yield Feature("field", lower, "sent" if counts[lower] == 1 else "sent twice")
    yield from (
        Feature("field", each, "absent") for each in {"content-type", "accept", carrier} - counts.keys() if each
    )
    declared = essence(contract.operation.request_media_type or "")
    if case.request.body and declared and essence(combined(case.request.headers, "content-type")) != declared:
        yield Feature("media type", "content-type", "not declared")
    if KEY in case.request.target:
        yield Feature("credential", "query", "the key")


def _of_credential(contract: Contract, name: str, value: str) -> Iterator[Feature]:
    scheme, space, key = value.partition(" ")
    if not space and scheme.lower() != contract.scheme.lower():
        scheme, key = "", value
    if not scheme:
        word = "no scheme"
    elif scheme.lower() == contract.scheme.lower():
        word = "the documented scheme" if scheme == contract.scheme else "the documented scheme in other letter case"
    else:
        word = "another scheme"
    yield Feature("scheme", name, word)
    yield Feature("credential", name, "the key" if key == KEY else "a wrong key" if key else "an empty key")


def _body_word(body: bytes | None, value: object, *, readable: bool) -> str:
    if not body:
        return "none"
    return type_name(value) if readable else "not JSON"  # type: ignore[arg-type]


def _of_text(body: bytes) -> Iterator[Feature]:
    """Yield what is to be said of the bytes, whatever they mean."""
    for word, pattern in _TEXTS.items():
        if pattern.search(body):
            yield Feature("text", "", word)


def _of_value(
    node: Node, value: object, measures: dict[tuple[str, str], Decimal], scalars: dict[str, Json]
) -> Iterator[Feature]:
    path = node.path
    if value is MISSING:
        yield Feature("absent", path)
        for below in node.walk():
            yield Feature("missing", below.path)
        return
    yield Feature("present", path)
    word = type_name(value)  # type: ignore[arg-type]
    yield Feature("type", path, word)
    if value is not None:
        yield Feature("set", path)
    if isinstance(value, dict):
        yield from _of_object(node, value, measures, scalars)
        return
    for child in node.children:
        for below in child.walk():
            yield Feature("missing", below.path)
    if isinstance(value, list):
        yield from _of_array(node, value, measures, scalars)
    else:
        scalars[path] = value  # type: ignore[assignment]
        yield from _of_scalar(path, value, measures)  # type: ignore[arg-type]


def _of_array(
    node: Node, value: Sequence[Json], measures: dict[tuple[str, str], Decimal], scalars: dict[str, Json]
) -> Iterator[Feature]:
    measures[COUNT, node.path] = Decimal(len(value))
    if not value:
        yield Feature("empty", node.path, "array")
    item = node.child(ANY_ITEM)
    for each in value if item is not None else ():
        yield from _of_value(item, each, measures, scalars)  # type: ignore[arg-type]


def _of_scalar(path: str, value: Json, measures: dict[tuple[str, str], Decimal]) -> Iterator[Feature]:
    if isinstance(value, str) and FRESH.search(value):
        value = FRESH.sub(SLOT, value)  # one name is as good as another
    written = _plain_number(value) if _is_number(value) else write(value)
    if len(written) <= LONGEST_VALUE and value != SLOT:
        yield Feature("value", path, written)
    if isinstance(value, str):
        measures[LENGTH, path] = Decimal(len(value))
        measures[LONGEST, ""] = max(Decimal(len(value)), measures.get((LONGEST, ""), Decimal(0)))
        if len(value) <= SHORT:
            yield Feature("characters", path, str(len(value)))
        yield from (Feature("string", path, each) for each in _string_classes(value))
    elif _is_number(value):
        yield from _of_number(path, value, measures)  # type: ignore[arg-type]


def _of_number(path: str, value: float | Decimal, measures: dict[tuple[str, str], Decimal]) -> Iterator[Feature]:
    number = _measure(value, measures)
    if number is None:
        return
    measures[NUMBER, path] = number
    if isinstance(value, int):
        measures[INTEGER, path] = number
    if number:
        yield Feature("number", path, "negative" if number < 0 else "positive")
    if not is_integral(value):
        yield Feature("number", path, "with a fraction")
        return
    if abs(number.adjusted()) < MOST_DIGITS:
        yield Feature("parity", path, "odd" if int(number) % 2 else "even")
    if not isinstance(value, int):
        yield Feature("number", path, "with a zero fraction" if _has_point(number) else "in exponent form")


def _measure(value: float | Decimal, measures: dict[tuple[str, str], Decimal]) -> Decimal | None:
    """Take a number into account for the whole body, whether it is declared or not; None where it is not finite."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return None
    measures[LARGEST, ""] = max(number, measures.get((LARGEST, ""), number))
    measures[SMALLEST, ""] = min(number, measures.get((SMALLEST, ""), number))
    return number


def _has_point(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0


def _plain_number(value: object) -> str:
    number = Decimal(str(value))
    whole = number.is_finite() and abs(number.adjusted()) < MOST_DIGITS and number == number.to_integral_value()
    return str(int(number)) if whole else str(number)


def _of_object(
    node: Node, value: Mapping[str, Json], measures: dict[tuple[str, str], Decimal], scalars: dict[str, Json]
) -> Iterator[Feature]:
    path = node.path
    measures[COUNT, path] = Decimal(len(value))
    if not value:
        yield Feature("empty", path, "object")
    for name in value:
        if node.child(name) is None:
            yield Feature("unknown", path)
            yield Feature("unknown name", path, name[:LONGEST_VALUE])
            for _, item in leaves(value[name]):
                if _is_number(item):
                    _measure(item, measures)  # type: ignore[arg-type]
    for child in node.children:
        if child.name != ANY_ITEM:
            yield from _of_value(child, value.get(child.name, MISSING), measures, scalars)


def _string_classes(text: str) -> Iterator[str]:
    if not text:
        yield "empty"
        return
    if not text.isascii():
        yield "with characters beyond ASCII"
    if any(ord(each) > 0xFFFF for each in text):
        yield "with characters beyond U+FFFF"
    if text != text.strip():
        yield "with spaces around it"
    if any(each.isspace() for each in text):
        yield "with white space"
    if any(ord(each) < 32 for each in text):
        yield "with control characters"
    if text != text.lower():
        yield "with upper-case letters"
    for each in sorted(set(text) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"))[:12]:
        yield f"with {write(each)}"


def _compared(root: Node, scalars: Mapping[str, Json]) -> Iterator[Feature]:
    """Yield how the properties of one type compare: `a` equal to `b`, less, greater."""
    by_type: dict[frozenset[str], list[str]] = {}
    for node in root.walk():
        if node.path in scalars and ANY_ITEM not in node.path and not node.types & {"object", "array", "boolean"}:
            by_type.setdefault(node.types - {"null"}, []).append(node.path)
    for paths in by_type.values():
        for one, other in combinations(paths, 2):
            left, right = scalars[one], scalars[other]
            if isinstance(left, str) and isinstance(right, str):
                yield Feature("equal" if left == right else "different", one, other)
            elif _is_number(left) and _is_number(right):
                word = "equal" if left == right else "less" if left < right else "greater"  # type: ignore[operator]
                yield Feature(word, one, other)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _depth(body: bytes) -> int:
    """Return how deep brackets are nested in the bytes, be they JSON or not; strings are not told apart."""
    return max(accumulate(map(_STEPS.__getitem__, body.translate(None, _NO_BRACKETS))), default=0)
