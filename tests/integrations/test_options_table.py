"""The options of the plugin as a table: each arrives, is declared, and is in the help."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import fields

from conformance.integrations.pytest_plugin import declared, options
from conformance.integrations.pytest_plugin.options import OPTIONS
from conformance.integrations.pytest_plugin.plugin import MARKERS
from conformance.integrations.pytest_plugin.settings import run_options
from conformance.model.vocabulary import JunitBy, Profile, Strength
from conformance.workflow.setup.options import RunOptions

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "spec" / "openapi.yaml"
RELATIONS = HERE / "relations.yaml"
PATH = "/v1/models/{model_id}/environments"

ARRIVES = {
    "target": ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    "model-id": ("m7", "m7"),
    "path-param": ("model_id=m7", {"model_id": "m7"}),
    "param": ("model_id=m8", {"model_id": "m8"}),
    "unknown-model-id": ("none", "none"),
    "api-key-env": ("HOME", "HOME"),
    "api-key-file": ("key.txt", Path("key.txt")),
    "api-key-command": ("echo a-key-of-mine", "echo a-key-of-mine"),
    "credential": ("ApiKeyAuth=env:HOME", ("ApiKeyAuth=env:HOME",)),
    "header": ("X-Tenant: one", ("X-Tenant: one",)),
    "secret-header": ("X-Token=HOME", ("X-Token=HOME",)),
    "ca-bundle": ("ca.pem", Path("ca.pem")),
    "client-cert": ("client.pem", Path("client.pem")),
    "client-key": ("client.key", Path("client.key")),
    "stateless": (None, True),
    "any-key": (None, True),
    "probes": (None, True),
    "cleanup": (None, True),
    "allow-name-edges": (None, True),
    "spec": (str(DOCUMENT), DOCUMENT),
    "also-spec": (str(DOCUMENT), (DOCUMENT,)),
    "operation": (f"POST {PATH}", f"POST {PATH}"),
    "relations": (str(RELATIONS), RELATIONS),
    "allow-host": ("api.example.com", ("api.example.com",)),
    "allow-plaintext": (None, True),
    "max-creations": ("3", 3),
    "max-requests": ("4", 4),
    "max-body": ("1000", 1000),
    "min-coverage": ("50", 50.0),
    "profile": ("smoke", Profile.SMOKE),
    "shard": ("1/3", "1/3"),
    "only": ("reject.*", ("reject.*",)),
    "skip": ("reject.*", ("reject.*",)),
    "seed": ("7", 7),
    "repeats": ("0", 0),
    "rate": ("2.5", 2.5),
    "concurrency": ("2", 2),
    "timeout": ("0.5", 0.5),
    "time-budget": ("30", 30.0),
    "max-failures": ("1", 1),
    "max-response-time": ("0.5", 0.5),
    "fail-on": ("should", Strength.SHOULD),
    "waivers": ("waivers.toml", Path("waivers.toml")),
    "out": ("here", Path("here")),
    "report": ("junit", ("junit",)),
    "junit-by": ("requirement", JunitBy.REQUIREMENT),
}
"""What is given for an option, None for a flag, and the value of the member of `RunOptions`."""


@pytest.mark.parametrize("row", OPTIONS, ids=[row.flag for row in OPTIONS])
def test_every_option_arrives(row, pytester):
    """An option of the command line of pytest is that of a run; the table above has each of them."""
    given, expected = ARRIVES[row.flag]
    (pytester.path / "key.txt").write_text("a-key-of-mine")
    config = pytester.parseconfigure(f"--conformance-{row.flag}", *([] if given is None else [given]))
    found = getattr(run_options(config), row.field)
    assert (pytester.path / expected if isinstance(expected, Path) else expected) == found
    assert found != row.default


def test_a_file_for_the_command_shares_no_session(pytester):
    """A session is one process, and finds the files that a file names wherever its tests are."""
    (pytester.path / "conformance.toml").write_text('workers = "2"\nresume = true\nalso-spec = ["newer.yaml"]')
    found = run_options(pytester.parseconfigure())
    assert (None, False, (pytester.path / "newer.yaml",)) == (found.workers, found.resume, found.also_spec)


def test_every_option_of_a_run_is_one_of_the_plugin():
    """What `conformance run` takes the plugin takes, but for what makes no sense in a session of tests."""
    missing = {each.name for each in fields(RunOptions)} - {row.field for row in OPTIONS}
    shared = {"workers", "executor", "scheduler"}
    assert {"phases", "example_db", "waivers_update", "resume", "resend_interrupted", *shared} == missing
    assert set(ARRIVES) == {row.flag for row in OPTIONS}


def test_what_is_declared_is_the_table():
    """What a session reads at its start is what the table of options says: `options.py` writes it anew."""
    assert Path(declared.__file__).read_text(encoding="utf-8") == options.module()


@pytest.mark.slow
def test_a_session_that_does_not_use_the_plugin_imports_next_to_nothing(tmp_path):
    """Of the suite it imports the plugin alone, and no library that only the suite needs, Schemathesis least of all."""
    (tmp_path / "test_nothing.py").write_text("def test_it(): pass\n")
    program = (
        "import sys, pytest; pytest.main(['-q', '-p', 'no:schemathesis', '-p', 'no:cov', '-p', 'no:xdist',"
        " '-p', 'no:hypothesispytest']);"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in"
        " {'conformance', 'schemathesis', 'msgspec', 'aiohttp', 'jsonschema_rs'}))"
    )
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    room = "conformance.integrations.pytest_plugin"
    expected = ["conformance", "conformance.integrations", room]
    expected += [f"{room}.{name}" for name in ("declared", "fixtures", "keys", "plugin")]
    assert [*expected, "conformance.model", "conformance.model.version"] == done.stdout.splitlines()[-1].split()


def test_every_option_is_told_by_the_help(pytester):
    """`pytest --help` has them all, and `pytest --markers` has every marker."""
    told = pytester.runpytest_inprocess("--help").stdout.str()
    assert [] == [row.flag for row in OPTIONS if f"--conformance-{row.flag}" not in told]
    told = pytester.runpytest_inprocess("--markers").stdout.str()
    assert [] == [line for line in MARKERS if f"@pytest.mark.{line.partition(':')[0]}" not in told]


def test_every_marker_has_a_name_of_its_own(pytester):
    """The plugin registers no generic marker: a project may use `must` and `should` for its own."""
    names = {line.partition(":")[0].partition("(")[0] for line in MARKERS}
    assert set() == {name for name in names if not name.startswith("conformance_")}
    told = pytester.runpytest_inprocess("--markers").stdout.str()
    assert [] == [name for name in ("must", "should", "advisory") if f"@pytest.mark.{name}:" in told]
