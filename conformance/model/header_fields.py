"""Header fields of HTTP: looked up and removed by name, in any letter case, and what a media type is."""

from collections.abc import Iterable
from typing import TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]


def values_of(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """Return the values of the fields called `name`, in order."""
    wanted = name.lower()
    return [value for field, value in headers if field.lower() == wanted]


def first_of(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the value of the first field called `name`, None where there is none."""
    wanted = name.lower()
    for field, value in headers:
        if field.lower() == wanted:
            return value
    return None


def combined(headers: Iterable[tuple[str, str]], name: str) -> str:
    """Return the values of the fields called `name` as those of one list (RFC 9110 section 5.3)."""
    return ",".join(values_of(headers, name))


def without_fields(headers: Iterable[tuple[str, str]], *names: str) -> Headers:
    """Return the fields that have none of these names."""
    lowered = {name.lower() for name in names}
    return tuple((field, value) for field, value in headers if field.lower() not in lowered)


def essence(media_type: str) -> str:
    """Return a media type in lower case, parameters cut off."""
    return media_type.partition(";")[0].strip().lower()
