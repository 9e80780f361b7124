"""JSON texts, exactly: integers of any size, numbers as written, every fault of the text listed.

Python's `json` rounds `0.1000000000000000055` and accepts `NaN`, duplicate names and a byte order mark silently.
A conformance suite must see each of them, so numbers with a fraction or exponent are read as `Decimal`, and what is
wrong with a text is listed beside its value.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from json.encoder import encode_basestring, encode_basestring_ascii
from types import NoneType
from typing import NoReturn, TypeAlias, TypeGuard, cast

import msgspec

from conformance.model.distinct_names import has_distinct_names

Json: TypeAlias = bool | int | float | Decimal | str | list["Json"] | dict[str, "Json"] | None
"""A value that was read from a JSON text, or can be written as one."""

MAX_DEPTH = 128
"""How deeply arrays and objects may be nested in a text that is read: walks over the value recurse."""

MAX_NUMBER_LENGTH = 4300
"""The longest number, in characters, that is read; Python's own limit against quadratic conversion."""

PLAIN_BITS = 64
"""Integers of so many bits are read back as they are."""

MAX_TEXT = 2_000_000
"""The longest text of somebody else, in bytes, that is read."""

MAX_VALUES = 100_000
"""How many values a text of somebody else may hold at most: each takes a hundred times its text."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can write it as an escape, and UTF-8 cannot hold it."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_NUMBERS = (int, float, Decimal)
_SCALARS = frozenset({NoneType, bool, str, *_NUMBERS})
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False)


class Literal(msgspec.Struct, frozen=True):
    r"""A piece of JSON text to be written as it stands: `1.0`, `1e400`, `"\ud800"`."""

    text: str


class Members(msgspec.Struct, frozen=True):
    """An object written property by property, so that a name can occur twice."""

    pairs: tuple[tuple[str, "Writable"], ...]


Writable: TypeAlias = (
    bool | int | float | Decimal | str | Literal | Members | Sequence["Writable"] | Mapping[str, "Writable"] | None
)
"""What can be written: a JSON value, with pieces of it as literal text."""


class JsonFault(Exception):  # noqa: N818 (what is wrong with a text, not with the suite)
    """A text is not JSON (RFC 8259): `reason` says why, `kind` is one word for it."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class JsonText(msgspec.Struct, frozen=True):
    """A JSON text that was read: its value, and what RFC 8259 advises against in it."""

    value: Json
    duplicates: tuple[str, ...] = ()
    byte_order_mark: bool = False


def write(value: Writable) -> str:
    """Return `value` as a JSON text in one line, literals as they stand.

    Raises:
        TypeError: `value` holds something that is not JSON.

    """
    try:
        text = _ENCODER.encode(value)
    except TypeError:
        return _spelled(value)  # literals and decimal numbers
    return text if text.isascii() or not SURROGATE.search(text) else _spelled(value)


def encode(value: Writable) -> bytes:
    """Return `value` as the bytes of a JSON text in UTF-8; raises as `write`."""
    try:
        return _ENCODER.encode(value).encode()
    except (TypeError, UnicodeEncodeError):
        return _spelled(value).encode()  # literals, decimal numbers and lone surrogates


