"""Folders of runs: what their journals say is checked before it is used."""

import pytest

from conformance.journal.events import RunStarted
from conformance.journal.reading import FILE_NAME
from conformance.journal.writing import Journal
from conformance.model.errors import JournalError
from conformance.model.vocabulary import Strength
from conformance.workflow.records.header import recorded_option
from conformance.workflow.records.run_folder import earlier_folders, set_aside


def header(**options: str) -> RunStarted:
    """Return a header."""
    return RunStarted(
        suite_version="0",
        run_id="0a1b2c3d",
        document="",
        sha256="",
        operation="",
        path="",
        target="",
        profile="smoke",
        seed=0,
        options=options,
    )


@pytest.mark.parametrize(("kind", "value"), [(int, "x"), (float, "soon"), (Strength, "will"), (int, "9" * 5_000)])
def test_an_option_that_is_none(kind, value):
    """An option of a foreign journal that has no such value is an error of the journal."""
    with pytest.raises(JournalError, match="the journal has an invalid option: given is"):
        recorded_option(header(given=value), "given", kind)


def test_an_option_that_is_one():
    """It is returned as its kind, None where it was not set."""
    assert (3, None) == (recorded_option(header(given="3"), "given", int), recorded_option(header(), "given", int))


def test_folders_that_merely_look_like_earlier_ones(tmp_path):
    """Only a folder that is named after the run in it is one that was set aside."""
    for name in ("out", "out.0a1b2c3d", "out.old", "out.1", "out.0a1b2c3d.x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal.ndjson").write_bytes(b"{}\n")
    (tmp_path / "out.00000000").write_text("")
    assert [] == list(earlier_folders(tmp_path / "out"))


def test_what_ended_with_its_target_is_cleared_away_though_a_replay_beside_it_never_began(tmp_path):
    """An empty record holds nothing that could be left."""
    aside = tmp_path / "out.0a1b2c3d"
    aside.mkdir()
    with Journal(aside / FILE_NAME) as journal:
        journal.append(header())
    (aside / "replay-1.ndjson").write_bytes(b"")
    assert [aside] == list(earlier_folders(tmp_path / "out"))
    set_aside(tmp_path / "out")
    assert not (aside / FILE_NAME).exists()
