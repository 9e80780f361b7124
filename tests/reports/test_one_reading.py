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

PLACE = "`autoscaling_settings.min_replica`"

READ = {
    "negative-to-zero": "Returns a different number than was sent",
    "clamped": "Returns a different number than was sent",
    "sign-lost": "Returns a number with the opposite sign",
    "through-float": "Returns a number rounded",
}
"""What becomes of a number, and how its sentence begins."""


@pytest.mark.slow
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
    (told,) = [each.sentence for each in done.results.causes if each.strength is not Strength.ADVISORY]
    assert told.startswith(READ[fault])
    assert PLACE in told
