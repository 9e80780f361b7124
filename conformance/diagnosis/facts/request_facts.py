"""Facts of a request: its method, header fields, credential and bytes, what its case was made for, and its body."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.diagnosis.facts.body_facts import BodyReader, Measures
from conformance.diagnosis.facts.comparisons import comparison
from conformance.diagnosis.facts.defaults import DefaultsReader
from conformance.diagnosis.facts.features import ANYWHERE, COMPARISONS, FIELD_LENGTH, LONGEST_VALUE, Facts, Feature
from conformance.diagnosis.facts.story_facts import TARGET_PARTS, StoryReader
from conformance.diagnosis.facts.wire_facts import measures_of, of_framing, of_target, of_text
from conformance.model.case import KEY, SLOT, Case, Request
from conformance.model.header_fields import combined, essence
from conformance.model.json_values import body_value, get
from conformance.model.jsontext import Json, is_number, try_read, type_name

BLANK = b" \t\r\n"
"""White space around a JSON text (RFC 8259 section 2)."""

LONG_FIELD = 1_000
"""From how many characters on a value of a header field is known by these."""

MOST_KNOWN = 3_000
"""Of so many cases the facts are kept: during a run they are read again and again."""

MOST_SEARCHED, MOST_FOUND = 10_000, 8
"""In how many bytes of a text that is not read names are looked for, and how many of them are told."""

_NAME = re.compile(rb'"(\w{1,60})"\s*:')

_ELEMENT = re.compile(r"[^\s,;=\"]+/[^\s,;=\"]+|[^\s,;=\"]+(?==)")
"""A media type or range, or the name of a parameter."""

Fields: TypeAlias = Sequence[tuple[str, str]]


class _OfFields(msgspec.Struct, frozen=True, gc=False):
    """What is known of the header fields of a request, and of its content by them."""

    features: frozenset[Feature]
    content: frozenset[Feature]
    lengths: Measures


class FactReader:
    """Reads the facts of the cases of one contract; what many of them have in common is read once.

    Args:
        contract: the contract.
        most: of how many cases the facts are kept; none for a reader that is used once.

    """

    def __init__(self, contract: Contract, most: int = MOST_KNOWN) -> None:
        self._contract = contract
        self._most = most
        self._body = BodyReader(contract.request)
        self._declared = {each.name for each in contract.request.walk()}
        self._defaults = DefaultsReader(contract)
        self._stories = StoryReader(contract)
        self._fields: dict[tuple[tuple[tuple[str, str], ...], str, bool], _OfFields] = {}
        self._known: dict[Case, Facts] = {}

    def read(self, case: Case) -> Facts:
        """Return the facts of a case; those of the first ones are kept."""
        if not self._most:
            return self._read(case)
        facts = self._known.get(case)
        if facts is None:
            facts = self._read(case)
            if len(self._known) < self._most:
                self._known[case] = facts
        return facts

    def name(self, case: Case) -> str:
        """Return the name of the new object in a case, empty where it is unknown."""
        facts = self._known.get(case) if self._most else None
        return facts.name if facts is not None else _name(body_value(case.request.body), self._contract.identity)

    def _read(self, case: Case) -> Facts:
        request = case.request
        fields = self._of_fields(request)
        told = [self._stories.told(case)]
        if case.story is None or case.story.keyword not in TARGET_PARTS:
            told.append(fields.features)
        if KEY in request.target:
            told.append(frozenset({Feature("credential", "query", "the key")}))
        body = request.body or b""
        text = try_read(request.body)
        value = text.value if text is not None else None
        placed, measures = self._body.read(value) if text is not None else ([], {})
        placed += self._defaults.read(value)
        groups = [_of_bytes(_body_word(body, value, readable=text is not None))]
        if (text is None or text.duplicates or text.byte_order_mark) and body.strip(BLANK):
            groups.append(_of_bytes("not plain JSON"))
        if text is None:
            groups.append(self._names_in(body))
        groups.append(frozenset(of_text(body)))
        groups.append(_of_method(request.method))
        target, lengths = of_target(self._contract.operation.path, request.target)
        measures |= {**measures_of(body), **lengths, **fields.lengths}
        groups += [*told, fields.features, target, of_framing(request), fields.content]
        if case.story is not None and case.story.pointer.lower().startswith("content-"):
            told.append(fields.content)
        about = self._stories.about(case, placed, groups)
        rounded = {each for each in about if each.name in COMPARISONS and _is_rounded(each, value)}
        own = (about - rounded).union(*told)
        every = (*groups, *[group for _, group in placed])
        return Facts(every, own, measures, _name(value, self._contract.identity))

    def _names_in(self, body: bytes) -> frozenset[Feature]:
        """Return the unknown names in a text that is not read: most are nested too deeply, and otherwise JSON."""
        found = dict.fromkeys(each.decode() for each in _NAME.findall(body[:MOST_SEARCHED]))
        unknown = (each for each in found if each not in self._declared)
        return frozenset(Feature("unknown name", ANYWHERE, each) for each in islice(unknown, MOST_FOUND))

    def _of_fields(self, request: Request) -> _OfFields:
        key = (request.headers, request.method, bool(request.body))
        known = self._fields.get(key)
        if known is None:
            known = _OfFields(
                frozenset(_of_headers(self._contract, request.headers, has_body=bool(request.body))),
                _of_content(self._contract, request),
                _lengths(request.headers),
            )
            self._fields[key] = known
        return known


def _name(body: Json, identity: str | None) -> str:
    """Return the name of the new object in a body; empty where it has none, or it is filled in when it is sent."""
    name = get(body, identity, None) if identity else None
    return name if isinstance(name, str) and SLOT not in name else ""


def _is_rounded(feature: Feature, body: Json) -> bool:
    """Tell whether two numbers compare in another way once double precision has rounded them."""
    one, other = (get(body, each, None) for each in (feature.place, feature.value))
    if not (is_number(one) and is_number(other)):
        return False
    return comparison(one, other) != comparison(_double(one), _double(other))


def _double(number: float | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


@lru_cache(32)
def _of_method(method: str) -> frozenset[Feature]:
    return frozenset({Feature("method", "", method)})


@lru_cache(32)
def _of_bytes(word: str) -> frozenset[Feature]:
    return frozenset({Feature("body", "", word)})


def _of_headers(contract: Contract, fields: Fields, *, has_body: bool) -> Iterator[Feature]:
    """Yield the header fields, and of the credential its scheme and its key."""
    security = contract.operation.security
    carrier = security.name.lower() if security else ""
    counts = Counter(name.lower() for name, _ in fields)
    for name, value in fields:
        lower = name.lower()
        if KEY in value or lower == carrier:
            yield from _of_credential(contract, lower, value)
        else:
            start = value[:LONGEST_VALUE]
            yield Feature("header", lower, start)
            yield from (Feature("element", lower, each) for each in _ELEMENT.findall(start.lower()))
        yield Feature("field", lower, "sent" if counts[lower] == 1 else "sent twice")
    if carrier and not _is_right(contract, [value for name, value in fields if name.lower() == carrier]):
        yield Feature("access")
    yield from (
        Feature("field", each, "absent") for each in {"content-type", "accept", carrier} - counts.keys() if each
    )
    declared = essence(contract.operation.request_media_type or "")
    if has_body and declared and essence(combined(fields, "content-type")) != declared:
        yield Feature("media type", "content-type", "not declared")


def _lengths(fields: Fields) -> Measures:
    """Return how long the long values of header fields are."""
    long = ((name.lower(), len(value)) for name, value in fields if len(value) >= LONG_FIELD)
    return {(FIELD_LENGTH, name): Decimal(length) for name, length in long}


def _of_content(contract: Contract, request: Request) -> frozenset[Feature]:
    """Return whether the content has another media type than the declared one, or none, or a content coding."""
    declared = essence(contract.operation.request_media_type or "")
    if request.method != contract.operation.method:
        return frozenset()
    right = essence(combined(request.headers, "content-type")) == declared
    coded = any(name.lower() == "content-encoding" for name, _ in request.headers)
    return frozenset({Feature("content")}) if declared and (coded or not right) else frozenset()


def _is_right(contract: Contract, values: Sequence[str]) -> bool:
    """Tell whether there is one credential, of the documented scheme, with the key (RFC 9110 section 11.4)."""
    *scheme, key = values[0].split() if len(values) == 1 and values[0].strip() else ("",)
    return key == KEY and [each.lower() for each in scheme] == contract.scheme.lower().split()


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
    if not (body and body.strip(BLANK)):
        return "blank" if body else "none"
    return type_name(value) if readable else "not JSON"  # type: ignore[arg-type]
