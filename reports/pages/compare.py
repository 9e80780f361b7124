"""`compare.html`: two runs, and what became of each fault between them."""

import msgspec

from conformance.model.vocabulary import Group, Outcome, Strength
from conformance.reports.pages.page import data, packed, page
from conformance.reports.safe_text import count, cut, one_line
from conformance.reports.several import Change, Run, State, changes

FILENAME = "compare.html"

LONGEST = 1_000
"""The longest text of a target, in characters."""

TABLED = 300
"""How many changes the view without a script has."""

OUTCOMES, GROUPS, STRENGTHS, STATES = list(Outcome), list(Group), list(Strength), list(State)

TONES = {
    State.NEW: Outcome.FAILED,
    State.STILL: Outcome.WARNED,
    State.FIXED: Outcome.PASSED,
    State.GONE: Outcome.NOT_EXERCISED,
}
"""The outcome whose colour and glyph a state takes."""


def render(old: Run, new: Run) -> bytes:
    """Return the bytes of `compare.html`."""
    found = changes(old.results, new.results)
    tally = {state: sum(each.state is state for each in found) for state in State}
    groups = {row.id: row.group for each in (old, new) for row in each.results.requirements}
    moved = _moved(old, new)
    words = {
        "outcomes": OUTCOMES,
        "groups": GROUPS,
        "strengths": STRENGTHS,
        "states": STATES,
        "tones": list(TONES.values()),
    }
    return page(
        "compare.html.j2",
        ["single.js", "compare.js"],
        runs=(old, new),
        tally=tally,
        state_tones=TONES,
        tone=Outcome.FAILED if tally[State.NEW] else Outcome.PASSED,
        title=_title(tally),
        changes=found[:TABLED],
        left=len(found) - TABLED,
        moved=moved,
        same=old.results.contract.sha256 == new.results.contract.sha256,
        words=data(msgspec.json.encode(words)),
        lists=packed(
            msgspec.json.encode(
                {
                    "links": [old.link, new.link],
                    "changes": [_row(each, groups[each.finding.requirement]) for each in found],
                }
            )
        ),
    )


def _title(tally: dict[State, int]) -> str:
    if tally[State.NEW]:
        return f"{count(tally[State.NEW], 'new fault')}"
    return "Nothing new" if any(tally.values()) else "Nothing in either run"


def _moved(old: Run, new: Run) -> list[tuple[str, str, str, int]]:
    """Return how many requirements went from one outcome to another; `unknown` where a run does not have it."""
    before = {row.id: row.outcome.value for row in old.results.requirements}
    after = {row.id: row.outcome.value for row in new.results.requirements}
    pairs = [(before.get(each, "unknown"), after.get(each, "unknown")) for each in before | after]
    return [(*pair, "", pairs.count(pair)) for pair in sorted(set(pairs)) if pair[0] != pair[1]]


def _row(change: Change, group: Group) -> list[object]:
    finding = change.finding
    return [
        one_line(finding.requirement),
        OUTCOMES.index(change.outcome),
        GROUPS.index(group),
        STRENGTHS.index(finding.strength),
        STATES.index(change.state),
        cut(one_line(finding.message), LONGEST),
        cut(one_line(finding.pointer), LONGEST),
        cut(one_line(finding.expected), LONGEST),
        cut(one_line(finding.actual), LONGEST),
        one_line(finding.case),
        change.before,
        change.after,
        cut(one_line(finding.cause), LONGEST),
    ]
