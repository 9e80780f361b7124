"""Operations after the shapes of real APIs are conforming on their own reference server.

`python -m tests.documents.corpus` runs all of them.
"""

import json
import time

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
from conformance.model.case import holder
from conformance.model.json_values import body_value, held_objects
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .corpus import FOLDER, MOST_MEMORY, Subject, run, subjects

SAMPLE = (
    "chat.yaml POST /v1/messages",
    "directory.yaml POST /Groups",
    "files.yaml HEAD /files/{file}",
    "search.yaml GET /areas/{level}/{bounds}",
    "tickets.yaml PUT /tickets/{number}",
)
SUBJECTS = {each.name: each for each in subjects()}


def test_there_are_many() -> None:
    """More than fifty operations, of all methods that have or lack a body."""
    assert len(SUBJECTS) > 50
    assert {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} == {
        each.operation.split()[0] for each in SUBJECTS.values()
    }


def test_a_short_run_proves_what_it_rejects() -> None:
    """An invalid property is sent only in an object, however deep, that a valid request of the same run has."""
    contract = load_contract(FOLDER / "tickets.yaml", "POST /tickets/{number}/transitions")
    cases = [case for item in catalogue(contract, Profile.SMOKE, Knowledge({"number": "1"})) for case in item.cases]
    accepted = [body_value(case.request.body) for case in cases if case.expectation is Expectation.ACCEPTED]
    held = {place for body in accepted for place in held_objects(body)}
    assert {generalised(place) for case in cases if (place := holder(case))} <= held


def test_a_large_body_costs_the_reference_server_no_more_than_others() -> None:
    """What it echoes is held against the response a few hundred times at most, however much was sent."""
    contract = load_contract(FOLDER / "files.yaml", "PUT /files/{file}")
    mock = Mock(contract)
    headers = [("Host", "x"), ("Content-Type", "application/json"), ("If-Match", '"0abc"'), ("Cookie", "sid=abcdefgh")]
    body = {"name": "name", "conformance_undeclared": {f"m{number}": number for number in range(10_000)}}
    begun = time.process_time()
    answer = mock.respond("PUT", "/files/conformance", headers, json.dumps(body).encode())
    assert (200, True) == (answer.status, time.process_time() - begun < 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_some_of_them(name: str) -> None:
    """Each profile is conforming, undecided in nothing, and every label is that of jsonschema."""
    subject: Subject = SUBJECTS[name]
    outcomes = [run(subject, "smoke"), run(subject, "standard", "--phases", "catalogue")]
    assert [("conforming", (), True)] * 2 == [
        (each.verdict, each.wrong, each.memory < MOST_MEMORY) for each in outcomes
    ]
