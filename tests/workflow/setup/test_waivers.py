"""The file of waivers: refused unless every row says what, who, why and until when; drafted with gaps to fill in."""

import json
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conformance
from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Outcome
from conformance.model.waiver import Waiver
from conformance.workflow.reporting import RunResult
from conformance.workflow.setup.waivers import _text, read_waivers

MUST = "transport.media-type"
GOOD = f"""
[[waiver]]
requirement = "{MUST}"
owner = "Ada"
reason = "mended in release 7"
expires = 2030-12-31
"""

BAD = {
    "no TOML": ("[[waiver", "waivers.toml is not TOML", "--waivers-update"),
    "no UTF-8": (b"\xff", "waivers.toml is not TOML", "--waivers-update"),
    "another table": ("[waivers]\n", "has 'waivers', which is not a list of waivers", "write [[waiver]] rows"),
    "one table": ("[waiver]\n", "has 'waiver', which is not a list of waivers", "write [[waiver]] rows"),
    "no tables": ("waiver = [1]\n", "waiver 1: it is not a table", "write [[waiver]]"),
    "no owner": (GOOD.replace('owner = "Ada"', ""), "waiver 1: `owner` is missing", "name the owner"),
    "empty owner": (GOOD.replace("Ada", " "), "waiver 1: `owner` is empty", "name the owner"),
    "no reason": (GOOD.replace("reason", "# "), "waiver 1: `reason` is missing", "state the reason"),
    "empty reason": (GOOD + GOOD.replace("mended in release 7", ""), "waiver 2: `reason` is empty", "state the reason"),
    "reason is a number": (
        GOOD.replace('"mended in release 7"', "7"),
        "waiver 1: `reason` is not a string",
        "write reason",
    ),
    "no expiry": (
        GOOD.replace("expires = 2030-12-31", ""),
        "waiver 1: `expires` is missing",
        "write the last valid day",
    ),
    "expiry is a text": (
        GOOD.replace("2030-12-31", '"never"'),
        "waiver 1: `expires` is not a date",
        "write the last valid day",
    ),
    "expiry has a time": (
        GOOD.replace("2030-12-31", "2030-12-31T00:00:00"),
        "`expires` is not a date",
        "write the last valid day",
    ),
    "neither": (GOOD.replace("requirement", "# "), "neither `requirement` nor `cause`", "name one of them"),
    "both": (GOOD + 'cause = "a"\n', "both `requirement` and `cause`", "name one of them"),
    "unknown field": (GOOD + "until = 1\n", "waiver 1: it has no field 'until'", "fields: requirement, cause, owner"),
    "unknown requirement": (
        GOOD.replace("type", "typ"),
        "no requirement 'transport.media-typ'",
        f"did you mean '{MUST}'",
    ),
    "unlike any": (GOOD.replace(MUST, "§"), "there is no requirement", "`conformance spec requirements` lists them"),
    "advisory": (
        GOOD.replace(MUST, "error.large"),
        "error.large is advisory, which fails no run",
        "remove the waiver",
    ),
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The published contract."""
    return load_contract()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the waivers are."""
    return tmp_path / "waivers.toml"


def test_a_whole_file_is_read(contract: Contract, path: Path) -> None:
    """Each row is a waiver; an empty file holds none."""
    path.write_text(GOOD + GOOD.replace(f'requirement = "{MUST}"', 'cause = "a | b"'))
    rows = [Waiver(owner="Ada", reason="mended in release 7", expires=date(2030, 12, 31), requirement=MUST)]
    rows.append(Waiver(owner="Ada", reason="mended in release 7", expires=date(2030, 12, 31), cause="a | b"))
    assert tuple(rows) == read_waivers(path, contract)
    path.write_text("")
    assert () == read_waivers(path, contract)


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_lacks_something_is_refused(contract: Contract, path: Path, kind: str) -> None:
    """What is wrong, in which waiver, and what to do, in one line."""
    content, problem, remedy = BAD[kind]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        read_waivers(path, contract)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert 1 == len(str(caught.value).splitlines())


def test_a_file_that_is_not_there_is_refused(contract: Contract, path: Path) -> None:
    """A file that is named is needed; a folder is none."""
    for wrong in (path, path.parent):
        with pytest.raises(UsageError, match="cannot read"):
            read_waivers(wrong, contract)


def test_a_run_with_waivers_and_a_draft(contract: Contract, path: Path) -> None:
    """A failing run drafts waivers; the draft is refused until it is filled in; then the run passes, as waived."""
    out = path.parent / "report"
    faults = pick(contract, ("http.media-type-plain",))[:1]
    with BackgroundServer(reference_app(contract, faults=faults)) as server:

        def run(**more: object) -> RunResult:
            return conformance.run(
                target=server.url, out=out, waivers=path, only=("accept.fullest",), repeats=0, **more
            )

        first = run(waivers_update=True)
        assert 1 == first.exit_status
        assert [f"{path}: 1 added; fill in owner and reason before the next run"] == list(first.waivers)
        drafted = path.read_text()
        (row,) = tomllib.loads(drafted)["waiver"]
        assert ("", "", first.results.causes[0].pattern) == (row["owner"], row["reason"], row["cause"])
        for again in ({}, {"waivers_update": True}):
            with pytest.raises(UsageError, match="waiver 1: `owner` is empty; name the owner"):
                run(**again)
        path.write_text(drafted.replace('owner = ""', 'owner = "Ada"').replace('reason = ""', 'reason = "soon"'))
        before = path.read_text()
        second = run(waivers_update=True)
        assert (0, (), before) == (second.exit_status, second.waivers, path.read_text())
        assert 1 == second.results.counts.requirements[Outcome.WAIVED]
    header = json.loads((out / "journal.ndjson").read_bytes().splitlines()[0])
    assert [{"cause": row["cause"], "owner": "Ada", "reason": "soon", "expires": row["expires"].isoformat()}] == (
        header["waivers"]
    )
    schema = json.loads((files("conformance.spec") / "schemas" / "waivers.json").read_bytes())
    jsonschema.validate({"waiver": header["waivers"]}, schema)
    assert not jsonschema.Draft202012Validator(schema).is_valid({"waiver": [row | {"owner": "", "expires": ""}]})


def test_a_draft_adds_to_what_is_there(contract: Contract, path: Path) -> None:
    """What stands in the file stays as it stands, comments too; what is waived already is not drafted again."""
    path.write_text("# ours" + GOOD.rstrip("\n"))
    faults = pick(contract, ("http.media-type-plain",))[:1]
    with BackgroundServer(reference_app(contract, faults=faults)) as server:
        result = conformance.run(
            target=server.url, out=path.parent / "r", waivers=path, waivers_update=True, only=("accept.fullest",)
        )
    assert ("# ours" + GOOD.rstrip("\n"), 0) == (path.read_text(), result.exit_status)


@pytest.mark.parametrize("name", ["nowhere/waivers.toml", "."])
def test_a_draft_that_cannot_be_written_is_told_before_the_run(name: str, tmp_path: Path) -> None:
    """A folder that is not there, or a file that is one, ends the run before anything is sent."""
    with pytest.raises(UsageError, match="cannot be written; name a file in an existing folder"):
        conformance.run(out=tmp_path / "r", waivers=tmp_path / name, waivers_update=True)
    assert not (tmp_path / "r").exists()


def test_a_draft_needs_a_file(tmp_path: Path) -> None:
    """`--waivers-update` alone says nothing about where."""
    with pytest.raises(UsageError, match="add --waivers FILE"):
        conformance.run(out=tmp_path / "r", waivers_update=True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_written_so_that_toml_reads_it_back(text: str) -> None:
    """Whatever a pattern holds, the draft holds it unharmed."""
    assert {"a": text} == tomllib.loads(f"a = {_text(text)}")
