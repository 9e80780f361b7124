"""The table of benchmarks: groups in their quick form, and how a page is made of them."""

from pathlib import Path

import httpx
import pytest

from .processes import Server, ended
from .rows_reports import exponent
from .sections import figure, ratio, table
from .table import GROUPS, TITLE, main

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@pytest.mark.parametrize("name", [each.name for each in GROUPS])
def test_a_group_makes_a_table(name: str, tmp_path: Path) -> None:
    """With small sizes each has a row at least, with as many columns as its head, and no figure is missing."""
    page = tmp_path / "page.md"
    assert 0 == main(["--quick", "--only", name, "--out", str(page)])
    text = page.read_text(encoding="utf-8")
    (group,) = (each for each in GROUPS if each.name == name)
    head, _, *rows = (line for line in text.splitlines() if line.startswith("|"))
    assert f"## {group.title}" in text
    assert rows
    assert {head.count("|")} == {each.count("|") for each in rows}
    titles = [each.strip() for each in head.split("|")]
    figures = [pair for each in rows for pair in zip(titles, map(str.strip, each.split("|")), strict=True)]
    # What was not measured is a dash; an empty cell is one for which there is nothing to measure.
    assert {"exponent"} >= {title for title, cell in figures if cell == "-"}


def test_what_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is measured, and the full table needs less than half an hour."""
    assert 0 == main(["--list"])
    shown = capsys.readouterr().err
    assert [each.name for each in GROUPS] == [line.partition(":")[0] for line in shown.splitlines()]
    assert sum(int(line.split()[-2]) for line in shown.splitlines()) < 30 * 60


def test_the_page_says_how_it_is_made() -> None:
    """The page of the documentation begins as the command writes it."""
    assert PAGE.read_text(encoding="utf-8").startswith(TITLE)


def test_a_server_counts() -> None:
    """It counts what it gets, from the last time on that it was asked to begin."""
    with Server() as server:
        found = [server.counts().requests]
        for _ in range(2):
            httpx.get(f"{server.url}/nothing")
        found.append(server.counts().requests)
        server.begin()
        found.append(server.counts().requests)
    assert [0, 2, 0] == found


def test_a_program_that_is_late_is_killed(tmp_path: Path) -> None:
    """So is one that is no longer needed."""
    assert -9 == ended(["sleep", "60"], tmp_path / "late", 0.2).status
    assert -9 == ended(["sleep", "60"], tmp_path / "over", 60, lambda: True).status
    assert 0 == ended(["true"], tmp_path / "right", 60).status


@pytest.mark.parametrize(("power", "values"), [(1, (2, 20, 200)), (2, (1, 100, 10_000)), (0, (5, 5, 5))])
def test_the_exponent_of_growth(power: int, values: tuple[float, ...]) -> None:
    """It is the power of the size that the values grow with."""
    assert power == pytest.approx(exponent((10, 100, 1_000), values))


def test_figures() -> None:
    """Three digits count; what was not measured is a dash, and so is its ratio."""
    nan = float("nan")
    assert ["1,235", "12.3", "0.00123", "-"] == [figure(each) for each in (1234.6, 12.345, 0.0012345, nan)]
    assert ["2 ×", "-", "-"] == [ratio(4, 2), ratio(4, 0), ratio(nan, 2)]  # noqa: RUF001 (the sign of a factor)
    assert "| a | b |\n| --- | ---: |\n| c | 1 |" == table([("a", "b"), ("c", "1")])
