"""`conformance report`: reports made again from a journal, whole or damaged."""

import json
import shutil
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

import conformance
from conformance.mock.server import BackgroundServer
from conformance.reports.formats.markdown import LIMIT
from conformance.reports.writing import REPORTS

OUT = Path("conformance-report")
NAMES = tuple(each.filename for each in REPORTS.values())


async def failing(scope, receive, send):
    """Serve an application that fails at everything."""
    if scope["type"] != "http":
        return
    await receive()
    await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"error": "no"}'})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that found something, with a bar of its own."""
    out = tmp_path_factory.mktemp("made") / OUT
    with BackgroundServer(failing) as server:
        result = conformance.run(target=server.url, only="reject.json.*", fail_on="should", out=out)
    assert 1 == result.exit_status
    return out


@pytest.fixture
def done(made: Path) -> Path:
    """Return a copy of that folder, below the one that the test works in."""
    shutil.copytree(made, OUT)
    return OUT


def test_reports_are_made_again_to_the_byte(command, done):
    """Made again, every report is the same as at the end of the run, and so is the exit status."""
    first = {name: (done / name).read_bytes() for name in NAMES}
    for name in NAMES:
        (done / name).unlink()
    ended = command("report", str(done))
    assert (1, "not conforming: reports in conformance-report\n") == (ended.status, ended.out)
    assert first == {name: (done / name).read_bytes() for name in NAMES}


def test_the_journal_itself_may_be_named(command, done):
    """The file will do as well as its folder; kinds of reports can be chosen."""
    for name in NAMES:
        (done / name).unlink()
    assert 1 == command("report", str(done / "journal.ndjson"), "--report", "markdown").status
    assert {"journal.ndjson", "summary.md"} == {path.name for path in done.iterdir()}


def test_a_journal_that_was_cut_off(command, done, results_of):
    """Of a run that was killed in the middle of a line, what is there is reported, and that it is not whole."""
    journal = done / "journal.ndjson"
    whole = journal.read_bytes()
    journal.write_bytes(whole[: whole.rindex(b'{"event":"exchange"') + 30])
    ended = command("report", str(done))
    assert 1 == ended.status
    reason = "the journal ends before the end of the run"
    assert reason == results_of(done)["reason"]
    assert f"the run is incomplete: {reason}\n" == ended.err


def damage_line(lines: list[bytes]) -> None:
    """Put something else in the place of a line."""
    lines[3] = b'{"event": "exchange", "send": "one"}'


def drop_line(lines: list[bytes]) -> None:
    """Take a line away."""
    del lines[3]


def drop_header(lines: list[bytes]) -> None:
    """Take the first line away."""
    del lines[0]


def strange_event(lines: list[bytes]) -> None:
    """Write an event of a kind that there is not."""
    lines[3] = b'{"event": "surprise", "seq": 4, "time": 0}'


def later_version(lines: list[bytes]) -> None:
    """Pretend that a later suite wrote the journal."""
    lines[0] = json.dumps(json.loads(lines[0]) | {"journal_version": 99}).encode()


def no_time(lines: list[bytes]) -> None:
    """Write a time that no calendar has."""
    lines[1] = json.dumps(json.loads(lines[1]) | {"time": 1e300}).encode()


def nothing(lines: list[bytes]) -> None:
    """Take every line away."""
    lines.clear()


def unknown_send(lines: list[bytes]) -> None:
    """Let an exchange end that never began."""
    place = next(number for number, line in enumerate(lines) if b'"event":"exchange"' in line)
    lines[place] = json.dumps(json.loads(lines[place]) | {"send": 4711}).encode()


DAMAGES = {
    damage_line: "journal.ndjson line 4 is not a journal event",
    drop_line: "lines are missing",
    drop_header: "does not begin with run.started",
    strange_event: "journal.ndjson line 4 is not a journal event",
    later_version: "is of version 99; this suite reads versions 2 to 5",
    no_time: "journal.ndjson line 2: 1e+300 is not a time",
    nothing: "is empty; the run did not start; run it again",
    unknown_send: "4711, which has no request.sent event",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_journal_that_is_damaged(command, done, damage):
    """A journal that cannot be trusted is refused, with the place where it is damaged."""
    journal = done / "journal.ndjson"
    lines = journal.read_bytes().splitlines()
    damage(lines)
    journal.write_bytes(b"".join(line + b"\n" for line in lines))
    ended = command("report", str(done))
    assert 2 == ended.status
    assert DAMAGES[damage] in ended.complaint


def test_a_journal_of_one_torn_line(command):
    """A run that was killed while it wrote its first line left nothing to report."""
    OUT.mkdir()
    (OUT / "journal.ndjson").write_bytes(b'{"event":"run.sta')
    ended = command("report", str(OUT))
    assert 2 == ended.status
    assert "is empty" in ended.complaint


@pytest.mark.parametrize("name", ["nowhere", "journal.txt"])
def test_what_holds_no_journal(command, name):
    """A folder that is not there, or a file that is something else, is told."""
    Path("journal.txt").write_text("dear diary\n")
    ended = command("report", name)
    assert 2 == ended.status
    assert name in ended.complaint


def test_reports_of_an_earlier_run_do_not_stay(command, done):
    """A new run into the same folder leaves no report of the old one beside its journal."""
    ended = command("run", "--target", "asgi:json:loads", "--report", "results", "--only", "accept.all.null")
    assert {"journal.ndjson", "results.json"} == {path.name for path in done.iterdir()}
    assert ended.status in {1, 3}


def test_the_summary_joins_the_page_of_a_job(command, done, monkeypatch):
    """Where GitHub names the page of a job, the summary is appended to what is there."""
    Path("page.md").write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "page.md")
    assert 1 == command("report", str(done), "--report", "markdown").status
    assert "# Before\n" + (done / "summary.md").read_text() == Path("page.md").read_text()


