"""What others copy into their own repositories, and what this one is run with: valid by its schema, and it runs."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

SCHEMAS = {
    "vendor.github-actions": ["action.yml"],
    "vendor.github-workflows": [".github/workflows/ci.yml"],
    "vendor.github-issue-forms": [".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/idea.yml"],
    "vendor.github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "vendor.gitlab-ci": [".gitlab/conformance.yml"],
}
"""Files by their schemas of SchemaStore, as check-jsonschema carries them."""

FEW = ("--only", "accept.all.*", "--phases", "catalogue")


@pytest.mark.skipif(not hasattr(click.ParamType, "__class_getitem__"), reason="check-jsonschema needs click 8.4")
@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_file_is_valid(tree: Path, schema: str) -> None:
    """Each file is valid by the schema of its kind."""
    pytest.importorskip("check_jsonschema", reason="the dependency group test has it")
    more = ["--data-transform", "gitlab-ci"] if schema == "vendor.gitlab-ci" else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, *SCHEMAS[schema]]
    ended = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert (0, "ok -- validation done\n") == (ended.returncode, ended.stdout)


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
