"""Texts that keep a regular expression, built from its parse tree: short, plain, and the same every time.

The parse tree is Python's own and not documented; `example` proves what was built before it hands it out.
"""

import importlib
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from itertools import permutations
from typing import Any

from conformance.contract.schemas.ecma import for_python
from conformance.contract.schemas.text_checks import keeps_pattern

# By name: whether a type checker knows these modules depends on what else was imported.
sre = importlib.import_module("re._constants")
parser = importlib.import_module("re._parser")

MOST_JOINED = 4
"""How many patterns that all apply are tried beside each other."""

PLAIN = "aA0-_ .b1B"
"""Characters to choose from, the plainest first."""

CATEGORIES: dict[Any, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdigit,
    sre.CATEGORY_NOT_DIGIT: lambda c: not c.isdigit(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    sre.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    sre.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
}


@lru_cache(256)
def example(pattern: str, length: int | None = None) -> str | None:
    """Return a text that keeps a pattern, of `length` characters where given; None where none is found."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of sets in sets, which another Python may have
            tree = list(parser.parse(for_python(pattern), re.ASCII))
    except (re.error, OverflowError):
        return None
    conditions = [argument[1] for operator, argument in tree if operator is sre.ASSERT and argument[0] == 1]
    if conditions and len(conditions) == len(tree) - 1:
        return _together(pattern, conditions, length)
    least = _Writing(0).text(tree)
    if least is None:
        return None
    text = least if length is None else _Writing(length - len(least)).text(tree)
    if text is not None and length is not None and len(text) < length:
        # Where the pattern leaves the end open, anything may follow.
        text += "a" * (length - len(text))
    fits = text is not None and keeps_pattern(pattern, text) and length in (None, len(text))
    return text if fits else None


def _together(pattern: str, conditions: list[Any], length: int | None) -> str | None:
    """Return a text that keeps several patterns at once: that of one of them, or theirs beside each other."""
    texts = [text for tree in conditions if (text := _Writing(0).text(tree)) is not None]
    joined = [*((each,) for each in texts), *permutations(texts[:MOST_JOINED])]
    for parts in joined:
        more = "a" * max((length or 0) - len("".join(parts)), 0)
        # What is between two texts is in the way of neither that begins nor that ends with one.
        for place in range(len(parts), -1, -1):
            filled = "".join((*parts[:place], more, *parts[place:]))
            if keeps_pattern(pattern, filled) and length in (None, len(filled)):
                return filled
    return None


class _Writing:
    """Writes the shortest text, and in the repetitions that allow it `spare` characters more."""

    def __init__(self, spare: int) -> None:
        self.spare = max(spare, 0)
        self.groups: dict[int, str] = {}

    def text(self, tree: Any) -> str | None:  # noqa: ANN401  (a parse tree)
        parts = [self._part(operator, argument) for operator, argument in tree]
        return None if None in parts else "".join(part or "" for part in parts)

    def _part(self, operator: Any, argument: Any) -> str | None:  # noqa: ANN401
        text: str | None = None
        match operator:
            case sre.LITERAL:
                text = chr(argument)
            case sre.ANY:
                text = PLAIN[0]
            case sre.NOT_LITERAL:
                text = next(c for c in PLAIN if ord(c) != argument)
            case sre.IN:
                text = _member(argument)
            case sre.AT | sre.ASSERT | sre.ASSERT_NOT:
                text = ""
            case sre.BRANCH:
                text = next((each for branch in argument[1] if (each := self.text(branch)) is not None), None)
            case sre.SUBPATTERN:
                text = self.text(argument[3])
                self.groups[argument[0]] = text or ""
            case sre.GROUPREF:
                text = self.groups.get(argument)
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                text = self._repeated(*argument)
        return text

    def _repeated(self, least: int, most: int, tree: Any) -> str | None:  # noqa: ANN401
        one = self.text(tree)
        if one is None:
            return "" if least == 0 else None
        more = min(int(most) - least, self.spare // len(one)) if one else 0
        self.spare -= more * len(one)
        return one * (least + more)


def _member(items: Any) -> str | None:  # noqa: ANN401
    """Return a character of a set: a plain one, else the first that it names."""
    named = [chr(a if op is sre.LITERAL else a[0]) for op, a in items if op in {sre.LITERAL, sre.RANGE}]
    negated = items[0][0] is sre.NEGATE
    return next((c for c in (*PLAIN, *named) if _holds(items, c) is not negated), None)


def _holds(items: Any, character: str) -> bool:  # noqa: ANN401
    for operator, argument in items:
        if operator is sre.LITERAL and ord(character) == argument:
            return True
        if operator is sre.RANGE and argument[0] <= ord(character) <= argument[1]:
            return True
        if operator is sre.CATEGORY and CATEGORIES[argument](character):
            return True
    return False
