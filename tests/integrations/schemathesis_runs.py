"""Runs `st run` several times in one process, as a program of its own: hooks, once loaded, stay.

Usage: `schemathesis_runs.py DOCUMENT KEY OPTIONS URL...`; without a key none is sent, the options stand in one
argument. Prints one JSON object a URL: the exit status, and what was said.
"""

import contextlib
import io
import json
import sys

from schemathesis.cli import schemathesis
from schemathesis.core.hooks import load_from_env


def run(document: str, key: str, options: str, url: str) -> dict[str, object]:
    """Return what `st run` came to."""
    headers = ["-H", f"Authorization: Api-Key {key}"] if key else []
    said, status = io.StringIO(), 0
    with contextlib.redirect_stdout(said):
        try:
            schemathesis.main(
                ["run", document, "--url", url, "--no-color", *options.split(), *headers], standalone_mode=False
            )
        except SystemExit as end:
            status = int(end.code or 0)
    return {"status": status, "said": said.getvalue()}


if __name__ == "__main__":
    load_from_env()
    for each in sys.argv[4:]:
        print(json.dumps(run(*sys.argv[1:4], each)), flush=True)  # noqa: T201 (its answer)
