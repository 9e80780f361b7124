"""Which keywords of a shape a value keeps, and which it breaks."""

from decimal import Decimal

from conformance.contract.derived import FORMATS
from conformance.contract.shapes import Shape
from conformance.contract.validators import keeps_format
from conformance.model.jsontext import Json, equal, type_name
from conformance.strategies import construction, numbers, texts


def fits(shape: Shape, value: Json) -> bool:
    """Tell whether a value has the type of a shape; an integer is a number as well."""
    name = type_name(value)
    return name == shape.type or (name, shape.type) == ("integer", "number")


def broken(shape: Shape, value: Json) -> frozenset[str]:
    """Return the keywords that a value of the shape's type breaks, `required` and what lies below it aside."""
    found: set[str] = set()
    listed = shape.value("enum")
    if isinstance(listed, list) and not any(equal(value, each) for each in listed):
        found.add("enum")
    if isinstance(value, str):
        found |= texts.broken(shape, value)
        format_ = str(shape.value("format"))
        if format_ in FORMATS and not keeps_format(format_, value):
            found.add("format")
    elif isinstance(value, list):
        found |= _size(shape, len(value), "minItems", "maxItems")
        if shape.value("uniqueItems") is True and _repeats(value):
            found.add("uniqueItems")
    elif isinstance(value, dict):
        found |= _size(shape, len(value), "minProperties", "maxProperties")
        if shape.closed and value.keys() - shape.members.keys():
            found.add("additionalProperties")
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = numbers.as_number(value)
        found |= numbers.broken(shape, number) if number is not None else set()
    return frozenset(found)


def _size(shape: Shape, size: int, lower: str, upper: str) -> set[str]:
    least, most = construction.bounds(shape, lower, upper)
    return ({lower} if size < least else set()) | ({upper} if size > most else set())


def _repeats(items: list[Json]) -> bool:
    return any(equal(one, other) for index, one in enumerate(items) for other in items[:index])
