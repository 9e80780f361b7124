"""JSON Pointers (RFC 6901): taken apart, put together and generalised."""

import re
from collections.abc import Iterable
from functools import lru_cache

ANY_ITEM = "*"
"""The token that stands for every item of an array."""

LONGEST_CACHED = 200
"""Longer pointers are not cached: they may hold names of the target's own."""

_INDEX = re.compile("0|[1-9][0-9]*")


def escape(token: str) -> str:
    """Return a reference token with `~` and `/` escaped (RFC 6901 section 3)."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def unescape(token: str) -> str:
    """Return the name that an escaped reference token stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    """Return `pointer` extended by the given tokens, escaped."""
    return pointer + "".join("/" + escape(str(token)) for token in tokens)


def split(pointer: str) -> tuple[str, ...]:
    """Return the unescaped tokens of `pointer`; the empty pointer has none."""
    return _cached_split(pointer) if len(pointer) <= LONGEST_CACHED else _split(pointer)


def _split(pointer: str) -> tuple[str, ...]:
    return tuple(unescape(token) for token in pointer.split("/")[1:])


_cached_split = lru_cache(4096)(_split)


def from_tokens(tokens: Iterable[str | int]) -> str:
    """Return the pointer made of `tokens`."""
    return join("", *tokens)


def parent(pointer: str) -> str:
    """Return the pointer of the value that holds the one at `pointer`."""
    return pointer.rpartition("/")[0]


def last(pointer: str) -> str:
    """Return the last token of `pointer`, unescaped; empty for the root."""
    return unescape(pointer.rpartition("/")[2])


def prefixes(pointer: str) -> tuple[str, ...]:
    """Return the pointer of each value on the way to the one at `pointer`, without the root; that one is the last."""
    tokens = pointer.split("/")
    return tuple("/".join(tokens[: index + 1]) for index in range(1, len(tokens)))


def within(pointer: str, holder: str) -> bool:
    """Tell whether `pointer` is `holder`, or the pointer of a value inside it."""
    return pointer == holder or pointer.startswith(f"{holder}/")


def is_index(token: str) -> bool:
    """Tell whether a token can be the index of an item (RFC 6901 section 4)."""
    return _INDEX.fullmatch(token) is not None


def index_of(token: str, length: int) -> int | None:
    """Return the index that a token stands for in an array of `length` items, None where it names none of them."""
    if not is_index(token) or len(token) > len(str(length)):
        return None
    return int(token) if int(token) < length else None


def generalised(pointer: str) -> str:
    """Return `pointer` with `*` for indices; the name of a header, which is no pointer, as it is."""
    if not pointer.startswith("/"):
        return pointer
    return from_tokens(ANY_ITEM if is_index(token) else token for token in split(pointer))
