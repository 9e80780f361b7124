"""The formats of other programs: each keeps the schema that its readers hold it to, and says what the run says."""

import json
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest
import xmlschema
import yaml
from msgspec.structs import replace
from referencing import Registry, Resource

from conformance.contract.contract import load_contract
from conformance.journal.events import AnyEvent
from conformance.model.exchange import Failure, Response
from conformance.model.vocabulary import JunitBy
from conformance.reports.evidence import RunReport
from conformance.reports.folding.fold import fold_run
from conformance.reports.formats import badge, ctrf, har, junit, sarif
from conformance.reports.lines import Lines

from . import journals
from .journals import HOSTILE, MUST, RESPONSE, SHOULD, Journal

SCHEMAS = Path(__file__).parent / "schemas"

RUNS = {
    "passing": journals.passing,
    "failing": journals.failing,
    "hostile": journals.hostile,
    "large": lambda: journals.large(60),
    "unfinished": lambda: journals.large(20)[:-30],
}
EVERY_RUN = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())


@cache
def validator(name: str) -> Any:
    """Return the validator of a schema among the test data."""
    schema = json.loads((SCHEMAS / name).read_bytes())
    parts = [json.loads(path.read_bytes()) for path in (SCHEMAS / "har").glob("*.json")]
    registry = Registry().with_resources((part["$id"].rstrip("#"), Resource.from_contents(part)) for part in parts)
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, registry=registry, format_checker=kind.FORMAT_CHECKER)


def read(report: Any, events: list[AnyEvent]) -> Any:
    """Return what a report in JSON says of a run."""
    return json.loads(octets_of(report, fold_run(events)))


def octets_of(report: Any, run: RunReport) -> bytes:
    """Return the bytes of a report, whether it is made whole or in pieces."""
    return b"".join(report.pieces(run)) if hasattr(report, "pieces") else report.render(run)


@EVERY_RUN
@pytest.mark.parametrize(
    ("report", "schema"),
    [(ctrf, "ctrf.json"), (sarif, "sarif.json"), (har, "har/har.json")],
    ids=lambda x: str(x)[-20:],
)
def test_json_keeps_its_schema(run: Any, report: Any, schema: str) -> None:
    """CTRF, SARIF and HAR are valid by their schemas, formats included."""
    validator(schema).validate(read(report, run()))


@pytest.mark.parametrize(
    ("report", "schema", "break_it"),
    [
        (ctrf, "ctrf.json", lambda content: content["results"]["tests"][0].update(status="fine")),
        (sarif, "sarif.json", lambda content: content["runs"][0]["results"][0].update(level="bad")),
        (har, "har/har.json", lambda content: content["log"]["entries"][0]["request"].pop("headers")),
        (har, "har/har.json", lambda content: content["log"]["entries"][0]["request"].update(url="no URL")),
    ],
)
def test_schemas_can_fail(report: Any, schema: str, break_it: Any) -> None:
    """The schemas are really applied: a report that breaks one is refused."""
    content = read(report, journals.failing())
    break_it(content)
    assert list(validator(schema).iter_errors(content))


@EVERY_RUN
@pytest.mark.parametrize("by", JunitBy)
def test_junit_keeps_its_schema(run: Any, by: JunitBy) -> None:
    """JUnit is valid by the schema of Jenkins, whatever a test case stands for."""
    schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")
    schema.validate(octets_of(junit, fold_run(run(), junit_by=by)).decode())


def test_junit_by_requirement() -> None:
    """Each requirement is a test case of its group; what is not exercised is skipped, a should no failure by itself."""
    root = fromstring(octets_of(junit, fold_run(journals.failing(), junit_by=JunitBy.REQUIREMENT)))  # noqa: S314 - our own
    told = {each.get("name"): [child.tag for child in each] for each in root.iter("testcase")}
    assert told[MUST.id] == ["failure", "system-out"]
    assert told[SHOULD.id] == ["system-out"]
    assert told[RESPONSE.id] == ["error", "system-out"]
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }


def test_ctrf_counts_what_it_holds() -> None:
    """The summary counts the tests by status; a case that was left out is skipped, with its reason."""
    results = read(ctrf, journals.large(30))["results"]
    statuses = [test["status"] for test in results["tests"]]
    assert {"passed", "failed", "skipped"} <= set(statuses)
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert results["summary"][status] == statuses.count(status)
    assert len(statuses) == results["summary"]["tests"] == 35
    assert results["tests"][-1]["message"] == "the target has no wire"


def test_ctrf_holds_texts_alone() -> None:
    """What a target sends is no HTML to whoever renders a message, and what does not show is an escape."""
    octets = octets_of(ctrf, fold_run(journals.hostile())).decode()
    test = next(each for each in json.loads(octets)["results"]["tests"] if each["status"] == "failed")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in test["trace"]
    assert not re.search("<script|[\u202a-\u202e\u2066-\u2069]", octets)
    assert not re.search("\\\\u(?:202[a-e]|206[6-9])", octets.replace("\\\\", ""))


def test_ctrf_tells_a_failure() -> None:
    """A failed test has the message, and the requirement with expected and actual."""
    test = next(each for each in read(ctrf, journals.failing())["results"]["tests"] if each["status"] == "failed")
    assert test["message"] == "the value was accepted"
    assert "expected: a status that is not 2xx\nactual: 200" in test["trace"]


