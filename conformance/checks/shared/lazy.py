"""A property that is computed once, when it is first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """As `functools.cached_property`, which takes a lock in Python 3.11: there it was a twelfth of judging.

    An instance has a `__dict__`, where the value is found from the second time on. What raises is computed again.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: object, owner: type) -> T:
        """Compute the value, and keep it under the name of the property."""
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
