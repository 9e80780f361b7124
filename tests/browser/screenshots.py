"""Makes the pictures of docs/: `python -m tests.browser.screenshots`, with what `tox -e browser` needs.

docs/report.png is the report of a run that is made for it. docs/clients.png is the page of client libraries that
`python -m tests.acceptance.matrix` has left in build/matrix, and stays as it is where there is none.
"""

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

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "report.png"
CLIENTS = ROOT / "docs" / "clients.png"
MATRIX = ROOT / "build" / "matrix" / "clients" / "matrix.html"
FAULTS = ("*.min_replica.through-int32", "accepts.*.name.absent")
"""Those of docs/tutorial.md."""

WIDTH = 1280
REPORT_HEIGHT, CLIENTS_HEIGHT = 1720, 1080


def photograph(page: Path, height: int, picture: Path) -> None:
    """Write the top of an HTML page as a picture."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shown = browser.new_page(viewport={"width": WIDTH, "height": height})
        shown.goto(page.as_uri())
        shown.wait_for_selector("html[data-ready]")
        shown.screenshot(path=picture)
        browser.close()
    sys.stdout.write(f"{picture}\n")


def main() -> None:
    """Test the faulty server of the tutorial and photograph its report; then the page of client libraries."""
    contract = load_contract()
    app = reference_app(contract, faults=pick(contract, FAULTS), key="conformance-local-key", responses="fresh")
    with tempfile.TemporaryDirectory() as folder, BackgroundServer(app, 8000) as server:
        result = conformance.run(target=server.url, profile="smoke", out=folder)
        photograph(result.out / "report.html", REPORT_HEIGHT, REPORT)
    if MATRIX.exists():
        photograph(MATRIX, CLIENTS_HEIGHT, CLIENTS)
    else:
        sys.stdout.write(f"{CLIENTS} stays as it is: python -m tests.acceptance.matrix makes its page\n")


if __name__ == "__main__":
    main()
