"""Workers: how much sooner two processes end a run than one does."""

import sys
from collections.abc import Sequence
from functools import partial

from .processes import ROOT, Ended, ended
from .runs import LIMIT_SECONDS
from .sections import Group, Plan, Row, figure, middle, ratio, removed

HEAD: Row = ("requests", "turns", "one process, s", "its processor, s", "two workers, s", "their processor, s", "ratio")
BEGIN = f"import sys; sys.path.append({str(ROOT)!r}); from conformance.cli import main; main()"


def _requests(plan: Plan) -> int:
    return 600 if plan.quick else 60_000


def _run(plan: Plan, workers: int) -> Ended:
    folder = plan.fresh()
    words = ("--target", "asgi:tests.benchmarks.in_process:app", "--quiet", "--out", str(folder / "report"))
    cases = ("--profile", "fuzz", "--phases", "sampler", "--time-budget", "800", "--max-requests", str(_requests(plan)))
    command = [sys.executable, "-c", BEGIN, "run", *words, *cases, "--workers", str(workers)]
    end = ended(command, folder, LIMIT_SECONDS)
    if not (folder / "report" / "results.json").is_file():
        message = f"conformance run has no results: {end.said[-1000:]}"
        raise RuntimeError(message)
    removed(folder)
    return end


def _seconds(plan: Plan) -> float:
    return 8 if plan.quick else min(2, plan.times) * 90


def _rows(plan: Plan) -> Sequence[Row]:
    one, two = plan.turns("workers", *(partial(_run, plan, workers) for workers in (1, 2)), times=2)
    alone, together = (middle([each.seconds for each in runs]) for runs in (one, two))
    used, both = (middle([each.processor for each in runs]) for runs in (one, two))
    figures = (figure(alone), figure(used), figure(together), figure(both), ratio(alone, together))
    return [HEAD, (f"{_requests(plan):,}", str(len(one)), *figures)]


GROUP = Group(
    "workers",
    "Workers",
    "A run of `--workers 2` beside one process, reports included: random cases of the sampler against the reference "
    "server in the same process (`asgi:`), so that no other program needs a core. One process derives the cases "
    "before, joins the journals and writes the reports after. Each worker has a process that draws its cases, so that "
    "a machine with two cores has four processes to carry out.",
    _seconds,
    _rows,
)
