"""`ctrf.json`: the run in the Common Test Report Format, one test a case."""

import html
from datetime import UTC, datetime

import msgspec

from conformance.reports.case_results import LONGEST, OTHER, Kind, case_result, group_of
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.safe_text import cut, visible

FILENAME = "ctrf.json"

SPECIFICATION = "0.0.0"
"""The version of the format's specification that the report follows."""

STATUS = {Kind.PASSED: "passed", Kind.FAILED: "failed", Kind.ERROR: "other", Kind.UNDECIDED: "other"}
"""The format's word for what became of a case."""


def render(run: RunReport) -> bytes:
    """Return the bytes of `ctrf.json`. Cases that were left out are `skipped`, what cannot be decided is `other`."""
    results = run.results
    start = round(run.started.time * 1000)
    tests = [_test(run, each) for each in run.cases]
    for case, reason in run.unsent:
        message = cut(reason, LONGEST)
        tests.append({"name": case, "status": "skipped", "duration": 0, "suite": [OTHER], "message": message})
    statuses = [test["status"] for test in tests]
    counts = {each: statuses.count(each) for each in ("passed", "failed", "skipped", "pending", "other")}
    content = {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "runId": results.run_id,
        "timestamp": datetime.fromtimestamp(run.started.time, UTC).isoformat(timespec="milliseconds"),
        "generatedBy": f"environment-conformance {results.suite_version}",
        "results": {
            "tool": {"name": "environment-conformance", "version": results.suite_version},
            "summary": {
                "tests": len(tests),
                **counts,
                "start": start,
                "stop": start + round(results.duration * 1000),
                "extra": {"verdict": results.verdict, "reason": results.reason},
            },
            "tests": tests,
            "environment": {
                "appName": results.contract.operation,
                "testEnvironment": results.target,
                "extra": {
                    "contractSha256": results.contract.sha256,
                    "profile": results.profile,
                    "seed": results.seed,
                },
            },
        },
    }
    return msgspec.json.encode(_plain(content)) + b"\n"


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


def _plain(value: object) -> object:
    """Return a value whose texts show nothing but themselves: those who read the format may render them as HTML."""
    if isinstance(value, str):
        return html.escape(visible(value), quote=False)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
