"""What others copy into their own repositories, and what this one is run with: valid by its schema, and it runs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tests.cli.documents import Way, by
from tests.cli.test_documented_settings import parse

SCHEMAS = {
    "vendor.github-actions": ["action.yml"],
    "vendor.github-workflows": [".github/workflows/ci.yml"],
    "vendor.github-issue-forms": [".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/idea.yml"],
    "vendor.github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "vendor.gitlab-ci": [".gitlab/conformance.yml"],
}
"""Files by their schemas of SchemaStore, as check-jsonschema carries them."""

FEW = ("--only", "accept.all.*", "--phases", "catalogue")


HOOKS = ".pre-commit-hooks.yaml"
SHOWN = {each.text.splitlines()[0].removeprefix("# "): each.text for each in by(Way.FILE)}
"""The files that docs/ci.md shows, by their names."""

newer_click = pytest.mark.skipif(
    not hasattr(click.ParamType, "__class_getitem__"), reason="check-jsonschema needs click 8.4"
)


def check(folder: Path, schema: str, *names: str) -> None:
    """Hold files to a schema that check-jsonschema carries."""
    pytest.importorskip("check_jsonschema", reason="the dependency group test has it")
    more = ["--data-transform", "gitlab-ci"] if schema == "vendor.gitlab-ci" else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, *names]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert (0, "ok -- validation done\n") == (ended.returncode, ended.stdout)


@newer_click
@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_file_is_valid(tree: Path, schema: str) -> None:
    """Each file is valid by the schema of its kind."""
    check(tree, schema, *SCHEMAS[schema])


@newer_click
@pytest.mark.parametrize(
    ("name", "schema"),
    [(".github/workflows/conformance.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_each_recipe_is_valid(tmp_path: Path, name: str, schema: str) -> None:
    """What the page shows is a whole file."""
    (tmp_path / "recipe.yml").write_text(SHOWN[name], encoding="utf-8")
    check(tmp_path, schema, "recipe.yml")


def test_every_recipe_has_its_tests() -> None:
    """The page shows these files, and no other."""
    assert {".github/workflows/conformance.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"} == set(SHOWN)


@pytest.mark.parametrize(
    ("kind", "name"), [("validate-manifest", HOOKS), ("validate-config", ".pre-commit-config.yaml")]
)
def test_pre_commit_reads_its_files(tree: Path, tmp_path: Path, kind: str, name: str) -> None:
    """The hooks that are offered and those of this repository, and the file that the page shows."""
    pytest.importorskip("pre_commit", reason="the dependency group test has it")
    (tmp_path / name).write_text(SHOWN.get(name, (tree / name).read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "pre_commit", kind, str(tree / name), str(tmp_path / name)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert (0, "") == (ended.returncode, ended.stderr + ended.stdout)


def test_the_recipes_name_what_there_is(tree: Path, project: dict[str, Any]) -> None:
    """The version, the inputs of the action, the job, the hook and their options are there; the table is complete."""
    action, job = read(tree / "action.yml"), read(tree / ".gitlab" / "conformance.yml")[".conformance"]
    version = f"v{project['project']['version']}"

    workflow = yaml.load(SHOWN[".github/workflows/conformance.yml"], Loader=yaml.BaseLoader)  # noqa: S506 (all texts)
    step = workflow["jobs"]["staging"]["steps"][-1]
    assert version == step["uses"].partition("@")[2]
    assert set() == set(step["with"]) - set(action["inputs"])
    parse(["run", *step["with"]["arguments"].split()])

    pipeline = yaml.load(SHOWN[".gitlab-ci.yml"], Loader=yaml.BaseLoader)["staging"]  # noqa: S506 (all texts)
    assert ".conformance" == pipeline["extends"]
    assert set() == set(pipeline["variables"]) - set(job["variables"])
    parse(["run", *pipeline["variables"]["OPTIONS"].split()])

    (repo,) = yaml.load(SHOWN[".pre-commit-config.yaml"], Loader=yaml.BaseLoader)["repos"]  # noqa: S506 (all texts)
    assert (version, ["spec-drift"]) == (repo["rev"], [each["id"] for each in repo["hooks"]])

    defaults = {name: f"`{each['default']}` " if each["default"] else "" for name, each in action["inputs"].items()}
    rows = [f"| `{name}` | {defaults[name]}| {each['description']} |" for name, each in action["inputs"].items()]
    page = (tree / "docs" / "ci.md").read_text(encoding="utf-8")
    assert rows == [line for line in page.splitlines() if line.startswith("| `")]


def test_the_hook_rejects_a_document_that_breaks_the_older_one(tree: Path, tmp_path: Path, program: str) -> None:
    """Its command, with the arguments of the page: status 1 for a change that breaks, 0 for none."""
    (hook,) = read(tree / HOOKS)
    assert "false" == hook["pass_filenames"]
    (repo,) = yaml.load(SHOWN[".pre-commit-config.yaml"], Loader=yaml.BaseLoader)["repos"]  # noqa: S506 (all texts)
    older, newer = repo["hooks"][0]["args"]
    text = (tree / "spec" / "openapi.yaml").read_text(encoding="utf-8")
    assert re.search(repo["hooks"][0]["files"], newer)
    words = [program, *hook["entry"].split()[1:], older, newer]
    (tmp_path / older).write_text(text, encoding="utf-8")
    for changed, status in ((text, 0), (text.replace("type: string", "type: integer", 1), 1)):
        (tmp_path / newer).write_text(changed, encoding="utf-8")
        ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
        assert status == ended.returncode, ended.stdout + ended.stderr


def test_every_classifier_exists(project: dict[str, Any]) -> None:
    """PyPI rejects a distribution with a classifier that it does not know."""
    known = pytest.importorskip("trove_classifiers", reason="the dependency group test has it").classifiers
    classifiers = project["project"]["classifiers"]
    assert [] == [each for each in classifiers if each not in known]
    assert sorted(classifiers) == classifiers


def read(path: Path) -> Any:
    """Return the content of a YAML file; `on` is a word."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (our own file, all texts)


