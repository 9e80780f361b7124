"""How a value of a parameter or a header stands in text: the styles of OpenAPI, written and read."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json, JsonFault, read_text, write
from conformance.model.pointer import ANY_ITEM

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")

SEPARATORS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
"""What separates the items of an array where a style has a separator of its own."""

RESERVED = ":/?#[]@!$&'()*+,;="

Encode: TypeAlias = Callable[[str], str]


class Style(msgspec.Struct, frozen=True):
    """How a value is written: the style, whether items are parameters of their own, and the media type of a text.

    With `reserved`, reserved characters stand as they are (`allowReserved`).
    """

    name: str = "simple"
    explode: bool = False
    media_type: str = ""
    reserved: bool = False

    @property
    def spread(self) -> bool:
        """Whether each item of an array, or member of an object, is a parameter of its own."""
        return self.name == "deepObject" or (self.explode and self.name in {"form", *SEPARATORS})


def as_text(value: Json) -> str:
    """Return a scalar as a parameter has it: a string as it is, another as JSON writes it."""
    return value if isinstance(value, str) else "" if value is None else write(value)


def written(name: str, value: Json, style: Style, encode: Encode | None = None) -> str:
    """Return a value in a style, percent-encoded; of query, cookie and matrix with the name before it."""
    encode = encode or (lambda text: quote(text, safe=RESERVED if style.reserved else ""))
    if style.media_type:
        text = encode(write(value))
        return f"{name}={text}" if style.name == "form" else text
    if isinstance(value, list):
        return _array(encode(name), [encode(as_text(item)) for item in value], style)
    if isinstance(value, Mapping):
        return _object(encode(name), {encode(key): encode(as_text(item)) for key, item in value.items()}, style)
    text = encode(as_text(value))
    match style.name:
        case "simple":
            return text
        case "label":
            return f".{text}"
        case "matrix":
            return f";{encode(name)}={text}" if text else f";{encode(name)}"
    return f"{encode(name)}={text}"


def _array(name: str, items: list[str], style: Style) -> str:
    joined = ",".join(items)
    match style.name:
        case "simple":
            return joined
        case "label":
            return "".join(f".{item}" for item in items) if style.explode else f".{joined}"
        case "matrix":
            return "".join(f";{name}={item}" for item in items) if style.explode else f";{name}={joined}"
    if style.explode:
        return "&".join(f"{name}={item}" for item in items)
    return f"{name}={SEPARATORS.get(style.name, ',').join(items)}"


def _object(name: str, members: Mapping[str, str], style: Style) -> str:
    flat = [part for pair in members.items() for part in pair]
    pairs = [f"{key}={value}" for key, value in members.items()]
    match style.name:
        case "deepObject":
            return "&".join(f"{name}%5B{key}%5D={value}" for key, value in members.items())
        case "simple":
            return ",".join(pairs if style.explode else flat)
        case "label":
            return "".join(f".{pair}" for pair in pairs) if style.explode else f".{','.join(flat)}"
        case "matrix":
            return "".join(f";{pair}" for pair in pairs) if style.explode else f";{name}={','.join(flat)}"
    if style.explode:
        return "&".join(pairs)
    return f"{name}={SEPARATORS.get(style.name, ',').join(flat)}"


def readings(texts: Sequence[str], node: Node, style: Style) -> Iterator[Json]:
    """Yield the values that decoded texts of one parameter may stand for by its schema; several where it is repeated.

    The texts are without the name of the parameter; of an object whose members are parameters see `object_of`.
    """
    if style.media_type:
        yield from _json(texts[0])
        return
    if node.shape("array") is not None:
        item = node.child(ANY_ITEM)
        parts = list(texts) if style.spread else _parts(texts[0], style)
        yield [next(scalars(each, item)) for each in parts]
    if len(texts) > 1:
        return
    if node.shape("object") is not None:
        parts = _parts(texts[0], style)
        pairs = [each.split("=", 1) for each in parts] if style.explode else zip(parts[::2], parts[1::2], strict=False)
        yield object_of(((pair[0], pair[-1]) for pair in pairs), node)
    yield from scalars(texts[0].removeprefix(".") if style.name == "label" else texts[0], node)


def object_of(pairs: Iterable[tuple[str, str]], node: Node) -> Json:
    """Return the object that pairs of name and text stand for."""
    return {name: next(scalars(text, node.child(name))) for name, text in pairs}


def scalars(text: str, node: Node | None) -> Iterator[Json]:
    """Yield the scalars that a text may stand for, those of the types of its schema first."""
    types = node.types if node is not None else frozenset()
    if types & {"integer", "number"} and NUMBER.fullmatch(text):
        yield from _json(text)  # a number too long to be read is none
    if "boolean" in types and text in {"true", "false"}:
        yield text == "true"
    if "null" in types and not text:
        yield None
    yield text


def _json(text: str) -> Iterator[Json]:
    try:
        yield read_text(text).value
    except JsonFault:
        return


def _parts(text: str, style: Style) -> list[str]:
    match style.name:
        case "spaceDelimited":
            return text.split(" ")
        case "pipeDelimited":
            return text.split("|")
        case "label":
            return text.removeprefix(".").split("." if style.explode else ",")
    parts = text.split(",") if text else []
    return [each.strip(" ") for each in parts] if style.name == "simple" else parts
