"""The report in a browser: nobody is kept out, nothing gets out, and what is found can be found again."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from conformance.reports.writing import REPORTS, write_reports

from ..reports import journals  # noqa: TID252 - test modules are found by path

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

VIEWS = {
    "top": "",
    "cases": "#cases?outcome=failed",
    "no case": "#cases?q=nothing+has+this",
    "case": "#cases?open=reject.Settings.min_replica.type.string",
    "requirement": "#requirements?open=reject.Settings.min_replica.type",
    "cause": "#cases?cause=0",
}


def violations(page: Any) -> list[str]:
    """Return what axe-core has against a page, best practices included."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document).then(result => result.violations)")
    return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("view", VIEWS)
def test_accessible(watch: Any, reports: dict[str, Path], view: str, width: int, theme: str) -> None:
    """No view has a fault of accessibility, in either theme and width, and none scrolls sideways."""
    watched = watch(color_scheme=theme, viewport={"width": width, "height": 800})
    page = watched.open(reports["failing"] / "report.html", VIEWS[view])
    if view in {"case", "requirement"}:
        page.wait_for_selector("#panel[open] #details .about")
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.check_quiet()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("run", ["passing", "large", "hostile", "client"])
def test_accessible_runs(watch: Any, reports: dict[str, Path], run: str, theme: str) -> None:
    """A run of any kind has no fault of accessibility, with every part of it opened in turn."""
    watched = watch(color_scheme=theme)
    page = watched.open(reports[run] / "report.html")
    for part in page.locator("details").all():
        part.locator("> summary").click()
    page.keyboard.press("?")
    assert [] == violations(page)
    watched.check_quiet()


def test_theme_can_be_switched(watch: Any, reports: dict[str, Path]) -> None:
    """The theme is the system's until the reader switches it; the switch tells what it does."""
    page = watch(color_scheme="dark").open(reports["failing"] / "report.html")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_role("button", name="Light").click()
    assert dark != page.evaluate(colour)
    assert "Switch to the dark theme" == page.locator("#theme").get_attribute("title")
    assert [] == violations(page)


def open_everything(page: Any) -> None:
    """Open every part, every case and every requirement of a report."""
    for part in page.locator("details").all():
        part.locator("> summary").click()
    for name in ("case", "requirement"):
        rows = page.locator(f"#{name}-rows .row")
        for place in range(rows.count()):
            rows.nth(place).click()
            page.wait_for_selector("#panel[open] #details .about")
            page.keyboard.press("Escape")


@pytest.mark.parametrize("run", ["hostile", "client"])
def test_hostile_texts_are_texts(watch: Any, reports: dict[str, Path], run: str) -> None:
    """Scripts, markup, controls and a megabyte of text that a target or a client sent are shown and never obeyed."""
    watched = watch()
    page = watched.open(reports[run] / "report.html")
    before = page.evaluate("document.querySelectorAll('script').length")
    open_everything(page)
    page.locator("#case-rows .row").first.click()
    page.wait_for_selector("#panel[open] #details .exchange")
    assert "alert(1)" in page.locator("#details").inner_text()
    assert "\\u202e" in page.locator("#details").inner_text()
    assert before == page.evaluate("document.querySelectorAll('script').length")
    assert 0 == page.locator("main b b, #details script, #rows script").count()
    watched.check_quiet()


@pytest.mark.parametrize("name", [each.filename for each in REPORTS.values() if each is not REPORTS["html"]])
def test_hostile_texts_in_other_reports(watch: Any, reports: dict[str, Path], tmp_path: Path, name: str) -> None:
    """A browser that opens another report runs nothing of it either."""
    content = (reports["hostile"] / name).read_bytes()
    if name.endswith((".json", ".sarif", ".har")):
        assert "alert(1)" in json.dumps(json.loads(content))
    # A browser shows what it knows: as JSON, or as text.
    shown = tmp_path / name.replace(".sarif", ".json").replace(".har", ".json").replace(".md", ".txt")
    shown.write_bytes(content)
    watched = watch()
    watched.page.goto(shown.as_uri())
    watched.page.wait_for_timeout(200)
    assert "parsererror" not in watched.page.content()
    assert [] == watched.dialogs


