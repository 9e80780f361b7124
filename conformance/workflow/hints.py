"""What a user may want to try, told by what a run found."""

from collections.abc import Iterable

from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Outcome
from conformance.reports.results import Results

FEWEST = 3
"""Fewer members than this that do not come back are faults of their own."""

STATELESS = "responses hardly echo any value that was sent; if the target is a static mock, run again with --stateless"


def stateless_hint(requirements: Iterable[Requirement], results: Results) -> str:
    """Return the proposal to run again with `--stateless`, empty unless most members do not come back as sent."""
    echoes = {each.id for each in requirements if each.echo}
    rows = [row for row in results.requirements if row.id in echoes and row.outcome is not Outcome.NOT_EXERCISED]
    failed = [row for row in rows if row.findings and 2 * len(row.findings) > row.exercised]
    return STATELESS if len(failed) >= FEWEST and 2 * len(failed) > len(rows) else ""
