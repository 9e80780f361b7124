"""The report of 1,000 and of 10,000 cases in a real browser: its size, how soon it is there, how much of it there is.

Medians of five. Each case has about 1.7 kB of evidence. Run by `tox -e browser`, which installs what drives a browser.
"""

import json
import random
import shutil
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from conformance.journal.events import AnyEvent, ExchangeEnded, RequestSent
from conformance.model.case import Story
from conformance.model.exchange import Response
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group, Strength
from conformance.reports.folding import fold_run
from conformance.reports.pages.html import render

from ..browser.conftest import FLAGS  # noqa: TID252 - test modules are found by path
from ..reports.journals import Journal, case  # noqa: TID252 - test modules are found by path

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(
    find_spec("playwright") is None or shutil.which("chromium") is None, reason="needs playwright and Chromium"
)

TIMES = 5
MEMBERS = [f"member_{number:02}_setting" for number in range(15)]

GROUPS = {
    "accept": Group.ACCEPTANCE,
    "reject": Group.REJECTION,
    "response": Group.RESPONSE,
    "semantics": Group.SEMANTICS,
}
ROWS = [
    Requirement(
        f"{prefix}.UpdateSettingsV1.{member}.{keyword}",
        f"`{member}` keeps its `{keyword}`",
        Strength.MUST if number % 3 else Strength.SHOULD,
        group,
        (f"#/components/schemas/UpdateSettingsV1/properties/{member}/{keyword}",),
        f"REQ-{prefix[:3].upper()}-{number:03}",
    )
    for prefix, group in GROUPS.items()
    for number, member in enumerate(MEMBERS)
    for keyword in ("type", "enum", "required", "null")
]


def run_of(cases: int, *, entropy: bool) -> list[AnyEvent]:
    """Return a run of `cases` cases, one in ten at fault; with `entropy` every value of every case is another."""
    source = random.Random(7)  # noqa: S311 - nobody is to be kept from guessing
    journal = Journal(ROWS)
    accept, reject, response = ROWS[:60], ROWS[60:120], [row.id for row in ROWS[120:]]
    for number in range(cases):
        values: dict[str, object] = {
            each: str(uuid.UUID(int=source.getrandbits(128)))
            if entropy
            else f"a value of the usual kind, it is {index:03}"
            for index, each in enumerate(MEMBERS)
        }
        values[MEMBERS[number % 15]] = number
        body = json.dumps({"name": f"cfm-1a2b3c4d-{number:04}", "settings": values}).encode()
        refused = number % 2 == 0
        row = (reject if refused else accept)[number % 60]
        says = f"`{MEMBERS[number % 15]}` is the value numbered {number} of its kind"
        one = case(
            f"{row.id}.value-{number}",
            requirements=(row.id,),
            expectation=Expectation.REJECTED if refused else Expectation.ACCEPTED,
            body=body,
            story=Story(f"/settings/{MEMBERS[number % 15]}", "type", "1", str(number), says, "number"),
            phase="catalogue" if number % 3 else "combinations",
        )
        faulty = number % 10 == 4
        answer = body if not refused or faulty else body[: len(body) // 2] + b'"}}'
        status = 422 if refused and not faulty else 200
        journal.send(
            one,
            Response(status, (("Content-Type", "application/json"), ("Server", "uvicorn")), answer),
            passed=[] if faulty else [row.id, *(response if not refused else [])],
        )
        if faulty:
            journal.find(one, row, kind=f"kind {number % 7}", pointer=f"/settings/{MEMBERS[number % 15]}")
    return journal.end()


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
