"""Workers: how much sooner two processes end a run than one does."""

import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

import msgspec

from .processes import ROOT, Ended, ended
from .runs import LIMIT_SECONDS
from .sections import Group, Plan, Row, figure, middle, ratio, removed
from .serving import KEY

HEAD: Row = (
    "application",
    "requests",
    "turns",
    "one process, s",
    "its processor, s",
    "two workers, s",
    "their processor, s",
    "ratio",
)
BEGIN = f"import sys; sys.path.append({str(ROOT)!r}); from conformance.cli import main; main()"


def _requests(plan: Plan) -> int:
    return 600 if plan.quick else 60_000


class _Application(msgspec.Struct, frozen=True):
    """An application that is called in the process of the run."""

    name: str
    place: str
    key: str


def _applications(plan: Plan) -> list[_Application]:
    reference = _Application("reference server", "tests.benchmarks.in_process:app", KEY)
    example = _Application("FastAPI", "examples.fastapi_app.app:app", "a-key-for-tests")
    return [reference] if plan.quick or find_spec("fastapi") is None else [reference, example]


def _run(plan: Plan, application: _Application, workers: int) -> Ended:
    folder = plan.fresh()
    folder.mkdir(parents=True)
    key = folder / "key"
    key.write_text(application.key, encoding="utf-8")
    words = ("--target", f"asgi:{application.place}", "--quiet", "--out", str(folder / "report"))
    cases = ("--profile", "fuzz", "--phases", "sampler", "--time-budget", "800", "--max-requests", str(_requests(plan)))
    options = ("--api-key-file", str(key), "--workers", str(workers))
    end = ended([sys.executable, "-c", BEGIN, "run", *words, *cases, *options], folder, LIMIT_SECONDS)
    if not (folder / "report" / "results.json").is_file():
        message = f"conformance run has no results: {end.said[-1000:]}"
        raise RuntimeError(message)
    removed(folder)
    return end


def _seconds(plan: Plan) -> float:
    return 8 if plan.quick else min(2, plan.times) * 60 * len(_applications(plan))


def _row(plan: Plan, application: _Application) -> Row:
    works = (partial(_run, plan, application, workers) for workers in (1, 2))
    one, two = plan.turns(f"workers, {application.name}", *works, times=2)
    alone, together = (middle([each.seconds for each in runs]) for runs in (one, two))
    used, both = (middle([each.processor for each in runs]) for runs in (one, two))
    figures = (figure(alone), figure(used), figure(together), figure(both), ratio(alone, together))
    return (application.name, f"{_requests(plan):,}", str(len(one)), *figures)


def _rows(plan: Plan) -> Sequence[Row]:
    return [HEAD, *(_row(plan, each) for each in _applications(plan))]


GROUP = Group(
    "workers",
    "Workers",
    "A run of `--workers 2` beside one process, reports included: random cases of the sampler against an "
    "application in the same process (`asgi:`), so that no other program needs a core: the reference server, and, "
    "where FastAPI is installed, that of `examples/`, which is slower. One process derives the cases before, joins "
    "the journals and writes the reports after. Each worker has a process that draws its cases, so that a machine with "
    "two cores has four processes to carry out.",
    _seconds,
    _rows,
)
