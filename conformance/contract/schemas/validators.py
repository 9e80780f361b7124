"""Two independent validators of one schema: jsonschema-rs decides, jsonschema explains."""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn, cast

import jsonschema_rs

from conformance.contract.reading.document import Document, get
from conformance.contract.schemas.text_checks import readable
from conformance.contract.schemas.violation import Violation
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json
from conformance.model.pointer import from_tokens

if TYPE_CHECKING:
    from conformance.contract.schemas.explanation import Explainer

DIALECT = "https://json-schema.org/draft/2020-12/schema"

REFERRED = frozenset({"components", "paths", "webhooks", "$defs", "definitions"})
"""Members of a document that references lead to, those beginning with `x-` aside."""


PLAIN = frozenset({"type", "title", "description", "default", "example", "examples", "deprecated"})
"""The keywords of a schema that says nothing but types."""

UNREAD = 'is not a "regex"'
"""How the message ends that a pattern cannot be read."""


def _no_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not part of the document")


def _no_schema(
    document: Document, pointer: str, bundle: Collection[str], error: jsonschema_rs.ValidationError
) -> ContractError:
    path = from_tokens(error.instance_path)
    place = f"#{path}" if path.partition("/")[2].partition("/")[0] in bundle else f"{pointer}{path}"
    older = isinstance(error.instance, bool) and path.rpartition("/")[2] in {"exclusiveMinimum", "exclusiveMaximum"}
    remedy = "write the limit itself, or `openapi: 3.0.3` if that is the version" if older else ""
    return ContractError(f"{document.name}: {place} is no JSON Schema: {error.message}", remedy)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    return Violation(from_tokens(error.instance_path), keyword, error.message)


def _with_readable(value: Json) -> Json:
    """Return a schema with its patterns in the words of the validators; what they cannot read at all stays."""
    if isinstance(value, list):
        return [_with_readable(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_readable(item) for name, item in value.items()}
    pattern, named = found.get("pattern"), found.get("patternProperties")
    if isinstance(pattern, str):
        found["pattern"] = readable(pattern) or pattern
    if isinstance(named, dict):
        found["patternProperties"] = {readable(name) or name: item for name, item in named.items()}
    return found


class BodyValidator:
    """Validates bodies against one schema of the document, formats asserted.

    Integers of any size and `Decimal` are taken as numbers; `1.0` is an integer (JSON Schema Validation 6.1.1).

    Raises:
        ContractError: what stands at the pointer is no JSON Schema.

    """

    def __init__(self, document: Document, pointer: str) -> None:
        schema = get(document, pointer) if pointer else True
        bundle = {k: v for k, v in document.content.items() if k in REFERRED or k.startswith("x-")}
        self.of_types = isinstance(schema, dict) and schema.keys() <= PLAIN
        """Whether the schema says nothing but types, of which no two validators disagree."""
        self._schema: dict[str, Json] = {
            "$schema": DIALECT,
            **(schema if isinstance(schema, dict) else {"not": {}} if schema is False else {}),
            **bundle,
        }
        try:
            self._fast = self._compiled()
        except jsonschema_rs.ValidationError as error:
            if not error.message.endswith(UNREAD):
                raise _no_schema(document, pointer, bundle, error) from error
            self._schema = cast("dict[str, Json]", _with_readable(self._schema))
            try:
                self._fast = self._compiled()
            except jsonschema_rs.ValidationError as other:
                raise _no_schema(document, pointer, bundle, other) from other

    def _compiled(self) -> jsonschema_rs.Validator:
        return jsonschema_rs.validator_for(self._schema, validate_formats=True, retriever=_no_retrieval)

    def is_valid(self, value: Json) -> bool:
        """Tell the verdict of jsonschema-rs.

        Raises:
            UnicodeEncodeError: a text in `value` holds a lone surrogate, which texts of Rust cannot.

        """
        return self._fast.is_valid(value)

    def holds(self, value: Json) -> bool:
        """Tell whether `value` is valid, for any text that JSON allows.

        jsonschema-rs decides; where it cannot read the value (a lone surrogate in a text), jsonschema does.
        """
        try:
            return self.is_valid(value)
        except ValueError:
            return self.is_valid_by_jsonschema(value)

    def agreed(self, value: Json) -> bool:
        """Tell whether both validators find a value valid."""
        try:
            return self.is_valid(value) and self.is_valid_by_jsonschema(value)
        except ValueError:
            return False

    def broken_places(self, value: Json) -> tuple[str, ...]:
        """Return the place of each error that jsonschema-rs finds in a value, those under alternatives among them."""
        if self.holds(value):
            return ()
        try:
            return tuple(error["instanceLocation"] for error in self._fast.evaluate(value).errors()) or ("",)
        except ValueError:
            return ("",)

    def is_valid_by_jsonschema(self, value: Json) -> bool:
        """Tell the verdict of jsonschema, the second validator."""
        return self._explainer.is_valid(value)

    def violations(self, value: Json) -> Iterator[Violation]:
        """Return why `value` is not valid, by jsonschema, one entry a place and keyword.

        For `required` and `additionalProperties` the place is the member that is missing or should not be there.
        """
        return self._explainer.violations(value)

    def fast_violations(self, value: Json) -> Iterator[Violation]:
        """Yield why `value` is not valid, by jsonschema-rs; used where jsonschema finds nothing wrong."""
        yield from map(_violation, self._fast.iter_errors(value))

    def first_fast_violation(self, value: Json) -> Violation | None:
        """Return one reason why `value` is not valid, by jsonschema-rs; None where it is.

        Of a schema that refers to itself all reasons together may need more memory than there is.
        """
        try:
            self._fast.validate(value)
        except jsonschema_rs.ValidationError as error:
            return _violation(error)
        return None

    @cached_property
    def _explainer(self) -> "Explainer":
        # jsonschema is slow to import, and a run that finds nothing wrong never needs it.
        from conformance.contract.schemas.explanation import Explainer  # noqa: PLC0415

        return Explainer(self._schema)
