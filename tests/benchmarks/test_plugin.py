"""What the plugin of pytest costs a session that does not use it."""

import os
import subprocess
import sys

import pytest

TIMES = 9
MOST_SECONDS = 0.030

QUIET = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist", "-p", "no:cov", "-p", "no:anyio")
MAIN = "import resource, sys, pytest; pytest.main(sys.argv[1:]); r = resource.getrusage(resource.RUSAGE_SELF); "
TELL = "print('seconds', r.ru_utime + r.ru_stime)"


def seconds(folder, *arguments):
    """Return the processor time of a session of pytest with one empty test, the start of Python included."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", MAIN + TELL, "-q", *QUIET, *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1 passed" in done.stdout
    return float(done.stdout.rpartition("seconds")[2])


@pytest.mark.skipif("CONFORMANCE_TESTS_ON_WHEEL" not in os.environ, reason="an editable installation is slow to import")
def test_a_session_that_does_not_use_the_plugin_hardly_notices_it(tmp_path, told):
    """With the plugin a session takes less than 30 ms more than without, in turns, by the least of nine each.

    What else the machine does only ever adds: the least is what is nearest to the session's own.
    """
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_nothing.py").write_text("def test_it(): pass\n")
    pairs = [(seconds(tmp_path), seconds(tmp_path, "-p", "no:conformance")) for _ in range(TIMES)]
    with_it, without = (min(column) for column in zip(*pairs, strict=True))
    told("a session of pytest", with_the_plugin_seconds=with_it, without=without, added=with_it - without)
    assert with_it - without < MOST_SECONDS
