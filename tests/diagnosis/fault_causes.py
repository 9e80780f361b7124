"""Causes of the faults of the mock: whether each fault, or each pair, comes out as exactly its cause or causes.

`python -m tests.diagnosis.fault_causes [FAULT ...] [--profile PROFILE] [--sample N] [--pairs N] [--seed S]
[--processes N] [--out FILE]`, from the root of the tree. Without names it draws faults evenly from all families. It
prints what comes out otherwise, with the causes, and a table.
"""

import argparse
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, zip_longest
from operator import add
from pathlib import Path
from statistics import median

import msgspec

from conformance.contract.contract import load_contract
from conformance.mock.faults.catalogue import faults, pick
from conformance.mock.faults.parts.fault import Fault
from conformance.model.grouping import grouped
from conformance.model.vocabulary import Profile

from .fault_predicates import names_parts, states_predicate
from .fault_runs import FaultRuns, Outcome

_RUNS: list[FaultRuns] = []
"""The runs of this process."""


class Verdict(msgspec.Struct, frozen=True):
    """What a run came to: `one` is whether each fault is exactly one cause; None where no fault of it showed.

    A fault that another one masks has none: the cause of that one names its requirement among those that it `masks`.
    `predicate` is None for faults whose sentence has no value, combination or threshold.
    """

    one: bool | None
    named: bool
    predicate: bool | None


def drawn(known: Iterable[Fault], count: int, seed: int) -> list[Fault]:
    """Return faults that are drawn in turn from every family; of a family each kind of fault comes first once."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    families = []
    for family in grouped((each.family, each) for each in known).values():
        kinds = list(grouped((each.id.rpartition(".")[2], each) for each in family).values())
        for kind in kinds:
            chance.shuffle(kind)
        chance.shuffle(kinds)
        families.append([each for turn in zip_longest(*kinds) for each in turn if each is not None])
    turns = zip_longest(*families)
    return [each for each in chain.from_iterable(turns) if each is not None][:count]


def pairs(known: Sequence[Fault], count: int, seed: int) -> list[tuple[Fault, Fault]]:
    """Return pairs of faults of different families."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    order = drawn(known, 2 * count, seed)
    chance.shuffle(order)
    found = []
    for one in order[:count]:
        other = chance.choice([each for each in order if each.family != one.family])
        found.append((one, other))
    return found


def verdict(known: Mapping[str, Fault], outcome: Outcome) -> Verdict:
    """Judge the causes of a run by what the faults say of themselves."""
    causes = outcome.causes
    if not any(outcome.fired) or (len(outcome.faults) == 1 and not causes):
        return Verdict(None, named=False, predicate=None)
    chosen = [known[each] for each in outcome.faults]
    named = all(_says(fault, outcome) for fault in chosen)
    stated = [None if _is_masked(fault, outcome) else states_predicate(fault, causes) for fault in chosen]
    predicate = None if all(each is None for each in stated) else all(each is not False for each in stated)
    hidden = [fault for fault in chosen if _is_masked(fault, outcome)]
    return Verdict(len(causes) == len(chosen) - len(hidden), named, predicate)


def _is_masked(fault: Fault, outcome: Outcome) -> bool:
    return len(outcome.faults) > 1 and any(fault.requirement in each.masks for each in outcome.causes)


def _says(fault: Fault, outcome: Outcome) -> bool:
    return names_parts(fault, outcome.causes) or _is_masked(fault, outcome)


def judged(ids: Sequence[str]) -> Outcome:
    """Run with some faults, in this process."""
    return _RUNS[-1].outcome(ids)


def begin(profile: Profile) -> None:
    """Make the runs of this process."""
    _RUNS.append(FaultRuns(profile))


def outcomes(profile: Profile, chosen: Sequence[tuple[str, ...]], processes: int) -> Iterator[Outcome]:
    """Yield what the run of each choice of faults comes to."""
    if processes <= 1:
        begin(profile)
        yield from map(judged, chosen)
        return
    with multiprocessing.get_context("spawn").Pool(processes, begin, (profile,)) as pool:
        yield from pool.imap_unordered(judged, chosen, chunksize=2)


