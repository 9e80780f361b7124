"""Memory of a run, and of the reports of its journal, after 1,000, 10,000 and 100,000 requests.

It takes minutes: `CONFORMANCE_MEMORY=100000 pytest tests/benchmarks/test_memory.py -s`; without the variable the sizes
are a tenth of that. Engine and journal are those of a run, the cases differ in their target alone, the server is the
reference in the same process. Each measurement is of a process of its own; the figures are megabytes.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import RunStarted
from conformance.journal.writing import Journal
from conformance.mock.app import reference_app
from conformance.model.case import Case
from conformance.model.vocabulary import Profile
from conformance.runner.case_source import FollowUpPhases
from conformance.runner.engine import Engine, EngineHooks, RunProgress
from conformance.runner.plan import Plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.random.process.messages import Generated, Result
from conformance.targets.asgi import AsgiTarget
from conformance.workflow.reporting import report_again

LARGEST = int(os.environ.get("CONFORMANCE_MEMORY", "10000"))
SIZES = (LARGEST // 100, LARGEST // 10, LARGEST)
BASE = 5_000_000
PER_REQUEST = 600
"""Bytes that may stay of a request, on top of the base: a number and a mark to know it again, but no body."""

KEY = "the-key-of-the-test"


def resident() -> int:
    """Return the resident size of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Variants:
    """Generates cases that differ from one in their target alone, in the place of a generator process."""

    phases = ("fuzz",)

    def __init__(self, usual: Case) -> None:
        self._usual = usual
        self._numbers = iter(range(LARGEST))

    async def start(self) -> None:
        """Begin at once."""

    async def next(self) -> Result | None:
        """Return the next case."""
        await asyncio.sleep(0)
        for number in self._numbers:
            request = replace(self._usual.request, target=f"{self._usual.request.target}?n={number}")
            return Generated(replace(self._usual, id=f"random.{number}", request=request, phase="fuzz"))
        return None

    def stop(self) -> None:
        """End at once."""

    async def close(self) -> None:
        """Wait for nothing."""


async def send(out: Path) -> dict[str, int]:
    """Send as many requests as the largest size says; returns the resident size at each size."""
    contract, figures = load_contract(), {}
    mock = reference_app(contract, key=KEY)
    usual = next(
        item
        for item in catalogue(contract, Profile.STANDARD, Knowledge({"model_id": "m"}))
        if item.id == "accept.all.null"
    )

    def report(progress: RunProgress) -> None:
        if progress.sent in SIZES:
            figures[str(progress.sent)] = resident()
        if progress.sent % 100 == 0:
            # What the server keeps is no memory of the run.
            mock.reset()

    with Journal(out / "journal.ndjson", KEY) as journal:
        journal.append(
            RunStarted(
                suite_version="0", run_id="0" * 8, document=contract.document.text, sha256=contract.document.sha256,
                operation=contract.operation.name, path=contract.operation.path, target="mock", profile="fuzz", seed=0,
                requirements=contract.requirements,
            )
        )  # fmt: skip
        options = SessionOptions(run_id="0" * 8, settings=Settings(key=KEY))
        session = Session(contract, AsgiTarget(mock), journal, options)
        diagnoser = Diagnoser(session, DiagnosisOptions(repeats=0))
        engine = Engine(session, diagnoser, concurrency=1, hooks=EngineHooks(report=report))
        await engine.run(Plan((), {}), FollowUpPhases(Variants(usual)))
    return figures


def fold(out: Path) -> dict[str, int]:
    """Make all reports; returns the largest resident size on the way, and what it was before."""
    before = resident()
    report_again(out)
    return {"before": before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def measured(what: str, out: Path, largest: int) -> dict[str, int]:
    """Return what a process of its own measures."""
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, __file__, what, str(out)],
        env={**os.environ, "CONFORMANCE_MEMORY": str(largest)},
        capture_output=True,
        text=True,
        check=True,
        timeout=1500,
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the resident size is read from /proc")
def test_memory_is_flat(tmp_path, told):
    """Neither a run nor its reports keep what was sent and answered: no more than a few hundred bytes a request."""
    run = measured("send", tmp_path, LARGEST)
    told("resident size of the run, MB", **{f"{int(size):,}": value / 1e6 for size, value in run.items()})
    peaks = {}
    for size in SIZES:
        out = tmp_path
        if size != LARGEST:
            out = tmp_path / str(size)
            out.mkdir()
            measured("send", out, size)
        figures = measured("fold", out, size)
        peaks[str(size)] = figures["peak"]
        sizes = {path.name.replace(".", "_"): path.stat().st_size / 1e6 for path in out.iterdir() if path.is_file()}
        told(f"files after {size:,} requests, MB", **sizes)
    told("largest resident size of its reports, MB", **{f"{int(size):,}": value / 1e6 for size, value in peaks.items()})
    for figures in (run, peaks):
        smallest, _, largest = (figures[str(size)] for size in SIZES)
        kept = min(SIZES[1], 1_000) * 20_000
        assert largest - smallest < BASE + PER_REQUEST * LARGEST + kept


if __name__ == "__main__":
    chosen = Path(sys.argv[2])
    print(json.dumps(asyncio.run(send(chosen)) if sys.argv[1] == "send" else fold(chosen)))  # noqa: T201 (to the parent)
