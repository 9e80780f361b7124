"""Writing: the same events give the same bytes, and a file is there whole or not at all."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from conformance.journal.events import AnyEvent
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.vocabulary import Strength
from conformance.reports import writing
from conformance.reports.folding.fold import fold
from conformance.reports.results import TOGETHER, checked_results, results_schema
from conformance.reports.writing import REPORTS, write_reports

from . import journals

SCRIPT = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import journals
from conformance.reports.writing import write_reports
for events in (journals.large(150), journals.hostile(), journals.failing()):
    write_reports(events, Path(sys.argv[2]))
    for path in sorted(Path(sys.argv[2]).iterdir()):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""

SEVERAL = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import journals
from conformance.reports.pages import compare, history, matrix
from conformance.reports.folding.fold import fold
from conformance.reports.pages.proof import write_proof
from conformance.reports.several import Run
from conformance.reports.writing import write_reports
out = Path(sys.argv[2])
runs = [Run(fold(each), "a/report.html") for each in (journals.large(150), journals.hostile(), journals.failing())]
out.mkdir()
(out / "matrix.html").write_bytes(matrix.render(runs))
(out / "compare.html").write_bytes(compare.render(runs[0], runs[1]))
(out / "history.html").write_bytes(history.render(runs))
write_proof(journals.hostile_proof(), out)
write_reports(journals.hostile_client(), out)
for path in sorted(out.iterdir()):
    print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""

OLD = """
import gc
from conformance.reports.writing import collector_paused

with collector_paused():
    left = []
    left.append(left)
young, every = gc.get_objects(generation=0), gc.get_objects()
print(gc.isenabled(), *(any(each is left for each in some) for some in (young, every)), gc.get_freeze_count())
"""


def test_writes_every_report(tmp_path: Path) -> None:
    """All reports are written by default, into a folder that need not exist, and nothing else is left there."""
    results = write_reports(journals.failing(), tmp_path / "new" / "folder")
    names = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert names == {each.filename for each in REPORTS.values()}
    assert results == fold(journals.failing())


def test_writes_chosen_kinds(tmp_path: Path) -> None:
    """Only the kinds that were asked for are written."""
    write_reports(journals.passing(), tmp_path, kinds=["junit"])
    assert [path.name for path in tmp_path.iterdir()] == ["junit.xml"]


def test_results_are_written_first_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs read is there before any other report, in whatever order and how often they are named."""
    written = []
    monkeypatch.setattr(writing, "_replace", lambda path, _: written.append(path.name))
    write_reports(journals.passing(), tmp_path, kinds=["junit", "results", "badge", "results"])
    assert written == ["results.json", "junit.xml", "badge.svg"]


@pytest.mark.parametrize("running", [True, False])
def test_the_collector_of_cycles_is_left_as_it_was(tmp_path: Path, *, running: bool) -> None:
    """It is paused while reports are made, and no longer, whether they could be written or not."""
    (gc.enable if running else gc.disable)()
    try:
        write_reports(journals.failing(), tmp_path)
        assert running is gc.isenabled()
        (tmp_path / "file").touch()
        with pytest.raises(UsageError):
            write_reports(journals.failing(), tmp_path / "file")
        assert running is gc.isenabled()
    finally:
        gc.enable()


def test_what_is_left_of_a_report_is_old_to_the_collector() -> None:
    """It would walk over it first thing; nothing is kept from it for good."""
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", OLD], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False", "True", "0"]


def test_unknown_kind_is_refused(tmp_path: Path) -> None:
    """A kind that does not exist is a wrong call, and names those that do."""
    with pytest.raises(UsageError, match=f"choose from {', '.join(REPORTS)}"):
        write_reports(journals.passing(), tmp_path, kinds=["pdf"])


def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is a file is a wrong call."""
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="free that path or choose another folder"):
        write_reports(journals.passing(), tmp_path / "out")


def test_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing fails halfway, the old file stands and no half of the new one is left."""
    write_reports(journals.passing(), tmp_path, kinds=["results"])
    before = (tmp_path / "results.json").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_reports(journals.failing(), tmp_path, kinds=["results"])
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("results.json", before)]


@pytest.mark.parametrize(
    "events",
    [journals.passing(), journals.failing(), journals.hostile(), journals.large(60)],
    ids=["passing", "failing", "hostile", "large"],
)
def test_results_keep_their_schema(tmp_path: Path, events: list[AnyEvent]) -> None:
    """`results.json` is valid by the schema that is derived from the types, and the schema is valid itself."""
    write_reports(events, tmp_path, kinds=["results"])
    schema = results_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((tmp_path / "results.json").read_bytes()), schema)


def test_results_have_the_published_names(tmp_path: Path) -> None:
    """The names that other programs rely on are there."""
    write_reports(journals.failing(), tmp_path, kinds=["results"], fail_on=Strength.SHOULD)
    content = json.loads((tmp_path / "results.json").read_bytes())
    top = "schema_version verdict contract run_id target profile seed started_at counts requirements findings causes"
    assert set(top.split()) <= content.keys()
    assert content["contract"].keys() == {"sha256", "operation", "path"}
    assert content["verdict"] == "not conforming"
    assert content["started_at"] == "2025-10-09T08:53:20.000Z"
    assert content["counts"]["requirements"]["not exercised"] == 0
    row = "id title strength group source outcome reason cases findings"
    assert set(row.split()) <= content["requirements"][0].keys()
    finding = "id requirement strength case cause pattern message pointer expected actual repeats waiver"
    assert set(finding.split()) <= content["findings"][0].keys()
    assert {"id", "pattern", "sentence", "count", "case"} <= content["causes"][0].keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "files"),
    [(SCRIPT, 3 * len(REPORTS)), (SEVERAL, len(REPORTS) + 6)],
    ids=["runs", "several, proof, client"],
)
def test_same_journal_same_bytes(tmp_path: Path, script: str, files: int) -> None:
    """Every report has the same bytes whatever the hash seed, the folder and the time zone."""
    printed = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / seed)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) == files


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    """Reports hold what a target sent: they are made for their owner alone, also in the place of others."""
    (tmp_path / "results.json").touch(0o644)
    write_reports(journals.failing(), tmp_path)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}


def test_a_finding_that_breaks_the_schema_is_named_by_its_place() -> None:
    """Findings are held to the schema some at a time; what is said of one counts from the first of all."""
    found = fold(journals.failing())
    right, wrong = found.findings[0], replace(found.findings[0], cause=None)  # type: ignore[arg-type]
    findings = (*[right] * (TOGETHER + 3), wrong)
    with pytest.raises(ConformanceError, match=f"at /findings/{TOGETHER + 3}/cause: "):
        [*checked_results(replace(found, findings=findings))]
