"""No false alarm in `full` either, over a socket and in process; minutes, so not in the tests of every day."""

from pathlib import Path

import pytest

import conformance

APPLICATION = """
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app

app = reference_app(load_contract(), key="conformance-local-key", unknown=frozenset({"gone"}))
"""
IN_PROCESS = {"target": "asgi:right_server_in_full:app", "unknown_model_id": "gone", "probes": True}


@pytest.mark.parametrize("options", [{}, IN_PROCESS], ids=["socket", "in process"])
def test_full_finds_nothing(options: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference server gives nothing but notes."""
    (tmp_path / "right_server_in_full.py").write_text(APPLICATION)
    monkeypatch.syspath_prepend(str(tmp_path))
    result = conformance.run(profile="full", out=tmp_path / "report", reports=("results",), **options)
    assert [] == [cause.sentence for cause in result.results.causes if cause.strength != "advisory"]
    assert (0, "") == (result.exit_status, result.results.reason)
