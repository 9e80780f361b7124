"""What the documents show and needs Node, cURL, an installation or the tools of this project, run as it is written.

Lines run in a shell, those of CONTRIBUTING.md in a copy of the tree, which is what a clone is. One thing is not run: an
environment of tox, for it would run these tests within themselves; each is held to what tox makes of it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.documents import ROOT, Way, by

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SECONDS = 540.0
DEFAULT = ["lint", "tests"]

INSTALLATION = {"python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/conformance run"}
SETTING_UP = (
    "python3 -m venv .venv",
    ".venv/bin/pip install --upgrade pip",
    ".venv/bin/pip install --editable . --group dev",
)
TESTING = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox"
CLIENTS = (
    "conformance client --out runs/a -- python a.py",
    "conformance client --out runs/b -- npx tsx b.mts",
    "conformance report runs/a runs/b --matrix",
)
HARNESSES = {
    "npx tsx harness.mts": ("typescript", "my-client 1.0"),
    "node harness.mjs": ("javascript", "my-client 1.0"),
    "sh harness.sh": ("curl", "curl"),
}


def test_every_snippet_is_known_here():
    """The tests below are about these, and there is no other."""
    lines = {each.text for each in by(Way.ACCEPTANCE) if each.kind != "text"}
    assert {*INSTALLATION, *SETTING_UP, TESTING, *CLIENTS, *HARNESSES, "-n 4"} == lines
    assert ["docs/clients.md"] == [each.page for each in by(Way.ACCEPTANCE) if each.kind == "text"]


def shell(folder, line, **variables):
    """Run a line in a folder, the programs of this environment first; returns its status, and what it said."""
    ours = ("CONFORMANCE_", "PYTEST_", "PYTHONSAFEPATH", "TOX_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = os.pathsep.join((str(Path(sys.executable).parent), own["PATH"]))
    done = subprocess.run(  # noqa: S603 (a line of our own documents)
        ["/bin/sh", "-c", line],
        cwd=folder,
        env={**own, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def copied(folder):
    """Copy what belongs to the tree into a folder, as a clone would have it."""
    status, said = shell(ROOT, "git ls-files --cached --others --exclude-standard")
    assert 0 == status, said
    for name in said.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    assert 0 == shell(folder, "git init --quiet")[0]
    return folder


@pytest.mark.parametrize("line", sorted(INSTALLATION))
def test_the_first_line_that_anybody_tries(line, tmp_path):
    """From a fresh clone to a report: installed with all that it needs, and run."""
    folder = copied(tmp_path)
    status, said = shell(folder, line)
    (shown,) = [each.text.strip() for each in by(Way.TUTORIAL) if each.text.startswith("conforming: ")]
    assert (0, True) == (status, shown in said.splitlines()), said
    assert (folder / "conformance-report" / "report.html").exists()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a copy of the tree that is set up to work on, as CONTRIBUTING.md says."""
    folder = copied(tmp_path_factory.mktemp("clone"))
    for line in SETTING_UP:
        status, said = shell(folder, line)
        assert 0 == status, said
    return folder


def tox(folder, *words):
    """Return what tox says of its settings."""
    status, said = shell(folder, shlex.join((".venv/bin/tox", *words)))
    assert 0 == status, said
    return said


def test_the_one_command_that_checks_everything(clone):
    """The environment and tox are there; plain `tox` runs style, types, imports and tests, and nothing else."""
    *parts, last = TESTING.split(" && ")
    assert ".venv/bin/tox" == last
    status, said = shell(clone, " && ".join(parts))
    assert 0 == status, said
    assert DEFAULT == tox(clone, "list", "--no-desc", "-d", "-q").split()


DEVELOPMENT = sorted({each.text for each in by(Way.DEVELOPMENT)})


@pytest.mark.parametrize("call", [each for each in DEVELOPMENT if "tox" in each])
def test_an_environment_of_tox(call, clone):
    """It is there, has commands, and hands on what stands after `--`."""
    *_, name = call.partition(" -- ")[0].split()
    more = call.partition(" -- ")[2].split()
    assert name in tox(clone, "list", "--no-desc", "-q").split()
    commands = tox(clone, "config", "-e", name, "-k", "commands", *(["--", *more] if more else []))
    assert "commands =" in commands
    assert commands.rstrip().endswith(" ".join(more))


