"""A fault that shows at some values as another one is told once, as what it is."""

from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from conformance.workflow.api import run

KEY = "conformance-local-key"
MEMBER = "echo.UpdateAutoscalingSettingsV1.min_replica"

READ = {
    "negative-to-zero": ["a different number"],
    "clamped": ["a different number"],
    "sign-lost": ["with the opposite sign"],
    "through-float": ["rounded"],
}
"""What becomes of a number, and how it reads."""


@pytest.mark.parametrize("fault", READ)
def test_one_fault_reads_one_way(fault: str, tmp_path: Path) -> None:
    """The numbers of the accepted catalogue show one cause, though some that came back could be wrapped ones."""
    contract = load_contract()
    app = reference_app(contract, faults=pick(contract, [f"{MEMBER}.{fault}"]), key=KEY)
    with BackgroundServer(app) as server:
        done = run(
            target=server.url,
            only=("accept.all.*", "accept.autoscaling_settings.min_replica.*"),
            phases=("catalogue",),
            repeats=0,
            out=tmp_path,
            reports=(),
        )
    told = [each.sentence for each in done.results.causes if each.strength is not Strength.ADVISORY]
    assert [f"does not return a number as it was sent: {each}" for each in READ[fault]] == told
