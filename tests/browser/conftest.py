"""Reports in a real browser: the system's Chromium, driven by playwright."""

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.reports.writing import write_reports

from ..reports import journals  # noqa: TID252 - test modules are found by path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# The test command of README.md needs no browser; `tox -e browser` does, and installs what drives it.
if find_spec("playwright") is None or shutil.which("chromium") is None:
    collect_ignore_glob = ["test_*.py"]

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class Watched:
    """A page, with all that it did beside showing itself."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("popup", lambda popup: self.dialogs.append(popup.url))
        page.on("dialog", self._trap)

    def _trap(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: Path, fragment: str = "") -> "Page":
        """Open a report, and wait until its lists can be used."""
        self.page.goto(path.as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def check_quiet(self) -> None:
        """See that nothing was said, no dialog came up, and nothing was asked for but the page itself."""
        assert [] == self.said
        assert [] == self.dialogs
        assert all(url.startswith(("file:", "data:")) for url in self.asked)
        assert 1 == len({url.partition("#")[0] for url in self.asked})


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Return the system's Chromium, without its own window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: "Browser") -> Iterator[Callable[..., "BrowserContext"]]:
    """Return what makes a context; all are closed at the end."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> "BrowserContext":
        made.append(chromium.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def watch(context: Callable[..., "BrowserContext"]) -> Callable[..., Watched]:
    """Return what opens a watched page."""

    def make(**options: Any) -> Watched:
        return Watched(context(**options).new_page())

    return make


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return folders with all the reports of runs of each kind."""
    runs = {
        "passing": journals.passing(),
        "failing": journals.failing(),
        "hostile": journals.hostile(),
        "large": journals.large(600),
        "client": journals.hostile_client(),
    }
    folders = {}
    for name, events in runs.items():
        folders[name] = tmp_path_factory.mktemp(name)
        write_reports(events, folders[name])
    return folders
