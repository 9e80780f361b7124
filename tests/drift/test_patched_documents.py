"""The suite by a document with the dated changes: no finding on its own reference server, and its faults are found."""

from pathlib import Path

import pytest

from conformance.contract.contract import Contract, contract_of
from conformance.contract.schemas.nodes import find
from conformance.mock.faults.parts.laxity import lenient_value
from conformance.mock.transaction import Transaction
from conformance.model.vocabulary import Profile, Verdict

from .patched_documents import figures_of
from .patches import PATCHES, Content, backpressure, later_rate, old_enum, patched, rate, schemas, sent_backpressure

FAULTS = ("response.*request_backpressure_settings*", "response.*autoscaling_schedules*", "*max_scale_down_rate.string")
"""Faults of what the changes brought, those that a small profile finds."""


def latest(content: Content) -> None:
    """Apply all changes after the held document, in their order."""
    for patch in PATCHES:
        if patch not in {old_enum, later_rate}:
            patch(content)


@pytest.mark.slow
def test_the_document_with_all_changes_is_tested_as_the_held_one(tmp_path: Path) -> None:
    """A run of its reference server conforms, and the faults of what is new are found."""
    found = figures_of(latest, tmp_path, Profile.SMOKE, FAULTS, 1)
    assert (Verdict.CONFORMING, (), 0, ()) == (found.verdict, found.against, found.alarms, found.missed)
    assert 29 == found.faults


def test_what_a_response_cannot_hold_is_no_echo(contract: Contract) -> None:
    """Any string is valid in the request, and one of two in the response: that a server omits another is no fault."""

    def any_policy(content: Content) -> None:
        settings = schemas(content)["CreateEnvironmentRequestV1"]["properties"]["request_backpressure_settings"]
        settings["anyOf"][0]["properties"]["policy"] = {"type": "string"}

    echoed = {}
    for patches in ((backpressure, sent_backpressure), (backpressure, sent_backpressure, any_policy)):
        text = patched(contract, *patches).text.encode()
        named = {sent.path for sent, _ in contract_of(text, "patched.json", contract.operation.name).echoes}
        echoed[patches[-1].__name__] = named - {sent.path for sent, _ in contract.echoes}
    assert {"sent_backpressure": {"/request_backpressure_settings/policy"}, "any_policy": set()} == echoed


def test_a_lax_server_converts_to_what_is_valid(contract: Contract) -> None:
    """`true` would be 1, which the bounds forbid: it is ignored, so that the fault of accepting it shows."""
    bounded = contract_of(patched(contract, rate).text.encode(), "patched.json", contract.operation.name)
    node = find(bounded.request, "/autoscaling_settings/max_scale_down_rate")
    assert node is not None
    tx = Transaction("POST", b"", b"", [], b"")
    assert [2, 2] == [lenient_value(bounded, node, held, tx) for held in (True, "2")]
