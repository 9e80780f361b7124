"""The OpenAPI document: read from a file, checked to be one, named by its SHA-256."""

import hashlib
import json
import re
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import msgspec
import yaml

from conformance.contract.reading.openapi30 import convert_schema
from conformance.contract.reading.references import FILES, resolve_references
from conformance.contract.reading.structure import structural_errors
from conformance.contract.reading.yamltext import Loader, as_json
from conformance.model.errors import ContractError, os_errors_as
from conformance.model.json_values import at as value_at
from conformance.model.jsontext import Json, write

MAX_BYTES = 20_000_000

READ_AS = "3.1.0"
"""The version that a document of another one is read as."""


class Document(msgspec.Struct, frozen=True):
    """An OpenAPI document, read as version 3.1.

    `text` is what it was read from and `sha256` that of its bytes in hexadecimal; a document of several files is one
    text that holds them all. All references in `content` are pointers into it. `warnings` say what is wrong in it.
    """

    text: str
    content: dict[str, Json]
    sha256: str
    name: str
    warnings: tuple[str, ...] = ()


def load_document(path: Path) -> Document:
    """Read an OpenAPI document in YAML or JSON, and the files of its folder that it refers to.

    Raises:
        ContractError: the file cannot be read, is not YAML, or is not OpenAPI 3.

    """
    url = url_of(path)
    if url is not None:
        raise ContractError(f"{url} is a URL", "download it: only `conformance run` fetches it, with --allow-host")
    return parse_document(_bytes(path, "name an OpenAPI document with --spec"), str(path), path)


def url_of(path: Path) -> str | None:
    """Return the URL that somebody gave for the path of a document, None where it is none."""
    found = re.fullmatch(r"(https?):/+(.+)", path.as_posix(), re.IGNORECASE)
    return f"{found[1].lower()}://{found[2]}" if found else None


def _bytes(path: Path, remedy: str = "") -> bytes:
    with os_errors_as(ContractError, f"cannot read {path}", remedy):
        return path.read_bytes()


def parse_document(data: bytes, name: str, path: Path | None = None) -> Document:
    """Read an OpenAPI document from its bytes; `name` is used in messages. Raises as `load_document`.

    Without a `path` it is one file: references to others lead nowhere.
    """
    content = parse_yaml(data, name)
    if not isinstance(content, dict) or "openapi" not in content:
        if isinstance(content, dict) and "swagger" in content:
            remedy = "convert it to OpenAPI 3 first, such as with `npx swagger2openapi`"
            raise ContractError(f"{name} is Swagger {content['swagger']}", remedy)
        raise ContractError(f"{name} is not an OpenAPI document: it has no member 'openapi'")
    version = str(content["openapi"])
    if not re.match(r"3\.[012](\.|$)", version):
        raise ContractError(f"{name} is OpenAPI {version}", "convert it to OpenAPI 3.1")
    wrong = structural_errors(content, version[:3])
    found = resolve_references(content, path, lambda each: parse_yaml(_bytes(each), str(each)))
    if version.startswith("3.0"):
        for schema in found.schemas:
            convert_schema(schema)
        content["openapi"] = READ_AS
    if FILES in content and path is not None:
        data = write(content).encode()
    return Document(data.decode("utf-8-sig"), content, hashlib.sha256(data).hexdigest(), name, wrong + found.warnings)


def parse_yaml(data: bytes, name: str) -> Json:
    """Read YAML (or JSON) as JSON values.

    Raises:
        ContractError: it is too large, not UTF-8, not YAML, or holds what JSON cannot.

    """
    if len(data) > MAX_BYTES:
        raise ContractError(f"{name} is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
        content = _json(text) or yaml.load(text, Loader=Loader)  # noqa: S506  (a safe loader, with fewer types)
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


def _json(text: str) -> object:
    """Return what a JSON text holds, None for another: JSON allows characters and escapes that YAML does not."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def resolve(document: Document, reference: str, at: str) -> str:
    """Return the document pointer (`#/...`) that a `$ref` found at `at` leads to.

    Raises:
        ContractError: the reference is remote or leads nowhere.

    """
    where = f"{document.name}: reference {reference!r} at {at}"
    if reference != "#" and not reference.startswith("#/"):
        if reference.startswith("#"):
            raise ContractError(f"{where} names no anchor of the document")
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", reference):
            raise ContractError(f"{where} is remote", "bundle the document into one file first")
        raise ContractError(f"{where} leads to no file below the document's folder", "add the file, or bundle them")
    pointer = unquote(reference)
    get(document, pointer, at)
    return pointer


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
