"""The pages about several runs in a browser: as accessible, quiet and safe as the report of one."""

import re
from pathlib import Path
from typing import Any

import pytest

from conformance.reports.pages.proof import write_proof
from conformance.workflow.comparison import write_comparison, write_history, write_matrix

from ..reports import journals  # noqa: TID252 - test modules are found by path
from .test_report_page import violations

CUT = """[...document.querySelectorAll('main :is(h1, h2, p, li, dd)')]
    .filter((each) => each.getBoundingClientRect().right > innerWidth && !each.closest('.scroll, .list'))
    .map((each) => each.textContent.slice(0, 80))"""
"""The texts that leave the window, those aside that are in a box that scrolls."""

LISTED = {"matrix", "compare"}
"""The pages with a list."""


@pytest.fixture(scope="session")
def pages(reports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the pages about several runs, a hostile one among them."""
    out = tmp_path_factory.mktemp("several")
    runs = [reports[name] for name in ("passing", "failing", "hostile", "large")]
    return {
        "matrix": write_matrix(runs, out).path,
        "compare": write_comparison(reports["failing"], reports["hostile"], out).path,
        "history": write_history(runs, out).path,
        "proof": _proof(out),
    }


def _proof(out: Path) -> Path:
    write_proof(journals.hostile_proof(), out)
    return out / "proof.html"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["matrix", "compare", "history", "proof"])
def test_accessible_and_quiet(watch: Any, pages: dict[str, Path], name: str, width: int, theme: str) -> None:
    """No fault of accessibility in either theme and width, nothing scrolls sideways, nothing is run or asked for."""
    watched = watch(color_scheme=theme, viewport={"width": width, "height": 800})
    page = watched.open(pages[name])
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [] == page.evaluate(CUT)
    if name in LISTED:
        page.locator("#row-rows .row").first.click()
        page.wait_for_selector("#panel[open] #details p")
        assert [] == violations(page)
    watched.check_quiet()


def test_from_the_matrix_to_a_report(watch: Any, pages: dict[str, Path]) -> None:
    """A row of the matrix leads to the requirement in the report of each target."""
    page = watch().open(pages["matrix"])
    page.locator("#row-search").fill("reject.Settings.min_replica.type")
    page.keyboard.press("Enter")
    page.locator("#details a").nth(1).click()
    page.wait_for_selector("#panel[open] .evidence")
    assert "reject.Settings.min_replica.type" == page.locator("#panel-title").inner_text()


@pytest.mark.parametrize("name", ["matrix", "compare", "history", "proof"])
def test_without_script(watch: Any, pages: dict[str, Path], name: str) -> None:
    """Without a script there are all tables."""
    page = watch(java_script_enabled=False).page
    page.goto(pages[name].as_uri())
    assert page.locator("table").first.is_visible()
    if name in LISTED:
        assert page.locator("noscript table").is_visible()


@pytest.mark.parametrize("name", sorted(LISTED))
def test_permalinks_hold_filters_and_the_open_row(watch: Any, pages: dict[str, Path], name: str) -> None:
    """The address tells what is filtered and open; whoever opens it sees the same."""
    watched = watch()
    page = watched.open(pages[name])
    whole = page.locator("#row-count").inner_text()
    page.locator("#row-strength").select_option(index=1)
    page.locator("#row-search").fill("hostile" if name == "compare" else "UpdateAutoscaling")
    count = page.locator("#row-count").inner_text()
    assert count != whole
    page.locator("#row-rows .row").last.click()
    page.wait_for_selector("#panel[open] #details p")
    title, shown, fragment = (
        page.locator("#panel-title").inner_text(),
        page.locator("#details").inner_text(),
        page.url.partition("#")[2],
    )
    again = watch().open(pages[name], f"#{fragment}")
    again.wait_for_selector("#panel[open] #details p")
    assert (title, count, shown) == (
        again.locator("#panel-title").inner_text(),
        again.locator("#row-count").inner_text(),
        again.locator("#details").inner_text(),
    )
    assert page.locator("#row-search").input_value() == again.locator("#row-search").input_value()
    again.keyboard.press("Escape")
    again.wait_for_url(lambda url: "open=" not in url)
    assert page.locator("#row-strength").input_value() == again.locator("#row-strength").input_value()
    again.evaluate("location.hash = '#none'")
    again.evaluate(f"location.hash = '#{'changes' if name == 'compare' else 'requirements'}?q='")
    again.locator("#row-count", has_text=re.compile(f"^{re.escape(whole)}$")).wait_for()
    watched.check_quiet()


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_row_that_is_drawn_anew_under_the_pointer_opens(watch: Any, pages: dict[str, Path], name: str) -> None:
    """Scrolling draws the rows again, between press and release of a button as well."""
    page = watch().open(pages[name])
    row = page.locator("#row-rows .row").nth(1)
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(
        "() => new Promise((drawn) => {"
        " document.querySelector('#row-list').dispatchEvent(new Event('scroll'));"
        " requestAnimationFrame(() => requestAnimationFrame(drawn)); })"
    )
    page.mouse.up()
    page.wait_for_selector("#panel[open]")
    assert "true" == page.locator("#row-rows .row").nth(1).get_attribute("aria-selected")


@pytest.mark.parametrize("name", sorted(LISTED))
@pytest.mark.parametrize("query", ["open=no+such+row", "strength=99", "open=__proto__", "%E0%A4%A"])
def test_broken_addresses(watch: Any, pages: dict[str, Path], name: str, query: str) -> None:
    """An address that leads nowhere opens the page all the same."""
    watched = watch()
    page = watched.open(pages[name], f"#{'changes' if name == 'compare' else 'requirements'}?{query}")
    assert " of " not in page.locator("#row-count").inner_text()
    assert 0 == page.locator("#panel[open]").count()
    watched.check_quiet()
