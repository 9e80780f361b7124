"""JSON Pointers (RFC 6901): writing, reading and generalising them."""

from collections.abc import Iterable
from functools import lru_cache

from conformance.model.jsontext import Json


def escape(token: str) -> str:
    """Return a reference token with `~` and `/` escaped (RFC 6901 section 3)."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def unescape(token: str) -> str:
    """Return the member name that an escaped reference token stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    """Return `pointer` extended by the given tokens, escaped."""
    return pointer + "".join("/" + escape(str(token)) for token in tokens)


@lru_cache(4096)
def split(pointer: str) -> tuple[str, ...]:
    """Return the unescaped tokens of `pointer`; the empty pointer has none."""
    return tuple(unescape(token) for token in pointer.split("/")[1:])


def from_tokens(tokens: Iterable[str | int]) -> str:
    """Return the pointer made of `tokens`."""
    return join("", *tokens)


def lookup(document: Json, pointer: str) -> Json:
    """Return the value that `pointer` names in `document`.

    Raises:
        KeyError: there is no such value.

    """
    value = document
    for token in split(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            raise KeyError(pointer)
    return value


def parent(pointer: str) -> str:
    """Return the pointer of the value that holds the one named by `pointer`."""
    return pointer.rpartition("/")[0]


def last(pointer: str) -> str:
    """Return the last token of `pointer`, unescaped; empty for the root."""
    return unescape(pointer.rpartition("/")[2])
