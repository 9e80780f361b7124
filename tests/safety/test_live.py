"""A live host: it must be allowed by name, gets little, nothing that pages forbid, and is left clean."""

import json
import socket
import time
from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.model.jsontext import JsonFault, read
from conformance.model.vocabulary import Expectation, Profile
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.phases import DEFAULT_PHASES
from conformance.workflow.setup.preparation import prepare

from .calling import call
from .killing import KEY
from .test_cleanup import Counting, served

HOST = "api.staging.test"
OUT = Path("out")


@pytest.fixture(autouse=True)
def resolved(monkeypatch) -> None:
    """Have the name of the host stand for this machine, and set the key."""
    known = socket.getaddrinfo

    def resolve(host, *arguments, **options):
        return known("127.0.0.1" if host == HOST else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


class Timed(Counting):
    """Takes everything, and notes when each request came."""

    def __init__(self, removal: int = 200) -> None:
        super().__init__(removal)
        self.times: list[float] = []
        self.posts = 0

    async def __call__(self, scope, receive, send) -> None:
        """Note the time."""
        if scope["type"] == "http":
            self.times.append(time.monotonic())
            self.posts += scope["method"] == "POST"
        await super().__call__(scope, receive, send)


@pytest.mark.parametrize("removal", [200, 405])
def test_a_live_host_that_takes_everything(removal):
    """`smoke` stops at 15 creations and keeps the rate; clean-up leaves none, or lists what is left."""
    app, began = Timed(removal), time.monotonic()
    with served(app) as url:
        where = url.replace("127.0.0.1", HOST)
        allowed = ("--allow-host", HOST, "--allow-plaintext")
        assert 2 == call("run", "--target", where, "--model-id", "m", "--out", str(OUT))
        assert 0 == call("run", "--target", where, "--model-id", "m", "--out", str(OUT), "--plan", *allowed)
        assert [] == app.times
        assert 1 == call("run", "--target", where, "--model-id", "m", "--out", str(OUT), "--quiet", *allowed)
        sent = list(app.times)
        assert 2 == call("cleanup", str(OUT))
        status = call("cleanup", str(OUT), *allowed)
    names = {name for name in app.created if name.startswith("cfm-")}
    listed = (OUT / "leftovers.txt").read_text() if status else ""
    assert 15 == json.loads((OUT / "results.json").read_bytes())["counts"]["creations"] == app.posts
    # From before the run: a first request that was held up makes the others no faster.
    assert (len(sent) - 1) / (sent[-1] - began) <= 20
    if removal == 200:
        # What this server takes without a name, or at another path, nobody can remove, so it is listed.
        elsewhere = {name for name in names if f"{name}' (case" in listed}
        assert names - elsewhere == set(app.removed)
        assert len(elsewhere) == listed.count("it was created at a path that is not the operation's")
        told = listed.count("its name is unknown") + len(elsewhere)
        assert listed.count("# ") - bool(status) == told
    else:
        assert 3 == status
        assert [] == [name for name in names if name not in listed]


@pytest.mark.slow
@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", set(DEFAULT_PHASES)), (HOST, {"catalogue"})])
def test_no_random_case_unless_it_is_asked_for(host, expected):
    """A live host gets the catalogue alone, whatever the profile; the same command on this machine sends all phases."""
    with served(Timed()) as url:
        where = url.replace("127.0.0.1", host)
        few = ("--only", "reject.*.type", "--profile", "standard", "--rate", "5000", "--repeats", "0")
        call("run", "--target", where, "--model-id", "m", "--out", str(OUT), "--quiet", "--report", "results", *few,
             "--allow-host", HOST, "--allow-plaintext")  # fmt: skip
    events = map(json.loads, (OUT / "journal.ndjson").read_bytes().splitlines())
    assert expected == {each["case"].get("phase", "catalogue") for each in events if each["event"] == "request.sent"}


@pytest.mark.parametrize("profile", [Profile.SMOKE, Profile.STANDARD])
def test_no_value_that_pages_forbid(profile):
    """A body that a live host may take holds no value beyond the ranges and rules of the prose, and no odd name."""
    contract = load_contract()
    options = RunOptions(target=f"https://{HOST}", allow_hosts=(HOST,), model_id="m", profile=profile)
    items = prepare(contract, options, {"CONFORMANCE_API_KEY": KEY}).plan.items
    assert items
    for item in items:
        for case in item.cases:
            if case.request.body is None or case.expectation is Expectation.REJECTED:
                continue
            try:
                assert (case.id, ()) == (case.id, contract.prose.beyond(read(case.request.body).value))
            except JsonFault:
                assert () == case.beyond