def test_what_continuous_integration_calls(clone):
    """Each environment that `.ci/run` asks for is there."""
    named = re.findall(r"/tox -e (\w+)", (clone / ".ci" / "run").read_text(encoding="utf-8"))
    assert named
    assert set(named) <= set(tox(clone, "list", "--no-desc", "-q").split())


@pytest.mark.parametrize("call", [each for each in DEVELOPMENT if each.startswith("-- ")])
def test_what_mutmut_is_asked_for(call, clone):
    """It has the command, and takes names."""
    words = call.removeprefix("-- ").split()
    assert 0 == shell(clone, ".venv/bin/pip install --quiet --group mutation")[0]
    status, said = shell(clone, f".venv/bin/mutmut {words[0]} --help")
    assert (0, True) == (status, "NAME" in said.upper()), said


@pytest.mark.parametrize("call", [each for each in DEVELOPMENT if "tox" not in each and not each.startswith("-- ")])
def test_other_tools(call, clone):
    """Style and a part of the tests as they are written; of those that take half an hour, that they are there."""
    words = call.split()
    variables = [word.partition("=")[0] for word in words if "=" in word]
    if variables:
        assert all(name in Path(clone, words[-1]).read_text(encoding="utf-8") for name in variables)
        call += " --collect-only -q"
    if " -m tests." in call:
        options = [word for word in words if word.startswith("--")]
        status, said = shell(clone, f"{' '.join(words[:3])} --help")
        assert (0, []) == (status, [option for option in options if option not in said]), said
        return
    status, said = shell(clone, call)
    assert 0 == status, said


def test_tests_that_share_the_work(tmp_path):
    """`-n 4`: four processes, and one run behind them."""
    line = "pytest --pyargs conformance.suite --conformance-profile smoke -p no:cacheprovider -n 4"
    status, said = shell(tmp_path, line)
    assert (0, True) == (status, "4 workers" in said), said
    assert (tmp_path / "conformance-report" / "report.html").exists()


@pytest.fixture
def beside(tmp_path):
    """Return an empty folder where npx finds what `npm install` put beside this file."""
    if not MODULES.exists():
        pytest.fail(f"run `npm install` in {HERE.name}/")
    (tmp_path / "node_modules").symlink_to(MODULES)
    return tmp_path


@pytest.mark.parametrize("line", sorted(HARNESSES))
def test_how_a_harness_is_started(line, beside):
    """The line is what stands after `conformance client --`; what `--init` writes plays scenarios with it."""
    language, client = HARNESSES[line]
    assert 0 == shell(beside, f"conformance client --init {language}")[0]
    status, said = shell(beside, f"conformance client --only 'send.path.*' --only 'fail.status-50*' -- {line}")
    assert 0 == status, said
    assert client in (beside / "conformance-client" / "results.json").read_text(encoding="utf-8")


def test_many_clients_on_one_page(beside):
    """Two harnesses as `--init` writes them, in two languages: neither fails a must."""
    for language, name, own in (("python", "harness.py", "a.py"), ("typescript", "harness.mts", "b.mts")):
        assert 0 == shell(beside, f"conformance client --init {language}")[0]
        (beside / name).rename(beside / own)
    ended = [shell(beside, line) for line in CLIENTS]
    assert [0, 0, 0] == [status for status, _ in ended], ended
    assert (beside / "conformance-report" / "matrix.html").exists()


FAULTS = {
    "response.raise_for_status()": "response = response if response.status_code == 200 else None",
    "return response.json()": "return response and json.loads(response.content, parse_int=lambda n: int(float(n)))",
    'quote(value, safe="")': 'value.replace("\\0", "%00")',
}
"""What makes of the harness that `--init` writes one whose client has the three faults that the page shows."""


def test_what_a_client_does_wrong(tmp_path):
    """Each line of the page is on the screen for a client that has these three faults, and there is no other."""
    (block,) = [each.text for each in by(Way.ACCEPTANCE) if each.kind == "text"]
    assert 0 == shell(tmp_path, "conformance client --init python")[0]
    harness = tmp_path / "harness.py"
    text = harness.read_text(encoding="utf-8")
    for right, wrong in FAULTS.items():
        assert 1 == text.count(right)
        text = text.replace(right, wrong)
    harness.write_text(text, encoding="utf-8")
    status, said = shell(tmp_path, "conformance client -- python harness.py")
    told = [line for line in said.splitlines() if line.startswith("  must ")]
    assert (1, block.splitlines()) == (status, told)
