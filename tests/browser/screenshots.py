"""Makes docs/report.png: `python -m tests.browser.screenshots`, with what `tox -e browser` needs."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer

from .conftest import FLAGS

PICTURE = Path(__file__).parents[2] / "docs" / "report.png"
FAULTS = ("*.min_replica.through-int32", "accepts.*.name.absent")
"""Those of docs/tutorial.md."""

WIDTH, HEIGHT = 1280, 1720


def main() -> None:
    """Test the faulty server of the tutorial and photograph the top of its report."""
    contract = load_contract()
    app = reference_app(contract, faults=pick(contract, FAULTS), key="conformance-local-key", responses="fresh")
    with tempfile.TemporaryDirectory() as folder, BackgroundServer(app, 8000) as server:
        result = conformance.run(target=server.url, profile="smoke", out=folder)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto((result.out / "report.html").as_uri())
            page.wait_for_selector("html[data-ready]")
            page.screenshot(path=PICTURE)
            browser.close()
    sys.stdout.write(f"{PICTURE}\n")


if __name__ == "__main__":
    main()
