"""Operations after the shapes of real APIs, each run against its own reference server, in a process of its own.

`python -m tests.documents.corpus [GLOB ...] [--profile P ...]`, from the root of the tree, prints a table
of verdict, requests, seconds and memory. A GLOB is of `file.yaml METHOD /path`. The exit status is 1 where an operation
does not conform, a label is wrong, or a run takes too long or too much memory.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import yaml

from conformance.contract.contract import Contract, load_contract
from conformance.journal.events import RequestSent
from conformance.journal.reading import read_journal
from conformance.model.case import Case
from conformance.model.jsontext import try_read
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.label_proof import BY_BODY

FOLDER = Path(__file__).parent / "apis"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
MOST_SECONDS, MOST_MEMORY = 20.0, 300.0
HEAD = "| operation | profile | verdict | requests | seconds | MB | wrong |" + "\n|" + " --- |" * 7
PATIENCE = 240.0
"""After so many seconds a run is killed."""


MEASURED = """
import pathlib, resource, subprocess, sys
pathlib.Path(sys.argv[1]).write_text("0")
status = subprocess.run(sys.argv[2:]).returncode
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""
"""Writes the memory of a command to a file, in kB: the most that a process took counts what its parent had."""


class Subject(msgspec.Struct, frozen=True):
    """An operation of a document."""

    spec: Path
    operation: str

    @property
    def name(self) -> str:
        """What globs choose it by."""
        return f"{self.spec.name} {self.operation}"


class Outcome(msgspec.Struct, frozen=True):
    """What a run came to: `seconds` of the clock, `memory` in MB of its largest process, and what is wrong."""

    subject: Subject
    profile: str
    verdict: str
    requests: int
    seconds: float
    memory: float
    wrong: tuple[str, ...]

    @property
    def heavy(self) -> bool:
        """Whether it took more than it may: seconds on a machine that is busy with other things prove nothing."""
        return self.seconds > MOST_SECONDS or self.memory > MOST_MEMORY


def subjects(folder: Path = FOLDER) -> Iterator[Subject]:
    """Yield the operations of all documents of a folder."""
    for path in sorted(folder.glob("*.yaml")):
        paths = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["paths"]
        for template, item in paths.items():
            yield from (Subject(path, f"{each.upper()} {template}") for each in METHODS if each in item)


def run(subject: Subject, profile: str, *more: str) -> Outcome:
    """Run the suite against the operation's own reference server."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        options = ("--spec", str(subject.spec), "--operation", subject.operation, "--profile", profile, *more)
        command = [sys.executable, "-m", "conformance", "run", "--quiet", "--report", "results", "--out", str(out)]
        begun = time.monotonic()
        with (Path(folder) / "said").open("w+") as said:
            measured = [sys.executable, "-c", MEASURED, f"{folder}/memory", *command, *options]
            process = subprocess.Popen(measured, stdout=said, stderr=said, start_new_session=True)  # noqa: S603
            _ended(process, begun)
            said.seek(0)
            lines = said.read().strip().splitlines()
        seconds = time.monotonic() - begun
        memory = int(Path(folder, "memory").read_text()) / 1024
        if not (out / "results.json").exists():
            return Outcome(subject, profile, f"exit {process.returncode}", 0, seconds, memory, tuple(lines[-1:]))
        results = json.loads((out / "results.json").read_text())
        wrong = [each["sentence"] for each in results["causes"] if each["strength"] != "advisory"]
        wrong += [
            f"{row['id']}: {row['outcome']} ({row['reason']})"
            for row in results["requirements"]
            if row["outcome"] in {"error", "inconclusive"}
        ]
        wrong += _wrong_labels(out, load_contract(subject.spec, subject.operation))
        requests = results["counts"]["requests"]
        return Outcome(subject, profile, results["verdict"], requests, seconds, memory, tuple(wrong))


def _ended(process: "subprocess.Popen[bytes]", begun: float) -> None:
    """Wait for a process, and kill it where it takes too long."""
    try:
        process.wait(PATIENCE - (time.monotonic() - begun))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()


def _wrong_labels(out: Path, contract: Contract) -> Iterator[str]:
    """Yield each case that was sent whose label is not what jsonschema says of its body."""
    seen: set[str] = set()
    for event in read_journal(out):
        if isinstance(event, RequestSent) and event.case.id not in seen:
            seen.add(event.case.id)
            if labelled_wrong(event.case, contract):
                yield f"label {event.case.expectation}: {event.case.id} {(event.case.request.body or b'')[:200]!r}"


def labelled_wrong(case: Case, contract: Contract) -> bool:
    """Tell whether jsonschema contradicts the label of a case that is about its body."""
    text = try_read(case.request.body) if case.request.body else None
    about = case.story is not None and case.story.keyword in BY_BODY
    if text is None or not contract.operation.has_body or case.expectation is Expectation.OBSERVED:
        return False
    if case.expectation is Expectation.REJECTED and not about:
        return False
    return contract.request_validator.is_valid_by_jsonschema(text.value) is not (
        case.expectation is Expectation.ACCEPTED
    )


def line(outcome: Outcome) -> str:
    """Return the row of an outcome."""
    found = "; ".join(outcome.wrong).replace("|", "\\|") or "-"
    figures = f"{outcome.requests} | {outcome.seconds:.1f} | {outcome.memory:.0f}"
    return f"| {outcome.subject.name} | {outcome.profile} | {outcome.verdict} | {figures} | {found} |"


def show(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.documents.corpus")
    parser.add_argument("globs", nargs="*", metavar="GLOB")
    parser.add_argument("--profile", action="append", choices=["smoke", "standard", "full"])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="other documents")
    parser.add_argument("--phases", help="phases of the runs")
    chosen = parser.parse_args(arguments)
    more = ("--phases", chosen.phases) if chosen.phases else ()
    show(HEAD)
    failed = False
    for subject in subjects(chosen.folder):
        if chosen.globs and not any(fnmatchcase(subject.name, each) for each in chosen.globs):
            continue
        for profile in chosen.profile or ("smoke", "standard"):
            outcome = run(subject, profile, *more)
            failed |= outcome.verdict != "conforming" or bool(outcome.wrong) or outcome.heavy
            show(line(outcome))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
