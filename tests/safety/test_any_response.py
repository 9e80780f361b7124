"""Whatever a response holds: every check judges it, every report shows it, and none of it is a fault of the suite."""

import asyncio
import json
from collections.abc import Iterator
from importlib.resources import files
from itertools import cycle, product
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks.judging import judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import parse_document
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import ExchangeEnded, RequestSent
from conformance.journal.reading import read_journal
from conformance.journal.recording import Recorder
from conformance.journal.writing import Journal
from conformance.mock.app import Mock
from conformance.model.case import Case, Item
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Doubt
from conformance.model.vocabulary import Expectation, Profile
from conformance.reports.writing import REPORTS, write_reports
from conformance.runner import patience
from conformance.runner.budget import RunLimits
from conformance.runner.engine import Engine
from conformance.runner.plan import Plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue, fill
from conformance.targets.asgi import AsgiTarget
from conformance.workflow.setup.run_header import header_of

from .spoilt import FIELDS, LITERALS, VALUES, answering, places, responses, spoil

KEY = "key-1234567"
STARTED = 1_767_225_600.0

PROPERTIES: dict[str, Any] = {
    **{
        name: {"type": "string", "format": name}
        for name in ("date-time", "date", "time", "duration", "email", "hostname", "idn-hostname", "ipv4", "ipv6")
    },
    **{
        name: {"type": "string", "format": name}
        for name in ("uri", "uri-reference", "iri", "uuid", "regex", "json-pointer", "uri-template", "unknown")
    },
    "bounded": {"type": "number", "minimum": 0, "exclusiveMaximum": 10, "multipleOf": 0.1},
    "whole": {"type": "integer", "multipleOf": 3, "default": 3},
    "text": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]+$"},
    "listed": {"enum": ["a", 1, 1.5, None, {"a": 1}]},
    "array": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "maxItems": 3},
    "closed": {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "integer"}}},
    "either": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"type": ["null", "integer"]}}}]},
}


def other_contract() -> Contract:
    """Return the contract of a document whose bodies have every keyword."""
    schema = {"type": "object", "required": ["text"], "properties": PROPERTIES}
    fields = {
        "X-Odd": {"schema": {"type": ["integer", "boolean"]}},
        "Allow": {"schema": {"type": "array", "items": {}}},
    }
    body = {"description": "", "content": {"application/json": {"schema": schema}}, "headers": fields}
    operation = {"post": {"requestBody": body, "responses": {"200": body}}}
    content = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things": operation}}
    document = parse_document(json.dumps(content).encode(), "other.json")
    return build_contract(document, pick_operation(document, None), files("conformance.spec"))


@pytest.fixture(scope="module")
def right(contract: Contract) -> Any:
    """Return a right answer, as the reference server gives it."""
    target = AsgiTarget(Mock(contract))
    exchange = asyncio.run(target.send(accepted(contract).request, key=KEY))
    assert exchange.response is not None
    return json.loads(exchange.response.body)


def accepted(contract: Contract) -> Case:
    """Return one right request, as it is sent."""
    items = catalogue(contract, Profile.SMOKE, Knowledge({"model_id": "m"}))
    case = next(item for item in items if isinstance(item, Case) and item.expectation is Expectation.ACCEPTED)
    return Case(case.id, case.expectation, case.requirements, fill(case.request, "cfm-00000000-0000"), slotted=True)


def check_reports(out: Path) -> None:
    """See that all reports of a journal can be written and read, and that none has an error of the suite."""
    write_reports(read_journal(out), out)
    rows = json.loads((out / "results.json").read_bytes())["requirements"]
    assert [] == [(row["id"], row["reason"]) for row in rows if row["outcome"] == "error"]
    for report in REPORTS.values():
        content = (out / report.filename).read_bytes()
        content.decode()
        if report.filename.endswith((".json", ".sarif", ".har")):
            json.loads(content)
        elif report.filename.endswith((".xml", ".svg")):
            fromstring(content)  # noqa: S314 (our own)


@pytest.mark.slow
@pytest.mark.parametrize("other", [False, True], ids=["the published document", "a document with every keyword"])
def test_every_check_and_report(contract, right, tmp_path, other):
    """One response after another is judged, recorded and reported; no check breaks on any."""
    of = other_contract() if other else contract
    answer = dict.fromkeys(PROPERTIES, "a") if other else right
    case = accepted(of)
    with Journal(tmp_path / "journal.ndjson", KEY) as journal:
        journal.append(header_of(of, "asgi", Profile.SMOKE))
        recorder = Recorder(of, journal)
        numbers = iter(range(1, 10**9))

        def take(response: Response) -> None:
            number, exchange = next(numbers), Exchange(case.request, response, started=STARTED, seconds=0.1)
            found = judge(Subject(of, case, exchange, Settings(key=KEY)))
            assert [] == [each.reason for each in found if isinstance(each, Doubt) and each.ours]
            journal.append(RequestSent(send=number, case=case, attempt=number))
            journal.append(ExchangeEnded.of(number, exchange))
            recorder.record(number, case.id, found)

        @settings(max_examples=40, derandomize=True, deadline=None, database=None)
        @given(responses(answer))
        def any_response(response: Response) -> None:
            take(response)

        for place, literal in zip(cycle(places(answer)), LITERALS * 2, strict=False):
            take(Response(200, (("Content-Type", "application/json"),), spoil(answer, place, literal).encode()))
        for field in product(FIELDS, VALUES):
            take(Response(200, (("Content-Type", "application/json"), field), json.dumps(answer).encode()))
        any_response()
    check_reports(tmp_path)


def carry_out(contract: Contract, items: tuple[Item, ...], answers: Iterator[Response], out: Path) -> None:
    """Carry out a run whose target gives one answer after another."""

    async def job() -> None:
        target = AsgiTarget(answering(lambda _: next(answers)))
        with Journal(out / "journal.ndjson", KEY) as journal:
            journal.append(header_of(contract, "asgi", Profile.SMOKE))
            options = SessionOptions(
                run_id="00000000", settings=Settings(key=KEY), limits=RunLimits(requests=150, seconds=60)
            )
            session = Session(contract, target, journal, options)
            await Engine(session, Diagnoser(session, DiagnosisOptions(repeats=1)), concurrency=2).run(Plan(items, {}))
            await target.close()

    asyncio.run(job())
    check_reports(out)


@pytest.mark.slow
def test_whole_runs(contract, right, tmp_path_factory, monkeypatch):
    """Runs, their diagnoses included, end in reports without a fault of the suite, whatever the responses hold."""
    monkeypatch.setattr(patience, "LONGEST_WAIT", 0.0)
    items = catalogue(contract, Profile.SMOKE, Knowledge({"model_id": "m"}))
    draw = responses(right)

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(draw, min_size=1, max_size=9))
    def any_responses(drawn: list[Response]) -> None:
        carry_out(contract, items, cycle(drawn), tmp_path_factory.mktemp("run"))

    any_responses()
