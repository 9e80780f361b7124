"""The proof, held to the figures that are kept beside this file.

To make them anew: `conformance prove --profile PROFILE --figures tests/proof/figures.json --update-figures`.
"""

import os
from pathlib import Path

import pytest

from conformance.model.proof import Proof
from conformance.model.vocabulary import Profile, Strength
from conformance.reports.pages.proof import drop, read_figures
from conformance.workflow.proof.proving import ProofOptions, prove

PROFILES = [Profile(each) for each in os.environ.get("CONFORMANCE_PROOF_PROFILES", "smoke,standard").split(",")]
"""Profiles to prove, separated by commas."""

FIGURES = read_figures(Path(__file__).parent / "figures.json")

BARS = {Profile.SMOKE: 0.92, Profile.STANDARD: 0.98, Profile.FULL: 1.0}
"""The share of the faults that can fail a run which a profile must find."""


@pytest.fixture(scope="module", params=PROFILES, ids=str)
def proof(request: pytest.FixtureRequest) -> Proof:
    """The proof of one profile, of all faults."""
    return prove(ProofOptions(profile=request.param))


def test_nothing_that_was_seen_is_seen_no_more(proof: Proof) -> None:
    """Whatever the figures do not tell as missed is found, and by its own requirement where it was."""
    assert drop(proof, FIGURES) == ()


def test_the_reference_server_raises_no_alarm(proof: Proof) -> None:
    """A right server gives no finding of strength must or should."""
    assert proof.alarms == ()


def test_the_figures_name_no_fault_that_is_found(proof: Proof) -> None:
    """Progress is written down: a fault that is found now is no longer told as missed.

    Which requirement speaks may change for the better without a line here: a short run decides it by its order.
    """
    found = {fault.id for fault in proof.faults if fault.found}
    assert found & set(FIGURES.missed[proof.profile.value]) == set()


def test_the_share_of_faults_found_keeps_its_bar(proof: Proof) -> None:
    """At least 92 % of the faults that can fail a run are found by smoke, 98 % by standard, all by full."""
    weighty = [fault for fault in proof.faults if fault.strength is not Strength.ADVISORY]
    share = sum(fault.found for fault in weighty) / len(weighty)
    assert share >= BARS[proof.profile]


def test_what_its_own_requirement_does_not_find_has_a_reason(proof: Proof) -> None:
    """Each fault that is missed, or found by another requirement, says why."""
    assert [fault.id for fault in proof.faults if bool(fault.reason) is fault.by_own] == []
