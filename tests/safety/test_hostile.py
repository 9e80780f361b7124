"""Hostile answers: none crashes a run, hangs it past its limits, or makes its memory grow."""

import asyncio
import json
import resource
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from conformance.checks.shared.subject import Settings
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import ExchangeEnded, RunStarted
from conformance.journal.writing import Journal, read_journal
from conformance.model.case import Case
from conformance.model.vocabulary import Profile
from conformance.reports.writing import write_reports
from conformance.runner.budget import RunLimits
from conformance.runner.engine import Engine
from conformance.runner.plan import Plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.targets.target import ExchangeLimits
from conformance.targets.wire import WireTarget

from .hostile import BEHAVIOURS, serving

MAX_BODY = 1_000_000
TIMEOUT = 0.5
BUDGET = 3.0
GROWTH = 150_000_000


def meet(contract, cases, name: str, out: Path) -> list[ExchangeEnded]:
    """Carry out a run of a few cases against a hostile server, write its reports; returns what came back."""
    limits = ExchangeLimits(timeout_seconds=TIMEOUT, max_body_bytes=MAX_BODY)
    options = SessionOptions(
        run_id="00000000", settings=Settings(key="key"), limits=RunLimits(seconds=BUDGET, requests=8)
    )

    async def job(url: str) -> None:
        target = WireTarget(url, limits, concurrency=2)
        with Journal(out / "journal.ndjson", "key") as journal:
            journal.append(
                RunStarted(
                    suite_version="0",
                    run_id="00000000",
                    document=contract.document.text,
                    sha256=contract.document.sha256,
                    operation=contract.operation.name,
                    path=contract.operation.path,
                    target=url,
                    profile="smoke",
                    seed=0,
                    requirements=contract.requirements,
                )
            )
            session = Session(contract, target, journal, options)
            diagnoser = Diagnoser(session, DiagnosisOptions(repeats=0))
            try:
                await Engine(session, diagnoser, concurrency=2).run(Plan(tuple(cases), {}))
            finally:
                await target.close()

    with serving(BEHAVIOURS[name]()) as url:
        asyncio.run(job(url))
    write_reports(read_journal(out), out)
    return [event for event in read_journal(out) if isinstance(event, ExchangeEnded)]


def few(contract) -> list[Case]:
    """Return a few right cases."""
    items = catalogue(contract, Profile.SMOKE, Knowledge({"model_id": "m"}))
    return list(islice((item for item in items if isinstance(item, Case) and item.slotted), 2))


@pytest.fixture(scope="module")
def cases(contract):
    """Return a few right cases."""
    return few(contract)


def test_there_are_many() -> None:
    """At least forty behaviours are met."""
    assert len(BEHAVIOURS) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_hostile_answer(contract, cases, tmp_path, name):
    """The run ends within its limits; what came is bounded and judged, and the reports are written."""
    begun = time.monotonic()
    ended = meet(contract, cases, name, tmp_path)
    assert time.monotonic() - begun < BUDGET + 20
    for each in ended:
        assert each.response is None or len(each.response.body) <= MAX_BODY
        assert each.response is not None or each.failure is not None
    results = json.loads((tmp_path / "results.json").read_bytes())
    assert [] == [row["id"] for row in results["requirements"] if row["outcome"] == "error"]
    told = [row for row in results["requirements"] if row["outcome"] in {"failed", "warned", "inconclusive"}]
    assert told or results["reason"]


@pytest.mark.slow
def test_memory_stays_bounded(tmp_path):
    """The heavy ones in turn, in one process of its own, make its memory grow by less than 150 MB."""
    done = subprocess.run(  # noqa: S603 (this file)
        [sys.executable, "-c", MEASURE, str(Path(__file__).parent.parent.parent), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    growth = int(done.stdout.split()[-1])
    assert growth < GROWTH


MEASURE = """
import sys
sys.path.append(sys.argv[1])  # at its end: the tree holds but a part of the package
from tests.safety import test_hostile as it
it.measure(sys.argv[2])
"""


HEAVY = tuple(name for name in BEHAVIOURS if any(word in name for word in ("end", "bomb", "deep", "thousand", "mega")))
"""Those that could make memory grow; `measure(folder, whole=True)` meets the others as well."""


def measure(folder: str, *, whole: bool = False) -> None:
    """Meet every behaviour and print by how many bytes the most memory that was ever held has grown."""
    from conformance.contract.contract import load_contract  # noqa: PLC0415 (only in the process of its own)

    contract = load_contract()
    cases = few(contract)
    (Path(folder) / "first").mkdir()
    meet(contract, cases, "status 999", Path(folder) / "first")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, name in enumerate(BEHAVIOURS if whole else HEAVY):
        out = Path(folder) / str(number)
        out.mkdir()
        meet(contract, cases, name, out)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)  # noqa: T201 (the figure)
