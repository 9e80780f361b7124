"""The report of 1,000 and of 10,000 cases in a real browser: its size, how soon it is there, how much of it there is.

Medians of five. Each case has about 1.7 kB of evidence. Run by `tox -e browser`, which installs what drives a browser.
"""

import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from conformance.journal.events import AnyEvent, ExchangeEnded, RequestSent
from conformance.reports.folding.fold import fold_run
from conformance.reports.pages.html import render

from ..browser.conftest import FLAGS  # noqa: TID252 - test modules are found by path
from .synthetic_runs import run_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(
    find_spec("playwright") is None or shutil.which("chromium") is None, reason="needs playwright and Chromium"
)

TIMES = 5


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """Return the system's Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def measure(chromium: "Browser", path: Path) -> dict[str, float]:
    """Open a report once; return milliseconds to content, to use, and of a search, and the most elements seen."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-ready]")
    # The policy of the page forbids what `wait_for_function` does when it has to wait.
    content = page.evaluate("""() => new Promise((resolve) => new PerformanceObserver((list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint) resolve(paint.startTime);
    }).observe({ type: "paint", buffered: true }))""")
    usable = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    count = "document.querySelectorAll('*').length"
    most = page.evaluate(count)
    search = page.evaluate("""() => new Promise((resolve) => {
        const box = document.getElementById("case-search");
        box.value = "numbered 99";
        const began = performance.now();
        box.dispatchEvent(new Event("input"));
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    })""")
    assert page.locator("#case-rows .row").count() > 0
    most = max(most, page.evaluate(count))
    page.locator("#case-rows .row").first.click()
    page.wait_for_selector("#panel[open] #details .exchange")
    most = max(most, page.evaluate(count))
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('case-list').scrollTop = 100000")
    page.wait_for_timeout(50)
    most = max(most, page.evaluate(count))
    page.close()
    return {"content": content, "usable": usable, "search": search, "elements": most}


def evidence(events: list[AnyEvent]) -> int:
    """Return the bytes of all bodies of a run."""
    sent = sum(len(each.case.request.body or b"") for each in events if isinstance(each, RequestSent))
    return sent + sum(len(each.response.body) for each in events if isinstance(each, ExchangeEnded) and each.response)


@pytest.mark.parametrize(
    ("cases", "entropy", "megabytes"),
    [(1_000, False, 0.5), (1_000, True, 1.0), (10_000, False, 1.5), (10_000, True, 6.0)],
)
def test_report_of_many_cases(
    chromium: "Browser",
    tmp_path: Path,
    told: Any,
    cases: int,
    entropy: bool,  # noqa: FBT001 - a parameter of the test
    megabytes: float,
) -> None:
    """The file is small, content is there in half a second, all of it can be used in one, a search takes 0.2 s."""
    events = run_of(cases, entropy=entropy)
    run = fold_run(events)
    began = time.process_time()
    page = render(run)
    took = time.process_time() - began
    path = tmp_path / "report.html"
    path.write_bytes(page)
    each = [measure(chromium, path) for _ in range(TIMES)]
    found = {name: median(one[name] for one in each) for name in each[0]}
    kind = "high entropy" if entropy else "repetitive"
    title = f"{cases} cases, {kind}, {evidence(events) / cases:.0f} bytes each"
    told(title, megabytes=len(page) / 1e6, made_in_seconds=took, **found)
    assert len(page) < megabytes * 1e6
    assert found["elements"] <= 3_000
    assert found["content"] < 500
    assert found["usable"] < 1_000
    assert found["search"] < 200
