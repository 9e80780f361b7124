"""A document of the shape of a large API: 400 schemas, 1 MB, and one operation whose body reaches half of them.

`python -m tests.documents.large_document FILE`, from the root of the tree, writes it. Its operation (`OPERATION`) takes
text, or a list of items with thirty alternatives, and tools with sixteen; what it holds refers to itself in places.
"""

import json
import sys
from pathlib import Path
from typing import Any

OPERATION = "POST /answers"

Schema = dict[str, Any]

LONG = " ".join(
    ["Explains at length what this is for, when it is set, and which other settings it goes together with."] * 2
)
"""What schemas of such documents are full of."""

STRING: Schema = {"type": "string"}
TIME: Schema = {"type": "integer", "format": "unixtime", "description": LONG}


def described(schema: Schema) -> Schema:
    """Return a schema with a description."""
    return {**schema, "description": LONG}


def to(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    """Return a schema that allows null as well."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": schema}


def one_of(*names: str) -> Schema:
    """Return a union of components that a property tells apart."""
    return {"oneOf": [to(name) for name in names], "discriminator": {"propertyName": "type"}}


def tagged(tag: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """Return an object whose `type` is a tag."""
    members = {"type": described({"type": "string", "enum": [tag], "default": tag})}
    members |= {name: {**each, "description": LONG[:120]} for name, each in properties.items()}
    return {"type": "object", "title": tag, "description": LONG, "properties": members, "required": ["type", *required]}


def parts() -> dict[str, Schema]:
    """Return what messages consist of."""
    found = {
        "TextIn": tagged("input_text", ("text",), text=STRING),
        "ImageIn": tagged(
            "input_image",
            ("detail",),
            detail={"type": "string", "enum": ["low", "high", "auto"]},
            image_url=or_null({"type": "string", "format": "uri"}),
            file_id=or_null(STRING),
        ),
        "FileIn": tagged("input_file", file_id=or_null(STRING), filename=STRING, file_data=STRING),
        "Refusal": tagged("refusal", ("refusal",), refusal=STRING),
        "LogProbability": {
            "type": "object",
            "required": ["token", "logprob", "top"],
            "properties": {"token": STRING, "logprob": {"type": "number"}, "top": listed(to("TopProbability"))},
        },
        "TopProbability": {
            "type": "object",
            "required": ["token", "logprob"],
            "properties": {"token": STRING, "logprob": {"type": "number"}, "bytes": listed({"type": "integer"})},
        },
    }
    for kind in ("file", "url", "container", "path"):
        found[f"{kind.title()}Note"] = tagged(
            f"{kind}_note", ("start", "end"), start={"type": "integer"}, end={"type": "integer"}, title=STRING
        )
    found["Note"] = one_of(*(f"{kind.title()}Note" for kind in ("file", "url", "container", "path")))
    found["TextOut"] = tagged(
        "output_text",
        ("text", "annotations"),
        text=STRING,
        annotations=listed(to("Note")),
        logprobs=listed(to("LogProbability")),
    )
    found["PartIn"] = one_of("TextIn", "ImageIn", "FileIn")
    found["PartOut"] = one_of("TextOut", "Refusal")
    return found


def items() -> dict[str, Schema]:
    """Return what a conversation consists of: thirty kinds of items."""
    state: Schema = {"type": "string", "enum": ["in_progress", "completed", "incomplete"]}
    found = {
        "PlainMessage": tagged(
            "message",
            ("role", "content"),
            role={"type": "string", "enum": ["user", "assistant", "system", "developer"]},
            content={"oneOf": [STRING, listed(to("PartIn"))]},
        ),
        "OutMessage": tagged(
            "out_message",
            ("id", "role", "content", "status"),
            id=STRING,
            role={"type": "string", "enum": ["assistant"]},
            content=listed(to("PartOut")),
            status=state,
        ),
        "Drag": tagged("drag", ("path",), path=listed(to("Point"))),
        "Point": {
            "type": "object",
            "required": ["x", "y"],
            "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
        },
    }
    for action in ("click", "double_click", "move", "scroll"):
        found[f"Action_{action}"] = tagged(action, ("x", "y"), x={"type": "integer"}, y={"type": "integer"})
    for action in ("type", "keypress", "wait", "screenshot"):
        found[f"Action_{action}"] = tagged(action, text=STRING, keys=listed(STRING))
    found["Action"] = one_of("Drag", *(name for name in found if name.startswith("Action_")))
    names = []
    for number in range(14):
        for end in ("Call", "Result"):
            names.append(f"Item{number}{end}")
            more = {f"more{each}": or_null(STRING if each % 2 else {"type": "number"}) for each in range(number % 4)}
            if number % 5 == 0:
                more["action"] = to("Action")
            if number % 4 == 1:
                more["output"] = {"oneOf": [STRING, listed(to("PartIn"))]}
            if number % 7 == 2:
                more["results"] = or_null(listed(to("Attributes")))
            found[names[-1]] = tagged(f"item_{number}_{end.lower()}", ("id",), id=STRING, status=state, **more)
    found["Attributes"] = {
        "type": "object",
        "additionalProperties": {"anyOf": [STRING, {"type": "number"}, {"type": "boolean"}]},
    }
    found["ItemIn"] = one_of("PlainMessage", "OutMessage", *names)
    found["ItemOut"] = one_of("OutMessage", *names)
    return found


def tools() -> dict[str, Schema]:
    """Return what may be called: sixteen kinds of tools, filters within filters among them."""
    found = {
        "Comparison": tagged(
            "eq", ("key", "value"), key=STRING, value={"anyOf": [STRING, {"type": "number"}, listed(STRING)]}
        ),
        "Compound": tagged("and", ("filters",), filters=listed({"anyOf": [to("Comparison"), to("Compound")]})),
        "Ranking": {
            "type": "object",
            "properties": {
                "ranker": {"type": "string", "enum": ["auto", "default-1"]},
                "threshold": {"type": "number", "minimum": 0, "maximum": 1},
            },
        },
        "Place": tagged("approximate", city=or_null(STRING), region=or_null(STRING), country=or_null(STRING)),
        "SearchTool": tagged(
            "search",
            ("stores",),
            stores=listed(STRING),
            most={"type": "integer", "minimum": 1, "maximum": 50},
            ranking=to("Ranking"),
            filters=or_null({"anyOf": [to("Comparison"), to("Compound")]}),
        ),
        "FunctionTool": tagged(
            "function",
            ("name", "parameters", "strict"),
            name={"type": "string", "pattern": "^[a-zA-Z0-9_-]+$", "maxLength": 64},
            parameters=or_null({"type": "object", "additionalProperties": True}),
            strict=or_null({"type": "boolean"}),
        ),
    }
    for number in range(14):
        found[f"Tool{number}"] = tagged(
            f"tool_{number}",
            place=or_null(to("Place")),
            size={"type": "string", "enum": ["low", "medium", "high"], "default": "medium"},
            allowed=or_null({"anyOf": [listed(STRING), to("Ranking")]}),
            headers=or_null({"type": "object", "additionalProperties": STRING}),
            **({"count": {"type": "integer", "minimum": 0, "maximum": number}} if number % 2 else {}),
        )
    found["Tool"] = one_of("SearchTool", "FunctionTool", *(f"Tool{number}" for number in range(14)))
    return found


def settings() -> dict[str, Schema]:
    """Return what request and response share, in parts that are joined with `allOf`."""
    models = {"type": "string", "enum": [f"model-{number}-2024-0{number % 9 + 1}" for number in range(80)]}
    shared = {
        "metadata": or_null({"type": "object", "additionalProperties": STRING, "maxProperties": 16}),
        "temperature": or_null({"type": "number", "minimum": 0, "maximum": 2, "default": 1}),
        "top_p": or_null({"type": "number", "minimum": 0, "maximum": 1, "default": 1}),
        "user": STRING,
        "tier": or_null({"type": "string", "enum": ["auto", "default", "flex", "priority"], "default": "auto"}),
    }
    own = {
        "previous": or_null(STRING),
        "model": {"anyOf": [STRING, models]},
        "reasoning": or_null(to("Reasoning")),
        "background": or_null({"type": "boolean", "default": False}),
        "most_tokens": or_null({"type": "integer", "minimum": 16}),
        "instructions": or_null(STRING),
        "text": to("TextSettings"),
        "tools": listed(to("Tool")),
        "tool_choice": {"oneOf": [{"type": "string", "enum": ["none", "auto", "required"]}, to("Tool0"), to("Tool1")]},
        "truncation": or_null({"type": "string", "enum": ["auto", "disabled"], "default": "disabled"}),
    }
    formats = {
        "PlainFormat": tagged("text"),
        "ObjectFormat": tagged("json_object"),
        "SchemaFormat": tagged("json_schema", ("name", "schema"), name=STRING, schema={"type": "object"}),
        "Format": one_of("PlainFormat", "ObjectFormat", "SchemaFormat"),
        "TextSettings": {"type": "object", "properties": {"format": to("Format"), "verbosity": or_null(STRING)}},
        "Reasoning": {
            "type": "object",
            "properties": {"effort": or_null({"type": "string", "enum": ["low", "high"]}), "summary": or_null(STRING)},
        },
    }
    return {
        **formats,
        "Shared": {"type": "object", "properties": {name: described(each) for name, each in shared.items()}},
        "Own": {"type": "object", "properties": {name: described(each) for name, each in own.items()}},
    }


def bodies() -> dict[str, Schema]:
    """Return the schemas of the two bodies."""
    asked = {
        "input": {"oneOf": [STRING, listed({"oneOf": [to("ItemIn"), to("ItemReference")]})]},
        "include": or_null(listed({"type": "string", "enum": ["results", "images", "logprobs"]})),
        "parallel": or_null({"type": "boolean", "default": True}),
        "store": or_null({"type": "boolean", "default": True}),
        "stream": or_null({"type": "boolean", "default": False}),
    }
    answered = {
        "id": STRING,
        "object": {"type": "string", "enum": ["answer"]},
        "status": {"type": "string", "enum": ["completed", "failed", "queued"]},
        "created_at": {"type": "number"},
        "error": or_null(to("Failure")),
        "output": listed(to("ItemOut")),
        "parallel": {"type": "boolean"},
    }
    return {
        "ItemReference": tagged("item_reference", ("id",), id=STRING),
        "Failure": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": STRING, "message": STRING},
        },
        "CreateAnswer": {
            "allOf": [to("Shared"), to("Own"), {"type": "object", "properties": asked, "required": ["input", "model"]}]
        },
        "Answer": {
            "allOf": [
                to("Shared"),
                to("Own"),
                {"type": "object", "properties": answered, "required": ["id", "object", "created_at", "output"]},
            ]
        },
    }


def large_document(schemas: int = 400) -> Schema:
    """Return the document; what its operation does not reach fills it up to so many schemas."""
    components = {**parts(), **items(), **tools(), **settings(), **bodies()}
    fill = schemas - len(components)
    for number in range(fill):
        components[f"Other{number}"] = tagged(
            f"other_{number}",
            ("id",),
            id=STRING,
            created_at=TIME,
            next=or_null(to(f"Other{(number + 1) % fill}")),
            **{f"setting{each}": or_null(STRING) for each in range(8)},
        )
    paths: Schema = {
        f"/others{number}": {
            "get": {
                "description": LONG,
                "responses": {
                    "200": {"description": "OK", "content": {"application/json": {"schema": to(f"Other{number}")}}}
                },
            }
        }
        for number in range(0, fill, 2)
    }
    paths[OPERATION.partition(" ")[2]] = {
        "post": {
            "description": LONG,
            "requestBody": {"required": True, "content": {"application/json": {"schema": to("CreateAnswer")}}},
            "responses": {
                "200": {"description": "OK", "content": {"application/json": {"schema": to("Answer")}}},
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"Bearer": []}],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(large_document(), indent=1), encoding="utf-8")
