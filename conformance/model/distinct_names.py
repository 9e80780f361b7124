"""Distinct names: whether an object of a JSON text has two properties of one name, which its value does not show."""

from collections.abc import Iterable
from typing import Any


def has_distinct_names(text: str, value: object, depth: int) -> bool:
    """Tell whether a JSON text has no name twice in an object; false as well where that is not told so easily.

    A text has a colon for each property, beside those in strings. Of two properties of one name only the last is in the
    value, so that the value has fewer colons than the text. A colon that is written as an escape would hide that.

    Args:
        text: the JSON text.
        value: what was read from it.
        depth: how deeply arrays and objects may be nested.

    """
    if "\\" in text and "\\u003" in text:
        return False
    try:
        return _colons((value,), depth) == text.count(":")
    except RecursionError:
        return False


def _colons(values: Iterable[Any], depth: int) -> int:
    """Return how many colons the text of some values has, those in names aside."""
    if depth < 0:
        raise RecursionError
    found = 0
    for value in values:
        kind = type(value)
        if kind is str:
            if ":" in value:
                found += value.count(":")
        elif kind is dict:
            found += len(value) + _colons(value.values(), depth - 1)
        elif kind is list:
            found += _colons(value, depth - 1)
    return found
