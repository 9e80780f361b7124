"""Making the reports of a run again: what it loads."""

import subprocess
import sys


def test_making_reports_again_loads_no_transport():
    """A journal is all that it reads: the libraries that reach a target would take longer to load than a small run."""
    program = "import sys, conformance.cli, conformance.workflow.reporting; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "conformance.reports.writing" in loaded
    assert loaded.isdisjoint({"aiohttp", "asyncio", "http.client", "jsonschema", "conformance.targets.opening"})
