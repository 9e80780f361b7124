"""Each call of the command that a document shows is carried out as it is written, and does what is said of it.

Servers that a page takes for granted are put in the place of their URLs, files and folders are made, and placeholders
filled in. Options are added only to send less.
"""

import json
import re
import shlex
import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import fakeredis
import pytest

import conformance
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import JunitBy

from . import test_documented_document_calls  # noqa: F401 (its calls are entered)
from .calling import FEW, LOCAL, OUT, QUICK, TRIED, calls
from .documents import Way, by, text_of
from .live_host import live_host


def test_every_call_is_carried_out():
    """Each call of the documents has its test, and no test is about one that is gone."""
    assert {each.text for each in by(Way.CALLED)} == TRIED


@contextmanager
def wrong(contract, *faults):
    """Serve a server that is wrong in some ways; gives its URL."""
    with BackgroundServer(reference_app(contract, faults=pick(contract, faults))) as server:
        yield server.url


class Counted:
    """The reference server, and how many requests it was sent."""

    def __init__(self, contract, key):
        self.app = reference_app(contract, key=key)
        self.requests = 0

    async def __call__(self, scope, receive, send):
        """Count a request."""
        self.requests += scope["type"] == "http"
        await self.app(scope, receive, send)


@calls("conformance run")
def test_a_run_of_the_reference_writes_every_file_of_the_table(call, carry_out):
    """It passes, and leaves each file that the README tells of, and no other."""
    assert 0 == carry_out(call, *QUICK).status
    table = text_of("README.md").partition("## What comes out")[2].partition("\n\n##")[0]
    files = re.findall(r"^\| `(\S+)` \|", table, re.MULTILINE)
    assert sorted(files) == sorted(path.name for path in OUT.iterdir())


@pytest.mark.slow
@calls(f"conformance run --target {LOCAL} --stateless")
def test_a_mock_that_does_not_echo(call, carry_out, contract):
    """What a static mock does not remember is held against it only without `--stateless`."""
    with wrong(contract, "echo.CreateEnvironmentRequestV1.name.other") as url:
        assert 0 == carry_out(call, *QUICK, http___127_0_0_1_4010=url).status
        assert 1 == carry_out(call.removesuffix(" --stateless"), *QUICK, http___127_0_0_1_4010=url).status


APP = """
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app

app = reference_app(load_contract(), key="conformance-local-key")
"""


@calls("conformance run --target asgi:main:app")
def test_an_application_in_this_folder(call, carry_out, monkeypatch):
    """The module stands in the folder that one is in."""
    Path("main.py").write_text(APP, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "main", raising=False)
    assert 0 == carry_out(call, *QUICK).status
    monkeypatch.delitem(sys.modules, "main")


