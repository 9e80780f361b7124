"""The OpenAPI document: read from a file, checked to be one, named by its SHA-256."""

import hashlib
import re
from pathlib import Path
from typing import cast

import msgspec
import yaml

from conformance.contract.yamltext import Loader, as_json
from conformance.model.errors import ContractError, os_errors_as
from conformance.model.json_values import at as value_at
from conformance.model.jsontext import Json

MAX_BYTES = 20_000_000


class Document(msgspec.Struct, frozen=True):
    """An OpenAPI 3.1 document: its text, its content as JSON, and the SHA-256 of its bytes in hexadecimal."""

    text: str
    content: dict[str, Json]
    sha256: str
    name: str


def load_document(path: Path) -> Document:
    """Read an OpenAPI 3.1 document in YAML or JSON.

    Raises:
        ContractError: the file cannot be read, is not YAML, or is not OpenAPI 3.1.

    """
    with os_errors_as(ContractError, f"cannot read {path}", "name an OpenAPI document with --spec"):
        data = path.read_bytes()
    return parse_document(data, str(path))


def parse_document(data: bytes, name: str) -> Document:
    """Read an OpenAPI 3.1 document from its bytes; `name` is used in messages. Raises as `load_document`."""
    content = parse_yaml(data, name)
    if not isinstance(content, dict) or "openapi" not in content:
        raise ContractError(f"{name} is not an OpenAPI document: it has no member 'openapi'")
    version = str(content["openapi"])
    if not re.match(r"3\.1(\.|$)", version):
        raise ContractError(f"{name} is OpenAPI {version}", "convert it to OpenAPI 3.1")
    return Document(data.decode(), content, hashlib.sha256(data).hexdigest(), name)


def parse_yaml(data: bytes, name: str) -> Json:
    """Read YAML (or JSON) as JSON values.

    Raises:
        ContractError: it is too large, not UTF-8, not YAML, or holds what JSON cannot.

    """
    if len(data) > MAX_BYTES:
        raise ContractError(f"{name} is larger than {MAX_BYTES} bytes")
    try:
        content = yaml.load(data.decode(), Loader=Loader)  # noqa: S506  (a safe loader, with fewer types)
    except UnicodeDecodeError as error:
        raise ContractError(f"{name} is not UTF-8 (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        place = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ContractError(f"{name} is not YAML: {error.problem}{place}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ContractError(f"{name} is not YAML: {str(error).splitlines()[0]}") from error
    try:
        return as_json(content, name)
    except RecursionError as error:
        raise ContractError(f"{name} is nested too deeply") from error


def resolve(document: Document, reference: str, at: str) -> str:
    """Return the document pointer (`#/...`) that a `$ref` found at `at` leads to.

    Raises:
        ContractError: the reference is remote or leads nowhere.

    """
    if not reference.startswith("#"):
        raise ContractError(
            f"{document.name}: remote reference {reference!r} at {at}", "bundle the document into one file first"
        )
    if reference != "#" and not reference.startswith("#/"):
        raise ContractError(f"{document.name}: reference {reference!r} at {at} is not a JSON pointer")
    get(document, reference, at)
    return reference


def get(document: Document, pointer: str, at: str = "") -> Json:
    """Return what a document pointer (`#/...`) names, references not followed; raises as `resolve`."""
    try:
        return value_at(document.content, pointer[1:])
    except KeyError as error:
        where = f" at {at}" if at else ""
        raise ContractError(f"{document.name}: reference {pointer!r}{where} leads nowhere") from error


def follow(document: Document, pointer: str) -> tuple[str, Json]:
    """Return the pointer and value behind `pointer`, after following every `$ref` that stands there."""
    seen = {pointer}
    value = get(document, pointer)
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        pointer = resolve(document, cast("str", value["$ref"]), pointer)
        if pointer in seen:
            raise ContractError(f"{document.name}: the reference {pointer!r} leads back to itself")
        seen.add(pointer)
        value = get(document, pointer)
    return pointer, value
