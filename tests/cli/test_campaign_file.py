"""`conformance campaign`: many targets from a file, each in a directory of its own, and one matrix."""

import asyncio
import json
import signal
import socket
import tomllib
from contextlib import ExitStack
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.workflow.setup.campaign_file import campaign_schema
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY
from tests.safety.killing import Recording, seen, sent_again, serving, started

KEY = "CONFORMANCE_API_KEY"
FILE = Path("targets.toml")


def write(text: str) -> None:
    """Write the file of the campaign."""
    FILE.write_text(text, encoding="utf-8")


TARGET = "[targets.a]\ntarget = 'mock'\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ": there is no target: write a table [targets.NAME] for each; correct the file"),
        ("a = [", " is not TOML: Invalid value (at end of document); correct it"),
        (f"x = 1\n{TARGET}", " line 1: 'x' is none of out, [defaults] and [targets.NAME]; correct the file"),
        (
            f"{TARGET}profil = 'smoke'",
            " line 3: [targets.a] sets 'profil', which is not an option; did you mean 'profile'?",
        ),
        (
            f"[defaults]\n\nrate = 'x'\n{TARGET}",
            " line 3: [defaults]: rate must be a number greater than 0, got 'x'; correct the file",
        ),
        (f"{TARGET}resume = true", " line 3: 'resume' is set by the campaign; correct the file"),
        ("[targets.a]\nstateless = true", " line 1: a has no target; correct the file"),
        ("[targets.'../a']\ntarget = 'mock'", " line 1: '../a' is no name of a directory; correct the file"),
    ],
)
def test_an_invalid_file_is_one_line_with_the_line_and_the_key(command, text, problem):
    """Nothing is sent."""
    write(text)
    ended = command("campaign", "targets.toml")
    assert (2, f"conformance: targets.toml{problem}") == (ended.status, ended.err.strip())


def test_the_schema_accepts_the_file_and_no_unknown_option():
    """An editor checks the file by it."""
    schema = Draft202012Validator(campaign_schema())
    good = '[defaults]\nrate = 5\n[targets.a]\ntarget = "mock"\nonly = ["accept.*"]\nparam = ["a=b"]\n'
    assert schema.is_valid(tomllib.loads(good))
    assert not schema.is_valid(tomllib.loads(good.replace("rate", "rates")))
    assert not schema.is_valid(tomllib.loads(good.replace("5", "'fast'")))


def test_a_name_that_no_target_has(command):
    """The names that there are help."""
    write("[targets.a]\ntarget = 'mock'")
    ended = command("campaign", "targets.toml", "--only", "b*")
    assert (2, "conformance: no target matches b*; targets: a") == (ended.status, ended.err.strip())


def slow(app, seconds):
    """Return a server that takes its time."""

    async def answer(scope, receive, send):
        await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return answer


@pytest.mark.slow
def test_six_targets_make_one_matrix(command, contract, monkeypatch):
    """Right, wrong, slow, stateless, one that is down and one whose key is not there; then the same with --resume."""
    monkeypatch.setenv(KEY, LOCAL_KEY)
    right, wrong = reference_app(contract, key=LOCAL_KEY), pick(contract, ["echo.*.min_replica.other"])
    with (
        socket.create_server(("127.0.0.1", 0)) as closed,
        BackgroundServer(right) as one,
        BackgroundServer(reference_app(contract, key=LOCAL_KEY, faults=wrong)) as other,
        BackgroundServer(slow(reference_app(contract, key=LOCAL_KEY), 0.02)) as late,
    ):
        down = f"http://127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        write(
            "[defaults]\nprofile = 'smoke'\nrepeats = 0\n"
            f"[targets.right]\ntarget = '{one.url}'\n[targets.wrong]\ntarget = '{other.url}'\n"
            f"[targets.slow]\ntarget = '{late.url}'\n[targets.mock]\ntarget = 'mock'\n"
            f"[targets.down]\ntarget = '{down}'\n[targets.keyless]\ntarget = '{one.url}'\napi-key-env = 'NOT_THERE'\n"
        )
        ended = command("campaign", "targets.toml", "--quiet")
        lines = dict(line.split(": ", 1) for line in ended.out.splitlines())
        stored = len(right.stored)
        again = command("campaign", "targets.toml", "--quiet", "--resume", "--only", "right", "--only", "slow")
    assert 1 == ended.status
    assert ["conforming", "not conforming", "conforming", "conforming"] == [
        lines[name] for name in ("right", "wrong", "slow", "mock")
    ]
    assert lines["down"].startswith("inconclusive")
    assert lines["keyless"].startswith("not tested: ")
    assert "NOT_THERE" in lines["keyless"]
    page = Path("conformance-campaign/matrix.html").read_text()
    assert all(server.url in page for server in (one, other, late))
    results = json.loads(Path("conformance-campaign/wrong/results.json").read_text())
    assert "not conforming" == results["verdict"]
    assert (0, stored) == (again.status, len(right.stored))


@pytest.mark.slow
def test_a_campaign_that_is_killed_goes_on(contract, tmp_path):
    """In the middle of the third of six targets: with --resume it is the same as one that nobody killed."""
    names = ("right", "wrong", "third", "mock", "down", "last")
    faults = {"wrong": ["echo.*.min_replica.other"]}
    servers = {
        name: Recording(contract, faults.get(name, ()), constant=True) for name in ("right", "wrong", "third", "last")
    }
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serving(each)) for name, each in servers.items()}
        urls |= {"mock": "mock", "down": "http://127.0.0.1:9"}
        targets = "".join(f"[targets.{name}]\ntarget = '{urls[name]}'\n" for name in names)

        def campaign(out, *options):
            file = tmp_path / f"{out}.toml"
            file.write_text(f"out = '{out}'\n[defaults]\nprofile = 'smoke'\nrepeats = 0\n{targets}", encoding="utf-8")
            return started(tmp_path, "campaign", str(file), "--quiet", *options)

        whole, _ = campaign("whole").communicate(timeout=120)
        servers["third"].kill_at = len(servers["third"].log) + 60
        servers["third"].process = campaign("killed")
        servers["third"].process.communicate(timeout=120)
        first = [len(servers[name].log) for name in ("right", "wrong")]
        resumed = campaign("killed", "--resume")
        lines, said = resumed.communicate(timeout=120)
    assert -signal.SIGKILL == servers["third"].process.returncode
    assert (1, whole.decode().replace("whole/", "killed/")) == (resumed.returncode, lines.decode()), said
    assert first == [len(servers[name].log) for name in ("right", "wrong")]
    for name in names:
        assert [] == sent_again(tmp_path / "killed" / name)
        assert seen(tmp_path / "whole" / name) == seen(tmp_path / "killed" / name)