def test_a_page_that_is_full_is_told(command, done, monkeypatch):
    """A page never grows beyond what the host takes: the summary is cut, and says so."""
    Path("page.md").write_text("x" * (LIMIT - 400))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "page.md")
    assert 1 == command("report", str(done), "--report", "markdown").status
    page = Path("page.md").read_text()
    assert "Cut here" in page
    assert LIMIT - 400 < len(page) <= LIMIT


def test_a_page_that_cannot_be_written(command, done, monkeypatch):
    """A page that is a folder brings a warning; the exit status stays that of the run."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", ".")
    warning = "warning: cannot write .: Is a directory; correct or unset GITHUB_STEP_SUMMARY\n"
    ended = command("report", str(done), "--report", "markdown")
    assert (1, warning) == (ended.status, ended.err)
    ended = command("run", "--only", "accept.all.*", "--out", "right")
    assert (0, warning) == (ended.status, ended.err)


def test_junit_by_requirement(command, done):
    """One test case a requirement, where that is asked for; the other way by default, as the run was."""
    assert 1 == command("report", str(done), "--report", "junit", "--junit-by", "requirement").status
    names = {each.get("name") for each in fromstring((done / "junit.xml").read_bytes()).iter("testcase")}  # noqa: S314 - our own
    assert names == {row["id"] for row in json.loads((done / "results.json").read_bytes())["requirements"]}


def test_a_matrix_of_runs(command, done):
    """Several runs are one page, with links to their reports; the status tells that a target does not conform."""
    ended = command("report", str(done), str(done), "--matrix", "--out", "pages")
    assert (1, f"2 not conforming: {Path('pages/matrix.html')}\n") == (ended.status, ended.out)
    assert "../conformance-report/report.html" in Path("pages/matrix.html").read_text()


def test_two_runs_compared(command, done):
    """A run compared with itself has nothing new; compared with one that found nothing it has, and fails."""
    shutil.copytree(done, "before")
    content = json.loads(Path("before/results.json").read_bytes())
    Path("before/results.json").write_text(json.dumps(content | {"findings": [], "causes": []}))
    assert 0 == command("report", str(done), str(done), "--compare").status
    ended = command("report", "before", str(done), "--compare", "--fail-on", "should")
    assert 1 == ended.status
    assert " new, 0 unchanged, 0 fixed, 0 gone: " in ended.out


def test_the_history_of_a_folder(command, done):
    """All runs below a folder are found, those without results from their journal."""
    (done / "results.json").unlink()
    shutil.copytree(done, "runs/first")
    shutil.copytree(done, "runs/second")
    ended = command("report", "runs", "--history", "--out", "runs")
    assert (0, f"2 runs: {Path('runs/history.html')}\n") == (ended.status, ended.out)


WRONG_RUNS = {
    ("a", "b"): "name the folder of a run",
    ("conformance-report", "conformance-report"): "is a complete run, not a shard",
    ("a", "--compare"): "--compare needs two runs, not 1",
    ("nowhere", "--matrix"): "nowhere",
    ("nowhere", "--history"): "there is no run in nowhere; name a folder with folders of runs",
    ("torn", "--matrix"): "torn/results.json is not a results.json of this version",
    ("conformance-report", "--matrix", "--out", "conformance-report/journal.ndjson"): "name another folder with --out",
}


@pytest.mark.parametrize("arguments", WRONG_RUNS, ids=" ".join)
def test_runs_that_cannot_be_shown(command, done, arguments):
    """What cannot be put on a page is told in one line."""
    assert done.is_dir()
    Path("torn").mkdir()
    Path("torn/results.json").write_text('{"verdict":')
    ended = command("report", *arguments)
    assert 2 == ended.status
    assert WRONG_RUNS[arguments] in ended.complaint


def test_one_page_at_a_time(command):
    """Two pages asked for at once are one clear line."""
    ended = command("report", "old", "new", "--compare", "--matrix")
    assert 2 == ended.status
    assert "--compare and --matrix exclude each other; choose one" in ended.complaint
