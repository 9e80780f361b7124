"""Journals as plain data: the events of a run as they were before they were packed into lines."""

from pathlib import Path
from typing import Any

import msgspec

from conformance.journal.reading import read_journal


def events(out: Path, kind: str = "") -> list[dict[str, Any]]:
    """Return the events in a run's journal, those of one kind or all; bodies are Base64."""
    found = (msgspec.json.decode(msgspec.json.encode(event)) for event in read_journal(out))
    return [event for event in found if kind in {"", event["event"]}]
