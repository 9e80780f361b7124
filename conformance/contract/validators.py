"""Two independent validators of one schema: jsonschema-rs decides, jsonschema explains."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import cast

import jsonschema_rs
import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from conformance.contract.document import Document, get
from conformance.model.jsontext import Json, is_integral
from conformance.model.pointer import from_tokens

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Violation(msgspec.Struct, frozen=True):
    """One place where a value breaks its schema: the pointer, the keyword, and a sentence."""

    pointer: str
    keyword: str
    message: str
    expected: Json = None


class BodyValidator:
    """Validates bodies against one schema of the document, formats asserted.

    Integers of any size and `Decimal` are taken as numbers; `1.0` is an integer (JSON Schema Validation 6.1.1).
    """

    def __init__(self, document: Document, pointer: str) -> None:
        schema = get(document, pointer)
        bundle = {k: v for k, v in document.content.items() if k in {"components", "paths", "webhooks"}}
        self._schema: dict[str, Json] = {
            "$schema": DIALECT,
            **bundle,
            **(schema if isinstance(schema, dict) else {"not": {}} if schema is False else {}),
        }
        self._fast = jsonschema_rs.validator_for(self._schema, validate_formats=True)

    def is_valid(self, value: Json) -> bool:
        """Tell the verdict of jsonschema-rs."""
        return self._fast.is_valid(value)

    def second_voice(self, value: Json) -> bool:
        """Tell the verdict of jsonschema."""
        return bool(self._slow.is_valid(value))

    def violations(self, value: Json) -> Iterator[Violation]:
        """Yield why `value` is not valid, by jsonschema, one entry a place and keyword.

        For `required` and `additionalProperties` the place is the member that is missing or should not be there.
        """
        seen: set[tuple[str, str]] = set()
        for error in self._slow.iter_errors(value):
            for each in _leaves(error):
                if (each.pointer, each.keyword) not in seen:
                    seen.add((each.pointer, each.keyword))
                    yield each

    def fast_violations(self, value: Json) -> Iterator[Violation]:
        """Yield why `value` is not valid, by jsonschema-rs; used where jsonschema finds nothing wrong."""
        for error in self._fast.iter_errors(value):
            keyword = str(error.schema_path[-1]) if error.schema_path else ""
            yield Violation(from_tokens(error.instance_path), keyword, error.message)

    @cached_property
    def _slow(self) -> Draft202012Validator:
        return _Exact(self._schema, format_checker=FormatChecker())  # type: ignore[no-any-return]


def _is_integer(_: object, value: object) -> bool:
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float | Decimal) and is_integral(value))
    )


_Exact = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
)


def _leaves(error: ValidationError) -> Iterator[Violation]:
    keyword = str(error.validator)
    if keyword in {"required", "additionalProperties"}:
        yield from _members(error)
        return
    if keyword not in {"anyOf", "oneOf"}:
        yield _violation(error, keyword)
        return
    here = list(error.absolute_path)
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    fitting = [
        inner
        for inner in branches.values()
        if not any(each.validator == "type" and list(each.absolute_path) == here for each in inner)
    ]
    if len(fitting) == 1:
        for inner in fitting[0]:
            yield from _leaves(inner)
    elif fitting or not branches:
        yield _violation(error, keyword)
    else:
        yield _violation(error, "type")


def _members(error: ValidationError) -> Iterator[Violation]:
    """Yield one violation a member: each that is missing, or each that should not be there."""
    held = error.instance if isinstance(error.instance, dict) else {}
    if error.validator == "required":
        names = [name for name in cast("list[str]", error.validator_value) if name not in held]
        text = "is missing"
    else:
        declared = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        names = [name for name in held if name not in declared]
        text = "is not declared"
    for name in names:
        pointer = from_tokens([*error.absolute_path, name])
        yield Violation(pointer, str(error.validator), f"{name!r} {text}", expected=True)


def _violation(error: ValidationError, keyword: str) -> Violation:
    return Violation(
        from_tokens(error.absolute_path), keyword, error.message[:500], cast("Json", error.validator_value)
    )
