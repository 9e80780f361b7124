"""`st run` in a process of its own, against several servers one after the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "schemathesis_runs.py"
SECONDS = 600.0


def st_runs(document, urls, *, folder, options, key="", hooks=""):
    """Return what `st run` comes to against each URL: its exit status, and what it says.

    The key is one of Schemathesis' own options and `hooks` a module that it loads; without them there is none.
    """
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CONFORMANCE_")}
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, str(PROGRAM), str(document), key, options, *urls],
        cwd=folder,
        env={**variables, "SCHEMATHESIS_HOOKS": hooks},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
