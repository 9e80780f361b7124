"""The proof, held to the figures that are kept beside this file."""

import os
from pathlib import Path

import msgspec
import pytest

from conformance.model.proof import Proof
from conformance.model.vocabulary import Profile, Strength
from conformance.reports.proof import Figures, drop
from conformance.workflow.proving import ProofOptions, prove

PROFILES = [Profile(each) for each in os.environ.get("CONFORMANCE_PROOF_PROFILES", "smoke").split(",")]
"""Profiles to prove, separated by commas: `standard` takes minutes."""

FIGURES = Path(__file__).parent / "figures.json"


@pytest.fixture(scope="module", params=PROFILES)
def proof(request: pytest.FixtureRequest) -> Proof:
    """The proof of one profile, of all faults."""
    return prove(ProofOptions(profile=request.param))


def test_no_fault_that_was_found_is_found_no_more(proof: Proof) -> None:
    """Whatever the figures do not tell as missed is found."""
    assert drop(proof, FIGURES) == ()


def test_the_reference_server_raises_no_alarm(proof: Proof) -> None:
    """A right server gives no finding of strength must or should."""
    assert proof.alarms == ()


def test_the_figures_name_no_fault_that_is_found(proof: Proof) -> None:
    """Progress is written down: a fault that is found now is no longer told as missed."""
    figures = msgspec.json.decode(FIGURES.read_bytes(), type=Figures)
    found = {fault.id for fault in proof.faults if fault.found}
    assert found.isdisjoint(figures.missed[proof.profile.value])


def test_the_share_of_faults_found_keeps_its_bar(proof: Proof) -> None:
    """At least 80 % of the faults that can fail a run are found by smoke, 98 % by standard."""
    weighty = [fault for fault in proof.faults if fault.strength is not Strength.ADVISORY]
    share = sum(fault.found for fault in weighty) / len(weighty)
    assert share >= {Profile.SMOKE: 0.80, Profile.STANDARD: 0.98}[proof.profile]
