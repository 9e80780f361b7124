"""Random operations: whatever parameters and responses they declare, their own reference server conforms."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.contract.contract import load_contract

from .running import CONFORMING, run_of, said

SCALARS: tuple[dict[str, Any], ...] = (
    {"type": "integer"},
    {"type": "integer", "minimum": -3, "maximum": 40},
    {"type": "integer", "multipleOf": 5, "default": 10},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "boolean"},
    {"type": "string"},
    {"type": "string", "minLength": 2, "maxLength": 6},
    {"type": "string", "enum": ["a", "b c", "x,y", "\u00e9"]},
    {"enum": [1, 2, "three"]},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "pattern": r"^[A-Z]{2}-\d+$"},
)
STYLES = {"array": ("form", "spaceDelimited", "pipeDelimited"), "object": ("form", "deepObject")}


def schema_of(draw: random.Random, name: str) -> dict[str, Any]:
    """Return a schema of a scalar, an array or an object; `name` is part of those of its properties."""
    kind = draw.randrange(10)
    if kind < 7:
        return dict(draw.choice(SCALARS))
    if kind < 9:
        return {"type": "array", "items": dict(draw.choice(SCALARS)), "minItems": draw.randrange(3)}
    members = {f"{name}n": dict(draw.choice(SCALARS)), f"{name}m": dict(draw.choice(SCALARS))}
    return {"type": "object", "properties": members, "required": draw.choice([[], [f"{name}n"]])}


def parameter_of(draw: random.Random, number: int) -> dict[str, Any]:
    """Return a parameter of query, header or cookie."""
    location = draw.choice(["query", "query", "header", "cookie"])
    name = f"X-p{number}" if location == "header" else f"p{number}"
    parameter: dict[str, Any] = {"name": name, "in": location, "required": draw.random() < 0.5}
    schema = schema_of(draw, name)
    if draw.random() < 0.1:
        return {**parameter, "content": {"application/json": {"schema": schema}}}
    if location == "query" and schema.get("type") in STYLES:
        style = draw.choice(STYLES[schema["type"]])
        parameter |= {"style": style, "explode": style == "deepObject" or draw.random() < 0.5}
    return {**parameter, "schema": schema}


def document_of(draw: random.Random) -> tuple[dict[str, Any], str]:
    """Return a document with one operation, and the name of that."""
    parameters = [parameter_of(draw, number) for number in range(draw.randrange(1, 4))]
    path, method = "/things", draw.choice(["get", "post", "delete"])
    if draw.random() < 0.4:
        path = "/things/{id}"
        style = draw.choice(["simple", "simple", "label", "matrix"])
        schema = dict(draw.choice(SCALARS))
        parameters.append({"name": "id", "in": "path", "required": True, "style": style, "schema": schema})
    success = {"type": "object", "required": ["id"], "properties": {"id": dict(draw.choice(SCALARS))}}
    error = {"type": "object", "required": ["t"], "properties": {"t": dict(draw.choice(SCALARS))}}
    media_type = draw.choice(["application/problem+json", "application/json", "text/plain"])
    operation: dict[str, Any] = {
        "parameters": parameters,
        "responses": {
            draw.choice(["200", "201", "2XX", "default"]): {
                "description": "",
                "headers": {"X-H": {"required": draw.random() < 0.5, "schema": schema_of(draw, "h")}},
                "content": {"application/json": {"schema": success}},
            },
            draw.choice(["400", "4XX", "404", "422"]): {"description": "", "content": {media_type: {"schema": error}}},
        },
    }
    if method == "post" and draw.random() < 0.6:
        body = {"type": "object", "properties": {"a": dict(draw.choice(SCALARS))}}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    info = {"title": "T", "version": "1"}
    document = {"openapi": draw.choice(["3.0.3", "3.1.0"]), "info": info, "paths": {path: {method: operation}}}
    return document, f"{method.upper()} {path}"


def found_in(seeds: range, folder: Path) -> dict[int, object]:
    """Return what is not right of the documents of some seeds."""
    found: dict[int, object] = {}
    only = ("accept.smallest*", "*.query.*", "*.header.*", "*.cookie.*", "*.path.*", "accept.parameters.*")
    for seed in seeds:
        content, operation = document_of(random.Random(seed))  # noqa: S311  (test data)
        (folder / "spec.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        outcome = said(run_of(load_contract(folder / "spec.yaml", operation), only=only))
        if outcome != CONFORMING:
            found[seed] = outcome
    return found


def test_a_few_random_documents(tmp_path: Path) -> None:
    """No false alarm, no crash, nothing undecided."""
    assert {} == found_in(range(6), tmp_path)


@pytest.mark.slow
def test_many_random_documents(tmp_path: Path) -> None:
    """The same over many more."""
    found = found_in(range(6, 150), tmp_path)
    # Of a header whose accepted control a draw lacks, nothing can be decided: that is no false alarm.
    assert {} == {number: each for number, each in found.items() if each[0] != "inconclusive"}
    assert len(found) <= 1
