"""`conformance spec drift`: what changed between two documents, printed in four forms."""

import json
from pathlib import Path

import pytest
import yaml

HELD = Path(__file__).parents[2] / "spec" / "openapi.yaml"
SENTENCE = "Adds the optional request property `request_backpressure_settings`"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Return a document with a property more, and one whose name and default are markup."""
    content = yaml.safe_load(HELD.read_text())
    properties = content["components"]["schemas"]["CreateEnvironmentRequestV1"]["properties"]
    properties["request_backpressure_settings"] = {"type": "object"}
    properties["<b>|`"] = {"type": "string", "enum": ["<script>alert(1)</script>"]}
    path = tmp_path / "newer.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_line_for_each_change_with_its_level_for_each_reader(command, newer):
    """The last line counts them."""
    ended = command("spec", "drift", str(newer))
    lines = ended.out.splitlines()
    place = "#/components/schemas/CreateEnvironmentRequestV1/properties/request_backpressure_settings"
    assert (0, 3) == (ended.status, len(lines))
    assert f"server breaking  client compatible  mock breaking\t{SENTENCE}\t{place}" in lines
    assert "2 changes: 2 breaking for the server, 2 breaking for the mock" == lines[-1]


def test_json_has_both_sides_with_pointer_and_value(command, newer):
    """Numbers stay as they are in the document."""
    found = json.loads(command("spec", "drift", str(HELD), str(newer), "--json").out)
    assert ["POST /v1/models/{model_id}/environments", str(HELD), str(newer)] == [
        found["operation"], found["old"], found["new"],
    ]  # fmt: skip
    change = next(each for each in found["changes"] if each["sentence"] == SENTENCE)
    assert ("property-added", "request", "narrowed", None, ["object"]) == (
        change["rule"], change["part"], change["effect"], change["old"], change["new"]["value"],
    )  # fmt: skip
    assert {"server": "breaking", "client": "compatible", "mock": "breaking"} == change["levels"]


def test_markdown_and_html_escape_what_a_document_says(command, newer, tmp_path):
    """A name with markup is text; the page is written to a file."""
    table = command("spec", "drift", str(newer), "--format", "markdown").out
    assert "<code>request_backpressure_settings</code> | ❌ breaking | ✅ compatible | ❌ breaking |" in table
    assert "<script>" not in table
    out = tmp_path / "drift.html"
    ended = command("spec", "drift", str(newer), "--format", "html", "--out", str(out))
    page = out.read_text()
    assert (0, "") == (ended.status, ended.out)
    assert "<script>alert" not in page
    assert "&lt;b&gt;" in page
    assert "request_backpressure_settings" in page


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 0),
        (("--fail-on", "breaking"), 1),
        (("--fail-on", "breaking", "--reader", "client"), 0),
        (("--fail-on", "breaking", "--reader", "mock"), 1),
        (("--fail-on", "any", "--reader", "client"), 1),
    ],
)
def test_the_exit_status_tells_whether_somebody_is_broken(command, newer, options, status):
    """For one reader or for all."""
    assert status == command("spec", "drift", str(newer), *options).status


def test_a_document_against_itself_has_no_change(command):
    """Whatever is asked for."""
    ended = command("spec", "drift", str(HELD), "--fail-on", "any")
    assert (0, "no changes\n") == (ended.status, ended.out)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("a", "b", "c"), "conformance: 3 documents are given; name OLD and NEW, or NEW alone"),
        (
            ("none.yaml",),
            "conformance: cannot read none.yaml: No such file or directory; name an OpenAPI document with --spec",
        ),
    ],
)
def test_a_wrong_call_is_one_line(command, arguments, line):
    """What is wrong, and what to do."""
    ended = command("spec", "drift", *arguments)
    assert (2, line) == (ended.status, ended.err.strip())
