"""`conformance client`: a harness to begin with, a run, and one clear line for what is wrong."""

import json
import shutil
import sys
from pathlib import Path

import pytest


def results():
    """Return what a run in this folder has found."""
    return json.loads(Path("conformance-client/results.json").read_bytes())


def some(*globs):
    """Return the options that choose scenarios."""
    return [word for glob in globs for word in ("--only", glob)]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["python", "python-async"])
def test_a_harness_to_begin_with_works_as_it_is(command, language):
    """What `--init` writes plays scenarios at once: its own call breaks no must."""
    begun = command("client", "--init", language)
    assert (0, True) == (begun.status, "conformance client -- python harness.py" in begun.out)
    chosen = some("send.path.*s*", "read.all.b*", "fail.*", "reject.name.*")
    ended = command("client", *chosen, "--", sys.executable, "harness.py")
    assert (0, True) == (ended.status, "conforming" in ended.out), ended
    assert ("my-client 1.0", "conforming") == (results()["target"], results()["verdict"])
    written = {path.name for path in Path("conformance-client").iterdir()}
    assert {"results.json", "report.html", "journal.ndjson", "junit.xml"} <= written


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("curl")), reason="needs curl and jq")
def test_a_harness_of_curl_works_as_it_is(command):
    """The loop of curl and jq sends what it is asked to, keeps every digit, and tells errors."""
    command("client", "--init", "curl")
    chosen = some("fail.status-50*", "fail.reset", "send.path.*.slash", "read.all.beyond-float")
    ended = command("client", *chosen, "--", "sh", "harness.sh")
    assert (0, "curl") == (ended.status, results()["target"]), ended


@pytest.mark.slow
def test_what_a_client_does_wrong_is_on_the_screen(command):
    """Causes, verdict and the place of the report are told; the exit status says that a requirement failed."""
    command("client", "--init", "python")
    harness = Path("harness.py")
    harness.write_text(harness.read_text().replace("response.raise_for_status()", "").replace("Api-Key ", "Bearer "))
    ended = command("client", *some("send.example", "fail.status-40*"), "--", sys.executable, str(harness))
    assert 1 == ended.status
    assert "must   Sends the key with the scheme Bearer instead of Api-Key (1 finding, e.g. send.example)" in ended.out
    assert "Returns the body for a status other than 200 instead of reporting an error (5 findings" in ended.out
    assert "not conforming" in ended.out


def wrong_harness():
    """Write a harness whose client sends the key in a wrong form."""
    harness = Path("harness.py")
    harness.write_text(harness.read_text().replace("Api-Key ", "Bearer "))
    return ("--", sys.executable, str(harness))


@pytest.mark.slow
def test_failures_of_a_client_that_are_let_pass(command):
    """Waivers are drafted, refused until they are filled in, and then let the failure pass until their day."""
    command("client", "--init", "python")
    chosen = (*some("send.example"), "--waivers", "waivers.toml")
    harness = wrong_harness()
    ended = command("client", *chosen, "--waivers-update", *harness)
    assert (1, True) == (ended.status, "waivers.toml: 1 added" in ended.err), ended
    draft = Path("waivers.toml").read_text()
    assert "Sends the key with the scheme Bearer instead of Api-Key" in draft
    assert "`owner` is empty" in command("client", *chosen, *harness).complaint
    Path("waivers.toml").write_text(
        draft.replace('owner = ""', 'owner = "me"').replace('reason = ""', 'reason = "old"')
    )
    ended = command("client", *chosen, *harness)
    assert (0, 1) == (ended.status, results()["counts"]["requirements"]["waived"]), ended
    row = 'owner = "me"\nreason = "old"\nexpires = 2999-01-01\n'
    Path("waivers.toml").write_text(f'[[waiver]]\nrequirement = "transport.status"\n{row}')
    assert "there is no requirement 'transport.status'" in command("client", *chosen, *harness).complaint


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conformance.toml", "pyproject.toml"])
def test_options_in_a_file(command, name):
    """A table of its own sets defaults, the command line wins; a run and a client do not trip over each other's."""
    command("client", "--init", "python")
    table = "client" if name == "conformance.toml" else "tool.conformance.client"
    head = "" if name == "conformance.toml" else "[tool.conformance]\n"
    Path(name).write_text(f'{head}profile = "smoke"\n[{table}]\nonly = "send.example"\nout = "here"\n')
    assert 0 == command("client", "--", sys.executable, "harness.py").status
    assert 2 == json.loads(Path("here/results.json").read_bytes())["counts"]["cases"]
    assert 0 == command("client", "--out", "there", "--", sys.executable, "harness.py").status
    assert Path("there/results.json").exists()
    assert "smoke: " in command("run", "--plan").out
    Path(name).write_text(f'[{table}]\nprofil = "full"\n')
    said = "which is not an option; did you mean 'profile'?"
    assert said in command("client", "--", sys.executable, "harness.py").complaint
    assert 0 == command("client", "--help").status


@pytest.mark.slow
def test_a_harness_that_misbehaves_is_told_line_by_line(command):
    """Noise is told on standard error; a harness that dies ends the run, and what was done is reported."""
    Path("harness.py").write_text(
        "import sys; sys.stdin.readline(); print('hello', flush=True)\n"
        'print(\'{"protocol": 1, "client": "odd"}\', flush=True); sys.stdin.readline(); sys.exit("no more")\n'
    )
    ended = command("client", "--", sys.executable, "harness.py")
    assert 3 == ended.status
    lines = ended.err.splitlines()
    assert "conformance client: the harness wrote a line that is not in the protocol: hello" == lines[0]
    assert "conformance client: read.fullest: the harness ended with status 1: no more" in lines
    assert "the run is incomplete: the harness failed 3 consecutive times" in ended.err
    assert (3, True) == (results()["counts"]["cases"], results()["lost"])


def test_a_harness_is_not_written_over(command):
    """`--init` leaves alone what is there."""
    Path("harness.py").write_text("mine")
    ended = command("client", "--init", "python")
    assert (2, "mine") == (ended.status, Path("harness.py").read_text())
    assert "harness.py already exists" in ended.complaint


def test_scenarios_are_listed(command):
    """`--list` names each scenario, the requirement that it is about, and what is special."""
    ended = command("client", "--list")
    rows = [line.split("\t") for line in ended.out.splitlines()]
    assert (0, {3}) == (ended.status, {len(row) for row in rows})
    assert ["fail.reset", "client-error.reset"] in [row[:2] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no harness is given"),
        (("--", "no-such-program"), "cannot start no-such-program"),
        (("--only", "nothing.*", "--", "true"), "no scenario is selected"),
        (("--", "true"), "the harness ended with status 0 before its first line"),
        (("--report", "odd", "--", "true"), "there is no report format 'odd'"),
        (("--spec", "no.yaml", "--", "true"), "cannot read no.yaml"),
        (("--timeout", "0", "--", "true"), "--timeout"),
    ],
)
def test_what_is_wrong_is_one_clear_line(command, elsewhere, arguments, said):
    """A wrong call is told in one line, with exit status 2, and leaves nothing behind."""
    ended = command("client", *arguments)
    assert 2 == ended.status
    assert said in ended.complaint
    assert [] == list(elsewhere.iterdir())
