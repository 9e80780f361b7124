"""What a server can do wrong with the body of a success, in one way each."""

from collections.abc import Callable
from itertools import count
from typing import Any


def returns_one_object(first: list[Any]) -> Callable[[Any], Any]:
    """Return every success as the first one: the server keeps no state."""

    def returned(value: Any) -> Any:
        first[:] = first or [value]
        return first[0]

    return returned


def returns_constant(value: Any) -> Any:
    """Return the same value of one property, whatever was sent."""
    return {**value, "autoscaling_settings": {**value["autoscaling_settings"], "max_replica": 3}}


def returns_floats(value: Any) -> Any:
    """Return integers as a float holds them."""
    return _each_integer(value, lambda number: int(float(number)) if abs(number) > 2**53 else number)


def returns_int32(value: Any) -> Any:
    """Return integers as 32 bits hold them."""
    return _each_integer(value, lambda number: (number + 2**31) % 2**32 - 2**31)


def returns_previous() -> Callable[[Any], Any]:
    """Return one property as it was in the success before."""
    before: list[Any] = []

    def returned(value: Any) -> Any:
        settings = value["autoscaling_settings"]
        before.append(settings.get("max_replica"))
        return {**value, "autoscaling_settings": {**settings, "max_replica": before[-2:][0]}}

    return returned


def omits_time(value: Any) -> Any:
    """Return no `created_at`."""
    return {name: item for name, item in value.items() if name != "created_at"}


def returns_an_array(value: Any) -> Any:
    """Return the object in an array."""
    return [value]


def returns_wrong_time(value: Any) -> Any:
    """Return a `created_at` that is no date-time."""
    return {**value, "created_at": "yesterday"}


def rotates() -> Callable[[Any], Any]:
    """Return every third success with a wrong type for one property."""
    number = count()
    return lambda value: {**value, "created_at": 7} if next(number) % 3 == 0 else value


def _each_integer(value: Any, change: Callable[[int], int]) -> Any:
    if isinstance(value, dict):
        return {name: _each_integer(item, change) for name, item in value.items()}
    return change(value) if isinstance(value, int) and not isinstance(value, bool) else value
