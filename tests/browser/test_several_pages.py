"""The pages about several runs in a browser: as accessible, quiet and safe as the report of one."""

from pathlib import Path
from typing import Any

import pytest

from conformance.workflow.several import write_comparison, write_history, write_matrix

from .test_report_page import violations


@pytest.fixture(scope="session")
def pages(reports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the pages about several runs, a hostile one among them."""
    out = tmp_path_factory.mktemp("several")
    runs = [reports[name] for name in ("passing", "failing", "hostile", "large")]
    return {
        "matrix": write_matrix(runs, out).path,
        "compare": write_comparison(reports["failing"], reports["hostile"], out).path,
        "history": write_history(runs, out).path,
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["matrix", "compare", "history"])
def test_accessible_and_quiet(watch: Any, pages: dict[str, Path], name: str, width: int, theme: str) -> None:
    """No fault of accessibility in either theme and width, nothing scrolls sideways, nothing is run or asked for."""
    watched = watch(color_scheme=theme, viewport={"width": width, "height": 800})
    page = watched.open(pages[name])
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if name != "history":
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


@pytest.mark.parametrize("name", ["matrix", "compare", "history"])
def test_without_script(watch: Any, pages: dict[str, Path], name: str) -> None:
    """Without a script there are all tables."""
    page = watch(java_script_enabled=False).page
    page.goto(pages[name].as_uri())
    assert page.locator("table").first.is_visible()
    if name != "history":
        assert page.locator("noscript table").is_visible()