def test_hostile_texts_in_the_summary(watch: Any, reports: dict[str, Path]) -> None:
    """The summary, rendered with HTML allowed, holds no script, no link and no element of the target's."""
    text = (reports["hostile"] / "summary.md").read_text(encoding="utf-8")
    watched = watch()
    watched.page.set_content(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    assert "alert(1)" in watched.page.inner_text("body")
    assert 0 == watched.page.locator("script, a, b").count()
    assert [] == watched.dialogs


def test_hostile_texts_without_script(watch: Any, reports: dict[str, Path]) -> None:
    """The view without a script shows hostile texts as texts too."""
    watched = watch(java_script_enabled=False)
    watched.page.goto((reports["hostile"] / "report.html").as_uri())
    assert "alert(1)" in watched.page.inner_text("main")
    watched.check_quiet()


def test_keyboard(watch: Any, reports: dict[str, Path]) -> None:
    """The list can be walked, opened, left and searched with the keyboard alone."""
    page = watch().open(reports["large"] / "report.html")
    chosen = page.locator("#case-list .row[aria-selected=true] .id")
    page.keyboard.press("j")
    first = chosen.inner_text()
    page.keyboard.press("j")
    second = chosen.inner_text()
    assert first != second
    page.keyboard.press("k")
    assert first == chosen.inner_text()
    page.keyboard.press("Enter")
    assert first == page.locator("#panel-title").inner_text()
    page.keyboard.press("j")
    assert second == page.locator("#panel-title").inner_text()
    page.keyboard.press("Escape")
    assert 0 == page.locator("#panel[open]").count()
    # A dialog tells of its end a moment after it; only then is the list in hand again.
    page.wait_for_selector("#case-list:focus")
    page.keyboard.press("/")
    page.keyboard.type("member_7 numbered 367")
    assert 1 == page.locator("#case-rows .row").count()
    page.keyboard.press("Escape")
    assert "600 cases" == page.locator("#case-count").inner_text()
    page.keyboard.press("Tab")
    page.locator("#case-list").focus()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()


def test_permalinks_hold_filters_and_the_open_case(watch: Any, reports: dict[str, Path]) -> None:
    """The address tells what is filtered and open; whoever opens it sees the same."""
    watched = watch()
    page = watched.open(reports["large"] / "report.html")
    page.locator("#case-outcome").select_option(
        label=next(each for each in page.locator("#case-outcome option").all_inner_texts() if each.startswith("passed"))
    )
    page.locator("#case-search").fill("member_3")
    count = page.locator("#case-count").inner_text()
    page.locator("#case-rows .row").nth(2).click()
    page.wait_for_selector("#panel[open] #details .exchange")
    title, address = page.locator("#panel-title").inner_text(), page.url
    again = watch().open(reports["large"] / "report.html", "#" + address.partition("#")[2])
    again.wait_for_selector("#panel[open] #details .exchange")
    assert (title, count) == (again.locator("#panel-title").inner_text(), again.locator("#case-count").inner_text())
    assert "member_3" == again.locator("#case-search").input_value()


def test_from_cause_to_cases_to_requirement(watch: Any, reports: dict[str, Path]) -> None:
    """From a cause to its cases, from a case to its requirement, from there back to the cases that decided it."""
    page = watch().open(reports["failing"] / "report.html")
    page.get_by_role("link", name="1 finding").first.click()
    assert "1 of 4 cases" == page.locator("#case-count").inner_text()
    page.locator("#case-rows .row").click()
    page.wait_for_selector("#panel[open] #details .exchange")
    page.locator("#details .found a").first.click()
    page.wait_for_selector("#panel[open] .evidence")
    assert "reject.Settings.min_replica.type" == page.locator("#panel-title").inner_text()
    page.get_by_role("link", name="Show these cases in the list").click()
    assert "1 of 4 cases" == page.locator("#case-count").inner_text()
    assert page.locator("#only").is_visible()


def test_passes_have_evidence(watch: Any, reports: dict[str, Path]) -> None:
    """A requirement that passed shows the cases that it passed with."""
    page = watch().open(reports["passing"] / "report.html", "#requirements?open=response.Environment.name.type")
    page.wait_for_selector("#panel[open] .evidence")
    assert "accept.minimal" in page.locator("#details .evidence").inner_text()


@pytest.mark.parametrize(
    "fragment", ["#cases?open=no+such+case", "#cases?cause=toString", "#%E0%A4%A", "#cases?outcome=99"]
)
def test_broken_addresses(watch: Any, reports: dict[str, Path], fragment: str) -> None:
    """An address that leads nowhere opens the report all the same, and says nothing."""
    watched = watch()
    page = watched.open(reports["failing"] / "report.html", fragment)
    assert "4 cases" == page.locator("#case-count").inner_text()
    watched.check_quiet()


def test_without_script(watch: Any, reports: dict[str, Path]) -> None:
    """Without a script there are the verdict, every cause with its evidence, and every requirement."""
    page = watch(java_script_enabled=False).page
    page.goto((reports["failing"] / "report.html").as_uri())
    text = page.inner_text("main")
    for each in ("Not conforming", "Accepts a string where an integer is required", "response.Environment.name.type"):
        assert each in text
    assert page.locator("#requirement-response\\.Environment\\.name\\.type").is_visible()


def test_paper(watch: Any, reports: dict[str, Path], tmp_path: Path) -> None:
    """On paper stand the verdict, the causes, and what did not pass; not the lists."""
    page = watch().open(reports["large"] / "report.html")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert 1 <= (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n") < 20


def test_ten_thousand_cases_on_paper(watch: Any, tmp_path: Path) -> None:
    """A run of ten thousand cases takes less than twenty pages of paper."""
    write_reports(journals.large(10_000), tmp_path, kinds=["html"])
    page = watch().open(tmp_path / "report.html")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert 1 <= (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n") < 20


def test_repeats_are_said_where_they_were_recorded(watch: Any, tmp_path: Path) -> None:
    """A cause that was sent again shows always or sometimes; one that was not says nothing of it."""
    journal = journals.Journal()
    for number, repeats in enumerate(("4 of 4", "1 of 4", "1 of 1", "")):
        one = journals.case(f"reject.{number}")
        journal.send(one)
        texts = {"kind": f"kind {number}", "sentence": f"kind {number}"}
        journal.find(one, journals.MUST, **texts, repeats=repeats)
    write_reports(journal.end(), tmp_path, kinds=["html"])
    page = watch().open(tmp_path / "report.html")
    said = {
        card.locator("h3").inner_text(): card.locator(".strength").first.inner_text()
        for card in page.locator("article.card").all()
    }
    assert {
        "Kind 0: /settings/min_replica": "must · always: 4 of 4 requests",
        "Kind 1: /settings/min_replica": "must · intermittent: 1 of 4 requests",
        "Kind 2: /settings/min_replica": "must · 1 request, not repeated",
        "Kind 3: /settings/min_replica": "must",
    } == {name.capitalize(): text for name, text in said.items()}
