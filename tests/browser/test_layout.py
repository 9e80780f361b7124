"""What the page's script makes of a case is what the suite itself would show: body, mark and command."""

from pathlib import Path
from typing import Any

import pytest

from conformance.model.case import Story
from conformance.reports.curl import curl
from conformance.reports.pages.bodies import view
from conformance.reports.safe_text import visible
from conformance.reports.writing import write_reports

from ..reports import journals  # noqa: TID252 - test modules are found by path
from ..reports.journals import ANSWER, Journal  # noqa: TID252 - test modules are found by path

BODIES = {
    "plain": (b'{"a": 1, "b": {"c": [1, 2.50, {"d": null}]}}', "/b/c/2/d"),
    "container": (b'{"a":{"b":[],"c":{}},"d":[{}]}', "/a"),
    "empty container": (b'{"a": { }, "b": [ ]}', "/b"),
    "whole": (b' {"a": [true]} ', ""),
    "quotes": (b'{"it\'s": "a \\"quoted\\" \'one\', with {braces}, [brackets]: and \\\\"}', "/it's"),
    "odd": ('{"a~b/c": "\u202e\u2028 </script> \x7f é"}'.encode(), "/a~0b~1c"),
    "twice": (b'{"a": 1, "a": 2}', "/a"),
    "missing": (b'{"a": 1}', "/b"),
    "numbers": (b"[1e400, -0.0, 9007199254740993.0]", "/2"),
    "word": (b"null", ""),
    "text": (b"not JSON at all", "/a"),
    "spread": (b'[\n  1,\n\t2 ,{"x" :\r\n"y"}]', "/2/x"),
    "escaped name": (b'{"\\u0061\\n": 1}', "/a\n"),
    "bytes": (b"\x00\xff\xfe\x01", "/a"),
    "nothing": (b"", "/a"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report with a case for each body."""
    journal = Journal()
    for name, (body, pointer) in BODIES.items():
        one = journals.case(f"case-{name}", body=body, story=Story(pointer, "type", "1", "2", "a story"))
        journal.send(one, ANSWER)
    out = tmp_path_factory.mktemp("bodies")
    write_reports(journal.end(), out, kinds=["html"])
    return out / "report.html"


@pytest.mark.parametrize("name", BODIES)
def test_script_lays_out_as_the_suite_does(watch: Any, report: Path, name: str) -> None:
    """Body, mark and command in the page are those that Python makes of the same request, to the letter."""
    body, pointer = BODIES[name]
    watched = watch()
    page = watched.open(report, f"#cases?open=case-{name.replace(' ', '+')}")
    page.wait_for_selector("#panel[open] #details .exchange")
    request = page.locator("#details .exchange > div").first
    expected = view(body, pointer or None)
    shown = request.locator("pre").text_content() if request.locator("pre").count() else ""
    marked = request.locator("pre mark").text_content() if request.locator("pre mark").count() else ""
    assert (expected.before + expected.marked + expected.after, expected.marked) == (shown, marked)
    sent = journals.case(body=body).request
    assert visible(curl("http://127.0.0.1:8000", sent)) == page.locator("#details .command pre").first.text_content()
    watched.check_quiet()
