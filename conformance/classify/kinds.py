"""Kinds: the words for what is wrong with a value, the same at every place and for every caller."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from conformance.classify.coercion import coerced, is_rounded_integer, spelled_number
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json, is_integral

QUOTED = {"{": "object", "[": "array"}
"""What a string that begins so may be the text of."""

MISSING = "an absent required property"
NO_BODY = "a request without a body"
NOT_JSON = "a body that is not JSON"

BOUNDS = {
    "multipleOf": "no multiple of multipleOf",
    "pattern": "a string that violates pattern",
    "format": "a string that violates format",
    "uniqueItems": "an array with two equal items",
}


def kind_of(node: Node, keyword: str, value: Json) -> str:
    """Return what is wrong with a value that breaks a keyword of its node; required and unknown properties aside."""
    if keyword == "type":
        return expected_kind(node, type_kind(node.types, value))
    if keyword == "enum":
        return enum_kind([each for shape in node.shapes for each in shape.listed("enum")], value)
    return bound_kind(keyword)


def expected_kind(node: Node, kind: str) -> str:
    """Return the kind of a value with the types that are due in its place, null aside."""
    due = " or ".join(sorted(node.types - {"null"})) or "null"
    return f"{kind} where {'an' if due[0] in 'aeiou' else 'a'} {due} is required"


def type_kind(types: AbstractSet[str], value: Json) -> str:
    """Return what a value is whose type is none of `types`: one that a lax parser converts is a class of its own."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return _string_kind(types, value)
        case list():
            return "a one-item array" if len(value) == 1 else "an array"
        case dict():
            return "an object"
        case _ if coerced(types, value) is not None:
            return "0 or 1"
        case _ if is_rounded_integer(types, value):
            return "a fraction that double precision rounds to an integer"
        case _:
            return "an integer" if is_integral(value) else "a number with a fraction"


def _string_kind(types: AbstractSet[str], text: str) -> str:
    if not text:
        return "the empty string"
    if text == "null" and "null" in types:
        return "quoted null"
    if QUOTED.get(text[0], "") in types:
        return f"a quoted {QUOTED[text[0]]}"
    if coerced(types, text) is None:
        return "a string"
    return "a quoted boolean" if spelled_number(text) is None else "a quoted number"


def enum_kind(listed: Iterable[Json], value: Json) -> str:
    """Return how a value is near to one that is listed, where it is."""
    texts = [each for each in listed if isinstance(each, str)]
    if not isinstance(value, str) or not texts:
        return "an unknown enum value"
    if not value:
        return "the empty string"
    if value.strip() in texts:
        return "an enum value with a leading space"
    if value.casefold() in map(str.casefold, texts):
        return "an enum value in other letter case"
    return "a truncated enum value" if any(each.startswith(value) for each in texts) else "an unknown enum value"


def bound_kind(keyword: str) -> str:
    """Return what a value is that breaks a bound."""
    nouns = {"Length": "a string", "Items": "an array", "Properties": "an object"}
    noun = next((noun for ending, noun in nouns.items() if keyword.endswith(ending)), "a number")
    return BOUNDS.get(keyword, f"{noun} beyond {keyword}")


def undeclared_kind(shape: Shape, name: str, value: Json) -> str:
    """Return what a property is that a closed object does not declare: how near its name is to one that is declared."""
    what = "an unknown property with the value null" if value is None else "an unknown property"
    if name == "__proto__":
        what = "the property __proto__"
    elif not name:
        what = "a property with an empty name"
    elif name.casefold() in map(str.casefold, shape.members):
        what = "a property name in other letter case"
    elif _squeezed(name) in map(_squeezed, shape.members):
        what = "a property name in camel case"
    elif any(name == each[:-1] or name[:-1] == each for each in shape.members):
        what = "a misspelled property name"
    return f"{what} in a closed object"


def _squeezed(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
