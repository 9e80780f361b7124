"""A campaign of two hundred targets with ten thousand cases each: what its merges and its matrix take."""

import sys
from pathlib import Path

import pytest

from .many_targets import SHARDS, prepare
from .processes import ended, module

TARGETS, CASES = 200, 10_000
SECONDS, MEGABYTES = 60, 500


def test_the_matrix_and_the_merges_of_two_hundred_targets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All merges and the page take less than a minute of the processor, and 500 megabytes at most."""
    prepare(tmp_path, TARGETS, CASES)
    program = module("many_targets")
    took = ended([*program, str(TARGETS)], tmp_path, 10 * SECONDS)
    assert 0 == took.status, took.said
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {TARGETS} targets of {CASES} cases, {SHARDS} shards each: "
            f"{took.processor:.1f} s of the processor, {took.peak:.0f} megabytes\n"
        )
    assert (tmp_path / "matrix.html").is_file()
    assert took.processor < SECONDS
    assert took.peak < MEGABYTES
