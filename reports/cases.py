"""The cases of a run as data for the page's script: a list to search, and the details packed in pieces."""

import zlib
from base64 import b64encode

import msgspec

from conformance.model.vocabulary import Expectation, Outcome
from conformance.reports.evidence import Evidence, Folded
from conformance.reports.exchanges import ExchangeView, exchange_view, finding_shown
from conformance.reports.outcomes import of_doubt, of_finding
from conformance.reports.texts import cut, one_line

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


def case_list(run: Folded) -> bytes:
    """Return the JSON of the list: a row for each case, and which rows each requirement and cause is about."""
    outcomes, expectations = list(Outcome), list(Expectation)
    phases = sorted({each.case.phase for each in run.cases})
    index = {each.case.id: place for place, each in enumerate(run.cases)}
    case_of = {finding.id: finding.case for finding in run.results.findings}
    rows = [
        [
            one_line(each.case.id),
            outcomes.index(each.outcome),
            expectations.index(each.case.expectation),
            phases.index(each.case.phase),
            _status(each),
            one_line(each.case.story.pointer) if each.case.story else "",
            cut(one_line(each.case.story.says), LISTED) if each.case.story else "",
        ]
        for each in run.cases
    ]
    return msgspec.json.encode(
        {
            "outcomes": outcomes,
            "expectations": expectations,
            "phases": [one_line(phase) for phase in phases],
            "piece": PIECE,
            "requirements": {
                row.id: [row.exercised, [index[case] for case in row.cases if case in index]]
                for row in run.results.requirements
            },
            "causes": {
                cause.id: [
                    one_line(cause.sentence),
                    sorted({index[case_of[each]] for each in cause.findings if case_of[each] in index}),
                ]
                for cause in run.results.causes
            },
            "cases": rows,
        }
    )


def case_pieces(run: Folded) -> tuple[str, ...]:
    """Return the details of all cases in the order of the list, `PIECE` at a time: base64 of deflated JSON."""
    relations: dict[str, list[str]] = {}
    for each in run.cases:
        if each.relation:
            relations.setdefault(each.relation, []).append(each.case.id)
    pieces = []
    for first in range(0, len(run.cases), PIECE):
        details = [_details(run, each, relations) for each in run.cases[first : first + PIECE]]
        pieces.append(b64encode(zlib.compress(msgspec.json.encode(details), 9)).decode())
    return tuple(pieces)


def _status(each: Evidence) -> str:
    sent = each.shown()
    if sent.response is not None:
        return str(sent.response.status)
    return sent.failure.value if sent.failure is not None else ""


def _details(run: Folded, each: Evidence, relations: dict[str, list[str]]) -> _Details:
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
        exchange=exchange_view(run.results.target, each.shown(), each.case.story, finding, group),
    )


def _story(each: Evidence) -> dict[str, str]:
    story = each.case.story
    if story is None:
        return {}
    told = {name: cut(one_line(getattr(story, name)), LONGEST) for name in ("says", "pointer", "keyword")}
    return {**told, "was": cut(one_line(story.was), LONGEST), "became": cut(one_line(story.became), LONGEST)}
