"""Small journals in files, and the lines that they have."""

import json
from pathlib import Path

from conformance.journal.events import RunStarted
from conformance.journal.reading import read_journal
from conformance.journal.writing import Journal
from conformance.model.case import Case, Request
from conformance.model.finding import Finding, Symptom
from conformance.model.vocabulary import Expectation

HEADER = RunStarted(
    suite_version="1",
    run_id="0",
    document="",
    sha256="",
    operation="POST /",
    path="/",
    target="t",
    profile="smoke",
    seed=0,
)


def finding(text: str) -> Finding:
    """Return a finding in whose texts something stands."""
    return Finding("r", text, text, Symptom(text, text, text), text, pointer="/" + text, expected="1e400", actual=text)


def written(path: Path, *events, secret: str = "") -> list:
    """Write events, and return what is read back: the same that a follower of the journal gets."""
    followed: list = []
    with Journal(path, secret, follower=lambda _, __, line: followed.extend(line)) as journal:
        for event in (HEADER, *events):
            journal.append(event)
    read = list(read_journal(path))
    assert followed == read
    return read


def begun_by_version(path: Path, version: int) -> None:
    """Write a journal with nothing but the header of a version."""
    written(path)
    (header,) = lines_of(path)
    del header["crc"]
    path.write_text(json.dumps(header | {"journal_version": version}) + "\n", encoding="utf-8")


def long_case(body: bytes) -> Case:
    """Return a case with a body."""
    return Case("c", Expectation.OBSERVED, ("r",), Request("POST", "/", (("A", "b"),), body))


def lines_of(path: Path) -> list[dict]:
    """Return the lines of a journal as they stand in the file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]
