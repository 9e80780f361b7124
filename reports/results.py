"""What a run found, as other programs read it: the types of `results.json`."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec
from msgspec.structs import replace

from conformance.coverage.keywords import Exercised
from conformance.coverage.tuples import Covered
from conformance.diagnosis.causes import Cause
from conformance.journal.events import CaseCount
from conformance.model.errors import ConformanceError
from conformance.model.vocabulary import Group, Outcome, Strength, Verdict

FILENAME = "results.json"

SCHEMA_VERSION = 2
"""Increases when a field of `results.json` changes its meaning or is removed; new fields do not change it."""


class WaiverState(StrEnum):
    """How a waiver stood in a run."""

    NEEDED = "needed"
    EXPIRED = "expired"
    """Its expiry date has passed: what it covers fails again."""
    NOT_NEEDED = "not needed"
    """The run was complete, and nothing failed that it names."""
    UNDECIDED = "undecided"
    """The run was incomplete, or did not exercise what it names."""


class ContractRef(msgspec.Struct, frozen=True):
    """Which contract the target was held to: the document's SHA-256, the operation, its path."""

    sha256: str
    operation: str
    path: str


class Counts(msgspec.Struct, frozen=True):
    """How much was sent and found, and how many requirements have each outcome (zero included).

    `requests` counts everything that was sent, retries and minimization included; `findings` are violations of
    requirements of strength must or should, `notes` those of advisory ones.
    """

    requests: int
    creations: int
    cases: int
    findings: int
    notes: int
    requirements: dict[Outcome, int]


class RequirementResult(msgspec.Struct, frozen=True):
    """The outcome of one requirement.

    `reason` says why it was not exercised, or could not be judged; else it is empty. `cases` are the ids of the cases
    made for it or with a finding or doubt of it, filled up to 25 with other cases that passed it;
    `exercised` counts all the cases that decided it. `findings` are ids in `Results.findings`. `exercised_by` says of
    a requirement of the group `error`, which any request exercises, what its cases were about: how many by keyword.
    """

    id: str
    title: str
    strength: Strength
    group: Group
    source: tuple[str, ...]
    alias: str | None
    outcome: Outcome
    reason: str
    exercised: int
    cases: tuple[str, ...]
    findings: tuple[str, ...]
    exercised_by: Mapping[str, int] = {}


class FindingResult(msgspec.Struct, frozen=True):
    """One violation: of which requirement, by which case, where, what was expected and what was received.

    `cause` is the same for the same fault at the same place in every run, `pattern` wherever it shows. `repeats` says
    how often it occurred when the case was sent again (`3 of 4`), `waiver` why it is accepted, or is null.
    """

    id: str
    requirement: str
    strength: Strength
    case: str
    cause: str
    pattern: str
    message: str
    pointer: str
    expected: str
    actual: str
    note: str = ""
    repeats: str = ""
    waiver: str | None = None


class AliasResult(msgspec.Struct, frozen=True):
    """The outcome of one published requirement number: the worst of the requirements that carry it."""

    alias: str
    outcome: Outcome
    requirements: tuple[str, ...]


class WaiverResult(msgspec.Struct, frozen=True):
    """The state of one waiver on the day of the run, and the findings that it covers.

    Of an expired one, `findings` are those that it would have covered.
    """

    requirement: str | None
    cause: str | None
    owner: str
    reason: str
    expires: str
    state: WaiverState
    findings: tuple[str, ...]


class Sides(msgspec.Struct, frozen=True):
    """How many keywords have a side (valid or invalid), and of how many of them something was sent or received."""

    possible: int
    exercised: int


class BodyCoverage(msgspec.Struct, frozen=True):
    """Which keywords of one body schema were exercised, on the valid and on the invalid side.

    `percent` is of all sides, rounded down to two digits. `unknown` names the keywords that no rule makes cases from,
    as `pointer keyword`: they are not tested.
    """

    percent: float
    valid: Sides
    invalid: Sides
    keywords: tuple[Exercised, ...]
    unknown: tuple[str, ...]


class CoverageResult(msgspec.Struct, frozen=True):
    """How much of the contract the run exercised.

    `request` counts what was sent and got a response; `response` what was received in the first 5,000 responses (its
    invalid sides are violations), and is null where the document declares no JSON response. `combinations` are pairs,
    in a full run triples as well, of levels of the properties of the request. `enough` is whether `request.percent`
    reached `minimum` (`--min-coverage`), if given.
    """

    minimum: float | None
    enough: bool
    request: BodyCoverage
    response: BodyCoverage | None
    combinations: tuple[Covered, ...]

    @property
    def shortfall(self) -> str:
        """The message that too little of the request was exercised."""
        valid, invalid = self.request.valid, self.request.invalid
        exercised, possible = valid.exercised + invalid.exercised, valid.possible + invalid.possible
        return (
            f"coverage {self.request.percent:g} % is below --min-coverage {self.minimum:g}: {exercised} of {possible} "
            "keyword sides of the request were exercised (results.json lists them under coverage.request.keywords)"
        )


