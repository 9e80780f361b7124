"""`drift.html`: what changed between two documents, both texts side by side."""

from conformance.drift.changes import Change, Drift, Level, Side
from conformance.model.jsontext import write
from conformance.model.vocabulary import Outcome
from conformance.reports.formats.drift import READERS, summary
from conformance.reports.pages.page import page
from conformance.reports.safe_text import short

LONGEST = 2_000
"""The longest value that is shown, in characters."""

OUTCOMES = {
    Level.BREAKING: Outcome.FAILED,
    Level.COMPATIBLE: Outcome.PASSED,
    Level.NOTE: Outcome.OBSERVED,
}
"""The outcome whose colour and glyph a level takes."""


def render(drift: Drift) -> bytes:
    """Return the bytes of the page."""
    worst = drift.level("")
    return page(
        "changes.html.j2",
        ["history.js"],
        drift=drift,
        summary=summary(drift),
        tone=OUTCOMES[worst] if worst is not None else Outcome.PASSED,
        outcomes=OUTCOMES,
        readers=READERS,
        rows=[(change, _value(change.old), _value(change.new), _places(change)) for change in drift.changes],
    )


def _value(side: Side | None) -> str | None:
    return None if side is None else short(write(side.value), LONGEST)


def _places(change: Change) -> list[str]:
    return [place for place in change.places if place] if len(change.places) > 1 else []
