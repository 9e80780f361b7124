"""What goes wrong after something was sent: exit status 3, in one line, with what was sent and how to go on."""

import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from .calling import call
from .killing import KEY, MAIN

OUT = Path("out")
FEW = ("--only", "accept.all.*", "--report", "results", "--repeats", "0", "--quiet")


class Sabotage:
    """The reference server; at its third request something happens to the folder of the run."""

    def __init__(self, contract, action) -> None:
        self.app = reference_app(contract, key=KEY)
        self.action = action
        self.requests = 0

    async def __call__(self, scope, receive, send) -> None:
        """Answer."""
        if scope["type"] == "http":
            self.requests += 1
            if self.requests == 3:
                self.action()
        await self.app(scope, receive, send)


def broken() -> None:
    """Write a line that is none."""
    with (OUT / "journal.ndjson").open("ab") as file:
        file.write(b"\0\0\0\n")


def blocked() -> None:
    """Have a folder where a report is to be written."""
    (OUT / "results.json" / "in the way").mkdir(parents=True)


WAYS_ON = (
    "the same command with --resume goes on, `conformance report out` writes the reports, `conformance cleanup out` "
    "removes objects"
)
RESTORE = "restore the file; `conformance cleanup` still removes what its other lines record"
GONE = "the journal in out is gone: remove objects whose names begin with cfm-[0-9a-f]{8} by hand"


@pytest.mark.parametrize(
    ("action", "problem", "remedy"),
    [
        (lambda: shutil.rmtree(OUT), r"cannot read out: No such file or directory", GONE),
        (broken, r"out/journal\.ndjson line \d+ is not a journal event: .*", RESTORE),
        (blocked, r"out cannot be written to: Is a directory", f"free that path or choose another folder; {WAYS_ON}"),
    ],
    ids=["folder removed", "journal broken", "report blocked"],
)
def test_the_folder_of_a_run_is_damaged_while_it_sends(contract, capsys, monkeypatch, action, problem, remedy):
    """It is no wrong call and no fault of the suite: the line counts what the server has seen."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    app = Sabotage(contract, action)
    with BackgroundServer(app) as server:
        assert 3 == call("run", "--target", server.url, "--out", str(OUT), *FEW)
    said = capsys.readouterr().err
    sent = f"{app.requests} requests sent, {app.app.creations} of which may have created an object; {remedy}"
    assert re.fullmatch(f"conformance: {problem}; {sent}\n", said), said


def limited(size: int):
    """Return what gives a process files of at most some bytes: to a program it is as a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.slow
@pytest.mark.parametrize("size", [150_000, 300_000])
def test_a_disk_that_is_full(contract, monkeypatch, size):
    """Whether the journal or a report does not fit: said as that; what is there can be read, and the run goes on."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    app = reference_app(contract, key=KEY)
    run = ("run", "--out", str(OUT), "--only", "accept.*", "--profile", "smoke", "--repeats", "0", "--quiet")
    with BackgroundServer(app) as server:
        ended = subprocess.run(  # noqa: S603 (our own command)
            [sys.executable, "-c", MAIN, *run, "--target", server.url],
            capture_output=True,
            text=True,
            preexec_fn=limited(size),
            check=False,
        )
        assert 3 == ended.returncode, ended.stderr
        (line,) = ended.stderr.splitlines()
        assert "File too large" in line
        assert "internal error" not in line
        assert re.search(rf"; {app.requests} requests sent, \d+ of which may have created", line), line
        assert 0 == call(*run, "--target", server.url, "--resume")
        assert 0 == call("cleanup", str(OUT))
    assert {} == app.stored
