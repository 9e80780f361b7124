"""The client: a run by its own clock, beside the same requests sent by a bare loop, and beside `wrk`."""

import json
import re
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from conformance.contract.contract import Contract, load_contract

from .client_loop import CLIENTS, IN_FLIGHT, Sent
from .processes import Server, ended, module
from .runs import ToolRun, our_run
from .sections import Group, Plan, Row, figure, middle, ratio, removed
from .serving import KEY

LIMIT_SECONDS = 120.0
WRK_SECONDS = 3
HEAD: Row = ("run", "beside", "turns", "a second", "the other, a second", "ratio")
MANY = 20_000
RATE = re.compile(r"Requests/sec:\s*([0-9.]+)")


def _seconds(plan: Plan) -> float:
    return 10 if plan.quick else plan.times * 45


def _own_rate(run: ToolRun) -> float:
    """Return requests a second by the clock of the run."""
    return run.counts.requests / run.results.duration if run.results is not None else float("nan")


def _loop(plan: Plan, report: Path, client: str) -> float:
    """Return the responses a second of a bare loop of a client with the requests of a run."""
    folder = plan.fresh()
    with Server() as server:
        end = ended(module("client_loop", client, server.url, str(report)), folder, LIMIT_SECONDS)
    removed(folder)
    sent = msgspec.json.decode(end.said, type=Sent)
    return sent.responses / sent.seconds


LUA = """\
wrk.method = "METHOD"
wrk.headers = {["Authorization"] = "Api-Key KEY", ["Content-Type"] = "application/json"}
local sent = 0
request = function()
  sent = sent + 1
  return wrk.format(nil, nil, nil, string.format('BODY', sent))
end
"""


def _script(contract: Contract) -> str:
    """Return the script of `wrk`: a valid request with a new name each time."""
    body = json.dumps({(contract.identity or "/name")[1:]: "cfm-NUMBER"}).replace("NUMBER", "%08d")
    return LUA.replace("METHOD", contract.operation.method).replace("KEY", KEY).replace("BODY", body)


def _wrk(plan: Plan) -> float:
    """Return the requests a second of `wrk`."""
    folder = plan.fresh()
    folder.mkdir(parents=True)
    script = folder / "requests.lua"
    contract = load_contract()
    script.write_text(_script(contract), encoding="utf-8")
    path = re.sub(r"\{[^}]*\}", "conformance", contract.operation.path)
    options = ["-t1", f"-c{IN_FLIGHT}", f"-d{WRK_SECONDS}s", "-s", str(script)]
    with Server() as server:
        end = ended(["wrk", *options, f"{server.url}{path}"], folder, LIMIT_SECONDS)
    found = RATE.search(end.said)
    removed(folder)
    return float(found[1]) if found is not None else float("nan")


def _runs(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the options of the runs by what they are called."""
    if plan.quick:
        return {"at most 300 cases": ("--max-requests", "300")}
    random = ("--profile", "fuzz", "--time-budget", "600", "--max-requests", str(MANY))
    return {"default run, again": (), f"at most {MANY:,} random cases": random}


def _beside(plan: Plan, name: str, words: tuple[str, ...]) -> list[Row]:
    """Return the rows of one run."""
    kept = plan.fresh()
    our_run(plan, *words, keep=kept, again=True)
    loops = (partial(_loop, plan, kept / "report", client) for client in CLIENTS)
    works = (*loops, *([partial(_wrk, plan)] if shutil.which("wrk") else []))
    own, *others = plan.turns(f"client: {name}", lambda: _own_rate(our_run(plan, *words, again=True)), *works)
    removed(kept)
    one, turns = middle(own), str(len(own))
    return [
        (name, other, turns, figure(one), figure(middle(rates)), ratio(one, middle(rates)))
        for other, rates in zip(("aiohttp", "the suite's sending", "`wrk`, one request"), others, strict=False)
    ]


def _rows(plan: Plan) -> Sequence[Row]:
    rows = [row for name, words in _runs(plan).items() for row in _beside(plan, name, words)]
    return [HEAD, *rows, *([] if shutil.which("wrk") else [("", "`wrk`: not installed", "", "", "", "")])]


GROUP = Group(
    "client",
    "Sending",
    "Requests a second of a run, again, by its own clock (`duration` of results.json: sending, checks and journal, "
    f"without the reports), beside others that only send and read, all with {IN_FLIGHT} requests in flight: a loop of "
    "aiohttp with the requests of the run, one of the part of the suite that sends (it has connections and parser of "
    "aiohttp and writes requests itself), and `wrk` with one valid request.",
    _seconds,
    _rows,
)
