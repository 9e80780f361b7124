"""Faults of what responses echo, derived from the pairs of properties of request and response that must agree."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import cast

from conformance.contract.contract import Contract
from conformance.contract.prose import Range
from conformance.contract.requirements.derived import declared_default
from conformance.contract.schemas.nodes import Node
from conformance.mock.faults.parts.effects import changing_response
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.mutations import Mutate, mutations, other_value
from conformance.mock.faults.parts.witnesses import holding
from conformance.mock.overlay import default_of
from conformance.mock.stages import Stage
from conformance.mock.transaction import Transaction
from conformance.model.json_values import MISSING, changed, get, without
from conformance.model.jsontext import Json, Writable, equal
from conformance.model.pointer import parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import bodies


class EchoedProperty:
    """A property of the request and the property of the response that echoes it."""

    def __init__(self, contract: Contract, sent: Node, returned: Node) -> None:
        self.sent = sent
        self.returned = returned
        self.label = sent.label
        self.default = default_of(sent, returned, contract)

    def requirement(self, keyword: str) -> str:
        """Return the id of a requirement about the property."""
        return requirement_id(Group.SEMANTICS, self.label, keyword)

    def was_sent(self, tx: Transaction) -> bool:
        """Return whether the request has a value here that is not null."""
        return get(tx.sent, self.sent.path) is not None

    def change(self, tx: Transaction, new: Mutate) -> Json:
        """Return the response with the property changed, where it is there."""
        return changed(tx.response, self.returned.path, new)


def echoed_properties(contract: Contract) -> list[EchoedProperty]:
    """Return the echoed properties of the contract."""
    return [EchoedProperty(contract, sent, returned) for sent, returned in contract.echoes]


def echo_faults(contract: Contract) -> Iterator[Fault]:
    """Yield what can go wrong between a value that was sent and its echo."""
    known = echoed_properties(contract)
    for each in known:
        for mutation in mutations(each.sent, each.returned, each.default):
            yield _echo(each, mutation.slug, mutation.says, partial(each.change, new=mutation.mutate), mutation.example)
        if not each.returned.required:
            example = bodies.smallest(each.sent)
            yield _echo(
                each, "absent", "Omits {} from the response although it was sent", partial(_without, each), example
            )
        for stated in contract.prose.ranges:
            if stated.pointer == each.sent.path and not stated.never:
                yield from _clamped(each, stated)
    for one, other in pairwise(known):
        enumerated = any(shape.value("enum") is not None for shape in one.returned.shapes)
        alike = one.returned.types == other.returned.types and parent(one.sent.path) == parent(other.sent.path)
        if alike and not enumerated:
            yield _crossed(one, other)


def default_faults(contract: Contract) -> Iterator[Fault]:
    """Yield what can go wrong where a property was not sent, or was sent as null."""
    for each in echoed_properties(contract):
        other = other_value(each.returned, each.default)
        if each.sent.required or equal(other, each.default):
            continue
        declared = declared_default(each.returned) is not None
        if declared or each.sent.path in contract.prose.defaults:
            yield _fault(
                f"default.{each.label}.other",
                f"Returns a value other than the default of `{each.label}` when it is absent.",
                each.requirement("default") if declared else "semantics.prose-defaults",
                partial(_other_if_not_sent, each, other),
                {each.sent.path: bodies.ABSENT},
            )
        if each.sent.nullable:
            yield _fault(
                f"null.{each.label}.differs",
                f"Returns a different value for `{each.label}` when it is null than when it is absent.",
                each.requirement("null-as-absent"),
                partial(_other_if_null, each, other),
                {each.sent.path: None},
            )


def _echo(
    each: EchoedProperty, slug: str, says: str, change: Callable[[Transaction], Json], example: Writable
) -> Fault:
    return _fault(
        f"echo.{each.label}.{slug}",
        f"{says.format(f'`{each.label}`')}.",
        each.requirement("echo"),
        lambda tx: change(tx) if each.was_sent(tx) else tx.response,
        {each.sent.path: example},
    )


def _fault(
    id_: str, sentence: str, requirement: str, change: Callable[[Transaction], Json], sent: dict[str, Writable]
) -> Fault:
    return Fault(id_, sentence, requirement, Stage.BUILD, changing_response(change), partial(holding, values=sent))


def _other_if_not_sent(each: EchoedProperty, other: Json, tx: Transaction) -> Json:
    return tx.response if each.was_sent(tx) else each.change(tx, lambda _: other)


def _other_if_null(each: EchoedProperty, other: Json, tx: Transaction) -> Json:
    is_null = get(tx.sent, each.sent.path, MISSING) is None
    return each.change(tx, lambda _: other) if is_null else tx.response


def _without(each: EchoedProperty, tx: Transaction) -> Json:
    return without(tx.response, each.returned.path)


def _clamped(each: EchoedProperty, stated: Range) -> Iterator[Fault]:
    """Yield the silent correction of values outside a range that the documentation states."""
    low, high = stated.minimum, stated.maximum
    if low is None and high is None:
        return

    def clamp(held: Json) -> Json:
        if isinstance(held, bool) or not isinstance(held, int | Decimal):
            return held
        if low is not None and held < low:
            return low
        return high if high is not None and held > high else held

    slug = "clamped" if low is not None else "clamped-above"
    bounds = " and ".join(
        f"{word} {bound}" for word, bound in (("at least", low), ("at most", high)) if bound is not None
    )
    example = low - 1 if low is not None else (high or 0) + 1
    yield _echo(
        each,
        slug,
        f"Clamps {{}} to the documented range ({bounds}) without an error",
        partial(each.change, new=clamp),
        example,
    )


def _crossed(one: EchoedProperty, other: EchoedProperty) -> Fault:
    """Return the fault that swaps the values of two neighbours of one type."""

    def swapped(tx: Transaction) -> Json:
        first, second = get(tx.response, one.returned.path), get(tx.response, other.returned.path)
        if not (one.was_sent(tx) and other.was_sent(tx)) or equal(first, second):
            return tx.response
        return changed(one.change(tx, lambda _: second), other.returned.path, lambda _: first)

    first = cast("Json", bodies.smallest(one.sent))
    return _fault(
        f"echo.{one.label}.swapped-with-{other.sent.member}",
        f"Swaps the values of `{one.label}` and `{other.sent.member}` in the response.",
        one.requirement("echo"),
        swapped,
        {one.sent.path: cast("Writable", first), other.sent.path: cast("Writable", other_value(other.sent, first))},
    )
