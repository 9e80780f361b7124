"""`summary.md`: a run on one page, for a pull request or the summary of a job."""

import html
import re
from collections.abc import Iterable

from conformance.coverage.keywords import Exercised
from conformance.diagnosis.causes import Cause
from conformance.model.grouping import grouped
from conformance.model.vocabulary import Group, Outcome, Strength
from conformance.reports.evidence import RunReport
from conformance.reports.folding.other_documents import document_lines, explained_by
from conformance.reports.folding.waiving import told
from conformance.reports.results import CoverageResult, FindingResult, Results, Sides
from conformance.reports.safe_text import count, duration, moment, short

FILENAME = "summary.md"

LIMIT = 900_000
"""The most bytes that are written: hosts of such pages refuse more than a megabyte."""

CUT = b"\n\n**Cut here: the page would be too long. The complete results are in report.html and results.json.**\n"

LONGEST = 300
"""The longest text of a target that is quoted, in characters."""

LISTED = 12
"""How many keywords that were not exercised are named."""

TUPLES = {2: "pairs of values", 3: "triples of values"}

MARKS = {
    Outcome.FAILED: "❌",
    Outcome.ERROR: "💥",
    Outcome.INCONCLUSIVE: "❔",
    Outcome.WARNED: "⚠️",
    Outcome.WAIVED: "🏳️",
    Outcome.NOT_EXERCISED: "⚪",
    Outcome.OBSERVED: "👁️",
    Outcome.PASSED: "✅",
}

_ACTIVE = re.compile(r"[\\`*\[\]#|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.")
"""What Markdown would make a mark, a table cell, a link or a formula of."""


def render(run: RunReport) -> bytes:
    """Return the bytes of `summary.md`."""
    results = run.results
    lines = [*_head(run), *_counts(results), *_causes(run), *_groups(results), *_phases(results)]
    lines += [*_warnings(results), *_coverage(results.coverage), *_undecided(results), *_unexercised(results)]
    lines += _waivers(results)
    return within(("\n".join(lines) + "\n").encode(errors="backslashreplace"), LIMIT)


def text(value: str) -> str:
    """Return `value` escaped for Markdown and HTML, in one line."""
    escaped = _ACTIVE.sub(lambda match: "\\" + match.group(), html.escape(short(value, LONGEST), quote=False))
    # No escape keeps a host from mentioning whom an @ names; an empty comment does.
    return escaped.replace("@", "@<!-- -->")


def code(value: str) -> str:
    """Return `value` as code, safe in a cell of a table."""
    shown = html.escape(short(value, LONGEST), quote=False)
    # An HTML element, because neither a backtick nor a pipe can be escaped in Markdown's own code.
    return "<code>" + _ACTIVE.sub(lambda match: f"&#{ord(match.group())};", shown).replace("@", "&#64;") + "</code>"


def prose(value: str) -> str:
    """Return `value` as `text` does, with what stands between backticks as code."""
    pieces = value.split("`")
    if len(pieces) % 2 == 0:
        return text(value)
    return "".join(code(piece) if place % 2 else text(piece) for place, piece in enumerate(pieces))


def within(page: bytes, limit: int) -> bytes:
    """Return a page cut to `limit` bytes, between lines, with a note that it was; nothing where not even that fits."""
    if len(page) <= limit:
        return page
    room = limit - len(CUT)
    return page[:room].rpartition(b"\n")[0] + CUT if room > 0 else b""


def _head(run: RunReport) -> list[str]:
    results = run.results
    said = results.verdict.value
    lines = [f"# {said[0].upper()}{said[1:]}", ""]
    lines.append(f"{code(results.target)} against {code(results.contract.operation)}, profile {text(results.profile)},")
    lines.append(f"{moment(run.started.time)}, contract {code(results.contract.sha256[:12])}.")
    if results.reason:
        lines += ["", f"**The run is incomplete: {text(results.reason)}.**"]
    return [*lines, ""]


def _warnings(results: Results) -> list[str]:
    """Return what is to be known of the document."""
    if not results.warnings:
        return []
    return ["## Warnings about the document", "", *(f"- {text(each)}" for each in results.warnings), ""]


