"""YAML as JSON: the types of YAML 1.2's core schema, no more, and nothing that JSON cannot hold."""

import math
import re

import yaml

from conformance.model.errors import ContractError
from conformance.model.jsontext import SURROGATE, Json

MAX_VALUES = 2_000_000
"""How many values a document may hold, those that aliases repeat counted each time."""

_TAG = "tag:yaml.org,2002:"


class Loader(yaml.CSafeLoader):
    """A safe loader without dates, sexagesimal and octal numbers, and without yes and no (YAML 1.2 section 10.3)."""


Loader.yaml_implicit_resolvers = {}  # not those of YAML 1.1
for _kind, _pattern, _firsts in (
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+)\Z", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", list("-+.0123456789")),
    ("merge", r"<<\Z", ["<"]),
):
    Loader.add_implicit_resolver(_TAG + _kind, re.compile(_pattern), _firsts)


def _integer(loader: Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 0 if text.startswith(("0x", "0o")) else 10)


def _float(loader: Loader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)))


Loader.add_constructor(_TAG + "int", _integer)
Loader.add_constructor(_TAG + "float", _float)


def as_json(content: object, name: str) -> Json:
    """Return what a loader made of a YAML text as JSON values; `name` is used in messages.

    Raises:
        ContractError: it holds what JSON cannot, an alias to itself, or more than can be worked with.

    """
    return _Conversion(name).value(content, frozenset())


class _Conversion:
    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def value(self, value: object, ancestors: frozenset[int]) -> Json:
        self.count += 1
        if self.count > MAX_VALUES:
            raise ContractError(f"{self.name} holds more than {MAX_VALUES} values")
        if isinstance(value, (dict, list)):
            if id(value) in ancestors:
                raise ContractError(f"{self.name} holds a YAML alias to itself")
            inside = ancestors | {id(value)}
            if isinstance(value, dict):
                return {_member(key): self.value(item, inside) for key, item in value.items()}
            return [self.value(item, inside) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise ContractError(f"{self.name} holds a number beyond double precision")
        if isinstance(value, str):
            return _readable(value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        raise ContractError(f"{self.name} holds a {type(value).__name__}, which JSON has not")


def _member(key: object) -> str:
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else _readable(str(key))


def _readable(text: str) -> str:
    """Return a text without lone surrogates, which JSON can write as escapes and no validator can read."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)
