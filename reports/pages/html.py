"""`report.html`: the whole run as one page that loads nothing from a network."""

from collections.abc import Iterator

from conformance.diagnosis.causes import Cause
from conformance.model.grouping import grouped
from conformance.model.vocabulary import Group, Outcome, Strength, Verdict
from conformance.reports.evidence import RunReport
from conformance.reports.folding.other_documents import explained_by
from conformance.reports.folding.outcomes import of_finding
from conformance.reports.pages.cases import case_pieces, lists
from conformance.reports.pages.comparison import compared
from conformance.reports.pages.exchanges import exchange_view
from conformance.reports.pages.page import page_pieces, slug
from conformance.reports.pages.schema import trees
from conformance.reports.safe_text import count, number, one_line

FILENAME = "report.html"

OPEN = 6
"""How many causes stand open; the evidence of the others is there when it is asked for."""

CARDS = 100
"""How many causes are shown with their evidence; the rest are a list."""


def render(run: RunReport) -> bytes:
    """Return the bytes of `report.html`."""
    return b"".join(pieces(run))


def pieces(run: RunReport) -> Iterator[bytes]:
    """Yield the bytes of `report.html`.

    All that comes from a target is escaped, twice over where it is data for the page's script. What a reader without a
    script has to see stands in `noscript`: a browser with one takes it for a text, and makes elements of it on demand.
    """
    against = [each for each in run.results.causes if each.strength is not Strength.ADVISORY]
    advisory = [each for each in run.results.causes if each.strength is Strength.ADVISORY]
    return page_pieces(
        "report.html.j2",
        ["report.js"],
        style=_widths(run),
        run=run,
        results=run.results,
        outcomes=[(each, run.results.counts.requirements[each]) for each in Outcome],
        headline=_headline(run),
        causes=[_cause(run, cause) for cause in against[:CARDS]],
        open_causes=OPEN,
        more=against[CARDS:],
        notes=[_cause(run, cause) for cause in advisory[:CARDS]],
        groups=_groups(run),
        trees=trees(run),
        unsent=sorted(grouped((reason, case) for case, reason in run.unsent).items()),
        lists=lists(run),
        pieces=case_pieces(run),
    )


def _widths(run: RunReport) -> str:
    """Return the style of the bar: the policy forbids style attributes."""
    counts = run.results.counts.requirements
    return "".join(f"\n.bar .{slug(each)} {{ flex-grow: {counts[each]}; }}" for each in Outcome if counts[each]) + "\n"


def _headline(run: RunReport) -> str:
    """Return one sentence that says why the verdict is what it is."""
    results = run.results
    musts = [row for row in results.requirements if row.strength is Strength.MUST]
    failed = [row for row in musts if row.outcome is Outcome.FAILED]
    if failed:
        return f"{len(failed)} of {count(len(musts), 'requirement')} of strength must failed."
    if results.reason:
        return f"The run is incomplete: {one_line(results.reason)}."
    undecided = [row for row in musts if row.outcome in {Outcome.ERROR, Outcome.INCONCLUSIVE}]
    if undecided:
        return f"{count(len(undecided), 'requirement')} of strength must could not be judged."
    waived = [row for row in musts if row.outcome is Outcome.WAIVED]
    held = [row for row in musts if row.outcome not in {Outcome.NOT_EXERCISED, Outcome.WAIVED}]
    if results.verdict is Verdict.INCONCLUSIVE:
        return "Nothing was exercised."
    left, warned = len(musts) - len(held) - len(waived), results.counts.requirements[Outcome.WARNED]
    said = f"All {count(len(held), 'exercised requirement')} of strength must passed"
    said += f"; {number(left)} not exercised." if left else "."
    said += (
        f" {count(len(waived), 'failed requirement')} {'is' if len(waived) == 1 else 'are'} waived." if waived else ""
    )
    return said + (f" {count(warned, 'requirement')} of strength should not met." if warned else "")


def _cause(run: RunReport, cause: Cause) -> dict[str, object]:
    finding, evidence = run.by_finding[cause.finding], run.by_case.get(cause.case)
    row = run.rows[finding.requirement]
    control = run.by_case.get(cause.control)
    return {
        "cause": cause,
        "finding": finding,
        "outcome": of_finding(cause.strength, finding.waiver),
        # Only one of its findings is sent again: it speaks for the cause.
        "repeats": next((each for name in cause.findings if (each := run.by_finding[name].repeats)), ""),
        "row": row,
        "others": [run.rows[each] for each in cause.requirements if each != row.id],
        "explained": explained_by(run.results, cause),
        "story": evidence.case.story if evidence else None,
        "exchange": exchange_view(run, evidence, finding) if evidence else None,
        "compared": compared(evidence.shown(finding.id).exchange, control.shown("").exchange)
        if evidence and control
        else None,
    }


def _groups(run: RunReport) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for group in Group:
        rows = [row for row in run.results.requirements if row.group is group]
        tally = [(each, sum(row.outcome is each for row in rows)) for each in Outcome]
        if rows:
            against = {row.id: dict.fromkeys(run.by_finding[each].case for each in row.findings) for row in rows}
            examples = {row.id: [*against[row.id]][:3] or [*row.cases][:1] for row in rows}
            found.append({"name": group, "rows": rows, "tally": tally, "examples": examples})
    return found
