"""No false alarm: the reference server gives no finding of strength must or should, in whatever way it is reached."""

from pathlib import Path

import pytest

import conformance
import conformance.workflow.run  # the suite is loaded before the application adds its folder to the path

APPLICATION = """
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app

app = reference_app(load_contract(), key="conformance-local-key", unknown=frozenset({"gone"}))
"""


@pytest.mark.parametrize(
    ("target", "profile"),
    [("mock", "smoke"), *(pytest.param(target, "standard", marks=pytest.mark.slow) for target in ("mock", "asgi"))],
)
def test_the_reference_server_is_right(
    target: str, profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a socket and in process, nothing but notes is found, and every must is exercised in `standard`."""
    (tmp_path / "right_server.py").write_text(APPLICATION)
    # A module beside the application that is called as a library is none of the suite's business.
    (tmp_path / "schemathesis.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(str(tmp_path))
    more = {"target": "asgi:right_server:app", "unknown_model_id": "gone", "probes": True} if target == "asgi" else {}
    result = conformance.run(profile=profile, out=tmp_path / "report", reports=("results",), **more)
    results = result.results
    assert [] == [cause.sentence for cause in results.causes if cause.strength != "advisory"]
    assert [] == [(row.id, row.reason) for row in results.requirements if row.outcome in {"error", "inconclusive"}]
    assert (0, "", "conforming") == (result.exit_status, results.reason, results.verdict)
    left = {row.id for row in results.requirements if row.outcome == "not exercised"}
    if profile == "standard":
        # In process no `Host` is sent; the key of the reference server is the one that it checks.
        more_left = {"asgi": "transport.host", "mock": "authentication.unconfigured"}[target]
        assert {"drift.clean-up", "error.rate-limit", "transport.response-time", more_left} == left
