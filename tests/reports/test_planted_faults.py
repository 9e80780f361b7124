"""Eight faults planted at once in the reference server come out as eight causes: no more, no less, each its own."""

from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from conformance.workflow.api import run

KEY = "a-key-for-tests"

PLANTED = dict(
    each.split()
    for each in """
    response.AutoscalingSettingsV1.min_replica.string  response.AutoscalingSettingsV1.min_replica.type
    accepts.UpdateAutoscalingSettingsV1.scale_down_delay.fraction
        reject.UpdateAutoscalingSettingsV1.scale_down_delay.type
    rejects.UpdateAutoscalingSettingsV1.autoscaling_window.integral-float
        accept.UpdateAutoscalingSettingsV1.autoscaling_window.type
    auth.key-prefix  authentication.wrong
    method.without-allow  transport.method-not-allowed
    malformed.bare-point-accepted  reject.json-text
    http.media-type-absent  transport.media-type
    created.epoch  semantics.created
    """.replace("\n        ", " ")
    .strip()
    .splitlines()
)
"""Faults of eight families, by the requirement that each breaks."""


@pytest.mark.slow
def test_eight_faults_are_eight_causes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of findings of eight faults are eight causes, one for each requirement that is broken."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    contract = load_contract()
    app = reference_app(contract, faults=pick(contract, PLANTED), key=KEY)
    with BackgroundServer(app) as server:
        results = run(target=server.url, out=tmp_path, reports=("results",)).results
    causes = [each for each in results.causes if each.strength is not Strength.ADVISORY]
    # One of the values that a fault rejects is outside the range of a page.
    broken = sorted(tuple(row for row in each.requirements if row != "accept.beyond-prose") for each in causes)
    assert sorted((each,) for each in PLANTED.values()) == broken
    assert len(PLANTED) == len(causes)
    assert sum(each.count for each in causes) > 1_000
