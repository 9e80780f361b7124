"""`results.sarif`: what was found as SARIF 2.1.0, each result at its line of the OpenAPI document."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import msgspec

from conformance.model.grouping import grouped
from conformance.model.vocabulary import Strength
from conformance.reports.evidence import RunReport
from conformance.reports.lines import SourceLine
from conformance.reports.results import FindingResult, RequirementResult
from conformance.reports.safe_text import one_line, short

FILENAME = "results.sarif"

SCHEMA = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json"
LEVELS = {Strength.MUST: "error", Strength.SHOULD: "warning", Strength.ADVISORY: "note"}
DOCUMENT = "openapi.yaml"
"""The name of the built-in document."""

LONGEST = 1_000
"""The longest text of a target in one message, in characters."""

_ACTIVE = re.compile(r"[\\\[\]]")
"""What would be read as a link in a message (SARIF 2.1.0 section 3.11.6)."""


def render(run: RunReport) -> bytes:
    """Return the bytes of `results.sarif`: one result for each cause at a place, with how often it was seen.

    Requirements are the rules. A result stands at the line of the document that its requirement is drawn from, or,
    where that is a standard or a page, at the line of the operation.
    """
    results = run.results
    places = {row.id: _place(run, row) for row in results.requirements if row.findings}
    indices = {row.id: place for place, row in enumerate(results.requirements)}
    groups = grouped((finding.cause, finding) for finding in results.findings)
    content = {
        "tool": {
            "driver": {
                "name": "environment-conformance",
                "version": results.suite_version,
                "rules": [_rule(row) for row in results.requirements],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not results.reason,
                "startTimeUtc": _moment(run.started.time),
                "endTimeUtc": _moment(run.started.time + results.duration),
            }
        ],
        "artifacts": [{"location": {"uri": _uri(run)}, "hashes": {"sha-256": results.contract.sha256}}],
        "results": [_result(run, group, indices, places) for group in groups.values()],
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": results.verdict, "target": results.target, "run": results.run_id},
    }
    return msgspec.json.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [content]}) + b"\n"


def message(text: str) -> str:
    """Return a text so that it holds neither links nor places to fill in (SARIF 2.1.0 sections 3.11.5 and 3.11.6)."""
    shown = _ACTIVE.sub(lambda found: "\\" + found.group(), short(text, LONGEST))
    return shown.replace("{", "{{").replace("}", "}}")


def _rule(row: RequirementResult) -> dict[str, object]:
    return {
        "id": row.id,
        "shortDescription": {"text": message(row.title)},
        "help": {"text": message(f"Source: {', '.join(row.source) or 'the suite'}")},
        "defaultConfiguration": {"level": LEVELS[row.strength]},
        "properties": {
            "tags": [row.group],
            "strength": row.strength,
            "outcome": row.outcome,
            "exercised": row.exercised,
        },
    }


def _result(
    run: RunReport, group: list[FindingResult], indices: dict[str, int], places: dict[str, SourceLine]
) -> dict[str, object]:
    first = group[0]
    place = places[first.requirement]
    said = first.message
    if first.expected or first.actual:
        said += f" (expected {first.expected or 'nothing'}, got {first.actual or 'nothing'})"
    result: dict[str, object] = {
        "ruleId": first.requirement,
        "ruleIndex": indices[first.requirement],
        "level": LEVELS[first.strength],
        "message": {"text": message(said)},
        "occurrenceCount": len(group),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(run), "index": 0},
                    "region": {"startLine": place.line, "startColumn": place.column, "snippet": {"text": place.text}},
                },
                "logicalLocations": [{"fullyQualifiedName": short(first.pointer, LONGEST) or "/"}],
            }
        ],
        "partialFingerprints": {"cause/v1": sha256(first.cause.encode(errors="backslashreplace")).hexdigest()},
        "properties": {"case": first.case, "pattern": first.pattern, "repeats": first.repeats},
    }
    if first.waiver:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": one_line(first.waiver)}]
    return result


def _place(run: RunReport, row: RequirementResult) -> SourceLine:
    contract = run.results.contract
    method = contract.operation.partition(" ")[0].lower()
    operation = f"/paths/{contract.path.replace('~', '~0').replace('/', '~1')}/{method}"
    return run.lines.place(next((source[1:] for source in row.source if source.startswith("#/")), operation))


def _uri(run: RunReport) -> str:
    path = Path(run.started.options.get("spec", DOCUMENT))
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
