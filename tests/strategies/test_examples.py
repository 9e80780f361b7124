"""Bodies that failed are kept as they are, and are cases of whatever contract they are sent for."""

from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import SLOT
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.examples import LONGEST, Examples
from conformance.strategies.random.labelling import body_case

from ..strategies.contracts import contract_of  # noqa: TID252 - test modules are found by path

BUILD = Builder(load_contract(), {"model_id": "abc"})
SMALL = body_case(BUILD, "hypothesis", {"name": SLOT}, None)
LARGE = body_case(BUILD, "hypothesis", {"name": SLOT, "autoscaling_settings": {"min_replica": 1}}, None)
THEIRS = body_case(BUILD, "schemathesis", {"name": 7}, None)


def test_what_is_kept_comes_back_the_shortest_first(tmp_path: Path) -> None:
    """As the same case, of the phases that are asked for; what is forgotten does not."""
    examples = Examples(tmp_path / "kept")
    assert [] == list(examples.cases(BUILD, ["hypothesis"]))
    for case in (LARGE, SMALL, THEIRS, LARGE):
        examples.keep(case)
    assert [SMALL, LARGE] == list(Examples(tmp_path / "kept").cases(BUILD, ["hypothesis"]))
    assert [THEIRS, SMALL, LARGE] == list(examples.cases(BUILD, ["schemathesis", "hypothesis"]))
    examples.forget(SMALL)
    examples.forget(SMALL)
    assert [LARGE] == list(examples.cases(BUILD, ["hypothesis"]))


def test_a_file_holds_the_body_alone_and_another_contract_labels_it_anew(tmp_path: Path) -> None:
    """So a team can share the folder, and put bodies of its own there."""
    Examples(tmp_path).keep(SMALL)
    (file,) = (tmp_path / "hypothesis").iterdir()
    assert SMALL.request.body == file.read_bytes()
    other = Builder(contract_of({"type": "object", "required": ["size"]}), {})
    (case,) = Examples(tmp_path).cases(other, ["hypothesis"])
    assert (Expectation.REJECTED, other.target) == (case.expectation, case.request.target)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"name": "a", "name": 2}', b"[" * 5000, b"1e999999"])
def test_whatever_stands_in_a_file_is_a_case(body: bytes, tmp_path: Path) -> None:
    """Nothing that can be put there breaks a run."""
    (tmp_path / "hypothesis").mkdir()
    (tmp_path / "hypothesis" / "mine.body").write_bytes(body)
    (case,) = Examples(tmp_path).cases(BUILD, ["hypothesis"])
    assert Expectation.ACCEPTED is not case.expectation


def test_what_is_too_long_is_neither_kept_nor_read(tmp_path: Path) -> None:
    """A folder does not grow beyond all bounds."""
    examples = Examples(tmp_path)
    examples.keep(body_case(BUILD, "hypothesis", {"name": "x" * LONGEST}, None))
    assert [] == list(tmp_path.iterdir())
    (tmp_path / "hypothesis").mkdir()
    (tmp_path / "hypothesis" / "mine.body").write_bytes(b" " * (LONGEST + 1))
    assert [] == list(examples.cases(BUILD, ["hypothesis"]))


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    """In one line, with what to do."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(UsageError, match="file is no folder; name a folder that can be read and written"):
        Examples(file)
    with pytest.raises(UsageError, match="name a folder"):
        Examples(tmp_path / "file" / "below").keep(SMALL)
