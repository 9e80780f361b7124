"""Differences: how a returned value differs from the one that was sent, in words that contain no value."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from conformance.checks.shared.findings import CUT, brief
from conformance.checks.shared.pairs import computable, default_of
from conformance.classify.wording import LONGEST_VALUE
from conformance.contract.schemas.nodes import Node
from conformance.model.json_values import MISSING
from conformance.model.jsontext import equal, is_integral

MACHINE_LIMITS = frozenset(map(Decimal, (2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1)))
"""Where arithmetic of machine types stops."""

OTHER = "a different"
OTHER_STRING = f"{OTHER} string"
OTHER_NUMBER = f"{OTHER} number"
OTHER_VALUE = f"{OTHER} value"
ABSENT = "absent"
INSTEAD = "instead"
NULL_INSTEAD = f"null {INSTEAD}"
DEFAULT_INSTEAD = f"the default {INSTEAD}"
SIGN_LOST = "with the opposite sign"
WRAPPED = "wrapped to"

_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
_STRINGS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("trimmed", lambda sent, found: found == sent.strip()),
    ("in other letter case", lambda sent, found: found.casefold() == sent.casefold()),
    ("normalized", lambda sent, found: found in {unicodedata.normalize(form, sent) for form in _FORMS}),
    ("truncated", lambda sent, found: found != "" and sent.startswith(found)),
)


def same(one: object, other: object) -> bool:
    """Tell whether two values are equal by JSON Schema, or both missing."""
    return equal(one, other)  # type: ignore[arg-type]


def shown(value: object) -> str:
    """Return a value for a finding."""
    return "absent" if value is MISSING else brief(value)  # type: ignore[arg-type]


def quoted(value: object, longest: int = LONGEST_VALUE) -> str:
    """Return a value as a message shows it: its JSON text, or its class where that is long or hard to read."""
    if value is MISSING:
        return "no value"
    text = brief(value, longest)  # type: ignore[arg-type]
    if text.isprintable() and not text.endswith(CUT):
        return f"`{text}`"
    return f"{with_article(type_word(value))}{_size(value)}"


def type_word(value: object) -> str:
    """Return the type of a value in the words of symptoms."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "null"


def with_article(word: str) -> str:
    """Return a word with its indefinite article; null has none."""
    return word if word == "null" else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _size(value: object) -> str:
    if isinstance(value, str):
        return f" of {len(value):,} characters"
    if isinstance(value, int):
        return f" of {len(str(abs(value)))} digits"
    return f" of {len(value)} items" if isinstance(value, list) else ""


def difference(sent: object, found: object, node: Node | None = None) -> str:
    """Return the class of a difference; `node` is the place of the response, which may declare a default."""
    if found is MISSING:
        return ABSENT
    if found is None:
        return NULL_INSTEAD
    if node is not None and same(found, default_of(node)):
        return DEFAULT_INSTEAD
    if isinstance(sent, str) and isinstance(found, str):
        return next((word for word, holds in _STRINGS if holds(sent, found)), OTHER_STRING)
    kinds = type_word(sent), type_word(found)
    if kinds == ("number", "number"):
        return _of_numbers(Decimal(str(sent)), Decimal(str(found)))
    return OTHER_VALUE if kinds[0] == kinds[1] else f"{with_article(kinds[1])} {INSTEAD}"


def _of_numbers(sent: Decimal, found: Decimal) -> str:
    if not computable(sent):
        return OTHER_NUMBER
    if float(sent) == float(found) and sent.copy_abs() < Decimal("1e309"):
        return "rounded"
    # Not abs(): that rounds, and raises where the exponent is beyond the context's.
    if found.copy_abs() in MACHINE_LIMITS and found.copy_abs() < sent.copy_abs():
        return "clamped to a machine type"
    if is_integral(sent) and is_integral(found):
        for bits in (64, 32, 16):
            if -(2 ** (bits - 1)) <= found < 2**bits and (int(sent) - int(found)) % 2**bits == 0:
                return f"{WRAPPED} {bits} bits"
    elif int(sent) == found:
        return "truncated to an integer"
    return SIGN_LOST if found == sent.copy_negate() else OTHER_NUMBER
