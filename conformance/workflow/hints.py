"""What a user may want to try, told by what a run found."""

from conformance.model.vocabulary import Group, Outcome
from conformance.reports.results import Results

ECHO = ".echo"
"""How the requirement ends that a member comes back as it was sent."""

FEWEST = 3
"""Fewer members than this that do not come back are faults of their own."""

STATELESS = (
    "hardly anything that was sent came back in the answers; "
    "if the target is a static mock, which does not repeat what it is sent, run again with --stateless"
)


def stateless_hint(results: Results) -> str:
    """Return the proposal to run again with `--stateless`, empty unless most members do not come back as sent."""
    rows = [
        row
        for row in results.requirements
        if row.group is Group.SEMANTICS and row.id.endswith(ECHO) and row.outcome is not Outcome.NOT_EXERCISED
    ]
    failed = [row for row in rows if row.findings and 2 * len(row.findings) > row.exercised]
    return STATELESS if len(failed) >= FEWEST and 2 * len(failed) > len(rows) else ""
