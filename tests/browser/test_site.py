"""The documentation site, opened from its folder: each page fits the screen, and no other host is asked."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(find_spec("mkdocs") is None, reason="the dependency group docs has mkdocs")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site as `tox -e docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONSAFEPATH": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert 0 == done.returncode, done.stderr
    return folder


@pytest.mark.parametrize("width", [400, 1280])
def test_every_page_fits(width, site, watch):
    """No page scrolls sideways, whatever ids and tables it has; tables and code scroll by themselves."""
    watched = watch(viewport={"width": width, "height": 900})
    pages = sorted(path for path in site.glob("*.html") if path.name != "404.html")
    assert 20 < len(pages)
    for path in pages:
        watched.page.goto(path.as_uri())
        assert (path.name, width) == (path.name, watched.page.evaluate("document.documentElement.scrollWidth"))
    assert [] == watched.said
    assert [] == [url for url in watched.asked if url.startswith("http")]


def test_the_search_works_from_a_folder(site, watch):
    """Without a server, the search finds an option on its page."""
    watched = watch()
    watched.page.goto((site / "index.html").as_uri())
    watched.page.click("input.md-search__input")
    watched.page.keyboard.type("max-creations")
    watched.page.wait_for_selector(".md-search-result__link[href*='options.html']")
    assert [] == watched.said
