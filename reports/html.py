"""`report.html`: the whole run as one page that asks nothing of any network."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.model.vocabulary import Group, Outcome, Strength, Verdict
from conformance.reports.cases import case_list, case_pieces
from conformance.reports.evidence import Folded
from conformance.reports.exchanges import exchange_view
from conformance.reports.outcomes import of_finding
from conformance.reports.results import Cause, RequirementResult
from conformance.reports.texts import count, cut, duration, moment, number, one_line

FILENAME = "report.html"

CARDS = 60
"""How many causes are shown with their evidence; the rest are a list."""

GLYPHS = {
    Outcome.FAILED: "✕",
    Outcome.ERROR: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.WARNED: "▲",
    Outcome.WAIVED: "⚑",
    Outcome.NOT_EXERCISED: "○",
    Outcome.OBSERVED: "i",
    Outcome.PASSED: "✓",
}
"""What stands for an outcome beside its colour."""

VERDICTS = dict(zip(Verdict, (Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE), strict=True))
"""The outcome whose colour and glyph a verdict takes."""

LONGEST, SHORT = 2_000, 400
"""The longest text of a target that is shown, and the longest value beside another, in characters."""


def render(run: Folded) -> bytes:
    """Return the bytes of `report.html`.

    All that comes from a target is escaped, twice over where it is data for the page's script. The policy in the page
    lets its own script and style run and nothing else, whatever a target has sent.
    """
    style, script = _asset("report.css") + _widths(run), _asset("report.js")
    against = [each for each in run.results.causes if each.strength is not Strength.ADVISORY]
    advisory = [each for each in run.results.causes if each.strength is Strength.ADVISORY]
    page = _environment().get_template("report.html.j2")
    return page.render(
        run=run,
        results=run.results,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=policy(style, script),
        outcomes=[(each, run.results.counts.requirements[each]) for each in Outcome],
        tone=VERDICTS[run.results.verdict],
        headline=_headline(run),
        causes=[_cause(run, cause) for cause in against[:CARDS]],
        more=against[CARDS:],
        notes=[_cause(run, cause) for cause in advisory[:CARDS]],
        groups=_groups(run),
        unsent=_unsent(run),
        cases=_data(case_list(run)),
        pieces=case_pieces(run),
    ).encode(errors="backslashreplace")


def policy(style: str, script: str) -> str:
    """Return the content security policy of a page with one inline style and one inline script."""
    sources = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (files("conformance.reports") / "templates" / name).read_text(encoding="utf-8")


def _data(encoded: bytes) -> Markup:
    """Return JSON for a script element: no text in it can end the element or begin a comment."""
    text = encoded.decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def _widths(run: Folded) -> str:
    """Return the style of the bar: the policy forbids style attributes."""
    counts = run.results.counts.requirements
    return "".join(f"\n.bar .{_slug(each)} {{ flex-grow: {counts[each]}; }}" for each in Outcome if counts[each]) + "\n"


def _slug(text: str) -> str:
    return text.replace(" ", "-")


def _ticks(text: str) -> Markup:
    """Return `text` with what stands between backticks as code."""
    pieces = one_line(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(one_line(text))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def _sentence(text: str) -> Markup:
    """Return `text` as `_ticks` does, its first letter a capital unless it begins with a name."""
    return _ticks(text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text)


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_asset),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "line": lambda text: cut(one_line(text), LONGEST),
        "short": lambda text: cut(one_line(text), SHORT),
        "one_line": one_line,
        "ticks": _ticks,
        "sentence": _sentence,
        "slug": _slug,
        "number": number,
        "duration": duration,
        "moment": moment,
    }
    environment.globals |= {"glyphs": GLYPHS, "count": count}
    return environment


def _headline(run: Folded) -> str:
    """Return one sentence that says why the verdict is what it is."""
    results = run.results
    musts = [row for row in results.requirements if row.strength is Strength.MUST]
    failed = [row for row in musts if row.outcome is Outcome.FAILED]
    if failed:
        return f"{len(failed)} of {count(len(musts), 'mandatory requirement')} failed."
    if results.reason:
        return f"The run was cut short: {one_line(results.reason)}."
    undecided = [row for row in musts if row.outcome in {Outcome.ERROR, Outcome.INCONCLUSIVE}]
    if undecided:
        return f"{count(len(undecided), 'mandatory requirement')} could not be judged."
    waived = [row for row in musts if row.outcome is Outcome.WAIVED]
    held = [row for row in musts if row.outcome not in {Outcome.NOT_EXERCISED, Outcome.WAIVED}]
    if results.verdict is Verdict.INCONCLUSIVE:
        return "Nothing was exercised."
    left, warned = len(musts) - len(held) - len(waived), results.counts.requirements[Outcome.WARNED]
    said = f"All {count(len(held), 'mandatory requirement')} that were exercised hold"
    said += f"; {count(left, 'more was', 'more were')} not exercised." if left else "."
    said += (
        f" {count(len(waived), 'mandatory requirement')} failed, and {'is' if len(waived) == 1 else 'are'} waived."
        if waived
        else ""
    )
    return said + (f" {count(warned, 'recommendation')} not kept." if warned else "")


def _cause(run: Folded, cause: Cause) -> dict[str, object]:
    finding, evidence = run.by_finding[cause.finding], run.by_case.get(cause.case)
    row = run.rows[finding.requirement]
    shown = None
    if evidence is not None:
        story = evidence.case.story
        shown = exchange_view(run.results.target, evidence.shown(finding.id), story, finding, row.group)
    return {
        "cause": cause,
        "finding": finding,
        "outcome": of_finding(cause.strength, finding.waiver),
        "row": row,
        "others": [run.rows[each] for each in cause.requirements if each != row.id],
        "story": evidence.case.story if evidence else None,
        "exchange": shown,
    }


def _groups(run: Folded) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for group in Group:
        rows = [row for row in run.results.requirements if row.group is group]
        tally = [(each, sum(row.outcome is each for row in rows)) for each in Outcome]
        if rows:
            examples = {row.id: _examples(run, row) for row in rows}
            found.append({"name": group, "rows": rows, "tally": tally, "examples": examples})
    return found


def _examples(run: Folded, row: RequirementResult) -> list[str]:
    against = dict.fromkeys(run.by_finding[each].case for each in row.findings)
    return [*against][:3] or [*row.cases][:1]


def _unsent(run: Folded) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for case, reason in run.unsent:
        reasons.setdefault(reason, []).append(case)
    return sorted(reasons.items())
