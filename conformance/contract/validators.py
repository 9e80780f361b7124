"""Two independent validators of one schema: jsonschema-rs decides, jsonschema explains."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import jsonschema_rs

from conformance.contract.document import Document, get
from conformance.contract.violation import Violation
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json
from conformance.model.pointer import from_tokens

if TYPE_CHECKING:
    from conformance.contract.explanation import Explainer

DIALECT = "https://json-schema.org/draft/2020-12/schema"

REFERRED = frozenset({"components", "paths", "webhooks", "$defs", "definitions"})
"""Members of a document that references lead to, those beginning with `x-` aside."""


def _no_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not part of the document")


class BodyValidator:
    """Validates bodies against one schema of the document, formats asserted.

    Integers of any size and `Decimal` are taken as numbers; `1.0` is an integer (JSON Schema Validation 6.1.1).

    Raises:
        ContractError: what stands at the pointer is no JSON Schema.

    """

    def __init__(self, document: Document, pointer: str) -> None:
        schema = get(document, pointer)
        bundle = {k: v for k, v in document.content.items() if k in REFERRED or k.startswith("x-")}
        self._schema: dict[str, Json] = {
            "$schema": DIALECT,
            **(schema if isinstance(schema, dict) else {"not": {}} if schema is False else {}),
            **bundle,
        }
        try:
            self._fast = jsonschema_rs.validator_for(self._schema, validate_formats=True, retriever=_no_retrieval)
        except jsonschema_rs.ValidationError as error:
            path = from_tokens(error.instance_path)
            place = f"#{path}" if path.partition("/")[2].partition("/")[0] in bundle else f"{pointer}{path}"
            raise ContractError(f"{document.name}: {place} is no JSON Schema: {error.message}") from error

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
        for error in self._fast.iter_errors(value):
            keyword = str(error.schema_path[-1]) if error.schema_path else ""
            yield Violation(from_tokens(error.instance_path), keyword, error.message)

    @cached_property
    def _explainer(self) -> "Explainer":
        # jsonschema is slow to import, and a run that finds nothing wrong never needs it.
        from conformance.contract.explanation import Explainer  # noqa: PLC0415

        return Explainer(self._schema)