@pytest.mark.slow
@calls("conformance run --target https://staging.example.com --allow-host staging.example.com --model-id abc123")
def test_an_endpoint_elsewhere(call, carry_out, contract, monkeypatch, results_of, events_of):
    """At most 150 requests, and 15 creations with names of ours, which the call that the page names removes."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "a-key-of-the-endpoint")
    Path("conformance.toml").write_text("rate = 1000\n", encoding="utf-8")
    server = Counted(contract, "a-key-of-the-endpoint")
    with live_host("staging.example.com", server, monkeypatch):
        assert 0 == carry_out(call).status
        counts = results_of(OUT)["counts"]
        assert (True, True) == (server.requests <= 150, counts["creations"] <= 15)
        assert counts["requests"] - 2 == server.requests  # without one `Host`, a request ends at the server
        names = [event["name"] for event in events_of(OUT, "creation")]
        assert all(re.fullmatch(r"cfm-[0-9a-f]{8}-[0-9a-z]{4}", name) for name in names)
        assert len(names) == len(server.app.stored)
        assert 0 == carry_out("conformance cleanup conformance-report --allow-host staging.example.com").status
    assert {} == server.app.stored


@calls(
    "conformance run --target https://api.example.com --allow-host api.example.com "
    "--model-id abc123 --api-key-env API_KEY --max-creations 15 --plan"
)
def test_a_plan_for_a_live_host(call, carry_out, contract, monkeypatch):
    """It says what would be sent, and sends nothing; without `--plan` it is sent."""
    monkeypatch.setenv("API_KEY", "a-key-of-the-api")
    Path("conformance.toml").write_text("rate = 1000\n", encoding="utf-8")
    server = Counted(contract, "a-key-of-the-api")
    with live_host("api.example.com", server, monkeypatch):
        ended = carry_out(call)
        assert (0, 0) == (ended.status, server.requests)
        assert "https://api.example.com: nothing is sent" in ended.out
        assert 0 == carry_out(call.removesuffix(" --plan")).status
    assert (True, True) == (server.requests > 40, len(server.app.stored) <= 15)


@calls("conformance cleanup conformance-report --allow-host staging.example.com", "conformance cleanup DIR")
def test_what_a_run_has_created_is_removed(call, carry_out, contract):
    """At any time after the run."""
    app = reference_app(contract)
    with BackgroundServer(app) as server:
        # The name of the case that is left out cannot be part of a path.
        carry_out("conformance run", *QUICK, "--skip", "observe.merged.unusual-path-and-name", "--target", server.url)
        assert 10 < len(app.stored)
        ended = carry_out(call, DIR=str(OUT))
    assert (0, {}) == (ended.status, app.stored)


@pytest.fixture
def serving(spawn):
    """Return what starts the mock as a call says, but on a free port; gives its URL, and ends it as Ctrl-C does."""
    started = []

    def start(call, **variables):
        words = ["0" if word == "8000" else word for word in shlex.split(call)[1:]]
        process = spawn(*words, *(() if "--port" in words else ("--port", "0")), **variables)
        started.append(process)
        found = re.search(r"http://\S+?(?=[;,])", process.stdout.readline())
        return found[0]

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(10)


@pytest.mark.slow
@calls("conformance mock", "conformance mock --port 8000")
def test_a_mock_that_is_right(call, carry_out, serving):
    """It takes the key that a run sends, and no other, so that a run finds nothing."""
    assert 0 == carry_out("conformance run", *QUICK, "--fail-on", "should", "--target", serving(call)).status


@pytest.mark.slow
@calls("conformance mock --port 8000 --fault 'echo.*.min_replica.*' --tell")
def test_a_mock_that_is_wrong_as_it_is_told_to_be(call, carry_out, serving, results_of):
    """A run finds the faults that are named, and nothing else."""
    assert 1 == carry_out("conformance run", *QUICK, "--target", serving(call)).status
    found = {cause["sentence"] for cause in results_of(OUT)["causes"] if cause["strength"] == "must"}
    places = "`autoscaling_settings.max_replica`, `autoscaling_settings.min_replica`"
    assert {f"Returns a different number than was sent: {places}"} == found


@pytest.mark.slow
@calls("--api-key-env NAME")
def test_a_mock_with_a_key_of_ones_own(call, carry_out, serving, monkeypatch):
    """The variable names the one key that is right."""
    monkeypatch.setenv("NAME", "a-key-of-ones-own")
    url = serving(f"conformance mock {call}")
    assert 1 == carry_out("conformance run", *QUICK, "--target", url).status
    assert 0 == carry_out(f"conformance run {call}", *QUICK, "--target", url).status


@calls("conformance mock --list-faults")
def test_faults_are_listed(call, carry_out):
    """One a line, more than 1,300 of them, as the README says at its top."""
    ended = carry_out(call)
    assert (0, True) == (ended.status, len(ended.out.splitlines()) > 1300)


@pytest.mark.slow
@calls("conformance client --init python", "conformance client -- python harness.py", "conformance client --list")
def test_a_harness(call, carry_out, results_of):
    """One is written, and played with as it is; the scenarios that are listed are some 1,000."""
    begun = carry_out("conformance client --init python")
    assert (0, True) == (begun.status, Path("harness.py").exists())
    if "--list" in call:
        ended = carry_out(call)
        assert (0, True) == (ended.status, 950 < len(ended.out.splitlines()) < 1100)
    elif "--init" not in call:
        ended = carry_out(call, "--only", "send.path.*", "--only", "fail.status-40*", python=sys.executable)
        assert (0, "conforming") == (ended.status, results_of(Path("conformance-client"))["verdict"])


@calls("conformance client")
def test_the_name_of_the_command_alone(call, carry_out):
    """It says what is missing, and how to begin."""
    ended = carry_out(call)
    assert (2, True) == (ended.status, "conformance client --init python" in ended.complaint)


@pytest.fixture(scope="module")
def made(tmp_path_factory, contract):
    """Return a folder with the shards of a run in `one`, `two` and `three`, and a run in `conformance-report`."""
    folder = tmp_path_factory.mktemp("runs")
    with wrong(contract, "accepts.CreateEnvironmentRequestV1.name.absent") as url:
        for part, name in enumerate(("one", "two", "three", OUT), 1):
            shard = {} if name == OUT else {"shard": f"{part}/3"}
            conformance.run(target=url, profile="smoke", repeats=0, out=folder / name, **shard)
    return folder


@pytest.fixture
def runs(made, elsewhere):
    """Return a copy of these folders in the one that the test works in."""
    shutil.copytree(made, elsewhere, dirs_exist_ok=True)
    return elsewhere


@pytest.mark.slow
@pytest.mark.usefixtures("runs")
@calls("conformance report conformance-report", "conformance report DIR")
def test_reports_are_made_again(call, carry_out):
    """All of them, from the journal alone; the exit status is that of the run."""
    before = {path.name: path.read_bytes() for path in OUT.iterdir()}
    for path in OUT.iterdir():
        if path.name != "journal.ndjson":
            path.unlink()
    assert 1 == carry_out(call, DIR=str(OUT)).status
    assert before == {path.name: path.read_bytes() for path in OUT.iterdir()}


@pytest.mark.usefixtures("runs")
@calls("conformance report one two three", "conformance report A B C")
def test_shards_are_brought_together(call, carry_out, results_of):
    """Three parts make the whole run; two of them tell that the third is missing."""
    whole = results_of(OUT)["counts"]["requests"]
    shutil.rmtree(OUT)
    ended = carry_out(call, A="one", B="two", C="three")
    assert (1, whole) == (ended.status, results_of(OUT)["counts"]["requests"])
    assert "3" in carry_out("conformance report one two").err


@pytest.mark.usefixtures("runs")
@calls("conformance report A B C --matrix", "conformance report one two three --matrix")
def test_a_matrix(call, carry_out):
    """Requirements by targets, on one page; 1 since a target does not conform."""
    ended = carry_out(call, A="one", B="two", C="three")
    assert (1, True) == (ended.status, (OUT / "matrix.html").exists())


@pytest.mark.usefixtures("runs")
@calls("conformance report old new --compare")
def test_a_comparison(call, carry_out):
    """What is new fails it, what is still there does not."""
    with_fault = {"old": "conformance-report", "new": "conformance-report"}
    assert 0 == carry_out(call, **with_fault).status
    conformance.run(profile="smoke", out="right")
    assert 1 == carry_out(call, **with_fault | {"old": "right"}).status
    assert (OUT / "compare.html").exists()


@pytest.mark.usefixtures("runs")
@calls("conformance report runs --history")
def test_a_history(call, carry_out):
    """The trend over the runs below a folder."""
    Path("runs").mkdir()
    shutil.move(OUT, "runs/first")
    assert 0 == carry_out(call).status
    assert (OUT / "history.html").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("runs")
@calls(
    "conformance replay conformance-report CASE-ID",
    "conformance replay DIR CASE-ID",
    "conformance replay conformance-report accept.fullest",
    f"conformance replay conformance-report accept.fullest --target {LOCAL}",
)
def test_a_replay(call, carry_out, contract, right):
    """One case goes to the target of the run or another; the exit status is that of a run."""
    with wrong(contract, "accepts.CreateEnvironmentRequestV1.name.absent") as url:
        few = ("accept.fullest", "accept.smallest", "reject.name.*")
        conformance.run(target=url, only=few, phases=("catalogue",), repeats=0, out=OUT)
        findings = json.loads((OUT / "results.json").read_bytes())["findings"]
        failed = next(each["case"] for each in findings if each["strength"] == "must")
        ended = carry_out(call, DIR=str(OUT), CASE_ID=failed, http___127_0_0_1_4010=right)
    expected = (0, "accept.fullest") if "fullest" in call else (1, failed)
    assert expected == (ended.status, ended.out.partition(" ")[0])
    assert (right if "--target" in call else url) in ended.out


@calls("conformance spec requirements", "conformance spec cases")
def test_lists(call, carry_out, contract):
    """One line for each requirement or case; `--json` for programs."""
    lines = carry_out(call).out.splitlines()
    assert len(lines) == len(json.loads(carry_out(call, "--json").out))
    assert "cases" in call or len(lines) == len(contract.requirements)


@pytest.mark.slow
@calls(
    "--profile standard",
    "--phases catalogue,schemathesis,hypothesis",
    "--phases catalogue,sampler",
    "--waivers FILE",
    "--example-db DIR",
)
def test_options_of_a_run(call, carry_out, results_of):
    """They are taken, and a run of a few cases with them ends well."""
    Path("FILE").write_text("", encoding="utf-8")
    assert 0 == carry_out(f"conformance run {call}", *FEW).status
    if "standard" in call:
        assert "standard" == results_of(OUT)["profile"]


@calls("--shard I/N")
def test_a_part_of_a_run(call, carry_out, results_of):
    """The parts are less than the whole, and another each."""
    for part in ("1/2", "2/2"):
        assert 0 == carry_out(f"conformance run {call}", *FEW, "--out", part[0], I_N=part).status
    cases = [{row["id"]: row["cases"] for row in results_of(Path(out))["requirements"]} for out in "12"]
    assert cases[0] != cases[1]


@pytest.mark.slow
@calls("conformance run --profile fuzz --time-budget 600 --example-db redis://redis.example.com:6379/0")
def test_examples_of_a_team(call, carry_out):
    """The server is reached: another one would be an invalid option."""
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"redis://127.0.0.1:{server.server_address[1]}"
    words = call.replace("redis://redis.example.com:6379", place).replace("600", "3")
    assert carry_out(words).status in {0, 3}
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@calls("--workers 2", "--workers auto")
def test_processes_share_a_run(call, carry_out, results_of):
    """It is one run, with the requests of one."""
    assert 0 == carry_out(f"conformance run {call}", *QUICK).status
    assert 150 == results_of(OUT)["counts"]["requests"]


@pytest.mark.slow
@calls(
    "conformance run --workers 3 --executor dask --scheduler tcp://scheduler.example.com:8786",
    "--workers 3 --executor dask --scheduler tcp://dask-scheduler:8786",
    "--executor dask",
)
def test_a_cluster_shares_a_run(call, carry_out, results_of):
    """It is one run; the cluster of this machine stands for one elsewhere."""
    words = re.sub(r" --scheduler \S+", "", call.removeprefix("conformance run "))
    assert 0 == carry_out(f"conformance run {words}", "--workers", "3", *QUICK).status
    assert 150 == results_of(OUT)["counts"]["requests"]


@pytest.mark.slow
@calls("--profile fuzz --time-budget 600", "--profile fuzz --time-budget S")
def test_a_campaign(call, carry_out, events_of):
    """It goes on with random cases until the time is over, here 2 seconds, and nothing is wrong with the reference."""
    ended = carry_out(f"conformance run {call}", **{"600": "2", "S": "2"})
    assert (True, {"schemathesis", "sampler", "fuzz"}) == (
        ended.status != 1, {each["phase"] for each in events_of(OUT, "phase.ended")}
    )  # fmt: skip


@calls("--min-coverage 100")
def test_a_gate(call, carry_out):
    """A whole run that left a side of a keyword out fails with it."""
    ended = carry_out(f"conformance run {call}", *QUICK)
    assert (1, True) == (ended.status, "below --min-coverage 100" in ended.err)


@calls("--junit-by requirement")
def test_a_requirement_is_a_test_case(call, carry_out, contract):
    """So junit.xml has as many as there are requirements."""
    assert JunitBy.REQUIREMENT.value == call.split()[1]
    assert 0 == carry_out(f"conformance run {call}", *QUICK).status
    assert len(contract.requirements) == (OUT / "junit.xml").read_text(encoding="utf-8").count("<testcase ")