def test_sarif_points_into_the_document() -> None:
    """Each result stands at the line where its requirement does: the line holds the last part of the pointer."""
    contract = load_contract()
    row = next(row for row in contract.requirements if row.source[0].endswith("/created_at/format"))
    journal = Journal(contract.requirements, document=contract.document.text, path=contract.operation.path)
    journal.send(journals.case())
    journal.find(journals.case(), row)
    (result,) = read(sarif, journal.end())["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = contract.document.text.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 :].startswith("format:")
    assert region["snippet"]["text"] == line.strip()


def test_sarif_points_to_the_operation_for_what_a_standard_says() -> None:
    """A requirement that the document does not state is found at the operation."""
    contract = load_contract()
    row = next(row for row in contract.requirements if row.source[0].startswith("RFC"))
    journal = Journal(contract.requirements, document=contract.document.text, path=contract.operation.path)
    journal.send(journals.case())
    journal.find(journals.case(), row)
    (result,) = read(sarif, journal.end())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"] == "post:"


def test_sarif_has_one_result_for_one_cause() -> None:
    """A cause that shows often is one result that says how often, and has the same fingerprint in every run."""
    journal = Journal()
    for number in range(3):
        journal.send(journals.case(f"case-{number}"))
        journal.find(journals.case(f"case-{number}"), MUST, message=f"{number} was [taken](x) {{0}}")
    first, second = (read(sarif, events)["runs"][0]["results"] for events in (journal.end(), journals.failing()))
    (result,) = first
    assert result["occurrenceCount"] == 3
    assert result["message"]["text"].startswith("0 was \\[taken\\](x) {{0}}")
    assert result["partialFingerprints"] in [each["partialFingerprints"] for each in second]


def test_sarif_levels_follow_strength() -> None:
    """A must is an error, a should a warning, an advisory requirement a note."""
    results = read(sarif, journals.failing())["runs"][0]["results"]
    assert [each["level"] for each in results] == ["error", "warning", "note"]


def test_lines_of_every_pointer() -> None:
    """Every member of the document is found at the line and column where the parser has it."""
    text = load_contract().document.text
    lines = Lines(text)
    source = text.splitlines()

    def walk(value: Any, pointer: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                below = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
                place = lines.place(below)
                assert source[place.line - 1][place.column - 1 :].lstrip("'\"").startswith(str(name))
                walk(item, below)

    walk(yaml.safe_load(text), "")


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n- 2", "\t"])
def test_lines_of_what_is_no_document(text: str) -> None:
    """A pointer into nothing is at the first line."""
    assert Lines(text).place("/paths/x").line == 1


def test_har_has_what_was_sent() -> None:
    """Each send is an entry with method, URL, headers and body as they were sent, and the answer."""
    first = read(har, journals.failing())["log"]["entries"][0]
    one = journals.case()
    assert first["request"]["url"] == "http://127.0.0.1:8000" + one.request.target
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": (one.request.body or b"").decode()}
    assert {"name": "Authorization", "value": "Api-Key $API_KEY"} in first["request"]["headers"]
    assert (first["response"]["status"], first["response"]["content"]["text"]) == (200, journals.ANSWER.body.decode())


def test_har_of_bytes_and_of_silence() -> None:
    """Bytes that are no text come as base64; where no answer came, the status is 0 and the reason is told."""
    journal = Journal()
    journal.send(journals.case(body=b"\xff\x00"), Response(200, (), b"\xfe"))
    journal.send(journals.case("two"), None, Failure.TIMEOUT)
    binary, silent = read(har, journal.end())["log"]["entries"]
    assert (binary["request"]["postData"]["text"], binary["request"]["postData"]["_encoding"]) == ("/wA=", "base64")
    content = binary["response"]["content"]
    assert (b64decode(content["text"]), content["encoding"]) == (b"\xfe", "base64")
    assert (silent["response"]["status"], silent["response"]["_error"]) == (
        0,
        "no response within the timeout: read timed out",
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://api.example.com/base/", "https://api.example.com/base"),
        ("the reference server at http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("asgi:main:app", "http://target.invalid"),
        (HOSTILE, "http://evil.example/)"),
    ],
)
def test_har_address(target: str, expected: str) -> None:
    """The address is that of the target; one without an address has a name that no one can reach."""
    assert har.base_url(target) == expected


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (journals.passing, "conformance: conforming 3/3"),
        (journals.failing, "conformance: not conforming 1/4"),
        (Journal().end, "conformance: inconclusive 0/0"),
    ],
)
def test_badge(run: Any, said: str) -> None:
    """The badge is a picture in SVG with the verdict and a title for those who cannot see it."""
    root = fromstring(badge.render(fold_run(run())))  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("aria-label") == root.findtext("{http://www.w3.org/2000/svg}title") == said


def test_hostile_texts_in_formats() -> None:
    """A script that a target sent is text in every format: XML is well-formed and has no element of the target's."""
    run = fold_run(journals.hostile())
    assert {each.tag for each in fromstring(octets_of(junit, run)).iter()} == {  # noqa: S314 - our own
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "skipped",
        "system-out",
    }
    assert b"<script" not in badge.render(run)
    first = json.loads(octets_of(har, run))["log"]["entries"][1]
    assert first["request"]["postData"]["text"] == HOSTILE


@pytest.mark.parametrize("report", [ctrf, har, junit], ids=["ctrf", "har", "junit"])
def test_what_holds_every_exchange_is_made_in_pieces(report: Any) -> None:
    """No piece of it grows with the number of cases: the whole is never in memory at once."""
    few, many = (max(map(len, report.pieces(fold_run(journals.large(count))))) for count in (60, 600))
    assert many < 2 * few


def test_waived_findings_are_suppressed() -> None:
    """A finding that was waived is suppressed in SARIF, with the reason, and does not fail in CTRF."""
    run = fold_run(journals.failing())
    findings = tuple(replace(each, waiver="known") for each in run.results.findings)
    waived = replace(run, results=replace(run.results, findings=findings))
    results = json.loads(sarif.render(waived))["runs"][0]["results"]
    assert [each["suppressions"][0]["justification"] for each in results] == ["known"] * 3
