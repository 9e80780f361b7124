"""The page: whole without a network or a script, and safe whatever a target has sent."""

import json
import re
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.journal.events import AnyEvent
from conformance.model.exchange import Failure, Response
from conformance.model.vocabulary import Group, Outcome
from conformance.reports.folding.fold import fold_run
from conformance.reports.pages.cases import PIECE
from conformance.reports.pages.html import render

from . import journals
from .journals import MUST, RESPONSE, Journal

LOADING = {"src", "srcset", "href", "action", "formaction", "data", "poster", "background", "ping", "manifest"}
EXECUTED = {None, "", "text/javascript", "module", "application/javascript"}


class Page(HTMLParser):
    """What a page is made of: elements, their attributes, its text, and the content of its raw elements."""

    def __init__(self, page: str) -> None:
        """Read `page`."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.text = ""
        self.marks: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag in {"script", "style"}:
            self.raw.append((tag, dict(attrs), ""))
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._open and self._open[-1] in {"script", "style"}:
            tag, attributes, content = self.raw[-1]
            self.raw[-1] = (tag, attributes, content + data)
            return
        self.text += data
        if self._open and self._open[-1] == "mark":
            self.marks[-1] += data

    @property
    def lists(self) -> Any:
        """The lists of cases and requirements, as the page's script unpacks them."""
        packed = next(content for _, attributes, content in self.raw if attributes.get("id") == "lists")
        return json.loads(zlib.decompress(b64decode(packed)))

    @property
    def details(self) -> list[Any]:
        """The details of all cases, as the page's script unpacks them."""
        pieces = [each for _, attributes, each in self.raw if (attributes.get("id") or "").startswith("piece-")]
        return [case for piece in pieces for case in json.loads(zlib.decompress(b64decode(piece)))]


def page(events: list[AnyEvent]) -> Page:
    """Return the page of a run."""
    return Page(render(fold_run(events)).decode())


RUNS = pytest.mark.parametrize(
    "run", [journals.passing, journals.failing, journals.hostile], ids=lambda run: run.__name__
)


@RUNS
def test_nothing_is_loaded(run: Any) -> None:
    """No element refers to anything outside of the page, not even a style does."""
    read = page(run())
    for tag, attributes in read.elements:
        assert tag not in {"link", "iframe", "object", "embed", "img", "base", "audio", "video"}
        for name in LOADING & attributes.keys():
            assert (attributes[name] or "").startswith("#"), (tag, name)
    style = next(content for tag, _, content in read.raw if tag == "style")
    assert "url(" not in style
    assert "@import" not in style


@RUNS
def test_policy_fits_the_one_script_and_style(run: Any) -> None:
    """The policy forbids everything but the page's own script and style, by the hashes of what stands in them."""
    read = page(run())
    equivalents = {attributes.get("http-equiv"): attributes.get("content") for _, attributes in read.elements}
    policy = equivalents["Content-Security-Policy"] or ""
    (script,) = [each for tag, attributes, each in read.raw if tag == "script" and attributes.get("type") in EXECUTED]
    (style,) = [each for tag, _, each in read.raw if tag == "style"]
    hashes = [b64encode(sha256(each.encode()).digest()).decode() for each in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


@RUNS
def test_no_inline_handlers_or_styles(run: Any) -> None:
    """No element has a handler or a style of its own: the policy would forbid them."""
    for _, attributes in page(run()).elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_hostile_texts_are_only_texts() -> None:
    """What a target sends adds no element, ends no script, and shows its invisible characters as escapes."""
    octets = render(fold_run(journals.hostile())).decode()
    read = Page(octets)
    assert [attributes for tag, attributes in read.elements if tag == "script" and not attributes] == [{}]
    assert "alert(1)" in read.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u2028\u2029]", octets)
    assert "\\u202e" in read.text


def test_hostile_texts_in_details() -> None:
    """The packed details hold hostile texts as JSON texts, with escapes for what does not show."""
    first = page(journals.hostile()).details[0]
    assert "</script>" in first["findings"][0]["message"]
    assert "\u202e" not in json.dumps(first, ensure_ascii=False)


