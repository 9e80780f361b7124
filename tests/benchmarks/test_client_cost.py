"""What a run against a client costs beside requests that are sent and read, and nothing more."""

import resource
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.mock.server import BackgroundServer
from conformance.workflow.client import run_client
from conformance.workflow.setup.options import ClientOptions

HARNESS = Path(__file__).parent.parent / "acceptance" / "clients" / "right_python.py"
DOCUMENT = Path(__file__).parent.parent.parent / "spec" / "openapi.yaml"

MOST = 10.0
"""So many times as much as its requests alone a run may cost; what was measured is a third of that."""


def used() -> float:
    """Return the seconds that this process and those that it has waited for have spent on the processor."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def taken(work: Callable[[], object]) -> float:
    """Return what a call costs, processes that it starts included."""
    before = used()
    work()
    return used() - before


def test_a_scenario_costs_little_more_than_its_request(
    tmp_path: Path, contract: Contract, told: Callable[..., None]
) -> None:
    """A whole run against a harness in Python, beside as many requests of httpx to a server in this process."""
    options = ClientOptions(command=(sys.executable, str(HARNESS), str(DOCUMENT)), out=tmp_path / "report")
    results = run_client(options, tell=lambda _: None).results
    whole = taken(lambda: run_client(options, tell=lambda _: None))

    def alone() -> None:
        headers = {"Authorization": "Api-Key k"}
        with BackgroundServer(Mock(contract, key="k")) as server, httpx.Client(headers=headers) as client:
            for number in range(results.counts.cases):
                client.post(f"{server.url}/v1/models/m/environments", json={"name": f"benchmark-{number}"})

    requests = taken(alone)
    told("a run against a harness in Python", scenarios=results.counts.cases, run=whole, requests=requests)
    assert whole / requests < MOST
