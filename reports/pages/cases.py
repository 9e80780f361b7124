"""The cases and requirements of a run as data for the script of the page."""

from collections.abc import Iterator
from itertools import chain

import msgspec

from conformance.model.grouping import grouped
from conformance.model.vocabulary import Expectation, Group, Outcome, Strength
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.folding.outcomes import of_doubt, of_finding
from conformance.reports.pages.bodies import compact
from conformance.reports.pages.exchanges import ExchangeView, exchange_view
from conformance.reports.pages.page import packed, packed_pieces
from conformance.reports.results import RequirementResult
from conformance.reports.safe_text import one_line, short

PIECE = 100
"""How many cases are packed together: what is unpacked when one is opened."""

LONGEST = 2_000
"""The longest text of a story, finding or doubt that is shown, in characters."""

SHORT = {"expected": 400, "actual": 400}
"""The longest value beside another, in characters."""

LISTED = 200
"""The longest text in a row of the list, in characters."""

RELATED = 20
"""How many cases of one relation are linked."""


class CaseRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case in the list; group and strength are those of the requirement that it was made for."""

    id: str
    outcome: Outcome
    expectation: Expectation
    phase: str
    status: str = ""
    pointer: str = ""
    says: str = ""
    group: Group | None = None
    strength: Strength | None = None


class RequirementRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A requirement in the list; `cases` are places in the list of cases, `findings` their number, `by` their kinds."""

    id: str
    outcome: Outcome
    group: Group
    strength: Strength
    title: str
    alias: str
    source: str
    reason: str
    exercised: int
    cases: list[int]
    findings: int
    by: str = ""


class CaseDetails(msgspec.Struct, frozen=True):
    """What a case shows when it is opened."""

    requirements: tuple[str, ...]
    story: dict[str, str]
    findings: tuple[dict[str, str], ...]
    doubts: tuple[dict[str, str], ...]
    passed: int
    sends: int
    related: tuple[str, ...]
    exchange: ExchangeView


def lists(run: RunReport) -> str:
    """Return the lists of cases and requirements, packed, and which cases each requirement and cause is about."""
    index = {each.case.id: place for place, each in enumerate(run.cases)}
    case_of = {finding.id: finding.case for finding in run.results.findings}
    rest = {
        "requirements": [_requirement(row, index) for row in run.results.requirements],
        "causes": {
            cause.id: {
                "says": short(cause.sentence, LISTED),
                "cases": sorted({index[case_of[each]] for each in cause.findings if case_of[each] in index}),
            }
            for cause in run.results.causes
        },
    }
    encode = msgspec.json.Encoder().encode
    cases = ((b"," if place else b"") + encode(_case(run, each)) for place, each in enumerate(run.cases))
    head = (encode({"piece": PIECE})[:-1], b',"cases":[')
    return packed_pieces(chain(head, cases, (b"],", encode(rest)[1:])))


def case_pieces(run: RunReport) -> Iterator[str]:
    """Yield the details of all cases in the order of the list, `PIECE` at a time: base64 of deflated JSON."""
    relations = grouped((each.relation, each.case.id) for each in run.cases if each.relation)
    for first in range(0, len(run.cases), PIECE):
        yield packed(msgspec.json.encode([_details(run, each, relations) for each in run.cases[first : first + PIECE]]))


def _case(run: RunReport, each: CaseEvidence) -> CaseRow:
    case, story, exchange = each.case, each.case.story, each.shown().exchange
    focus = next((run.rows[name] for name in case.requirements if name in run.rows), None)
    return CaseRow(
        id=one_line(case.id),
        outcome=each.outcome,
        expectation=case.expectation,
        phase=one_line(case.phase),
        status=str(exchange.response.status) if exchange.response else exchange.failure or "",
        pointer=short(story.pointer, LISTED) if story else "",
        says=short(story.says, LISTED) if story else "",
        group=focus.group if focus else None,
        strength=focus.strength if focus else None,
    )


def _requirement(row: RequirementResult, index: dict[str, int]) -> RequirementRow:
    return RequirementRow(
        id=one_line(row.id),
        outcome=row.outcome,
        group=row.group,
        strength=row.strength,
        title=short(row.title),
        alias=short(row.alias or "", LISTED),
        source=short(", ".join(row.source)),
        reason=short(row.reason),
        exercised=row.exercised,
        cases=[index[case] for case in row.cases if case in index],
        findings=len(row.findings),
        by=short(", ".join(f"{kind} {count}" for kind, count in row.exercised_by.items())),
    )


def _details(run: RunReport, each: CaseEvidence, relations: dict[str, list[str]]) -> CaseDetails:
    story, related = each.case.story, relations.get(each.relation, ())
    told = _texts(story, "says", "pointer", "keyword", "was", "became") if story else {}
    # What is short stands in the list.
    told = {name: text for name, text in told.items() if name not in {"says", "pointer"} or len(text) > LISTED}
    return CaseDetails(
        requirements=each.case.requirements,
        story=told,
        findings=tuple(
            {"outcome": of_finding(found.strength, found.waiver)} | _texts(found, *FINDING)
            for _, found in each.findings
        ),
        doubts=tuple(
            {"outcome": of_doubt(ours=doubt.ours)} | _texts(doubt, "requirement", "reason") for doubt in each.doubts
        ),
        passed=each.passed,
        sends=len(each.sends),
        related=tuple(one_line(case) for case in related if case != each.case.id)[:RELATED],
        exchange=exchange_view(run, each, each.findings[0][1] if each.findings else None, body=compact),
    )


FINDING = ("requirement", "strength", "message", "pointer", "expected", "actual", "repeats", "note", "waiver")
"""What is shown of a finding."""


def _texts(about: object, *names: str) -> dict[str, str]:
    """Return the texts of a struct that are not empty, safe to show."""
    held = {name: getattr(about, name) for name in names}
    return {name: short(text, SHORT.get(name, LONGEST)) for name, text in held.items() if text}
