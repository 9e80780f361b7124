"""The plan: which items of the catalogue are sent to this target, and why the others are not."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import translate
from functools import lru_cache
from typing import TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.model.case import Case, Item, Need, Relation, Request
from conformance.model.jsontext import try_read
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.catalogue import creations

REASONS = {
    Need.STATE: "The target is stateless (--stateless)",
    Need.KEYS: "The target does not distinguish keys (--any-key)",
    Need.NAME_EDGES: "Edge-case names are not sent to remote hosts (--allow-name-edges)",
    Need.PROBES: "Created objects are not read back (--probes)",
    Need.SERVER: "The target is an application without a server",
    Need.LOOPBACK: "Not sent to remote hosts",
}

LARGER = "This profile has no case for it; a larger one has (--profile)"


BEYOND = "Values outside documented ranges are not sent to remote hosts"


WhyNot: TypeAlias = Callable[[Request], str] | None
"""What tells why a target cannot send a request as it stands, if anything does; empty where it can."""


class Plan(msgspec.Struct, frozen=True):
    """What is sent, in order.

    `skipped` tells, for each requirement that lost all its cases, why. `known` are all cases of single requests by
    their request, sent or not: a body that was cut down may be one of them. `left` is how many items of the catalogue
    are left to a larger profile, as the schema is too large for this one; `unproven` how many are not sent, as it is
    open whether their bodies are valid. `spare` are the cases that the target may be sent and that no item has: some
    of them decide between hypotheses about a failure.
    """

    items: tuple[Item, ...]
    skipped: dict[str, str]
    known: Mapping[Request, Case] = {}
    left: int = 0
    unproven: int = 0
    spare: tuple[Case, ...] = ()

    @property
    def requests(self) -> int:
        """How many requests the plan sends, repeats aside."""
        return sum(len(item.cases) for item in self.items)

    @property
    def creations(self) -> int:
        """How many objects a right server creates at most, repeats aside."""
        return sum(map(creations, self.items))

    @property
    def cases(self) -> int:
        """How many cases the plan holds."""
        return sum(len(item.cases) for item in self.items)


def make_plan(
    contract: Contract,
    items: Sequence[Item],
    offered: frozenset[Need],
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    known: Iterable[Item] = (),
    why_not: WhyNot = None,
) -> Plan:
    """Return the plan for a target that offers what `offered` says.

    `only` and `skip` are globs over ids of cases, relations and requirements. `known` are the items of the profile, or
    of a larger one: what only those exercise is told as left to it. `why_not` tells what the target cannot send.
    """
    kept: list[Item] = []
    lost: dict[str, str] = {}
    known = tuple(known)
    each_once = {each.id: each for each in (*known, *items)}.values()
    reasons = {each.id: why_left_out(contract, each, offered, only, skip, why_not) for each in each_once}
    for item in items:
        reason = reasons[item.id]
        if reason is None:
            kept.append(item)
        else:
            for requirement in requirements_of(item):
                lost.setdefault(requirement, reason)
    for item in known:
        reason = reasons[item.id]
        if reason is None:
            lost |= dict.fromkeys(requirements_of(item), LARGER)
        else:
            lost = dict.fromkeys(requirements_of(item), reason) | lost
    exercised = {requirement for item in kept for requirement in requirements_of(item)}
    skipped = {each: reason for each, reason in lost.items() if each not in exercised and each in contract.by_id}
    singles = {item.request: item for item in known if isinstance(item, Case)}
    planned = {item.id for item in kept}
    allowed = (each for each in singles.values() if each.id not in planned and reasons[each.id] is None)
    return Plan(tuple(kept), skipped, singles, spare=tuple(allowed))


def requirements_of(item: Item) -> tuple[str, ...]:
    """Return the requirements that an item exercises."""
    if isinstance(item, Relation):
        return tuple(dict.fromkeys((*item.requirements, *(r for case in item.cases for r in case.requirements))))
    return item.requirements


def why_left_out(
    contract: Contract, item: Item, offered: frozenset[Need], only: Sequence[str], skip: Sequence[str], why_not: WhyNot
) -> str | None:
    """Return why an item is not sent to a target, None where it is; the arguments are those of `make_plan`."""
    for case in item.cases:
        for need in case.needs:
            if need not in offered:
                return REASONS[need]
        if Need.LOOPBACK not in offered and _leaves_prose(contract, case):
            return BEYOND
        if why_not is not None and (reason := why_not(case.request)):
            return reason
    if not only and not skip:
        return None
    names = (item.id, *(case.id for case in item.cases), *requirements_of(item))
    if only and not any(map(_one_of(tuple(only)), names)):
        return "Excluded by --only"
    if skip and any(map(_one_of(tuple(skip)), names)):
        return "Excluded by --skip"
    return None


@lru_cache(maxsize=16)
def _one_of(globs: tuple[str, ...]) -> Callable[[str], object]:
    """Return what tells whether a name matches one of the globs, with the meaning of `fnmatch.fnmatchcase`."""
    return re.compile("|".join(map(translate, globs))).match


def _leaves_prose(contract: Contract, case: Case) -> bool:
    """Tell whether a body that may be taken holds values that pages forbid; of odd names others decide."""
    if case.expectation is Expectation.REJECTED or case.request.body is None:
        return False
    text = try_read(case.request.body)
    if text is None:
        return bool(case.beyond)
    named = contract.prose.range_at(contract.identity or "")
    allowed = {named.requirement} if named is not None else set()
    return not {*case.beyond, *contract.prose.beyond(text.value)} <= allowed
