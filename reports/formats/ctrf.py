"""`ctrf.json`: the run in the Common Test Report Format, one test a case."""

import html
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from conformance.reports.case_results import LONGEST, OTHER, Kind, case_result, group_of, kind_of
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.safe_text import cut, visible

FILENAME = "ctrf.json"

SPECIFICATION = "0.0.0"
"""The version of the format's specification that the report follows."""

STATUS = {Kind.PASSED: "passed", Kind.FAILED: "failed", Kind.ERROR: "other", Kind.UNDECIDED: "other"}
"""The format's word for what became of a case."""


def pieces(run: RunReport) -> Iterator[bytes]:
    """Yield the bytes of `ctrf.json`, a test at a time.

    Cases that were left out are `skipped`, what cannot be decided is `other`.
    """
    results = run.results
    start = round(run.started.time * 1000)
    statuses = Counter(STATUS[kind_of(each, results.fail_on)] for each in run.cases)
    statuses["skipped"] = len(run.unsent)
    head = {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "runId": results.run_id,
        "timestamp": datetime.fromtimestamp(run.started.time, UTC).isoformat(timespec="milliseconds"),
        "generatedBy": f"environment-conformance {results.suite_version}",
    }
    summary = {
        "tool": {"name": "environment-conformance", "version": results.suite_version},
        "summary": {
            "tests": statuses.total(),
            **{each: statuses[each] for each in ("passed", "failed", "skipped", "pending", "other")},
            "start": start,
            "stop": start + round(results.duration * 1000),
            "extra": {"verdict": results.verdict, "reason": results.reason},
        },
    }
    environment = {
        "appName": results.contract.operation,
        "testEnvironment": results.target,
        "extra": {"contractSha256": results.contract.sha256, "profile": results.profile, "seed": results.seed},
    }
    yield _encoded(head)[:-1] + b',"results":' + _encoded(summary)[:-1] + b',"tests":['
    for place, test in enumerate(_tests(run)):
        yield (b"," if place else b"") + _encoded(test)
    yield b'],"environment":' + _encoded(environment) + b"}}\n"


def _tests(run: RunReport) -> Iterator[dict[str, object]]:
    for each in run.cases:
        yield _test(run, each)
    for case, reason in run.unsent:
        message = cut(reason, LONGEST)
        yield {"name": case, "status": "skipped", "duration": 0, "suite": [OTHER], "message": message}


def _test(run: RunReport, each: CaseEvidence) -> dict[str, object]:
    result, exchange = case_result(each, run.results.fail_on), each.shown().exchange
    start = round(exchange.started * 1000)
    duration = round(exchange.seconds * 1000)
    test: dict[str, object] = {
        "name": each.case.id,
        "status": STATUS[result.kind],
        "duration": duration,
        "start": start,
        "stop": start + duration,
        "suite": [group_of(run, each)],
        "rawStatus": each.outcome.value,
        "type": "conformance",
        "retries": len(each.sends) - 1,
        "extra": {"requirements": each.case.requirements, "phase": each.case.phase},
    }
    if result.message:
        test["message"] = result.message
    if result.text:
        test["trace"] = result.text
    if result.notes:
        test["stdout"] = result.notes
    return test


_ENCODER = msgspec.json.Encoder()


def _encoded(value: object) -> bytes:
    return _ENCODER.encode(_plain(value))


def _plain(value: object) -> object:
    """Return a value whose texts show nothing but themselves: those who read the format may render them as HTML."""
    if isinstance(value, str):
        return html.escape(visible(value), quote=False)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
