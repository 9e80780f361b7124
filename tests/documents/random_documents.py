"""Random operations of OpenAPI: parameters, responses, and bodies with all keywords of JSON Schema.

`python -m tests.documents.random_documents [--draws N] [--first SEED]`, from the root of the tree, holds the labels of
the standard catalogue against jsonschema, runs smoke against the document's own reference server in this process, and
prints what is wrong of each seed. The exit status is 1 where anything is.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.contract.contract import load_contract
from conformance.mock.base_responses import base_responses
from conformance.model.errors import ContractError
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.path_values import usual_path_value

from .corpus import labelled_wrong, show
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
MORE_SCALARS: tuple[dict[str, Any], ...] = (
    {"type": "null"},
    {"type": ["string", "null"], "maxLength": 3},
    {"type": ["integer", "string"], "minimum": 2, "minLength": 2},
    {"type": ["boolean", "number", "null"]},
    {"const": "fixed"},
    {"const": 4.5},
    {"const": None},
    {"const": {"a": [1, None]}},
    {"enum": [[], {}, 0, False, "", None]},
    {"enum": [{"k": 1}, {"k": 2}]},
    {"type": "number", "multipleOf": 0.25, "maximum": 10},
    {"type": "number", "minimum": 1e20},
    {"type": "integer", "exclusiveMaximum": 0},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "uri", "maxLength": 40},
    {"type": "string", "format": "ipv6"},
    {"type": "string", "format": "duration"},
    {"type": "string", "format": "binary"},
    {"type": "string", "contentEncoding": "base64"},
    {"type": "string", "pattern": "^(?!x)[a-z]{2,4}$"},
    {"type": "string", "pattern": r"\p{Lu}", "minLength": 1},
    {"type": "string", "not": {"enum": ["", "a"]}},
    {"type": "string", "minLength": 300, "maxLength": 400},
    {"not": {"type": "string"}},
    {"not": {"type": ["object", "array", "null"]}},
    {"anyOf": [{"type": "integer", "minimum": 5}, {"type": "string", "maxLength": 2}]},
    {"oneOf": [{"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}]},
    {"oneOf": [{"type": "string"}, {"type": "string", "format": "date"}]},
    {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 9}]},
    {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "z$"}], "minLength": 3},
    {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "integer"}},
    {"type": "integer", "default": 7, "examples": [7, 8]},
    {"type": "string", "example": "an example"},
    {},
)
NAMES = ("a", "b", "kind", "type", "a/b", "m~n", "\u00fcber", "items", "x-y", "0", "$id", "default", "a b", "A")
STYLES = {"array": ("form", "spaceDelimited", "pipeDelimited"), "object": ("form", "deepObject")}
NAME_RULES = ({"maxLength": 12}, {"pattern": "^[^ ]+$"}, {"enum": ["a", "b c"]})


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


class Bodies:
    """Draws schemas of bodies that use all keywords; `components` are those that it refers to."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.components: dict[str, Any] = {}

    def schema(self, depth: int) -> Any:
        """Return a schema; `depth` is how many levels of objects, arrays and alternatives it may have."""
        kind = self._draw.random()
        if depth <= 0 or kind < 0.25:
            return self.scalar()
        if kind < 0.6:
            return self.object(depth)
        if kind < 0.75:
            return self.array(depth)
        if kind < 0.9:
            return self.union(depth)
        return self.reference(depth)

    def scalar(self) -> Any:
        """Return the schema of a scalar, or one that says little."""
        if self._draw.random() < 0.04:
            return True
        return dict(self._draw.choice(self._draw.choice([SCALARS, MORE_SCALARS])))

    def object(self, depth: int) -> dict[str, Any]:
        """Return the schema of an object with keywords about its properties."""
        draw = self._draw
        names = draw.sample(NAMES, draw.randrange(5))
        found: dict[str, Any] = {"type": "object", "properties": {name: self.schema(depth - 1) for name in names}}
        if draw.random() < 0.6:
            found["required"] = draw.sample(names, draw.randrange(len(names) + 1))
        if draw.random() < 0.08:
            found["required"] = [*found.get("required", []), "undeclared"]
        for name, likely, make in (
            ("additionalProperties", 0.25, lambda: draw.choice([False, True, self.schema(0)])),
            ("patternProperties", 0.1, lambda: {draw.choice(["^x-", "^[A-Z]+$", "_id$"]): self.schema(0)}),
            ("propertyNames", 0.05, lambda: draw.choice(NAME_RULES)),
            ("minProperties", 0.1, lambda: draw.randrange(3)),
            ("maxProperties", 0.1, lambda: draw.randrange(2, 7)),
        ):
            if draw.random() < likely:
                found[name] = make()
        if len(names) > 1:
            self._about_two(found, names[0], names[1])
        if names and draw.random() < 0.1:
            marked = found["properties"][names[-1]]
            if isinstance(marked, dict):
                marked[draw.choice(["readOnly", "writeOnly"])] = True
        return found

    def _about_two(self, found: dict[str, Any], one: str, other: str) -> None:
        draw = self._draw
        for name, value in (
            ("dependentRequired", {one: [other]}),
            ("dependentSchemas", {one: {"required": [other]}}),
            ("not", {"required": [one, other]}),
            ("anyOf", [{"required": [one]}, {"required": [other]}]),
            ("oneOf", [{"required": [one]}, {"required": [other]}]),
            ("if", {"required": [one]}),
            ("unevaluatedProperties", False),
        ):
            if draw.random() < 0.06:
                found[name] = value
                if name == "if":
                    found["then"] = {"required": [other]}
                    found["else"] = {"properties": {other: {"type": ["string", "object", "null"]}}}

    def array(self, depth: int) -> dict[str, Any]:
        """Return the schema of an array."""
        draw = self._draw
        found: dict[str, Any] = {"type": "array"}
        if draw.random() < 0.8:
            found["items"] = self.schema(depth - 1)
        for name, likely, make in (
            ("prefixItems", 0.15, lambda: [self.schema(0) for _ in range(draw.randrange(1, 4))]),
            ("contains", 0.1, lambda: draw.choice([{"type": "integer"}, {"const": "in"}, {"type": "object"}])),
            ("minItems", 0.25, lambda: draw.randrange(3)),
            ("maxItems", 0.25, lambda: draw.randrange(2, 6)),
            ("uniqueItems", 0.15, lambda: True),
        ):
            if draw.random() < likely:
                found[name] = make()
        if "contains" in found:
            found.pop("items", None)
            if draw.random() < 0.3:
                found["minContains"] = draw.randrange(1, 3)
        if "prefixItems" in found and draw.random() < 0.4:
            found["items"] = False
            found.pop("contains", None)
            found.pop("minItems", None)
        return found

    def union(self, depth: int) -> dict[str, Any]:
        """Return alternatives, parts, or tagged objects."""
        draw = self._draw
        if draw.random() < 0.3:
            tagged = []
            for tag in ("cat", "dog", "bird")[: draw.randrange(2, 4)]:
                each = self.object(depth - 1)
                each["properties"] = {**each["properties"], "tag": {"const": tag}}
                each["required"] = sorted({*each.get("required", []), "tag"})
                tagged.append(each)
            return {draw.choice(["oneOf", "anyOf"]): tagged, "discriminator": {"propertyName": "tag"}}
        if draw.random() < 0.4:
            return {"allOf": [self.object(depth - 1), self.object(depth - 1)]}
        alternatives = [self.schema(depth - 1) for _ in range(draw.randrange(2, 4))]
        return {draw.choice(["oneOf", "anyOf"]): alternatives}

    def reference(self, depth: int) -> dict[str, Any]:
        """Return a reference, to a schema that may refer to itself."""
        draw = self._draw
        if self.components and draw.random() < 0.4:
            return {"$ref": f"#/components/schemas/{draw.choice(sorted(self.components))}"}
        name = f"S{len(self.components)}"
        self.components[name] = {}
        again = {"$ref": f"#/components/schemas/{name}"}
        held: dict[str, Any] = self.object(depth - 1)
        inside = draw.choice([again, {"type": "array", "items": again}, {"anyOf": [again, {"type": "null"}]}])
        if draw.random() < 0.5:
            held["properties"]["again"] = inside
        self.components[name] = held
        return again


