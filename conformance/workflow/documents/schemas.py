"""The JSON Schemas of what a run writes or reads, from the types that it is held in.

`python -m conformance.workflow.documents.schemas spec/schemas` writes them anew.
"""

import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from conformance.clients.protocol import protocol_schema
from conformance.journal.events import AnyLine
from conformance.model.requirement import RelationFile
from conformance.model.waiver import WaiverFile
from conformance.reports.results import results_schema
from conformance.workflow.setup.campaign_file import campaign_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def journal_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of `journal.ndjson`."""
    told = "One line of journal.ndjson: an event of a run. Bodies are text or Base64, long ones of requests deflated."
    return {"$schema": DIALECT, "title": "Event", "description": told, **msgspec.json.schema(AnyLine)}


def waivers_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file of waivers, as JSON has it (a date is a text)."""
    schema = msgspec.json.schema(WaiverFile)
    told = "waivers.toml: accepted failures with owner, reason and expiry."
    # The types cannot say that exactly one of two members is there, and not as null.
    waiver = schema["$defs"]["Waiver"]
    for name in NAMED:
        waiver["properties"][name] = {"type": "string"}
    waiver["oneOf"] = [{"required": [name]} for name in NAMED]
    return {"$schema": DIALECT, "title": "Waivers", "description": told, **schema}


def relations_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file of relations."""
    told = "Relations between requests and responses of an operation, for `conformance run --relations`."
    return {"$schema": DIALECT, "title": "Relations", "description": told, **msgspec.json.schema(RelationFile)}


NAMED = ("requirement", "cause")
"""What a waiver may name: one of them."""

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "campaign.json": lambda: {"$schema": DIALECT, **campaign_schema()},
    "client-protocol.json": protocol_schema,
    "journal.json": journal_schema,
    "relations.json": relations_schema,
    "results.json": results_schema,
    "waivers.json": waivers_schema,
}
"""What makes the schema in each file of `spec/schemas`."""


def encoded(schema: dict[str, Any]) -> bytes:
    """Return the bytes of the file that holds a schema: indented, members in their order, a line end at the end."""
    return msgspec.json.format(msgspec.json.encode(_dedented(schema)), indent=2) + b"\n"


def _dedented(value: Any) -> Any:  # noqa: ANN401 (any part of a schema)
    """Return a part of a schema whose descriptions are dedented, as docstrings are from Python 3.13 on."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else _dedented(each)
            for key, each in value.items()
        }
    return [_dedented(each) for each in value] if isinstance(value, list) else value


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all schemas into the folder that is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1 or not Path(given[0]).is_dir():
        sys.exit("name the folder to write to: python -m conformance.workflow.documents.schemas spec/schemas")
    for name, make in SCHEMAS.items():
        (Path(given[0]) / name).write_bytes(encoded(make()))


if __name__ == "__main__":
    main()