class Table:
    """The figures of all runs, by family; `runs` is how many there are."""

    def __init__(self, known: Mapping[str, Fault]) -> None:
        self._known = known
        self.runs = 0
        self._counts: dict[str, Counter[str]] = {}
        self._extra: list[float] = []
        self._seconds: list[float] = []

    def add(self, outcome: Outcome) -> Verdict:
        """Count a run."""
        found = verdict(self._known, outcome)
        self.runs += 1
        family = (
            " and ".join(self._known[each].family for each in outcome.faults) if len(outcome.faults) == 1 else "pairs"
        )
        counts = self._counts.setdefault(family, Counter())
        counts["drawn"] += 1
        if found.one is not None:
            counts.update(shown=1, one=found.one, named=found.named)
            self._extra.append(outcome.extra / max(1, len(outcome.causes)))
        if found.predicate is not None:
            counts.update(predicates=1, stated=found.predicate)
        self._seconds.append(outcome.seconds)
        return found

    def lines(self) -> Iterator[str]:
        """Yield the table in Markdown."""
        yield "| family | drawn | found | exactly one cause each | names the part | predicate stated |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        whole = reduce(add, self._counts.values(), Counter())
        for family, counts in [*sorted(self._counts.items()), ("all", whole)]:
            share = f" ({counts['one'] / max(1, counts['shown']):.1%})" if counts is whole else ""
            yield (
                f"| {family} | {counts['drawn']} | {counts['shown']} | {counts['one']}{share} | {counts['named']} | "
                f"{counts['stated']} of {counts['predicates']} |"
            )
        if len(self._counts) > 1:
            yield f"\nWeighted by the size of the families, {self._weighted():.1%} are exactly one cause."
        if self._extra:
            yield f"\nRequests beyond the plan, a cause: median {median(self._extra):g}, maximum {max(self._extra):g}."
        times = f"median {median(self._seconds):.2f}, maximum {max(self._seconds):.2f}"
        yield f"\nDiagnosis, seconds of the processor: {times}."

    def _weighted(self) -> float:
        sizes = Counter(each.family for each in self._known.values())
        shown = {family: counts for family, counts in self._counts.items() if counts["shown"]}
        of_all = sum(sizes[family] for family in shown)
        return sum(sizes[family] * counts["one"] / counts["shown"] for family, counts in shown.items()) / max(1, of_all)


def told(known: Mapping[str, Fault], outcome: Outcome, found: Verdict) -> Iterator[str]:
    """Yield what did not come out as it should, with the causes."""
    wrong = [
        *([] if found.one is not None else ["not found"]),
        *([] if found.one is not False else [f"{len(outcome.causes)} causes"]),
        *([] if found.named or found.one is None else ["names another part"]),
        *([] if found.predicate is not False else ["another predicate"]),
        *([f"{outcome.extra} requests"] if outcome.extra > MOST * max(1, len(outcome.causes)) else []),
    ]
    if wrong:
        yield f"- {', '.join(wrong)}: {' and '.join(f'{each} ({known[each].sentence})' for each in outcome.faults)}"
        yield from (f"    - {each.strength}, {each.count}: {each.sentence}" for each in outcome.causes)


EVERY = 10
"""After so many runs each time their number is printed."""

MOST = 40
"""How many requests beyond the plan a cause may cost."""


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the table, and write it where that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.diagnosis.fault_causes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="FAULT", help="ids or globs of faults; drawn where none is named")
    parser.add_argument("--profile", type=Profile, default=Profile.STANDARD, help="how much is sent")
    parser.add_argument("--sample", type=int, default=100, help="how many faults are drawn")
    parser.add_argument("--pairs", type=int, default=0, help="how many pairs are drawn in the place of faults")
    parser.add_argument("--seed", type=int, default=0, help="what is drawn")
    parser.add_argument("--processes", type=int, default=1, help="how many processes run at once")
    parser.add_argument("--out", type=Path, help="file to write the table to")
    chosen = parser.parse_args()
    contract = load_contract()
    known = {each.id: each for each in faults(contract)}
    if chosen.pairs:
        wanted = [(one.id, other.id) for one, other in pairs(list(known.values()), chosen.pairs, chosen.seed)]
    elif chosen.names:
        wanted = [(each.id,) for each in pick(contract, chosen.names)]
    else:
        wanted = [(each.id,) for each in drawn(known.values(), chosen.sample, chosen.seed)]
    table, lines = Table(known), []
    for outcome in outcomes(chosen.profile, wanted, chosen.processes):
        for line in told(known, outcome, table.add(outcome)):
            lines.append(line)
            tell(line)
        if not table.runs % EVERY:
            sys.stderr.write(f"{table.runs} of {len(wanted)}\n")
    figures = ["", *table.lines()]
    tell("\n".join(figures))
    lines += figures
    if chosen.out is not None:
        chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
