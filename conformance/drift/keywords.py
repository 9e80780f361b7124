"""Keywords of one JSON type in two schemas: which of them narrow or widen the values that are valid."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import msgspec

from conformance.classify.bounds import LOWER, UPPER, as_number
from conformance.classify.keywords import broken
from conformance.contract.requirements.derived import FORMATS
from conformance.contract.schemas.shapes import ANNOTATIONS, ASSERTIONS, Keyword, Shape
from conformance.drift.changes import Effect
from conformance.model.jsontext import Json, equality_key

Comparison: TypeAlias = Iterator["Difference"]

SIZES = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
TEXTS = ("description", "deprecated", "readOnly", "writeOnly")
"""Annotations whose change is noted; `default` has its own rule, examples and titles are no change."""


class Difference(msgspec.Struct, frozen=True):
    """One keyword that changed: `rule`, its effect, and the keyword in each schema, None where it is absent."""

    rule: str
    effect: Effect
    old: Keyword | None
    new: Keyword | None


def compare_keywords(old: Shape, new: Shape) -> Comparison:
    """Yield what changed in the assertions of two shapes of one JSON type; properties and items are not looked into."""
    listed = "enum" in old.keywords or "enum" in new.keywords
    if listed:
        yield from _enum(old, new)
    else:
        yield from _numbers(old, new)
        yield from _sizes(old, new)
        yield from _asserted(old, new)
    yield from _closed(old, new)
    yield from _unmodelled(old, new)


def _pair(old: Shape, new: Shape, keyword: str) -> tuple[Keyword | None, Keyword | None]:
    return old.keywords.get(keyword), new.keywords.get(keyword)


def _enum(old: Shape, new: Shape) -> Comparison:
    before, after = _values(old), _values(new)
    if before is not None and after is not None:
        gone, come = before.keys() - after.keys(), after.keys() - before.keys()
        if gone or come:
            yield Difference("enum", _effect(narrower=bool(gone), wider=bool(come)), *_pair(old, new, "enum"))
        return
    held, free = (before, new) if before is not None else (after, old)
    outside = any(broken(free, value) for value in (held or {}).values())
    limited = after is not None
    effect = Effect.BOTH if outside else Effect.NARROWED if limited else Effect.WIDENED
    yield Difference("enum", effect, *_pair(old, new, "enum"))


def _values(shape: Shape) -> dict[object, Json] | None:
    """Return the values that a shape allows where they can be listed, those alone that its other keywords allow."""
    if shape.type == "boolean" and "enum" not in shape.keywords:
        return {equality_key(value): value for value in (False, True)}
    if "enum" not in shape.keywords:
        return None
    return {equality_key(value): value for value in shape.listed("enum") if not broken(shape, value)}


def _numbers(old: Shape, new: Shape) -> Comparison:
    whole = old.type == new.type == "integer"
    for keywords, sign in ((LOWER, 1), (UPPER, -1)):
        before, after = (_limit(shape, keywords, sign, whole=whole) for shape in (old, new))
        if before[0] != after[0]:
            effect = _effect(narrower=after[0] > before[0], wider=after[0] < before[0])
            yield Difference(keywords[0], effect, before[1], after[1])
    one, other = _step(old), _step(new)
    if one != other:
        narrower = other is not None and (one is None or (other / one).denominator == 1)
        wider = one is not None and (other is None or (one / other).denominator == 1)
        effect = _effect(narrower=narrower, wider=wider) if narrower or wider else Effect.BOTH
        yield Difference("type" if old.type != new.type else "multipleOf", effect, *_stepped(old, new))


def _limit(
    shape: Shape, keywords: Sequence[str], sign: int, *, whole: bool
) -> tuple[tuple[Fraction | float, bool], Keyword | None]:
    """Return the strictest limit that a shape states in one direction, turned so that a stricter one is greater."""
    found: tuple[tuple[Fraction | float, bool], Keyword | None] = ((-math.inf, False), None)
    for keyword in keywords:
        number = as_number(shape.value(keyword))
        if number is None or (isinstance(number, Decimal) and not number.is_finite()):
            continue
        value, excluded = sign * Fraction(number), keyword.startswith("exclusive")
        if whole:
            value, excluded = Fraction(math.floor(value) + 1 if excluded else math.ceil(value)), False
        if (value, excluded) > found[0]:
            found = (value, excluded), shape.keywords[keyword]
    return found


def _step(shape: Shape) -> Fraction | None:
    """Return what every number of a shape is a multiple of; integers are multiples of one."""
    stated = as_number(shape.value("multipleOf"))
    step = Fraction(stated) if stated else None
    if shape.type != "integer":
        return step
    return Fraction(step.numerator) if step else Fraction(1)


def _stepped(old: Shape, new: Shape) -> tuple[Keyword | None, Keyword | None]:
    if old.type == new.type:
        return _pair(old, new, "multipleOf")
    return _pair(old, new, "type")


def _sizes(old: Shape, new: Shape) -> Comparison:
    for keyword in SIZES:
        sign, nothing = (1, 0.0) if keyword.startswith("min") else (-1, -math.inf)
        before, after = (_size(shape.value(keyword), sign, nothing) for shape in (old, new))
        if before != after:
            yield Difference(keyword, _effect(narrower=after > before, wider=after < before), *_pair(old, new, keyword))


def _size(value: Json, sign: int, nothing: float) -> float:
    return sign * float(value) if isinstance(value, int | float | Decimal) else nothing


def _asserted(old: Shape, new: Shape) -> Comparison:
    for keyword in ("pattern", "format", "uniqueItems"):
        before, after = (_assertion(shape, keyword) for shape in (old, new))
        if before != after:
            effect = Effect.WIDENED if after is None else Effect.NARROWED if before is None else Effect.BOTH
            yield Difference(keyword, effect, *_pair(old, new, keyword))


def _assertion(shape: Shape, keyword: str) -> Json:
    """Return the value of a keyword where it forbids anything, else None."""
    value = shape.value(keyword)
    if keyword == "format" and value not in FORMATS:
        return None
    return value or None


def _closed(old: Shape, new: Shape) -> Comparison:
    if old.type != "object":
        return
    before, after = (_rest(shape) for shape in (old, new))
    if equality_key(before) == equality_key(after):
        return
    if after is False or before is True:
        effect = Effect.NARROWED
    elif before is False or after is True:
        effect = Effect.WIDENED
    else:
        effect = Effect.BOTH
    yield Difference("additionalProperties", effect, *_pair(old, new, "additionalProperties"))


def _rest(shape: Shape) -> Json:
    return True if shape.open else shape.value("additionalProperties")


def _unmodelled(old: Shape, new: Shape) -> Comparison:
    """Yield keywords that no rule of the suite understands: a change of one may do anything."""
    known = ANNOTATIONS | ASSERTIONS
    for keyword in sorted((old.keywords.keys() | new.keywords.keys()) - known):
        if not keyword.startswith("x-") and _differs(old, new, keyword):
            yield Difference("keyword", Effect.BOTH, *_pair(old, new, keyword))


def compare_annotations(old: Shape, new: Shape) -> Comparison:
    """Yield what changed in the default, the description, and the other annotations that are noted."""
    for keyword in ("default", *TEXTS):
        if _differs(old, new, keyword):
            yield Difference(
                keyword if keyword in {"default", "description"} else "annotation",
                Effect.NONE,
                *_pair(old, new, keyword),
            )
    for shape, other in ((old, new), (new, old)):
        format_ = shape.value("format")
        if format_ is not None and format_ not in FORMATS and format_ != other.value("format"):
            yield Difference("annotation", Effect.NONE, *_pair(old, new, "format"))
            return


def _differs(old: Shape, new: Shape, keyword: str) -> bool:
    before, after = _pair(old, new, keyword)
    if before is None or after is None:
        return before is not after
    return equality_key(before.value) != equality_key(after.value)


def _effect(*, narrower: bool, wider: bool) -> Effect:
    if narrower and wider:
        return Effect.BOTH
    return Effect.NARROWED if narrower else Effect.WIDENED
