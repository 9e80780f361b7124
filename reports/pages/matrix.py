"""`matrix.html`: requirements by targets, for several runs of one contract."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from conformance.model.vocabulary import Group, Outcome
from conformance.reports.folding.outcomes import worst
from conformance.reports.pages.page import packed, page
from conformance.reports.results import RequirementResult, Results
from conformance.reports.safe_text import one_line, short
from conformance.reports.several import Run

FILENAME = "matrix.html"

LISTED = 300
"""The longest text of one cell, in characters."""


def render(runs: Sequence[Run]) -> bytes:
    """Return the bytes of `matrix.html`; the runs keep their order."""
    rows = _rows(runs)
    return page(
        "matrix.html.j2",
        ["single.js", "matrix.js"],
        runs=runs,
        names=names_of(runs),
        operations=list(dict.fromkeys(run.results.contract.operation for run in runs)),
        shown=[each for each in Outcome if any(run.results.counts.requirements.get(each) for run in runs)],
        groups=_groups(runs),
        contracts=len({run.results.contract.sha256 for run in runs}),
        requirements=[(next(each for each in row if each), [each and each.outcome for each in row]) for row in rows],
        lists=packed(msgspec.json.encode(_lists(runs, rows))),
    )


def kept(results: Results) -> Results:
    """Return what the page shows of a run: with hundreds of them, all that they found would be too much to hold."""
    first = {row.findings[0] for row in results.requirements if row.findings}
    return replace(
        results,
        causes=(),
        aliases=(),
        coverage=None,
        requirements=tuple(replace(row, cases=(), findings=row.findings[:1]) for row in results.requirements),
        findings=tuple(each for each in results.findings if each.id in first),
    )


def names_of(runs: Sequence[Run]) -> list[str]:
    """Return what each run is called: its target, or its operation where the runs are of several."""
    several = len({run.results.contract.operation for run in runs}) > 1
    return [short(run.results.contract.operation if several else run.results.target, LISTED) for run in runs]


def _rows(runs: Sequence[Run]) -> list[list[RequirementResult | None]]:
    """Return each requirement that any run knows, as each run has it."""
    known = [{row.id: row for row in run.results.requirements} for run in runs]
    ids = dict.fromkeys(row.id for run in runs for row in run.results.requirements)
    return [[rows.get(each) for rows in known] for each in ids]


def _groups(runs: Sequence[Run]) -> list[tuple[Group, list[tuple[Outcome, int, int]]]]:
    """Return for each group and run: the worst outcome, how many requirements passed, and how many there are."""
    found = []
    for group in Group:
        cells = []
        for run in runs:
            outcomes = [row.outcome for row in run.results.requirements if row.group is group]
            cells.append((worst(outcomes), outcomes.count(Outcome.PASSED), len(outcomes)))
        if any(total for _, _, total in cells):
            found.append((group, cells))
    return found


def _lists(runs: Sequence[Run], rows: list[list[RequirementResult | None]]) -> dict[str, object]:
    messages = [{each.id: each.message for each in run.results.findings} for run in runs]
    return {
        "targets": names_of(runs),
        "links": [run.link for run in runs],
        "requirements": [_row(row, messages) for row in rows],
    }


def _row(cells: list[RequirementResult | None], messages: list[dict[str, str]]) -> dict[str, object]:
    row = next(each for each in cells if each)
    outcomes = [each.outcome for each in cells if each]
    same = len(set(outcomes)) == 1 and len(outcomes) == len(cells)
    return {
        "id": one_line(row.id),
        "outcome": worst(outcomes),
        "group": row.group,
        "strength": row.strength,
        "agreement": "same outcome" if same else "different outcomes",
        "title": short(row.title, LISTED),
        "source": short(", ".join(row.source), LISTED),
        "cells": [each and _cell(each, said) for each, said in zip(cells, messages, strict=True)],
    }


def _cell(row: RequirementResult, messages: dict[str, str]) -> dict[str, object]:
    said = messages.get(row.findings[0], "") if row.findings else row.reason
    return {"outcome": row.outcome, "exercised": row.exercised, "said": short(said, LISTED)}
