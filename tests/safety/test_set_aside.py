"""Which journals of earlier runs are set aside: those of which objects may be left, and no others."""

import json
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from .calling import call
from .killing import KEY, events
from .test_live import HOST, resolved

__all__ = ["resolved"]

OUT = Path("out")
FEW = ("--only", "accept.all.*", "--report", "results", "--repeats", "0", "--quiet")
REACH = ("--allow-host", HOST, "--allow-plaintext", "--rate", "1000", "--model-id", "m")
APPLICATION = """
from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
app = Mock(load_contract())
"""


@pytest.fixture(scope="module")
def server(contract):
    """Serve the reference server."""
    with BackgroundServer(reference_app(contract, key=KEY)) as serving:
        yield serving.url


@pytest.fixture
def ended_server(contract):
    """Return the URL of a server that has created the objects of a run, and has ended."""
    with BackgroundServer(reference_app(contract, key=KEY)) as serving:
        url = serving.url
        assert 0 == run(url)
    return url


def run(*target: str) -> int:
    """Carry out a small run in the folder."""
    return call("run", "--out", str(OUT), *(("--target", *target) if target else ()), *FEW)


def aside() -> list[str]:
    """Return the folders of earlier runs."""
    return sorted(path.name for path in Path().iterdir() if path.name.startswith("out."))


def test_what_ended_with_its_server_leaves_no_folder(server, ended_server, capsys):
    """An earlier run against this machine is forgotten when nothing listens there and another target is tested."""
    assert events(OUT)[0]["target"] == ended_server
    capsys.readouterr()
    assert 0 == run(server)
    assert ([], False) == (aside(), "earlier run" in capsys.readouterr().out)
    assert 0 == call("cleanup", str(OUT))


def test_a_target_that_is_not_there_yet_forgets_nothing(server, ended_server):
    """The same target again keeps the earlier run, for a tunnel may be closed; another target then clears it away."""
    first = events(OUT)[0]["run_id"]
    assert 3 == run(ended_server)
    assert [f"out.{first}"] == aside()
    assert 0 == run(server)
    assert [] == aside()
    assert 0 == call("cleanup", str(OUT))


def test_a_server_that_listens_is_not_forgotten(server, contract):
    """As long as the server of an earlier run is there, a cleanup removes what it created there."""
    app = reference_app(contract, key=KEY)
    with BackgroundServer(app) as other:
        assert 0 == run(other.url)
        first = events(OUT)[0]["run_id"]
        assert 0 == run(server)
        assert [f"out.{first}"] == aside()
        assert 0 == call("cleanup", str(OUT))
    assert ({}, []) == (app.stored, aside())


def test_another_host_is_never_forgotten(server, contract):
    """Whether the host of an earlier run is there or not, its journal stays until a cleanup has removed the objects."""
    with BackgroundServer(reference_app(contract, key=KEY)) as other:
        assert 0 == run(other.url.replace("127.0.0.1", HOST), *REACH)
    first = events(OUT)[0]["run_id"]
    for _ in range(2):
        assert 0 == run(server)
        assert f"out.{first}" in aside()
    assert json.loads((Path(f"out.{first}") / "journal.ndjson").read_bytes().splitlines()[0])["target"].startswith(
        f"http://{HOST}"
    )


@pytest.mark.slow
def test_what_ends_with_the_run_leaves_no_folder(server, monkeypatch):
    """The reference server of a run, and an application in the process, leave nothing behind."""
    Path("app_of_test.py").write_text(APPLICATION)
    monkeypatch.syspath_prepend(".")
    monkeypatch.delenv("CONFORMANCE_API_KEY")
    for target in ((), (), ("asgi:app_of_test:app",), ("asgi:app_of_test:app",)):
        assert 0 == run(*target)
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    assert 0 == run(server)
    assert [] == aside()
    assert 0 == call("cleanup", str(OUT))