class PhaseResult(msgspec.Struct, frozen=True):
    """What a phase after the catalogue generated: `generated` cases, of which `duplicates` equal an earlier one.

    Duplicates are not sent, and `skipped` were not sent for another reason (what may be sent to this target, another
    shard, `--skip`); `sent` are the rest. `kinds` has the same by library and expectation.
    """

    phase: str
    generated: int
    duplicates: int
    skipped: int
    sent: int
    kinds: dict[str, CaseCount] = {}


class ExplainedCause(msgspec.Struct, frozen=True):
    """A cause, by its id, that another document explains: those of its `findings`, by the `changes` (sentences)."""

    cause: str
    findings: tuple[str, ...]
    changes: tuple[str, ...]


class OtherDocumentResult(msgspec.Struct, frozen=True):
    """A newer version of the document (`--also-spec`), and the causes that it explains, in whole or in part.

    The findings that are named do not show when the same exchanges are judged by that document.
    """

    document: str
    sha256: str
    operation: str
    causes: tuple[ExplainedCause, ...]


class Results(msgspec.Struct, frozen=True):
    """All that a run found.

    `reason` is empty when the whole plan was carried out, else it says why the run is incomplete; `lost` is true when
    the target stopped responding. `interrupted` are the cases that were in flight when a resumed run had been
    interrupted: whether those requests reached the target is unknown. `started_at` is a date-time of RFC 3339,
    `duration` is in seconds. `phases` are those after the catalogue. `waits` counts
    how often the run waited, by the reason. `coverage` is null where the document of the
    journal cannot be read. `warnings` tell what is wrong in the document, with its JSON pointer, and what of the
    operation is not tested. `also_spec` are the newer versions of the document that were named, with what they explain.
    """

    schema_version: int
    suite_version: str
    verdict: Verdict
    fail_on: Strength
    reason: str
    lost: bool
    contract: ContractRef
    run_id: str
    target: str
    profile: str
    seed: int
    started_at: str
    duration: float
    counts: Counts
    causes: tuple[Cause, ...]
    requirements: tuple[RequirementResult, ...]
    aliases: tuple[AliasResult, ...]
    findings: tuple[FindingResult, ...]
    waivers: tuple[WaiverResult, ...] = ()
    coverage: CoverageResult | None = None
    interrupted: tuple[str, ...] = ()
    phases: tuple[PhaseResult, ...] = ()
    waits: dict[str, int] = {}
    warnings: tuple[str, ...] = ()
    also_spec: tuple[OtherDocumentResult, ...] = ()


def results_schema() -> dict[str, Any]:
    """Return the JSON Schema of `results.json`, derived from the types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Results)}


TOGETHER = 1_000
"""How many findings are held to the schema together: read back, they take many times the memory of their bytes."""


def checked_results(results: Results) -> Iterator[bytes]:
    """Yield the bytes of `results.json`: indented, fields in the order of the types, with a final line break.

    What they say is read back and held to the schema before.

    Raises:
        ConformanceError: they do not keep it, which is a fault of the suite.

    """
    # The types say most of it by themselves; numbers that are not JSON and strings that are not Unicode they do not.
    for part, first in _parts(results):
        problem = next(_validator().iter_errors(json.loads(msgspec.json.encode(part))), None)
        if problem is not None:
            path = list(problem.instance_path)
            if path[:1] == ["findings"] and len(path) > 1:
                path[1] = first + int(path[1])
            place = "/".join(map(str, path))
            message = f"results.json would violate its own schema at /{place}: {problem.message}"
            raise ConformanceError(message, "report it")
    yield msgspec.json.format(msgspec.json.encode(results), indent=2)
    yield b"\n"


def _parts(results: Results) -> Iterator[tuple[Results, int]]:
    """Yield results without findings, then `TOGETHER` findings at a time, each with the place of the first one."""
    yield replace(results, findings=()), 0
    rest = replace(results, requirements=(), causes=(), aliases=(), coverage=None)
    for first in range(0, len(results.findings), TOGETHER):
        yield replace(rest, findings=results.findings[first : first + TOGETHER]), first


@cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(results_schema(), validate_formats=True)