def with_body(draw: random.Random) -> tuple[dict[str, Any], str]:
    """Return a document whose operation has a body of any schema, and the name of the operation."""
    bodies = Bodies(draw)
    sent, returned = bodies.schema(3), bodies.schema(2)
    version = draw.choice(["3.1.0", "3.1.0", "3.2.0", "3.0.3"])
    document = {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/things": {
                "post": {
                    "parameters": [parameter_of(draw, number) for number in range(draw.randrange(2))],
                    "requestBody": {
                        "required": draw.random() < 0.8,
                        "content": {"application/json": {"schema": sent}},
                    },
                    "responses": {
                        "200": {"description": "", "content": {"application/json": {"schema": returned}}},
                        "4XX": {"description": ""},
                    },
                }
            }
        },
        "components": {"schemas": bodies.components},
    }
    return document, "POST /things"


def wrong_of(seed: int, folder: Path) -> object:
    """Return what is wrong of the document of a seed: of its labels, or of a smoke run; None where nothing is."""
    draw = random.Random(seed)  # noqa: S311  (test data)
    content, operation = with_body(draw) if seed % 3 else document_of(draw)
    path = folder / f"{seed}.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    try:
        contract = load_contract(path, operation)
        values = {name: usual_path_value(contract, name) for name in contract.operation.path_parameters}
        items = catalogue(contract, Profile.STANDARD, Knowledge(values))
    except ContractError as error:
        return f"unusable: {error}"
    wrong = [case for item in items for case in item.cases if labelled_wrong(case, contract)]
    if wrong:
        return [(case.id, case.expectation, case.request.body) for case in wrong[:3]]
    response = next(base_responses(contract, "fresh"))
    if contract.response_validator is not None and not contract.response_validator.holds(response):
        return "unusable: no valid response was found"
    outcome = said(run_of(contract, profile=Profile.SMOKE))
    return outcome if outcome != CONFORMING else None


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.documents.random_documents")
    parser.add_argument("--draws", type=int, default=2_000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--keep", type=Path, help="a folder for the documents that something is wrong of")
    chosen = parser.parse_args(arguments)
    failed = unusable = 0
    with TemporaryDirectory() as folder:
        for seed in range(chosen.first, chosen.first + chosen.draws):
            begun = time.process_time()
            try:
                wrong = wrong_of(seed, Path(folder))
            except Exception as error:  # noqa: BLE001  (a crash is what is searched)
                wrong = f"crash: {error!r}"
            seconds = time.process_time() - begun
            if wrong is None and seconds > 20:
                wrong = f"{seconds:.0f} seconds"
            if wrong is not None:
                told = str(wrong)
                unusable += told.startswith("unusable")
                failed += not told.startswith("unusable")
                show(f"{seed}: {told[:1500]}")
                if chosen.keep:
                    (chosen.keep / f"{seed}.yaml").write_bytes((Path(folder) / f"{seed}.yaml").read_bytes())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    show(json.dumps({"draws": chosen.draws, "wrong": failed, "unusable": unusable, "MB": memory}))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
