"""The order of the catalogue: each item adds most to what those before it exercised."""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator

from conformance.classify.requirements import PRECISION
from conformance.contract.contract import Contract
from conformance.model.case import Case, Item
from conformance.model.vocabulary import Expectation, Strength
from conformance.strategies.catalogue.documented import BY_PAGE

PRECISE = f".{PRECISION}"
"""How requirements end that hold or fail everywhere at once: numbers are parsed alike at every place."""

MERGED = 1_000
"""What a case weighs that holds as many odd things as there are classes of them: it comes before all that hold one."""

BESIDE_BODY = frozenset({"credential", "header"})
"""What a story is about where each lexical form is another matter: not one kind at several places."""

NEAR = (
    "quoted null",
    "a one-item array",
    "0 or 1",
    "an enum value with a leading space",
    "an unknown property with the value null",
    "a misspelled property name",
    "a property name in",
    "a property with an empty name",
    "the property __proto__",
    "a fraction that double precision rounds",
    "the key in",
    "a credential without the documented scheme",
    "a truncated enum value",
    "an empty key",
    "an invalid media type",
    "a request without a body and media type",
    "a body with a line comment",
    "a body with a block comment",
    "a body with a leading comma",
    "a body with a missing colon",
    "a body with a semicolon",
    "a body with an extra closing brace",
    "a body with a raw line break",
    "a body with the literal `undefined`",
)
"""Kinds that come late: a server that accepts them accepts another kind as well, or no parser in use accepts them."""

_WEIGHT = {Strength.MUST: 6, Strength.SHOULD: 3, Strength.ADVISORY: 1}


def ordered(contract: Contract, items: list[Item]) -> list[Item]:
    """Return items so that each adds most to what those before it exercised (lazy greedy cover).

    The smallest valid request is the first: all others are more than that. Of items that add as much, those come first
    whose place has had the fewest.
    """
    weights: dict[str, float] = {}
    features = [_features(contract, item, weights) for item in items]
    turns = list(_turns(items))
    seen: set[str] = set(features[0])

    def gain(index: int) -> float:
        cost = sum(not case.merged for case in items[index].cases) or 1
        # Exactly: in a set the order, and so the rounding, is another one in every process.
        return math.fsum(weights[each] for each in features[index] - seen) / cost

    heap = [(-gain(index), turns[index], index) for index in range(1, len(items))]
    heapq.heapify(heap)
    result = items[:1]
    while heap:
        _, turn, index = heapq.heappop(heap)
        value = gain(index)
        if heap and -heap[0][0] > value:
            heapq.heappush(heap, (-value, turn, index))
            continue
        seen |= features[index]
        result.append(items[index])
    return result


def _turns(items: Iterable[Item]) -> Iterator[int]:
    """Yield, for each item, how many before it say the same of the same place: that it is accepted, or rejected."""
    turns: Counter[tuple[Expectation, str]] = Counter()
    for item in items:
        case = item.cases[0]
        about = (case.expectation, case.story.pointer if case.story else "")
        yield turns[about]
        turns[about] += 1


def _features(contract: Contract, item: Item, weights: dict[str, float]) -> frozenset[str]:
    found: dict[str, float] = {}
    for requirement in {*item.requirements, *(each for case in item.cases for each in case.requirements)}:
        row = contract.by_id.get(requirement)
        found[requirement] = _WEIGHT[row.strength] if row and not requirement.endswith(PRECISE) else 0.2
    for case in item.cases:
        if case.story is None:
            continue
        kind = f"{case.expectation}/{case.story.kind}"
        if case.story.keyword in BY_PAGE:
            found[kind] = 1  # what pages say fails no run: it comes late
            continue
        near = case.story.kind.startswith(NEAR)
        late = 0.2 if case.expectation is Expectation.OBSERVED else 0.4 if near else 1.0
        found[kind] = MERGED if case.merged else late if late < 1 else 4
        if case.story.keyword in BESIDE_BODY:
            found[f"{kind}/{case.story.says}"] = 1.5 * late if late == 1 else late
            continue
        # What a body with many properties shows of each of them, a body with one of them shows no more.
        held = case.requirements if case.expectation is Expectation.ACCEPTED else (case.story.pointer,)
        plain = case.expectation is Expectation.ACCEPTED and _is_must(contract, case)
        weight = 2.0 if plain else late
        found.update({f"{kind}/{each}": weight for each in held})
    weights.update(found)
    return frozenset(found)


def _is_must(contract: Contract, case: Case) -> bool:
    row = contract.by_id.get(case.requirements[0]) if case.requirements else None
    return row is not None and row.strength is Strength.MUST
