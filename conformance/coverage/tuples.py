"""How many pairs, or triples, of levels of the request's members were sent, of how many that there are.

Counted from the bodies that went out, and not from the rows that they were made of: any body that must be accepted
counts, whatever it was made for.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from math import prod

import msgspec

from conformance.contract.contract import Contract
from conformance.coverage.keywords import Reader
from conformance.model.case import Case
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, plain_json, try_read, write
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.covering.combinations import OBJECT, Model, PropertyLevel, model
from conformance.strategies.covering.factors import Factor, Row
from conformance.strategies.values import bodies


class Covered(msgspec.Struct, frozen=True):
    """How many combinations of levels of `strength` properties (2: pairs, 3: triples) exist, and were covered."""

    strength: int
    possible: int
    covered: int


def tuple_coverage(
    contract: Contract, cases: Iterable[Case], strengths: Sequence[int], read: Reader = try_read
) -> tuple[Covered, ...]:
    """Return, for each of `strengths`, the combinations that cases which must be accepted hold.

    A strength beyond the number of members that vary is taken as that number; without any there is nothing to count.
    """
    of = model(Builder(contract, {}))
    held = _holders(of.factors, _rows(of, cases, read))
    sizes = dict.fromkeys(min(strength, len(of.factors)) for strength in strengths)
    return tuple(_count(of.factors, held, size) for size in sizes if size)


def _holders(factors: Sequence[Factor], rows: set[Row]) -> list[list[int]]:
    """Return, for each level of each factor, the rows that have it, as bits."""
    found = [[bytearray(b"0") * (len(rows) + 1) for _ in range(factor.levels)] for factor in factors]
    for number, row in enumerate(rows):
        for digits, level in zip(found, row, strict=True):
            if level is not None:
                digits[level][number] = ord("1")
    return [[int(each, 2) for each in digits] for digits in found]


def _count(factors: Sequence[Factor], held: Sequence[Sequence[int]], strength: int) -> Covered:
    """Count the combinations that are covered: rows have each level of them, and among these are some that have all."""
    possible = covered = 0
    for chosen in combinations(range(len(factors)), strength):
        able = _able(factors, chosen)
        possible += prod(map(len, able))
        rows = [-1]
        for index, levels in zip(chosen, able, strict=True):
            rows = [both for some in rows for level in levels if (both := some & held[index][level])]
        covered += len(rows)
    return Covered(strength, possible, covered)


def _able(factors: Sequence[Factor], chosen: Sequence[int]) -> list[Sequence[int]]:
    """Return for each of the chosen factors the levels at which all of them exist.

    Each row of them can occur: only an ancestor that is chosen as well has a level that another one needs.
    """
    needed: dict[int, int] = {}
    for index in chosen:
        child = index
        while (parent := factors[child].parent) is not None:
            if needed.setdefault(parent, factors[child].enabling) != factors[child].enabling:
                return [()] * len(chosen)
            child = parent
    return [(needed[index],) if index in needed else range(factors[index].levels) for index in chosen]


def _rows(of: Model, cases: Iterable[Case], read: Reader) -> set[Row]:
    known = [
        {_text(level): number for number, level in enumerate(levels) if level.word != OBJECT} for levels in of.levels
    ]
    rows: set[Row] = set()
    for case in cases:
        if case.expectation is not Expectation.ACCEPTED or case.request.body is None:
            continue
        text = read(case.request.body)
        if text is not None:
            rows.update(_readings(of, known, text.value))
    return rows


def _text(level: PropertyLevel) -> str | None:
    # Written, read and written: what was spelled by hand compares with what comes back from a body.
    return None if level.value is bodies.ABSENT else write(plain_json(level.value))


def _written(value: Json) -> str:
    """Return a value as `write` does, which makes an encoder for each number and word."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return repr(value) if isinstance(value, int) else write(value)


def _readings(of: Model, known: Sequence[dict[str | None, int]], body: Json) -> Iterator[Row]:
    """Yield the rows that a body can stand for: an empty object is empty, and has every member absent."""
    choices: list[Sequence[int | None]] = []
    for node, levels, texts in zip(of.nodes, of.levels, known, strict=True):
        value = get(body, node.path, MISSING)
        text = None if value is MISSING else _written(value)
        found = [texts[text]] if text in texts else []
        if text is not None and text.startswith("{"):
            found += [number for number, each in enumerate(levels) if each.word == OBJECT]
        choices.append(found or [None])
    for row in product(*choices):
        yield tuple(
            None if factor.parent is not None and row[factor.parent] != factor.enabling else level
            for level, factor in zip(row, of.factors, strict=True)
        )
