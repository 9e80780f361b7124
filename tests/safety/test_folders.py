"""The folder of a run: one run uses it at a time, what it recorded of objects is kept, and cleanups find all of it."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.journal.folder_lock import folder_lock
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.model.errors import UsageError

from .calling import call
from .killing import KEY, MAIN, events

OUT = Path("out")
FEW = ("--only", "accept.all.*", "--report", "results", "--repeats", "0", "--quiet")
HOLD = """
import sys, time
from pathlib import Path
from conformance.journal.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def key(monkeypatch) -> None:
    """Set the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


@pytest.fixture(scope="module")
def server(contract):
    """Serve the reference server, whose memory the tests share."""
    app = reference_app(contract, key=KEY)
    with BackgroundServer(app) as serving:
        yield serving.url, app


@pytest.fixture
def holder():
    """Return what holds the lock of a folder in a process of its own, and ends it."""
    started = []

    def hold(folder: Path) -> int:
        process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE)  # noqa: S603
        started.append(process)
        assert b"held\n" == process.stdout.readline()
        return process.pid

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def test_one_folder_one_run(server, holder, capsys):
    """Beside a run no other run and no cleanup uses its folder, and nothing in it changes."""
    url, app = server
    app.reset()
    assert 0 == call("run", "--target", url, "--out", str(OUT), *FEW)
    before, stored = (OUT / "journal.ndjson").read_bytes(), len(app.stored)
    process = holder(OUT)
    capsys.readouterr()
    for arguments in (
        ("run", "--target", url, "--out", str(OUT), *FEW),
        ("run", "--target", url, "--out", str(OUT), "--resume", *FEW),
        ("cleanup", str(OUT)),
    ):
        assert 2 == call(*arguments)
        assert (
            f"conformance: another run is using out (process {process}); "
            "wait until it has ended, or name another folder\n"
        ) == capsys.readouterr().err
    assert (before, stored) == ((OUT / "journal.ndjson").read_bytes(), len(app.stored))


def test_a_lock_ends_with_its_process(holder):
    """Whoever is killed holds nothing; two runs in one process exclude each other as well; no file stays."""
    process = holder(OUT)
    with pytest.raises(UsageError, match=f"process {process}"), folder_lock(OUT):
        pass
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with folder_lock(OUT), pytest.raises(UsageError, match=f"process {os.getpid()}"), folder_lock(OUT):
        pass
    assert [] == list(OUT.iterdir())


def test_many_that_want_one_lock_hold_it_in_turn():
    """Of threads that try again and again only one holds the lock at any moment."""
    inside, most, turns = 0, 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most, turns
        for _ in range(300):
            try:
                with folder_lock(OUT):
                    with guard:
                        inside, turns = inside + 1, turns + 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
            except UsageError:
                continue

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (1, True) == (most, turns > 0)


def aside() -> list[str]:
    """Return the folders of earlier runs."""
    return sorted(path.name for path in Path().iterdir() if path.name.startswith("out."))


@pytest.mark.slow
def test_a_second_run_keeps_what_the_first_created(server, capsys):
    """Its journal is set aside, with what replays left; a cleanup of the folder removes the objects of both."""
    url, app = server
    app.reset()
    asked = ("run", "--target", url, "--out", str(OUT), *FEW)
    for _ in range(2):
        assert 0 == call(*asked)
    first = aside()[0].removeprefix("out.")
    assert [f"out.{first}"] == aside()
    assert first == events(Path(f"out.{first}"))[0]["run_id"]
    count = len(app.stored) // 2
    said = capsys.readouterr().out
    assert (
        f"the journal of the earlier run is in {Path(f'out.{first}').resolve()}: {count} objects may be left; "
        "`conformance cleanup out` removes them"
    ) in said
    assert 0 == call("cleanup", str(OUT))
    assert f"removed {2 * count} of {2 * count}\n" == capsys.readouterr().out
    assert ({}, []) == (app.stored, aside())
    # Nothing is left, so nothing is to be kept.
    assert 0 == call(*asked)
    assert [] == aside()
    assert 0 == call("cleanup", str(OUT))


@pytest.mark.parametrize("content", [None, b"", b'{"event":"run.sta'])
def test_a_run_that_was_killed_at_once_hides_no_earlier_one(server, content):
    """Where the first line was never written, a cleanup removes what the run before it has left."""
    url, app = server
    app.reset()
    assert 0 == call("run", "--target", url, "--out", str(OUT), *FEW)
    OUT.rename(f"out.{events(OUT)[0]['run_id']}")
    OUT.mkdir()
    if content is not None:
        (OUT / "journal.ndjson").write_bytes(content)
    assert 0 == call("cleanup", str(OUT))
    assert {} == app.stored


def test_a_folder_that_cannot_be_set_aside_is_left_as_it_is(server, capsys):
    """Where the record of what is left would be lost, no run begins."""
    url, app = server
    app.reset()
    assert 0 == call("run", "--target", url, "--out", str(OUT), *FEW)
    run_id = events(OUT)[0]["run_id"]
    Path(f"out.{run_id}").write_text("in the way")
    before = (OUT / "journal.ndjson").read_bytes()
    sent = app.requests
    capsys.readouterr()
    assert 2 == call("run", "--target", url, "--out", str(OUT), *FEW)
    assert "cannot set the journal of the earlier run aside" in capsys.readouterr().err
    assert (before, sent) == ((OUT / "journal.ndjson").read_bytes(), app.requests)
    assert 0 == call("cleanup", str(OUT))
    assert {} == app.stored


@contextmanager
def killing_cleanup(app, *, after: bool):
    """Serve `app`, and kill the process that is set as `process` at its second DELETE."""

    class Killing:
        process: "subprocess.Popen[bytes] | None" = None
        removals = 0

        async def __call__(self, scope, receive, send) -> None:
            chosen = False
            if scope["type"] == "http" and scope["method"] == "DELETE":
                self.removals += 1
                chosen = self.removals == 2
            if not (chosen and not after):
                await app(scope, receive, send)
            if chosen and self.process is not None:
                if not after:
                    # It is carried out, and nobody hears of it.
                    async def nothing(_) -> None:
                        return

                    await app(scope, receive, nothing)
                os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait()

    killing = Killing()
    with BackgroundServer(killing) as serving:
        yield serving.url, killing


@pytest.mark.slow
@pytest.mark.parametrize("after", [True, False], ids=["after the response", "before the response"])
def test_a_cleanup_that_is_killed_goes_on(contract, capsys, after):
    """What it removed before its record was written is gone for the next one: no finding, nothing left, status 0."""
    app = reference_app(contract, key=KEY)
    with killing_cleanup(app, after=after) as (url, killing):
        assert 0 == call("run", "--target", url, "--out", str(OUT), *FEW)
        count = len(app.stored)
        killing.process = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-c", MAIN, "cleanup", str(OUT)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        killing.process.communicate(timeout=60)
        assert (-9, count - 2) == (killing.process.returncode, len(app.stored))
        killing.process = None
        capsys.readouterr()
        for _ in range(2):
            assert 0 == call("cleanup", str(OUT))
    assert {} == app.stored
    assert 0 == call("report", str(OUT))
    results = json.loads((OUT / "results.json").read_bytes())
    assert [] == [each for each in results["findings"] if each["requirement"] == "drift.clean-up"]


def damage(path: Path, number: int, old: bytes, new: bytes) -> None:
    """Change a line of a file."""
    lines = path.read_bytes().splitlines(keepends=True)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    path.write_bytes(b"".join(lines))


@pytest.mark.slow
def test_a_damaged_journal_is_told_with_its_line(server, capsys):
    """No command shows a traceback or begins to send; a cleanup removes what the other lines record, and says so."""
    url, app = server
    app.reset()
    asked = ("run", "--target", url, "--out", str(OUT), *FEW)
    assert 0 == call(*asked)
    count, sent = len(app.stored), app.requests
    told = events(OUT)
    number = next(place for place, each in enumerate(told, 1) if each["event"] == "request.sent")
    damage(OUT / "journal.ndjson", number, b'"POST"', b'"PUT"')
    line = f"out/journal.ndjson line {number} is damaged: its checksum does not match"
    capsys.readouterr()
    for arguments in (("report", "out"), ("replay", "out", "accept.all.one"), (*asked, "--resume")):
        assert 2 == call(*arguments)
        assert (
            f"conformance: {line}; restore the file; `conformance cleanup` still removes what its other lines record\n"
        ) == capsys.readouterr().err
    assert sent == app.requests
    assert 3 == call("cleanup", "out")
    said = capsys.readouterr()
    assert (f"removed {count - 1} of {count - 1}\n", f"conformance: {line}\n") == (said.out, said.err)
    assert 1 == len(app.stored)
    # A new run does not overwrite it.
    assert 0 == call(*asked)
    assert [f"out.{told[0]['run_id']}"] == aside()


def test_a_foreign_journal_opens_no_file(server):
    """A cleanup reads the document that the journal holds, never the path that it names."""
    url, app = server
    app.reset()
    assert 0 == call("run", "--target", url, "--out", str(OUT), *FEW)
    journal = OUT / "journal.ndjson"
    first, *rest = journal.read_bytes().splitlines(keepends=True)
    header = {**json.loads(first), "options": {"target": url, "spec": "secret.yaml"}}
    header.pop("crc")
    journal.write_bytes(b"".join([json.dumps(header).encode() + b"\n", *rest]))
    os.mkfifo("secret.yaml")
    assert 0 == call("cleanup", str(OUT))
    assert {} == app.stored