def test_stands_without_script() -> None:
    """Verdict, target, counts, causes and every requirement are in the page itself."""
    read = page(journals.failing())
    for text in ("Not conforming", "1 of 2 requirements of strength must failed.", "http://127.0.0.1:8000", "5f" * 32):
        assert text in read.text
    for outcome in Outcome:
        assert outcome.value in read.text
    for row in journals.ROWS:
        assert row.id in read.text
    assert "Accepts a string where an integer is required" in read.text
    assert "A check failed: KeyError" in read.text


def test_faulty_place_is_marked() -> None:
    """A fault of the request marks its member and the status; one of the answer, the member of the answer."""
    journal = Journal()
    journal.send(journals.case())
    journal.find(journals.case(), MUST)
    journal.find(journals.case(), RESPONSE, pointer="/name", rule="other")
    assert page(journal.end()).marks == ['"abc"', "1", '"abc"', "200"]


def test_place_of_a_server_error_is_marked_in_the_request() -> None:
    """A server error, which has no value there in its body, points at the value that was sent."""
    error = replace(MUST, id="error.server-error", group=Group.ERROR)
    journal = Journal((error,))
    sent = journals.case(requirements=(error.id,))
    journal.send(sent, Response(500, (), b"{}"))
    journal.find(sent, error, rule="server error")
    read = page(journal.end())
    assert read.marks == ['"abc"', "500"]
    assert "has no value at" not in read.text


def test_missing_place_is_told() -> None:
    """A finding about what is not there says so instead of marking something else."""
    journal = Journal()
    journal.send(journals.case(), Response(200, (), b"{}"))
    journal.find(journals.case(), RESPONSE, pointer="/settings/name")
    assert "The body shown has no value at /settings/name." in page(journal.end()).text


def test_header_is_marked() -> None:
    """A finding about a header marks it, in any letter case."""
    journal = Journal()
    journal.send(journals.case(), Response(200, (("content-type", "text/html"),), b"{}"))
    journal.find(journals.case(), RESPONSE, pointer="Content-Type")
    assert "content-type: text/html" in page(journal.end()).marks


def test_broken_exchange_is_told() -> None:
    """Where no answer came, the page says how the transport failed."""
    journal = Journal()
    journal.send(journals.case(), None, Failure.TIMEOUT)
    journal.find(journals.case(), MUST)
    read = page(journal.end())
    assert "no response within the timeout: read timed out" in read.text
    assert read.lists["cases"][0]["status"] == "no response within the timeout"


def test_list_has_every_case() -> None:
    """The list has a row for each case, and the details are packed in the same order."""
    read = page(journals.large(PIECE * 2 + 50))
    assert len(read.lists["cases"]) == len(read.details) == PIECE * 2 + 50
    for row, details in zip(read.lists["cases"], read.details, strict=True):
        assert row["id"] in details["exchange"]["curl"] or details["requirements"][0] in row["id"]


def test_causes_and_requirements_lead_to_cases() -> None:
    """The list knows which cases each cause and each requirement is about."""
    read = page(journals.failing())
    (row,) = (row for row in read.lists["requirements"] if row["id"] == MUST.id)
    assert (row["exercised"], row["cases"]) == (1, [0])
    assert sorted(cause["cases"] for cause in read.lists["causes"].values()) == [[0], [1], [2]]


def test_large_run_stays_small() -> None:
    """Two thousand cases take less than 1.2 MB: ten thousand stay under six."""
    assert len(render(fold_run(journals.large(2000)))) < 1_200_000


def test_left_out_cases_are_told() -> None:
    """Cases that were not sent are counted by their reason."""
    assert "5 cases: the target has no wire" in page(journals.large(10)).text


def test_unfinished_run_is_told() -> None:
    """A run whose journal stops says so at the top, and marks what was under way."""
    journal = Journal()
    journal.send(journals.case(), ended=False)
    read = page(journal.events)
    assert "The run is incomplete: the journal ends before the end of the run." in read.text
    assert read.details[0]["exchange"]["lack"] == "the run ended before the response"