def _table(aligned: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Return a table and an empty line; `aligned` has `l` or `r` for each column."""
    rule = ["---:" if each == "r" else "---" for each in aligned]
    return [*("|" + "".join(f" {cell} |" if cell != "" else " |" for cell in row) for row in (head, rule, *rows)), ""]


def _counts(results: Results) -> list[str]:
    counts = results.counts
    names = ("requests", "creations", "cases", "findings", "notes", "duration")
    figures = [counts.requests, counts.creations, counts.cases, counts.findings, counts.notes]
    lines = _table("r" * len(names), names, [[*figures, duration(results.duration)]])
    if results.waits:
        waits = (f"{count(number, 'wait')} because {text(reason)}" for reason, number in results.waits.items())
        lines += [f"{', '.join(waits)}.", ""]
    present = [outcome for outcome in Outcome if counts.requirements[outcome]]
    if present:
        head = [f"{MARKS[each]} {each.value}" for each in present]
        lines += _table("r" * len(present), head, [[counts.requirements[each] for each in present]])
    return lines


def _causes(run: RunReport) -> list[str]:
    against = [each for each in run.results.causes if each.strength is not Strength.ADVISORY]
    notes = [each for each in run.results.causes if each.strength is Strength.ADVISORY]
    lines = []
    if against:
        lines += ["## Causes", ""]
        for cause in against:
            lines += [*_cause(cause, run.by_finding[cause.finding]), *_explained(run.results, cause)]
        lines.append("")
    if notes:
        lines += [f"<details><summary>{count(len(notes), 'advisory cause')}, which fail no run</summary>", ""]
        for cause in notes:
            lines.append(f"- {prose(cause.sentence)} ({count(cause.count, 'note')}, e.g. {code(cause.case)})")
            lines += _explained(run.results, cause)
        lines += ["", "</details>", ""]
    if run.results.also_spec:
        lines += [*(f"- {text(line)}" for line in document_lines(run.results)), ""]
    return lines


def _explained(results: Results, cause: Cause) -> list[str]:
    return [f"  <br>{prose(each)}" for each in explained_by(results, cause)]


def _cause(cause: Cause, found: FindingResult) -> list[str]:
    rest = len(cause.requirements) - 1
    broken = code(found.requirement) + (f" and {rest} more" if rest else "")
    lines = [f"- **{cause.strength.value}** {prose(cause.sentence)} ({count(cause.count, 'finding')})"]
    lines.append(
        f"  <br>requirement {broken}, case {code(cause.case)}{', at ' + code(found.pointer) if found.pointer else ''}"
    )
    if found.expected or found.actual:
        lines.append(f"  <br>expected {_quoted(found.expected)}, got {_quoted(found.actual)}")
    if found.waiver:
        lines.append(f"  <br>waived: {text(found.waiver)}")
    return lines


def _quoted(value: str) -> str:
    return code(value) if value else "nothing"


def _groups(results: Results) -> list[str]:
    present = [outcome for outcome in Outcome if results.counts.requirements[outcome]]
    outcomes = {group: [row.outcome for row in results.requirements if row.group is group] for group in Group}
    rows = [[group.value, *(held.count(each) or "" for each in present)] for group, held in outcomes.items() if held]
    head = ["group", *(each.value for each in present)]
    return ["## Requirements", "", *_table("l" + "r" * len(present), head, rows)]


def _phases(results: Results) -> list[str]:
    rows: list[list[object]] = []
    for each in results.phases:
        rows.append([text(each.phase), each.generated, each.duplicates, each.skipped, each.sent])
        rows += [[f"&emsp;{text(name)}", of.generated, of.duplicates, "", ""] for name, of in each.kinds.items()]
    head = ("phase", "generated", "duplicates", "skipped", "sent")
    return ["## Random cases", "", *_table("lrrrr", head, rows)] if rows else []


def _coverage(coverage: CoverageResult | None) -> list[str]:
    if coverage is None:
        return []
    rows = []
    bodies = [
        ("keywords of the request schema, sent", coverage.request),
        ("keywords of the response schema, received", coverage.response),
    ]
    for name, body in bodies:
        if body is not None:
            # The invalid sides of responses are violations, so their share is no goal.
            whole = f"{body.percent:g} %" if body is coverage.request else ""
            rows.append([name, _part(body.valid), _part(body.invalid), whole])
    for each in coverage.combinations:
        name = f"{TUPLES.get(each.strength, 'values')} of the request properties, sent"
        rows.append([name, f"{each.covered} of {each.possible}", "", ""])
    lines = ["## Coverage", "", *_table("lrrr", ("", "valid side", "invalid side", "both"), rows)]
    if not coverage.enough:
        lines += [f"**Below `--min-coverage` {coverage.minimum:g} %.**", ""]
    if missing := [row for row in coverage.request.keywords if 0 in (row.valid, row.invalid)]:
        named = [_named(row) for row in missing[:LISTED]]
        rest = len(missing) - len(named)
        lines += [f"Not exercised in the request schema: {', '.join(named)}{f', and {rest} more' if rest else ''}.", ""]
    if coverage.request.unknown:
        named = [code(each) for each in coverage.request.unknown]
        lines += [f"Keywords of the request schema that are not tested: {', '.join(named)}.", ""]
    return lines


def _part(sides: Sides) -> str:
    return f"{sides.exercised} of {sides.possible}"


def _named(row: Exercised) -> str:
    sides = " and ".join(name for name, count in (("valid", row.valid), ("invalid", row.invalid)) if count == 0)
    return f"{code((row.path or '/') + ' ' + row.keyword)} ({sides})"


def _undecided(results: Results) -> list[str]:
    lines = []
    for outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE):
        rows = [row for row in results.requirements if row.outcome is outcome]
        if rows:
            lines += [f"## {outcome.value.capitalize()}", ""]
            lines += [f"- {code(row.id)}: {prose(row.reason)}" for row in rows]
            lines.append("")
    return lines


def _unexercised(results: Results) -> list[str]:
    unexercised = (row for row in results.requirements if row.outcome is Outcome.NOT_EXERCISED)
    reasons = grouped((row.reason, row.id) for row in unexercised)
    if not reasons:
        return []
    total = count(sum(map(len, reasons.values())), "requirement")
    lines = [f"<details><summary>{total} not exercised</summary>", ""]
    lines += [f"- {prose(reason)}: {', '.join(map(code, ids))}" for reason, ids in reasons.items()]
    return [*lines, "", "</details>", ""]


def _waivers(results: Results) -> list[str]:
    if not results.waivers:
        return []
    rows = [
        [
            code(each.requirement or each.cause or ""),
            text(each.owner),
            each.expires,
            len(each.findings),
            each.state.value,
        ]
        for each in results.waivers
    ]
    lines = ["## Waivers", "", *_table("lllrl", ("waived", "owner", "expires", "findings", "state"), rows)]
    lines += [f"- {text(said)}" for each in results.waivers if (said := told(each))]
    return [*lines, ""]
