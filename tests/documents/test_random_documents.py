"""Random operations: whatever parameters, bodies and responses they declare, their own reference server conforms.

`python -m tests.documents.random_documents` draws many.
"""

import random
from pathlib import Path

import pytest
import yaml

from conformance.contract.contract import load_contract

from .random_documents import document_of, wrong_of
from .running import CONFORMING, run_of, said


def found_in(seeds: range, folder: Path) -> dict[int, object]:
    """Return what is not right of the documents of some seeds."""
    found: dict[int, object] = {}
    only = ("accept.smallest*", "*.query.*", "*.header.*", "*.cookie.*", "*.path.*", "accept.parameters.*")
    for seed in seeds:
        content, operation = document_of(random.Random(seed))  # noqa: S311  (test data)
        (folder / "spec.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        outcome = said(run_of(load_contract(folder / "spec.yaml", operation), only=only))
        if outcome != CONFORMING:
            found[seed] = outcome
    return found


def test_a_few_random_documents(tmp_path: Path) -> None:
    """No false alarm, no crash, nothing undecided."""
    assert {} == found_in(range(6), tmp_path)


@pytest.mark.slow
def test_many_random_documents(tmp_path: Path) -> None:
    """The same over many more."""
    found = found_in(range(6, 150), tmp_path)
    # Of a header whose accepted control a draw lacks, nothing can be decided: that is no false alarm.
    assert {} == {number: each for number, each in found.items() if each[0] != "inconclusive"}
    assert len(found) <= 1


BODIES = (2, 8, 10, 13)
"""Seeds of documents whose bodies have keywords of several kinds."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", BODIES)
def test_random_bodies(seed: int, tmp_path: Path) -> None:
    """Every label is that of jsonschema, and a smoke run is conforming."""
    assert wrong_of(seed, tmp_path) is None
