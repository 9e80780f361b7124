"""The JSON Schemas of what a run writes, from the types that it is written with.

`python -m conformance.workflow.schemas spec/schemas` writes them anew.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from conformance.model.events import AnyEvent
from conformance.reports.results import results_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def journal_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of `journal.ndjson`."""
    told = "One line of journal.ndjson: an event of a run. Bodies are Base64."
    return {"$schema": DIALECT, "title": "Event", "description": told, **msgspec.json.schema(AnyEvent)}


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"journal.json": journal_schema, "results.json": results_schema}
"""What makes the schema in each file of `spec/schemas`."""


def encoded(schema: dict[str, Any]) -> bytes:
    """Return the bytes of the file that holds a schema: indented, members in their order, a line end at the end."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all schemas into the folder that is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1 or not Path(given[0]).is_dir():
        sys.exit("name the folder to write to: python -m conformance.workflow.schemas spec/schemas")
    for name, make in SCHEMAS.items():
        (Path(given[0]) / name).write_bytes(encoded(make()))


if __name__ == "__main__":
    main()
