"""Kills at random moments, of every kind: nothing is sent twice or lost, and the reports say what unbroken ones do.

There are a few of them here; `python -m tests.safety.kill_runs` makes as many as one wants, and a table.
"""

import pytest

from .kill_kinds import KINDS
from .kill_runs import table
from .kills import Result, Sequences

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sequences(contract, tmp_path_factory) -> Sequences:
    """Return what makes the sequences, so that those of one kind share the run that nobody kills."""
    return Sequences(contract, tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_kills(sequences, kind, seed):
    """After whatever was killed, the run ends as an unbroken one, and a cleanup removes all that was created."""
    result = sequences.make(kind, seed, KINDS[kind])
    assert (0, 0, 0, []) == (result.twice, result.lost, result.misreported, result.notes)


def test_the_table_has_a_sum() -> None:
    """A row for each kind, and one for all."""
    rows = table({"standard": Result(kills=2, twice=1), "fuzz": Result(kills=3, lost=2, misreported=1)}).splitlines()
    assert ["| standard | 2 | 1 | 0 | 0 |", "| fuzz | 3 | 0 | 2 | 1 |", "| all | 5 | 1 | 2 | 1 |"] == rows[2:]
