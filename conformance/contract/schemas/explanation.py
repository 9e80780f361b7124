"""Why a value is not valid, by jsonschema: the slow validator, which knows the branches that were tried."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from conformance.contract.schemas.multiples import is_multiple
from conformance.contract.schemas.text_checks import keeps_format, keeps_pattern
from conformance.contract.schemas.violation import Violation
from conformance.model.grouping import grouped
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, equality_key, is_integral
from conformance.model.pointer import from_tokens

LONGEST_FORMATTED = 1_000
"""Longer strings are left to jsonschema-rs: some formats of jsonschema take the square of the length."""


MOVING = frozenset({"$id", "$dynamicRef", "$dynamicAnchor", "$anchor"})
"""Keywords with which a reference does not simply name a place of the document."""


class Explainer:
    """Explains values against one schema (JSON Schema 2020-12), formats asserted."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        exact = cast("dict[str, Json]", _exact(dict(schema)))
        kind = _Exact if _moves_references(exact) else extend(_Exact, {"$ref": _References(exact).followed})  # type: ignore[no-untyped-call]
        self._validator = kind(exact, format_checker=Draft202012Validator.FORMAT_CHECKER)

    def is_valid(self, value: Json) -> bool:
        """Tell the verdict of jsonschema."""
        return bool(self._validator.is_valid(_exact(value)))

    def violations(self, value: Json) -> Iterator[Violation]:
        """Yield each violation once a place and keyword; of a union, those of the one branch that fits the type."""
        seen: set[tuple[str, str]] = set()
        for error in self._validator.iter_errors(_exact(value)):
            for each in _leaves(error):
                if (each.pointer, each.keyword) not in seen:
                    seen.add((each.pointer, each.keyword))
                    yield each


def _is_integer(_: object, value: object) -> bool:
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float | Decimal) and is_integral(value))
    )


def _multiple_of(
    validator: Draft202012Validator, divisor: int | Decimal, value: object, _: object
) -> Iterator[ValidationError]:
    if validator.is_type(value, "number") and not is_multiple(cast("int | Decimal", value), divisor):
        yield ValidationError(f"{value} is not a multiple of {divisor}")


def _format(validator: Draft202012Validator, name: str, value: object, schema: object) -> Iterator[ValidationError]:
    if not isinstance(value, str) or len(value) <= LONGEST_FORMATTED:
        yield from Draft202012Validator.VALIDATORS["format"](validator, name, value, schema)
    elif not keeps_format(name, value):
        yield ValidationError(f"a string of {len(value)} characters is not a {name!r}")


def _pattern(_: Draft202012Validator, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and not keeps_pattern(pattern, value):
        yield ValidationError(f"{value[:LONGEST_FORMATTED]!r} does not match {pattern!r}")


def _unique(_: Draft202012Validator, wanted: object, value: object, __: object) -> Iterator[ValidationError]:
    if wanted is True and isinstance(value, list) and len(set(map(equality_key, value))) < len(value):
        yield ValidationError("the items are not unique")


_Exact = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"multipleOf": _multiple_of, "format": _format, "pattern": _pattern, "uniqueItems": _unique},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


class _References:
    """The references of a schema, each followed once: jsonschema goes the way to the same place again and again."""

    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._known: dict[str, Validator] = {}

    def followed(
        self, validator: Draft202012Validator, reference: str, value: object, schema: object
    ) -> Iterator[ValidationError]:
        """Yield what is wrong with a value by the schema that a reference names."""
        target = self._known.get(reference)
        if target is None and reference.startswith("#/") and "%" not in reference:
            found = get(self._schema, reference[1:], MISSING)
            if found is not MISSING:
                target = self._known[reference] = validator.evolve(schema=found)
        if target is not None:
            yield from target.iter_errors(value)  # type: ignore[arg-type]
        else:
            yield from Draft202012Validator.VALIDATORS["$ref"](validator, reference, value, schema)


def _moves_references(schema: Json) -> bool:
    """Tell whether a schema says itself what references are relative to, or where they lead at run time."""
    if isinstance(schema, dict):
        return not MOVING.isdisjoint(schema) or any(map(_moves_references, schema.values()))
    return isinstance(schema, list) and any(map(_moves_references, schema))


def _exact(value: Json) -> Json:
    """Return `value` with every float as the decimal number that it is written as: 0.1 is no more and no less."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value


def _leaves(error: ValidationError) -> Iterator[Violation]:
    keyword = str(error.validator)
    if keyword in {"required", "additionalProperties"}:
        yield from _members(error)
        return
    if keyword not in {"anyOf", "oneOf"}:
        yield _violation(error, keyword)
        return
    here = list(error.absolute_path)
    branches = grouped((int(inner.relative_schema_path[0]), inner) for inner in error.context or ())
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
