"""The reference server that a run starts for itself."""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.workflow.setup import embedded
from conformance.workflow.setup.embedded import EmbeddedMock, can_fork

ALONE = """
import json, os, sys, time
from conformance.contract.contract import load_contract
from conformance.workflow.setup.embedded import EmbeddedMock, can_fork
with EmbeddedMock(load_contract()) as mock:
    print(json.dumps({"forks": can_fork(), "url": mock.url, "own": os.getpid()}), flush=True)
    if "stay" in sys.argv:
        time.sleep(60)
print("over", flush=True)
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


def status_of(url: str) -> int:
    """Return the status that a server answers a request without credentials with."""
    try:
        with urllib.request.urlopen(f"{url}/v1/models/m/environments", b"{}", timeout=10) as answer:  # noqa: S310 (our own server)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def is_open(url: str) -> bool:
    """Tell whether somebody listens there."""
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname or "", parts.port or 0)) == 0


@pytest.mark.parametrize("forks", [True, False])
def test_the_server_serves_for_as_long_as_the_context_lasts(contract, monkeypatch, forks):
    """In a process of its own or in a thread, the server answers inside the context and is gone after it."""
    if forks and not can_fork():
        pytest.skip("a process that has threads, or whose system cannot fork, serves from a thread: the other case")
    monkeypatch.setattr(embedded, "can_fork", lambda: forks)
    with EmbeddedMock(contract, key="k") as mock:
        url = mock.url
        assert 401 == status_of(url)
        assert url == mock.url
    assert not is_open(url)


def test_it_may_never_be_asked_for_its_address(contract):
    """A context that is left before the server has started leaves nothing behind."""
    with EmbeddedMock(contract):
        pass
    assert [] == [each for each in threading.enumerate() if each.name == "conformance-mock"]


def test_a_process_with_threads_is_not_copied():
    """Where another thread runs, forking is not safe, and is not done."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert not can_fork()
    finally:
        over.set()
        thread.join()


def test_a_server_that_cannot_start_in_its_process_starts_in_a_thread(contract, monkeypatch):
    """Whatever becomes of the other process, there is a server."""
    monkeypatch.setattr(embedded, "_heard", lambda _: "")
    with EmbeddedMock(contract) as mock:
        assert 401 == status_of(mock.url)


@pytest.mark.skipif(sys.platform != "linux", reason="forking is for Linux alone")
def test_the_server_is_another_process_and_ends_with_this_one():
    """A program without threads has its server in another process, which ends even when the program is killed."""
    whole = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 (our own words)
    told, over = whole.stdout.splitlines()
    assert "over" == over
    assert json.loads(told)["forks"]
    assert "" == whole.stderr
    with subprocess.Popen([sys.executable, "-c", ALONE, "stay"], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own words)
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert 401 == status_of(url)
        process.kill()
    deadline = time.monotonic() + 300  # by itself it would never end
    while is_open(url) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_open(url)
