"""JSON values at a pointer: read, replaced, removed. No value is altered in place.

Pointers are those of RFC 6901. Where several places can be meant (`all_at`, `changed`, `with_value`, `without`), `*`
stands for every item of an array as well: no item has that name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from operator import is_
from types import NoneType
from typing import Any, Final, TypeVar, overload

import msgspec

from conformance.model.jsontext import Json, Writable, try_read
from conformance.model.pointer import ANY_ITEM, index_of, is_index, join, last, parent, prefixes, split


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""Stands for no value, where null is one."""

V = TypeVar("V", Json, Writable)
D = TypeVar("D")


def body_value(body: bytes | None) -> Json:
    """Return the value of a body, None where there is none or it is not JSON."""
    text = try_read(body)
    return text.value if text else None


def at(value: V, pointer: str) -> V:
    """Return the value at `pointer`.

    Raises:
        KeyError: there is none.

    """
    found: Any = get(value, pointer, MISSING)
    if found is MISSING:
        raise KeyError(pointer)
    return found  # type: ignore[no-any-return]


_NO_OBJECTS = frozenset({NoneType, bool, int, float, str, list})
"""The types of most values that have no properties."""


@overload
def get(value: V, pointer: str) -> V: ...
@overload
def get(value: V, pointer: str, default: D) -> V | D: ...
def get(value: Any, pointer: str, default: Any = None) -> Any:
    """Return the value at `pointer`, `default` where there is none."""
    found: Any = value  # every part of a JSON value is one
    for token in split(pointer):
        # Asked for first: nearly all is read from a text, and to ask for any mapping takes many times longer.
        kind = type(found)
        if (kind is dict or (kind not in _NO_OBJECTS and isinstance(found, Mapping))) and token in found:
            found = found[token]
        elif isinstance(found, list | tuple) and (index := index_of(token, len(found))) is not None:
            found = found[index]
        else:
            return default
    return found


class Places:
    """Places of a body, read together: the way down to an object is gone once for places in it that come in a row."""

    def __init__(self, pointers: Iterable[str]) -> None:
        self.pointers = tuple(pointers)
        self._runs = tuple(_run(holder, tuple(run)) for holder, run in groupby(self.pointers, parent))
        self._below_root = "" not in self.pointers

    def values(self, body: Json) -> list[Any]:
        """Return the value at each place, in order; `MISSING` where there is none."""
        found: list[Any] = []
        for run in self._runs if self._below_root else ():
            held: Any = body
            for token in run.way:
                if type(held) is not dict:
                    break
                held = held.get(token)
            if type(held) is dict:
                found += map(held.get, run.names, run.absent)
            elif held is None:
                found += run.absent
            else:
                found += [get(body, pointer, MISSING) for pointer in run.pointers]
        return found if self._below_root else [get(body, pointer, MISSING) for pointer in self.pointers]


class _Run(msgspec.Struct, frozen=True):
    """Places in one object: the names on the way to it, and the name and the pointer of each place."""

    way: tuple[str, ...]
    names: tuple[str, ...]
    pointers: tuple[str, ...]
    absent: tuple[Any, ...]


def _run(holder: str, pointers: tuple[str, ...]) -> _Run:
    return _Run(split(holder), tuple(map(last, pointers)), pointers, (MISSING,) * len(pointers))


def holds(value: Writable, pointer: str) -> bool:
    """Tell whether there is a value at `pointer`."""
    return get(value, pointer, MISSING) is not MISSING


def all_at(value: V, pointer: str) -> list[V]:
    """Return every value at `pointer`, in order."""
    found: list[Any] = [value]
    for token in split(pointer):
        found = [item for holder in found for item in _items(holder, token)]
    return found


def leaves(value: V, pointer: str = "") -> Iterator[tuple[str, V]]:
    """Yield pointer and value of whatever is no object, and of empty objects."""
    if isinstance(value, dict | Mapping) and value:
        for name, item in value.items():
            yield from leaves(item, join(pointer, name))
    else:
        yield pointer, value


def held_objects(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield the generalised pointer of each object and array in a body, below the one of the value."""
    if isinstance(value, dict):
        yield pointer
        for name, item in value.items():
            if isinstance(item, dict | list):
                yield from held_objects(item, join(pointer, ANY_ITEM if is_index(name) else name))
    elif isinstance(value, list):
        yield pointer
        for item in value:
            yield from held_objects(item, f"{pointer}/{ANY_ITEM}")


def changed(value: V, pointer: str, change: Callable[[V], V]) -> V:
    """Return `value` with what `change` makes of each value at `pointer`; the very same value where nothing changes."""
    return _changed(value, split(pointer), change)


def with_value(value: V, pointer: str, new: V, *, parents: bool = False) -> V:
    """Return `value` with `new` at `pointer`, which may name a property that an object does not have yet.

    Where nothing can hold it, the very same value is returned; with `parents`, objects are made on the way, in the
    place of what cannot.
    """
    if not pointer:
        return new
    if parents:
        for holder, token in zip(("", *prefixes(pointer)), split(pointer), strict=False):
            if not _has_room(get(value, holder), token):
                value = with_value(value, holder, {})
    return changed(value, parent(pointer), lambda holder: _with_item(holder, last(pointer), new))


def without(value: V, pointer: str) -> V:
    """Return `value` without the property or item at `pointer`; the very same value where there is none.

    Raises:
        ValueError: `pointer` is that of the whole value.

    """
    if not pointer:
        message = "the whole value cannot be removed"
        raise ValueError(message)
    return changed(value, parent(pointer), lambda holder: _without_item(holder, last(pointer)))


def _changed(value: V, tokens: Sequence[str], change: Callable[[V], V]) -> V:
    """Change what is at `tokens`; recursion ends with the value, however many tokens there are."""
    if not tokens:
        return change(value)
    token, rest = tokens[0], tokens[1:]
    if isinstance(value, dict | Mapping) and token in value:
        item = _changed(value[token], rest, change)
        return value if item is value[token] else {**value, token: item}
    if isinstance(value, list | tuple) and (chosen := _indices(token, len(value))):
        items = [_changed(item, rest, change) if index in chosen else item for index, item in enumerate(value)]
        return value if all(map(is_, items, value)) else items
    return value


def _items(holder: Writable, token: str) -> list[Writable]:
    if isinstance(holder, dict | Mapping):
        return [holder[token]] if token in holder else []
    return [holder[index] for index in _indices(token, len(holder))] if isinstance(holder, list | tuple) else []


def _with_item(holder: V, token: str, new: V) -> V:
    return {**holder, token: new} if isinstance(holder, dict | Mapping) else _changed(holder, (token,), lambda _: new)


def _without_item(holder: V, token: str) -> V:
    if isinstance(holder, dict | Mapping) and token in holder:
        return {name: item for name, item in holder.items() if name != token}
    if isinstance(holder, list | tuple) and (chosen := _indices(token, len(holder))):
        return [item for index, item in enumerate(holder) if index not in chosen]
    return holder


def _has_room(holder: Writable, token: str) -> bool:
    if isinstance(holder, dict | Mapping):
        return True
    return isinstance(holder, list | tuple) and index_of(token, len(holder)) is not None


def _indices(token: str, length: int) -> Sequence[int]:
    if token == ANY_ITEM:
        return range(length)
    index = index_of(token, length)
    return () if index is None else (index,)
