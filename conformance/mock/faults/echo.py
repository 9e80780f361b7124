"""Faults of what answers repeat, derived from the pairs of members that must agree."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import cast

from conformance.contract.contract import Contract
from conformance.contract.derived import declared_default
from conformance.contract.nodes import Node
from conformance.mock.faults.parts.effects import answering
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.mutations import Remake, other_value, twists
from conformance.mock.faults.parts.witnesses import holding, one
from conformance.mock.overlay import default_of
from conformance.mock.stages import Stage
from conformance.mock.transaction import Turn
from conformance.model.case import Request
from conformance.model.json_values import all_at, changed, get, without
from conformance.model.jsontext import Json, Writable, equal
from conformance.model.pointer import parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import bodies


class Pair:
    """A member of the request and the member of the answer that repeats it."""

    def __init__(self, contract: Contract, sent: Node, answered: Node) -> None:
        self.sent = sent
        self.answered = answered
        self.label = sent.label
        self.source = sent.path
        self.target = answered.path
        self.default = default_of(sent, answered, contract)

    def id(self, keyword: str) -> str:
        """Return the id of a requirement about the pair."""
        return requirement_id(Group.SEMANTICS, self.label, keyword)

    def was_sent(self, turn: Turn) -> bool:
        """Tell whether the request holds a value here that is not null."""
        return get(turn.sent, self.source) is not None

    def put(self, turn: Turn, remake: Remake) -> Json:
        """Return the answer with its member remade."""
        return changed(turn.answer, self.target, remake)


def pairs(contract: Contract) -> list[Pair]:
    """Return the pairs of the contract."""
    return [Pair(contract, sent, answered) for sent, answered in contract.echoes]


def echo_faults(contract: Contract) -> Iterator[Fault]:
    """Yield what can go wrong between a value that was sent and its repetition."""
    for pair in pairs(contract):
        for twist in twists(pair.sent, pair.answered, pair.default):
            yield _fault(pair, twist.slug, twist.says, partial(_twisted, pair, twist.remake), twist.example)
        if not pair.answered.required:
            absent = partial(_absent, pair)
            yield _fault(pair, "absent", "does not come back at all", absent, bodies.smallest(pair.sent))
        yield from _clamped(contract, pair)
    yield from _crossed(contract)


def default_faults(contract: Contract) -> Iterator[Fault]:
    """Yield what can go wrong where a member was not sent, or was sent as null."""
    for pair in pairs(contract):
        if pair.sent.required:
            continue
        other = other_value(pair.answered, pair.default)
        if equal(other, pair.default):
            continue
        declared = declared_default(pair.answered) is not None
        if declared or pair.sent.path in contract.prose.defaults:
            yield Fault(
                id=f"default.{pair.label}.other",
                sentence=f"When {pair.label} is not sent, the answer holds another value than its default.",
                requirement=pair.id("default") if declared else "semantics.prose-defaults",
                stage=Stage.ANSWER,
                effect=answering(partial(_unsent, pair, other)),
                witness=one(partial(_with, pair, bodies.ABSENT)),
            )
        if pair.sent.nullable:
            yield Fault(
                id=f"null.{pair.label}.differs",
                sentence=f"When {pair.label} is null, the answer holds another value than when it is absent.",
                requirement=pair.id("null-as-absent"),
                stage=Stage.ANSWER,
                effect=answering(partial(_null, pair, other)),
                witness=one(partial(_with, pair, None)),
            )


def _fault(pair: Pair, slug: str, says: str, change: Callable[[Turn], Json], example: Writable) -> Fault:
    return Fault(
        id=f"echo.{pair.label}.{slug}",
        sentence=f"{pair.label} {says}.",
        requirement=pair.id("echo"),
        stage=Stage.ANSWER,
        effect=answering(change),
        witness=one(partial(_with, pair, example)),
    )


def _with(pair: Pair, value: Writable, contract: Contract) -> Request:
    return holding(contract, {pair.sent.path: value})


def _twisted(pair: Pair, remake: Remake, turn: Turn) -> Json:
    return pair.put(turn, remake) if pair.was_sent(turn) else turn.answer


def _absent(pair: Pair, turn: Turn) -> Json:
    return without(turn.answer, pair.target) if pair.was_sent(turn) else turn.answer


def _unsent(pair: Pair, other: Json, turn: Turn) -> Json:
    return turn.answer if pair.was_sent(turn) else pair.put(turn, lambda _: other)


def _null(pair: Pair, other: Json, turn: Turn) -> Json:
    sent_null = any(value is None for value in all_at(turn.sent, pair.source))
    return pair.put(turn, lambda _: other) if sent_null else turn.answer


def _clamped(contract: Contract, pair: Pair) -> Iterator[Fault]:
    """Yield the silent correction of values that prose speaks against."""
    for stated in contract.prose.ranges:
        if stated.pointer != pair.sent.path or stated.never:
            continue
        low, high = stated.minimum, stated.maximum
        if low is None and high is None:
            continue
        example = low - 1 if low is not None else (high or 0) + 1

        def clamp(held: Json, low: int | None = low, high: int | None = high) -> Json:
            if isinstance(held, bool) or not isinstance(held, int | Decimal):
                return held
            if low is not None and held < low:
                return low
            return high if high is not None and held > high else held

        slug = "clamped" if low is not None else "clamped-above"
        bounds = " and ".join(
            f"{word} {bound}" for word, bound in (("at least", low), ("at most", high)) if bound is not None
        )
        says = f"is corrected in silence to {bounds}, as pages have it"
        yield _fault(pair, slug, says, partial(_twisted, pair, clamp), example)


def _crossed(contract: Contract) -> Iterator[Fault]:
    """Yield pairs of neighbours of one type whose values come back in each other's place."""
    known = pairs(contract)
    for one_, other in pairwise(known):
        same = one_.answered.types == other.answered.types and parent(one_.sent.path) == parent(other.sent.path)
        enumerated = any(shape.value("enum") is not None for shape in one_.answered.shapes)
        if not same or enumerated:
            continue
        first = cast("Json", bodies.smallest(one_.sent))
        second = other_value(other.sent, first)
        yield Fault(
            id=f"echo.{one_.label}.crossed-with-{other.sent.member}",
            sentence=f"{one_.label} and {other.sent.member} come back in each other's place.",
            requirement=one_.id("echo"),
            stage=Stage.ANSWER,
            effect=answering(partial(_exchanged, one_, other)),
            witness=one(partial(holding, values={one_.sent.path: first, other.sent.path: second})),
        )


def _exchanged(one_: Pair, other: Pair, turn: Turn) -> Json:
    if not (one_.was_sent(turn) and other.was_sent(turn)):
        return turn.answer
    first, second = get(turn.answer, one_.target), get(turn.answer, other.target)
    if equal(first, second):
        return turn.answer
    swapped = changed(turn.answer, one_.target, lambda _: second)
    return changed(swapped, other.target, lambda _: first)
