"""The cases and requirements of a run as data for the script of the page."""

import msgspec

from conformance.model.vocabulary import Expectation, Group, Outcome, Strength
from conformance.reports.evidence import Evidence, RunReport
from conformance.reports.outcomes import of_doubt, of_finding
from conformance.reports.pages.bodies import compact
from conformance.reports.pages.exchanges import ExchangeView, exchange_view, finding_shown
from conformance.reports.pages.page import packed
from conformance.reports.results import RequirementResult
from conformance.reports.safe_text import cut, one_line

OUTCOMES, EXPECTATIONS, GROUPS, STRENGTHS = list(Outcome), list(Expectation), list(Group), list(Strength)

PIECE = 100
"""How many cases are packed together: what is unpacked when one is opened."""

LONGEST = 2_000
"""The longest text of a story, finding or doubt that is shown, in characters."""

SHORT = 400
"""The longest value beside another, in characters."""

LISTED = 200
"""The longest text in a row of the list, in characters."""

RELATED = 20
"""How many cases of one relation are linked."""


class _Details(msgspec.Struct, frozen=True):
    """What a case shows when it is opened."""

    requirements: tuple[str, ...]
    story: dict[str, str]
    findings: tuple[dict[str, str], ...]
    doubts: tuple[dict[str, str], ...]
    passed: int
    sends: int
    relation: str
    related: tuple[str, ...]
    exchange: ExchangeView


def words() -> bytes:
    """Return the JSON of the words that the lists count by: their rows name them by place."""
    return msgspec.json.encode(
        {
            "outcomes": list(Outcome),
            "expectations": list(Expectation),
            "groups": list(Group),
            "strengths": list(Strength),
            "piece": PIECE,
        }
    )


def lists(run: RunReport) -> str:
    """Return the lists of cases and requirements, packed, and which cases each requirement and cause is about."""
    phases = sorted({each.case.phase for each in run.cases})
    index = {each.case.id: place for place, each in enumerate(run.cases)}
    case_of = {finding.id: finding.case for finding in run.results.findings}
    content = {
        "phases": [one_line(phase) for phase in phases],
        "cases": [_case(run, each, phases) for each in run.cases],
        "requirements": [_requirement(row, index) for row in run.results.requirements],
        "causes": {
            cause.id: [
                cut(one_line(cause.sentence), LISTED),
                sorted({index[case_of[each]] for each in cause.findings if case_of[each] in index}),
            ]
            for cause in run.results.causes
        },
    }
    return packed(msgspec.json.encode(content))


def _case(run: RunReport, each: Evidence, phases: list[str]) -> list[object]:
    story = each.case.story
    focus = next((run.rows[name] for name in each.case.requirements if name in run.rows), None)
    return [
        one_line(each.case.id),
        OUTCOMES.index(each.outcome),
        EXPECTATIONS.index(each.case.expectation),
        phases.index(each.case.phase),
        _status(each),
        cut(one_line(story.pointer), LISTED) if story else "",
        cut(one_line(story.says), LISTED) if story else "",
        GROUPS.index(focus.group) if focus else -1,
        STRENGTHS.index(focus.strength) if focus else -1,
    ]


def _requirement(row: RequirementResult, index: dict[str, int]) -> list[object]:
    return [
        one_line(row.id),
        OUTCOMES.index(row.outcome),
        GROUPS.index(row.group),
        STRENGTHS.index(row.strength),
        cut(one_line(row.title), LONGEST),
        cut(one_line(row.alias or ""), LISTED),
        cut(one_line(", ".join(row.source)), LONGEST),
        cut(one_line(row.reason), LONGEST),
        row.exercised,
        [index[case] for case in row.cases if case in index],
        len(row.findings),
    ]


def case_pieces(run: RunReport) -> tuple[str, ...]:
    """Return the details of all cases in the order of the list, `PIECE` at a time: base64 of deflated JSON."""
    relations: dict[str, list[str]] = {}
    for each in run.cases:
        if each.relation:
            relations.setdefault(each.relation, []).append(each.case.id)
    pieces = []
    for first in range(0, len(run.cases), PIECE):
        details = [_details(run, each, relations) for each in run.cases[first : first + PIECE]]
        pieces.append(packed(msgspec.json.encode(details)))
    return tuple(pieces)


def _status(each: Evidence) -> str:
    exchange = each.shown().exchange
    if exchange.response is not None:
        return str(exchange.response.status)
    return exchange.failure.value if exchange.failure is not None else ""


def _details(run: RunReport, each: Evidence, relations: dict[str, list[str]]) -> _Details:
    finding, rows = finding_shown(each), run.rows
    group = rows[finding.requirement].group if finding else None
    return _Details(
        requirements=each.case.requirements,
        story=_story(each),
        findings=tuple(
            {
                "outcome": of_finding(found.strength, found.waiver).value,
                "requirement": found.requirement,
                "strength": found.strength.value,
                **{
                    name: cut(
                        one_line(getattr(found, name) or ""), SHORT if name in {"expected", "actual"} else LONGEST
                    )
                    for name in ("message", "pointer", "expected", "actual", "repeats", "note", "waiver")
                },
            }
            for _, found in each.findings
        ),
        doubts=tuple(
            {
                "outcome": of_doubt(ours=doubt.ours).value,
                "requirement": doubt.requirement,
                "reason": cut(one_line(doubt.reason), LONGEST),
            }
            for doubt in each.doubts
        ),
        passed=each.passed,
        sends=len(each.sends),
        relation=each.relation,
        related=tuple(one_line(case) for case in relations.get(each.relation, ()) if case != each.case.id)[:RELATED],
        exchange=exchange_view(
            run.results.target,
            each.shown(),
            each.case.story,
            finding,
            group,
            body=compact,
            started=run.started,
            case=each.case.id,
        ),
    )


def _story(each: Evidence) -> dict[str, str]:
    """Return what the list does not have of a story: what is short stands there."""
    story = each.case.story
    if story is None:
        return {}
    told = {name: one_line(getattr(story, name)) for name in ("says", "pointer")}
    told = {name: cut(text, LONGEST) for name, text in told.items() if len(text) > LISTED}
    told |= {name: cut(one_line(getattr(story, name)), LONGEST) for name in ("keyword", "was", "became")}
    return {name: text for name, text in told.items() if text}
