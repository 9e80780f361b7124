"""The reports of a proof: the table, the pages, and the figures that a later proof is held to."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.model.errors import UsageError
from conformance.model.proof import Alarm, FaultProof, Proof
from conformance.model.vocabulary import Profile, Strength
from conformance.reports.pages.proof import Figures, drop, families, read_figures, write_figures, write_proof


def fault(
    id_: str, *, first: int = 0, own: int = 0, strength: Strength = Strength.MUST, reason: str = ""
) -> FaultProof:
    """Return what was seen of a fault."""
    return FaultProof(
        id=id_,
        family=id_.partition(".")[0],
        sentence=f"<{id_}> is wrong.",
        requirement="response.A.type",
        group="response",
        strength=strength,
        first="transport.status" if first else "",
        first_after=first,
        own_after=own,
        reason=reason,
    )


FOUND = fault("a.one", first=3, own=3)
BY_ANOTHER = fault("a.two", first=8, reason="It was found wrong before")
MISSED = fault("b.three", reason="No request of the profile triggers the fault")
NOTED = fault("b.four", first=2, own=2, strength=Strength.ADVISORY)
PROOF = Proof("0", "f" * 64, "POST /x", Profile.SMOKE, wire=False, requests=60, alarms=(), faults=(FOUND, BY_ANOTHER))
ALL = replace(PROOF, faults=(FOUND, BY_ANOTHER, MISSED, NOTED))


def test_figures_by_family() -> None:
    """Each family has its count, what was found, what by its own requirement, and the median of the requests."""
    assert [(f.name, f.faults, f.found, f.by_own, f.median) for f in families(ALL.faults)] == [
        ("a", 2, 2, 1, 5.5),
        ("b", 2, 1, 1, 2.0),
    ]


def test_the_table_tells_advisory_faults_apart(tmp_path: Path) -> None:
    """Shares are cut and not rounded, and notes are no part of them."""
    text = write_proof(ALL, tmp_path)
    assert "66.6 % of the faults found; false alarms on the reference server: 0" in text
    assert "faults of advisory requirements: 1, noted: 1" in text


def test_the_pages_tell_what_is_missed_and_why(tmp_path: Path) -> None:
    """What was not found, and what was found by another requirement, stands there with its reason, as plain text."""
    write_proof(replace(ALL, alarms=(Alarm("response.A.type", "<case>", "<wrong>"),)), tmp_path)
    markdown = (tmp_path / "proof.md").read_text(encoding="utf-8")
    page = (tmp_path / "proof.html").read_text(encoding="utf-8")
    assert (
        "- `b.three` (response.A.type): <b.three> is wrong. No request of the profile triggers the fault." in markdown
    )
    assert "- `a.two` (response.A.type), by transport.status. It was found wrong before." in markdown
    assert "&lt;b.three&gt; is wrong. No request of the profile triggers the fault." in page
    assert "It was found wrong before." in page
    assert "&lt;wrong&gt;" in page


def test_a_proof_is_held_to_its_figures(tmp_path: Path) -> None:
    """A fault no longer found, or no longer by its own requirement, is reported; progress is not."""
    path = tmp_path / "figures.json"
    write_figures(PROOF, path)
    write_figures(replace(ALL, profile=Profile.STANDARD), path)
    kept = read_figures(path)
    assert kept == Figures(
        missed={"smoke": (), "standard": ("b.three",)}, by_another={"smoke": ("a.two",), "standard": ("a.two",)}
    )
    assert drop(ALL, kept) == ("b.three is no longer found. No request of the profile triggers the fault",)
    worse = replace(PROOF, faults=(replace(FOUND, own_after=0, reason="so"), replace(BY_ANOTHER, own_after=8)))
    assert drop(worse, kept) == ("a.one was found by response.A.type, now by transport.status. so",)


def test_figures_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, or holds something else, is one clear line."""
    with pytest.raises(UsageError, match="name the file that --update-figures wrote"):
        read_figures(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"found": 1}', encoding="utf-8")
    with pytest.raises(UsageError, match="create it with --update-figures"):
        read_figures(tmp_path / "other.json")
    with pytest.raises(UsageError, match="name another file with --figures"):
        write_figures(PROOF, tmp_path / "nowhere" / "figures.json")
