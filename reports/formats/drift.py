"""Drift between two documents as lines for a screen, as JSON, and as a table in Markdown for a pull request."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from conformance.drift.changes import Change, Drift, Level, Side
from conformance.model.jsontext import write
from conformance.reports.formats.markdown import prose, text
from conformance.reports.safe_text import count, one_line, short

LONGEST = 80
"""The longest value in a table, in characters."""

READERS = ("server", "client", "mock")

MARKS = {Level.BREAKING: "❌ breaking", Level.COMPATIBLE: "✅ compatible", Level.NOTE: "note"}


def as_json(drift: Drift) -> bytes:
    """Return the changes as JSON; `docs/drift.md` names the fields."""
    whole = msgspec.to_builtins(drift, builtin_types=())
    for change, made in zip(drift.changes, whole["changes"], strict=True):
        for name in ("old", "new"):
            side: Side | None = getattr(change, name)
            if side is not None:
                # Numbers as they are written in the document: JSON in JSON.
                made[name]["value"] = msgspec.Raw(write(side.value).encode(errors="surrogatepass"))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def as_lines(drift: Drift) -> Iterator[str]:
    """Yield one line for each change: the level for each reader, the sentence, and where it is in both documents."""
    for change in drift.changes:
        levels = "  ".join(f"{name} {getattr(change.levels, name).value}" for name in READERS)
        yield f"{levels}\t{one_line(change.sentence)}\t{_where(change)}"
    yield summary(drift)


def summary(drift: Drift) -> str:
    """Return how many changes there are, and how many of them break whom."""
    if not drift.changes:
        return "no changes"
    broken = Counter(name for each in drift.changes for name in READERS if getattr(each.levels, name) is Level.BREAKING)
    said = [f"{broken[name]} breaking for the {name}" for name in READERS if broken[name]]
    return f"{count(len(drift.changes), 'change')}: {', '.join(said) or 'none is breaking'}"


def as_markdown(drift: Drift) -> bytes:
    """Return the table of all changes."""
    lines = [
        f"# {text(drift.operation)}: {summary(drift)}",
        "",
        f"From {text(drift.old)} (`{drift.old_sha256[:12]}`) to {text(drift.new)} (`{drift.new_sha256[:12]}`).",
    ]
    if drift.changes:
        lines += ["", "| change | server | client | mock | old | new |", "| --- | --- | --- | --- | --- | --- |"]
    for change in drift.changes:
        levels = " | ".join(MARKS[getattr(change.levels, name)] for name in READERS)
        lines.append(f"| {prose(change.sentence)} | {levels} | {_value(change.old)} | {_value(change.new)} |")
    return ("\n".join(lines) + "\n").encode(errors="backslashreplace")


def _value(side: Side | None) -> str:
    return text(short(write(side.value), LONGEST)) if side is not None else ""


def _where(change: Change) -> str:
    pointers = dict.fromkeys(side.pointer for side in (change.old, change.new) if side is not None)
    return one_line(" -> ".join(pointers))
