"""`compare.html`: two runs, and the change of each failure between them."""

import msgspec

from conformance.model.vocabulary import Group, Outcome
from conformance.reports.pages.page import packed, page
from conformance.reports.safe_text import count, one_line, short
from conformance.reports.several import FailureChange, Run, State, changes

FILENAME = "compare.html"

LONGEST = 1_000
"""The longest text of a target, in characters."""

TABLED = 300
"""How many changes the view without a script has."""

TONES = {
    State.NEW: Outcome.FAILED,
    State.UNCHANGED: Outcome.WARNED,
    State.FIXED: Outcome.PASSED,
    State.GONE: Outcome.NOT_EXERCISED,
}
"""The outcome whose colour and glyph a state takes."""


def render(old: Run, new: Run) -> bytes:
    """Return the bytes of `compare.html`."""
    found = changes(old.results, new.results)
    nothing = "No new failure" if found else "No failure in either run"
    tally = {state: sum(each.state is state for each in found) for state in State}
    groups = {row.id: row.group for each in (old, new) for row in each.results.requirements}
    rows = [_row(each, groups[each.finding.requirement]) for each in found]
    lists = {"links": [old.link, new.link], "tones": TONES, "changes": rows}
    return page(
        "compare.html.j2",
        ["single.js", "compare.js"],
        runs=(old, new),
        tally=tally,
        state_tones=TONES,
        tone=Outcome.FAILED if tally[State.NEW] else Outcome.PASSED,
        title=count(tally[State.NEW], "new failure") if tally[State.NEW] else nothing,
        changes=found[:TABLED],
        left=len(found) - TABLED,
        moved=_moved(old, new),
        same=old.results.contract.sha256 == new.results.contract.sha256,
        lists=packed(msgspec.json.encode(lists)),
    )


def _moved(old: Run, new: Run) -> list[tuple[str, str, str, int]]:
    """Return how many requirements went from one outcome to another; `unknown` where a run does not have it."""
    before = {row.id: row.outcome.value for row in old.results.requirements}
    after = {row.id: row.outcome.value for row in new.results.requirements}
    pairs = [(before.get(each, "unknown"), after.get(each, "unknown")) for each in before | after]
    return [(*pair, "", pairs.count(pair)) for pair in sorted(set(pairs)) if pair[0] != pair[1]]


def _row(change: FailureChange, group: Group) -> dict[str, object]:
    finding = change.finding
    texts = {name: getattr(finding, name) for name in ("message", "pointer", "expected", "actual", "cause")}
    return {
        "id": one_line(finding.requirement),
        "group": group,
        "strength": finding.strength,
        "state": change.state,
        "case": one_line(finding.case),
        "before": change.before,
        "after": change.after,
        **{name: short(text, LONGEST) for name, text in texts.items()},
    }
