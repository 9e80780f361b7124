"""The summary: one page, in which a target can format nothing."""

import re

import pytest

from conformance.journal.events import CaseCount, PhaseEnded, RunResumed
from conformance.reports.folding.fold import fold_run
from conformance.reports.formats import markdown
from conformance.reports.formats.markdown import code, prose, render, text

from . import journals
from .journals import MUST, SHOULD, Journal


def test_says_what_matters() -> None:
    """The verdict, the counts, the causes and the requirements by group and outcome are on the page."""
    page = render(fold_run(journals.failing())).decode()
    assert page.startswith("# Not conforming\n")
    assert "| 4 | 3 | 4 | 2 | 1 | 12.5 s |" in page
    place = "<code>/settings/min_replica</code>"
    assert f"**must** accepts a string where an integer is required: {place} (1 finding)" in page
    assert "expected <code>a status that is not 2xx</code>, got <code>200</code>" in page
    assert "| group | failed | error | warned | observed |" in page
    assert "| rejection | 1 | | | |" in page
    assert "a check failed: KeyError" in page


def test_says_what_the_phases_made() -> None:
    """What a phase made, what of it equalled an earlier case, and what was sent; parts of one phase are summed up."""
    kinds = {"hypothesis, accepted": CaseCount(10, 1)}
    parts = [PhaseEnded(phase="fuzz", generated=12, duplicates=3, skipped=2, kinds=kinds) for _ in range(2)]
    journal = [*journals.failing()]
    run = fold_run([*journal[:-1], *parts, journal[-1]])
    assert ((24, 6, 4, 14),) == tuple(
        (each.generated, each.duplicates, each.skipped, each.sent) for each in run.results.phases
    )
    page = render(run).decode()
    assert "| fuzz | 24 | 6 | 4 | 14 |\n| &emsp;hypothesis, accepted | 20 | 2 | | |" in page
    resumed = fold_run([*journal[:-1], parts[0], RunResumed(suite_version="1", kept=0), *parts, journal[-1]])
    assert run.results.phases == resumed.results.phases
    assert "Random cases" not in render(fold_run(journal)).decode()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a|b", "a\\|b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("`x` *y* [z]", "\\`x\\` \\*y\\* \\[z\\]"),
        ("two\nlines\r", "two\\\\nlines\\\\r"),
        ("https://x www.x", "https\\://x www\\.x"),
        ("@all #1 ~x~ $x$", "@<!-- -->all \\#1 \\~x\\~ \\$x\\$"),
        ("\u202e\x00", "\\\\u202e\\\\x00"),
        ("min_replica _x_", "min_replica \\_x\\_"),
        ("12:30", "12:30"),
    ],
)
def test_texts_format_nothing(written: str, shown: str) -> None:
    """Whatever Markdown, HTML or a host would act on is escaped."""
    assert text(written) == shown


def test_code_is_safe_in_a_cell() -> None:
    """Code survives pipes, backticks and elements."""
    assert code("a|`b`<c>\n") == "<code>a&#124;&#96;b&#96;&lt;c&gt;&#92;n</code>"


def test_hostile_run() -> None:
    """A hostile run's page has no element, line or link of the target's making."""
    page = render(fold_run(journals.hostile())).decode()
    assert "<script" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert not [line for line in page.splitlines() if line.startswith("# @")]
    assert "\u202e" not in page


def test_long_page_is_cut_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page beyond the limit ends with a whole line and a note that says where the rest is."""
    monkeypatch.setattr(markdown, "LIMIT", 1000)
    octets = render(fold_run(journals.failing()))
    assert len(octets) < 1200
    assert octets.endswith(b"The complete results are in report.html and results.json.**\n")


def test_names_are_code() -> None:
    """What stands between backticks is code; a lone backtick is only a backtick."""
    assert prose("`min_replica` is <b>") == "<code>min_replica</code> is &lt;b&gt;"
    assert prose("a ` b") == "a \\` b"


def test_notes_stand_apart() -> None:
    """Advisory causes are folded away below what counts."""
    page = render(fold_run(journals.failing())).decode()
    assert page.index("refuses 1.0") < page.index("<summary>1 advisory cause") < page.index("takes a value beyond")


def test_what_was_not_exercised_is_listed_by_reason() -> None:
    """Requirements that nothing exercised stand together by the reason; without any there is no such part."""
    journal = Journal(skipped={MUST.id: "a reason|"})
    journal.send(journals.case(requirements=(SHOULD.id,)), passed=[SHOULD.id])
    page = render(fold_run(journal.end())).decode()
    assert "<summary>3 requirements not exercised</summary>" in page
    (told,) = [line for line in page.splitlines() if line.startswith("- a reason")]
    assert "reject.Settings" in told
    assert "response.Environment" not in told
    (rest,) = [line for line in page.splitlines() if line.startswith("- No case of this run exercises it")]
    assert "response.Environment" in rest
