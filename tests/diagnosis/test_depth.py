"""Servers that cannot stand depth: each gets one cause, which says how deep, and where."""

import time
from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.wire_facts import depth
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from conformance.reports.results import Results
from conformance.workflow.api import run

from .faulty_servers import KEY, Message, Proxy

DEEP = "crash.UpdatePromotionSettingsV1.deep"


def results_of(app: Proxy | Mock, folder: Path, *only: str) -> Results:
    """Return the results of a run of some cases against a server."""
    with BackgroundServer(app) as server:
        return run(target=server.url, out=folder, only=only, reports=(), phases=("catalogue",), repeats=0).results


def weighty(results: Results) -> list[tuple[Strength, str]]:
    """Return the causes that weigh."""
    return [(each.strength, each.sentence) for each in results.causes if each.strength is not Strength.ADVISORY]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


def test_time_that_doubles_with_each_level(tmp_path: Path) -> None:
    """It is a hang with its depth, in the time of that case; nothing that comes after is blamed for it."""

    def doubling(_: Proxy, __: Message, body: bytes) -> bytes:
        levels = depth(body)
        time.sleep(min(2**levels * 1e-6, 7) if levels < 100 else 0)
        return body

    app = Proxy(Mock(load_contract(), key=KEY), doubling)
    controls = ("accept.fullest", "accept.*.unknown-*", "relate.isolation.merged")
    results = results_of(app, tmp_path, *controls, "observe.heavy.*depth-*", "observe.query.*")
    says = "arrays and objects nested 25 deep"
    assert [(Strength.MUST, f"Sends no response to {says}")] == weighty(results)
    assert f"sent no response in 5 s to {says}" in results.reason
    (found,) = [each for each in results.findings if each.strength is Strength.MUST]
    assert "no response within the timeout: the limit for it is 5 s" == found.actual


def test_depth_in_one_object(tmp_path: Path) -> None:
    """A server that cannot stand depth in one object of the body gets one cause, which names it."""
    app = Mock(load_contract(), key=KEY, faults=pick(load_contract(), (DEEP,)))
    results = results_of(app, tmp_path, "accept.smallest", "observe.heavy.*depth-*")
    place = "in `promotion_settings`"
    assert [(Strength.MUST, f"Returns 500 for a deeply nested value {place}")] == weighty(results)
    found = {each.case for each in results.findings if each.strength is Strength.MUST}
    deep = ("depth-1000", "depth-5000", "object-depth-1000")
    assert {f"observe.heavy.promotion_settings.{each}" for each in deep} == found
