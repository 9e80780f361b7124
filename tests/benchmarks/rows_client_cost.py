"""The client: a run by its own clock, beside the same requests sent by a bare loop, and beside `wrk`."""

import json
import re
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from conformance.contract.contract import Contract, load_contract

from .client_loop import IN_FLIGHT, Sent
from .processes import Server, ended, module
from .runs import ToolRun, our_run
from .sections import Group, Plan, Row, figure, middle, ratio, removed
from .serving import KEY

LIMIT_SECONDS = 120.0
WRK_SECONDS = 3
HEAD: Row = ("beside", "turns", "a second", "the other, a second", "ratio")
RATE = re.compile(r"Requests/sec:\s*([0-9.]+)")


def _seconds(plan: Plan) -> float:
    return 10 if plan.quick else plan.times * 20


def _own_rate(run: ToolRun) -> float:
    """Return requests a second by the clock of the run."""
    return run.counts.requests / run.results.duration if run.results is not None else float("nan")


def _loop(plan: Plan, report: Path) -> float:
    """Return the responses a second of a bare loop with the requests of a run."""
    folder = plan.fresh()
    with Server() as server:
        end = ended(module("client_loop", server.url, str(report)), folder, LIMIT_SECONDS)
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


def _rows(plan: Plan) -> Sequence[Row]:
    words = ("--max-requests", "300") if plan.quick else ()
    kept = plan.fresh()
    our_run(plan, *words, keep=kept, again=True)
    has_wrk = shutil.which("wrk") is not None
    works = (partial(_loop, plan, kept / "report"), *([partial(_wrk, plan)] if has_wrk else []))
    own, *others = plan.turns("client", lambda: _own_rate(our_run(plan, *words, again=True)), *works)
    removed(kept)
    one, turns = middle(own), str(len(own))
    rows = [
        (name, turns, figure(one), figure(middle(rates)), ratio(one, middle(rates)))
        for name, rates in zip(("bare loop of aiohttp", "`wrk`, one request"), others, strict=False)
    ]
    return [HEAD, *rows, *([] if has_wrk else [("`wrk`: not installed", "", "", "", "")])]


GROUP = Group(
    "client",
    "Sending",
    "Requests a second of a default run, again, by its own clock (`duration` of results.json: sending, checks and "
    f"journal, without the reports), beside others that only send and read, all with {IN_FLIGHT} requests in "
    "flight: a loop of the same client with the requests of the run, and `wrk` with one valid request.",
    _seconds,
    _rows,
)