def read(data: bytes) -> JsonText:
    """Read one JSON text from its bytes.

    Raises:
        JsonFault: the bytes are not UTF-8, not one JSON text, or nested or long beyond what can be read.

    """
    marked = data.startswith(BYTE_ORDER_MARK)
    try:
        text = (data.removeprefix(BYTE_ORDER_MARK) if marked else data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonFault("not UTF-8", f"not UTF-8 at byte {error.start}") from error
    found = read_text(text)
    return JsonText(found.value, found.duplicates, marked) if marked else found


def read_bounded(data: bytes) -> JsonText:
    """Read one JSON text of somebody else; as `read`, and one too large to be read is a fault as well."""
    if len(data) > MAX_TEXT:
        raise JsonFault("too large", f"more than {MAX_TEXT} bytes")
    if len(data) > MAX_VALUES and sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise JsonFault("too large", f"more than {MAX_VALUES} values")
    return read(data)


def read_text(text: str) -> JsonText:
    """Read one JSON text from a string; as `read`, without the rules for bytes."""
    plain = _read_plain(text)
    if plain is not None:
        return plain
    if not text.strip(" \t\r\n"):
        raise JsonFault("empty", "no JSON text: the body is empty")
    duplicates: list[str] = []
    decoder = json.JSONDecoder(
        object_pairs_hook=partial(_last, duplicates),
        parse_float=_decimal,
        parse_int=_integer,
        parse_constant=_no_constant,
    )
    try:
        value: Json = decoder.decode(text)
    except json.JSONDecodeError as error:
        kind = "trailing bytes" if error.msg == "Extra data" else "not JSON"
        raise JsonFault(kind, f"{error.msg}: line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise JsonFault("too deep", f"nested more than {MAX_DEPTH} deep") from error
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise JsonFault("too deep", f"nested more than {MAX_DEPTH} deep")
    return JsonText(value, tuple(duplicates))


def try_read(data: bytes | None) -> JsonText | None:
    """Read one JSON text; None where there is none, or none that can be read."""
    try:
        return read(data or b"")
    except JsonFault:
        return None


def plain_json(value: Writable) -> Json:
    """Return a value as it is read back from its text: literals as what they stand for.

    Raises:
        JsonFault: a literal is no JSON text, or more than can be read.

    """
    if value is None or isinstance(value, str | bool):
        return value
    if type(value) is int and value.bit_length() <= PLAIN_BITS:
        return value
    return read(encode(value)).value


def read_spelled(data: bytes) -> Writable:
    """Return the value of a JSON text with its numbers as literals, so that it is written as it was spelled.

    Raises:
        ValueError: the bytes are not a JSON text.

    """
    return cast("Writable", json.loads(data, parse_float=Literal, parse_int=Literal, parse_constant=Literal))


def equal(left: Json, right: Json) -> bool:
    """Tell whether two values are equal by JSON Schema (Core section 4.2.2): 800 and 800.0 are, 1 and true are not."""
    kind = type(left)
    if kind is type(right) and kind in _SCALARS:
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal):
        return bool(left == right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return type(left) is type(right) and left == right


def equality_key(value: Json) -> str:
    """Return a text that is the same for values that are equal as by `equal`, and differs for others.

    It is a text because a sender cannot choose texts whose hashes collide, as it can integers.
    """
    if isinstance(value, list):
        return "[" + ",".join(map(equality_key, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_string(name)}:{equality_key(item)}" for name, item in value.items())) + "}"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return write(value)
    sign, digits, exponent = Decimal(value).as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    plain = written.rstrip("0")
    return f"{'-' * sign}{plain}e{int(exponent) + len(written) - len(plain)}" if plain else "0"


TYPE_NAMES: Mapping[type, str] = {
    NoneType: "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}
"""The JSON Schema types of values that have no other by what they hold."""


def type_name(value: Json) -> str:
    """Return the JSON Schema type of `value`; a number without a fraction is an `integer`."""
    name = TYPE_NAMES.get(type(value))
    if name is not None:
        return name
    if isinstance(value, float | Decimal):
        return "integer" if is_integral(value) else "number"
    return next((name for type_, name in TYPE_NAMES.items() if isinstance(value, type_)), "")


def is_number(value: object) -> TypeGuard[int | float | Decimal]:
    """Tell whether a value is a number of JSON: in Python a boolean is an integer as well."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def is_integral(number: float | Decimal) -> bool:
    """Tell whether a number has no fraction, however it was written."""
    if isinstance(number, Decimal):
        try:
            return number == number.to_integral_value()
        except InvalidOperation:
            return False
    return number == number // 1


def _last(duplicates: list[str], pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Return an object with the last value of each name, and add the names that it has twice to `duplicates`."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        duplicates.extend(sorted(name for name, count in counts.items() if count > 1))
    return found


def _most_digits() -> int:
    return min(MAX_NUMBER_LENGTH, sys.get_int_max_str_digits() or MAX_NUMBER_LENGTH)


def _integer(text: str) -> int:
    if len(text) > _most_digits():
        raise JsonFault("number too long", f"a number of {len(text)} characters")
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise JsonFault("number too long", f"a number of {len(text)} characters")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise JsonFault("number too long", "a number whose exponent is beyond what can be read") from error


def _no_constant(text: str) -> NoReturn:
    raise JsonFault("not JSON", f"{text} is not JSON")


_PLAIN = msgspec.json.Decoder(float_hook=_decimal)


def _read_plain(text: str) -> JsonText | None:
    """Read a text without a fault and without a name twice in an object, several times faster; None where in doubt.

    msgspec accepts what `json` does, longer numbers aside, and keeps the last of two properties of one name.
    """
    # Whatever the limit is, so many digits are within it.
    if len(text) > sys.int_info.str_digits_check_threshold and len(text) > _most_digits():
        return None
    try:
        value = _PLAIN.decode(text)
    except (ValueError, RecursionError, JsonFault):
        return None
    # A value in the deepest array or object is nested once more.
    return JsonText(value) if has_distinct_names(text, value, MAX_DEPTH - 1) else None


def _depth(value: Json) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(item, dict):
            waiting.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            waiting.extend((child, depth + 1) for child in item)
    return deepest


def _spelled(value: Writable) -> str:
    """Return what `write` does, piece by piece; the encoder in C has no literals, and leaves surrogates as they are."""
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool | int | float):
        return _ENCODER.encode(value) if type(value) is not int else int.__repr__(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, Members):
        return _object(value.pairs)
    if isinstance(value, dict | Mapping):
        return _object(value.items())
    if isinstance(value, Sequence):
        return "[" + ", ".join([_spelled(item) for item in value]) + "]"
    return _ENCODER.encode(value)


def _object(pairs: Iterable[tuple[str, Writable]]) -> str:
    return "{" + ", ".join([f"{_string(name)}: {_spelled(item)}" for name, item in pairs]) + "}"


def _string(text: str) -> str:
    if text.isascii() or not SURROGATE.search(text):
        return encode_basestring(text)
    return encode_basestring_ascii(text)
