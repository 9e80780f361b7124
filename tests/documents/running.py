"""Runs of small documents: the catalogue against the document's own reference server, or another, in this process."""

from pathlib import Path
from textwrap import dedent
from typing import Any

from msgspec.structs import replace

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.writing import MemorySink
from conformance.mock.app import Mock
from conformance.reports.folding.fold import fold
from conformance.reports.results import Results
from conformance.runner.engine import Engine
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.path_values import UNKNOWN_VALUES
from conformance.targets.asgi import AsgiTarget
from conformance.targets.target import ExchangeLimits
from conformance.workflow.proof.virtual_time import run_in_virtual_time
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare
from conformance.workflow.setup.run_header import run_header


def contract_from(text: str, folder: Path, operation: str | None = None) -> Contract:
    """Return the contract of a document that a test holds as YAML, the members that every document has left out."""
    path = folder / "spec.yaml"
    path.write_text("openapi: 3.1.0\ninfo: {title: T, version: '1'}\n" + dedent(text), encoding="utf-8")
    return load_contract(path, operation)


def run_of(contract: Contract, target: Any = None, **options: Any) -> Results:
    """Return the results of the catalogue against the reference server of a contract, or another ASGI application."""
    prepared = prepare(contract, replace(RunOptions(phases=("catalogue",)), **options), {})
    keys = prepared.credentials.others
    app = target or Mock(contract, key=prepared.key or None, keys=keys, unknown=frozenset(UNKNOWN_VALUES))
    sink = MemorySink()
    sink.append(run_header(prepared, "in this process", ()))

    async def carry_out() -> None:
        reached = AsgiTarget(app, ExchangeLimits(timeout_seconds=5.0))
        settings = Settings(key=prepared.key)
        session_options = SessionOptions(run_id="0" * 8, settings=settings, credentials=prepared.credentials)
        session = Session(contract, reached, sink, session_options)
        diagnoser = Diagnoser(session, DiagnosisOptions(known=prepared.plan.known))
        try:
            await Engine(session, diagnoser, concurrency=1).run(prepared.plan)
        finally:
            await reached.close()

    run_in_virtual_time(carry_out())
    return fold(sink.events)


def said(results: Results) -> tuple[str, list[str], list[str]]:
    """Return the verdict of a run, its causes beside notes, and the requirements that nothing could decide."""
    causes = [cause.sentence for cause in results.causes if cause.strength != "advisory"]
    undecided = [row.id for row in results.requirements if row.outcome in {"error", "inconclusive"}]
    return str(results.verdict), causes, undecided


CONFORMING = ("conforming", [], [])