def test_the_action_documents_what_it_takes(tree: Path) -> None:
    """Every input and output is described, has a default, and is used."""
    text, action = (tree / "action.yml").read_text(encoding="utf-8"), read(tree / "action.yml")
    assert [] == [name for name, each in action["inputs"].items() if not each["description"] or "default" not in each]
    assert [] == [name for name in action["inputs"] if f"inputs.{name}" not in text]
    assert [] == [name for name, each in action["outputs"].items() if not each["description"]]
    # What an input holds is never a part of a script: a shell would carry it out.
    assert [] == [step["name"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")]


def test_continuous_integration_tests_every_declared_python(tree: Path, project: dict[str, Any]) -> None:
    """No version is declared that the workflow does not test, and its commands are the documented ones."""
    jobs = read(tree / ".github" / "workflows" / "ci.yml")["jobs"]
    versions = jobs["tests"]["strategy"]["matrix"]["python"]
    declared = (each.rpartition(" ")[2] for each in project["project"]["classifiers"] if "Python :: 3." in each)
    assert set() == set(declared) - set(versions)
    commands = {step["run"] for job in jobs.values() for step in job["steps"] if "run" in step}
    documented = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox"
    assert {documented, *(f"{documented} -e {name}" for name in ("docs", "lowest")), ".ci/run"} == commands
    assert documented in (tree / "README.md").read_text(encoding="utf-8").splitlines()


def test_the_hooks_have_the_version_of_the_style(tree: Path) -> None:
    """What is run before a commit is the ruff that continuous integration runs."""
    wanted = tomllib.loads((tree / "pyproject.toml").read_text())["dependency-groups"]["lint"]
    hooks = [hook for repo in read(tree / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert [wanted, wanted] == [hook["additional_dependencies"] for hook in hooks]


@pytest.fixture
def program(tmp_path: Path) -> str:
    """Return a program that is the command line of the suite."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from conformance.cli import main; main()' \"$@\"\n")
    path.chmod(0o755)
    return str(path)


def script(lines: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Carry out the script of a step."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CONFORMANCE_")}
    bash = shutil.which("bash") or ""
    return subprocess.run(  # noqa: S603 (the file that is tested)
        [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", lines],
        cwd=folder, env={**ours, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("words", "status"), [(FEW, 0), ((*FEW, "--max-requests", "1"), 3), (("--nonsense",), 2)])
def test_the_steps_of_the_action_run(
    tree: Path, tmp_path: Path, program: str, words: tuple[str, ...], status: int
) -> None:
    """The step of the run ends well with any status, which is its output; the last step then ends with it."""
    steps = {step["name"]: step for step in read(tree / "action.yml")["runs"]["steps"] if "name" in step}
    (tmp_path / "conformance" / "bin").mkdir(parents=True)
    Path(program).rename(tmp_path / "conformance" / "bin" / "conformance")
    output, summary = tmp_path / "output", tmp_path / "summary"
    given = dict.fromkeys(steps["Run"]["env"], "") | {"ARGUMENTS": "\n".join(words) + "\n", "OUT": "reports here"}
    ended = script(
        steps["Run"]["run"], tmp_path, **given,
        RUNNER_TEMP=str(tmp_path), GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert (0, f"status={status}\n") == (ended.returncode, output.read_text()), ended.stderr
    assert (status != 2) is summary.exists() is (tmp_path / "reports here" / "results.sarif").exists()
    assert status == script(steps["Report the status"]["run"], tmp_path, STATUS=str(status)).returncode


@pytest.mark.slow
def test_the_job_of_gitlab_runs(tree: Path, tmp_path: Path, program: str) -> None:
    """Its script leaves the reports where its artefacts are taken from."""
    job = read(tree / ".gitlab" / "conformance.yml")[".conformance"]
    (tmp_path / ".conformance-venv" / "bin").mkdir(parents=True)
    Path(program).rename(tmp_path / ".conformance-venv" / "bin" / "conformance")
    given = job["variables"] | {"OPTIONS": "--only accept.smallest --phases catalogue"}
    ended = script("\n".join(job["script"]), tmp_path, **given)
    assert 0 == ended.returncode, ended.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
    assert (tmp_path / job["artifacts"]["paths"][0]).is_dir()
