"""Schemas of OpenAPI 3.0, written as those of 3.1: what `docs/other-documents.md` states.

`nullable` allows null, whatever the type and the enum beside it; a boolean `exclusiveMinimum` makes `minimum` the
limit that is excluded; `example` is the one of `examples`; `format: binary` and `byte` say how a string is encoded;
what stands beside `$ref` counts for nothing.
"""

from conformance.model.jsontext import Json

ENCODINGS: dict[Json, tuple[str, str]] = {
    "binary": ("contentMediaType", "application/octet-stream"),
    "byte": ("contentEncoding", "base64"),
}
"""Formats of 3.0 that are keywords in 3.1."""


def convert_schema(schema: dict[str, Json]) -> None:
    """Convert one schema in place; those in it are converted by themselves."""
    if "$ref" in schema:
        for name in [name for name in schema if name != "$ref"]:
            del schema[name]
        return
    if schema.pop("nullable", None) is True:
        _allow_null(schema)
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) is True and limit in schema:
            schema[exclusive] = schema.pop(limit)
    if "example" in schema:
        schema.setdefault("examples", [schema.pop("example")])
    format_ = schema.get("format")
    if isinstance(format_, str) and format_ in ENCODINGS:
        name, value = ENCODINGS[format_]
        del schema["format"]
        schema[name] = value


def _allow_null(schema: dict[str, Json]) -> None:
    null: dict[str, Json] = {"type": "null"}
    type_, listed = schema.get("type"), schema.get("enum")
    if isinstance(listed, list) and None not in listed:
        schema["enum"] = [*listed, None]
    if isinstance(type_, str):
        schema["type"] = [type_, "null"]
    for name in ("anyOf", "oneOf"):
        branches = schema.get(name)
        if isinstance(branches, list) and null not in branches:
            branches.append(null)
    parts = schema.pop("allOf", None)
    if isinstance(parts, list) and len(parts) == 1 and "anyOf" not in schema:
        schema["anyOf"] = [*parts, null]
    elif parts is not None:
        schema["allOf"] = [{"anyOf": [{"allOf": parts}, null]}]
