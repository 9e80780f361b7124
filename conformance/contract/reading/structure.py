"""Whether a document is built as OpenAPI says, by OpenAPI's own schema of each version."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import jsonschema_rs

from conformance.model.jsontext import Json
from conformance.model.pointer import from_tokens

SCHEMAS = "conformance.spec"
MOST = 10
"""How many errors are told."""

LONGEST = 200
"""How many characters of an error are told: it may quote a whole object."""


def structural_errors(content: Mapping[str, Json], version: str) -> tuple[str, ...]:
    """Return what is wrong in a document, each as `#/pointer: sentence`; a run may still be possible."""
    try:
        found = [f"#{from_tokens(each.instance_path)}: {_short(each.message)}" for each in _errors(content, version)]
    except ValueError:
        return ()
    more = len(found) - MOST
    return (*found[:MOST], *([f"and {more} more"] if more > 0 else ()))


def _errors(content: Mapping[str, Json], version: str) -> list[jsonschema_rs.ValidationError]:
    return list(_validator(version).iter_errors(content))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"


@cache
def _validator(version: str) -> jsonschema_rs.Validator:
    text = files(SCHEMAS).joinpath("openapi", f"{version}.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))
