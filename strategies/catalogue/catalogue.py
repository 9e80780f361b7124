"""The catalogue: every deterministic case of a profile, once each, the most telling first."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.model.case import HARMLESS, SLOT, Case, Item, Need, Relation, Request, Story, holder, renamed
from conformance.model.json_values import body_value, held_objects
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import accepted_cases
from conformance.strategies.catalogue.credentials import credential_cases
from conformance.strategies.catalogue.documented import documented_cases, trial_cases
from conformance.strategies.catalogue.headers import header_cases
from conformance.strategies.catalogue.heavy import heavy_cases
from conformance.strategies.catalogue.label_proof import proven
from conformance.strategies.catalogue.lexical_forms import lexical_form_cases
from conformance.strategies.catalogue.malformed import malformed_cases
from conformance.strategies.catalogue.ordering import ordered
from conformance.strategies.catalogue.parameters import parameter_cases
from conformance.strategies.catalogue.paths import path_cases
from conformance.strategies.catalogue.rejected import rejected_cases
from conformance.strategies.catalogue.together.merged import merged_cases
from conformance.strategies.catalogue.together.merged_relations import merged_relations
from conformance.strategies.catalogue.together.relations import relations
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY

__all__ = ["Knowledge", "bounded", "catalogue", "creations", "fill", "may_create", "smoke", "spared"]

MOST_REQUESTS = 2_800
"""How many requests of the catalogue a standard run sends, whatever the schema: random ones come on top of them."""

SMOKE_REQUESTS = 150
SMOKE_CREATIONS = 15


class Knowledge(msgspec.Struct, frozen=True):
    """What the caller says of the target: path parameters, and for some of them a value that names nothing.

    `credentials` are the security schemes beside those of the first alternative that there is a credential for, `fixed`
    the values of parameters outside of the path.
    """

    parameters: Mapping[str, str] = {}
    unknown: Mapping[str, str] = {}
    credentials: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = {}

    def builder(self, contract: Contract, *, thrifty: bool = False) -> Builder:
        """Return what makes cases with what is known; `thrifty` as there."""
        return Builder(contract, self.parameters, self.credentials, self.fixed, thrifty)

    def __hash__(self) -> int:
        """Hash what the mappings hold: a struct of dictionaries has no hash of its own."""
        return hash((*map(_pairs, (self.parameters, self.unknown, self.fixed)), self.credentials))


def catalogue(
    contract: Contract, profile: Profile, knowledge: Knowledge, lost: list[str] | None = None
) -> tuple[Item, ...]:
    """Return the deterministic cases and relations of a profile, in the order in which to send them.

    `smoke` is a prefix of `standard` within its bounds; `full` adds what three-way combinations and large bodies add.
    For a large schema it may hold more than a standard run sends (`bounded`), and `full` alone has what shows nothing
    new. No two cases send the same bytes; relations keep all of theirs. The ids of those whose label
    cannot be proven are added to `lost`. A process that asks for the same again is given what was derived before.
    """
    standard, unproven, _ = _standard(contract, knowledge)
    if lost is not None:
        lost += unproven
    if profile is Profile.SMOKE:
        return smoke(standard)
    build = knowledge.builder(contract)
    if profile is Profile.STANDARD or not build.has_body:
        return standard
    more = _distinct([*standard, *proven(build, _all(build, knowledge, THREE_WAY, large=True), [])])
    return (*standard, *more[len(standard) :])


def spared(contract: Contract, knowledge: Knowledge) -> int:
    """Return how many cases of a large schema only `full` has, beside those that are beyond the bound of `standard`."""
    return _standard(contract, knowledge)[2]


@lru_cache(maxsize=4)
def _standard(contract: Contract, knowledge: Knowledge) -> tuple[tuple[Item, ...], tuple[str, ...], int]:
    """Return the items of the standard profile in order, the ids of those without a proof, how many are spared."""
    build = knowledge.builder(contract, thrifty=True)
    lost: list[str] = []
    if build.has_body:
        items = proven(build, _all(build, knowledge, PAIRWISE, large=False), lost)
    else:
        items = _without_body(build, knowledge)
    return tuple(ordered(contract, _distinct(items))), tuple(lost), build.sparing.count


def _pairs(held: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(held.items())


def bounded(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items of the standard profile: those of a catalogue in order, up to its bound of requests."""
    found: list[Item] = []
    requests = 0
    for item in items:
        requests += len(item.cases)
        if requests > MOST_REQUESTS:
            break
        found.append(item)
    return tuple(found)


def smoke(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items of the smoke profile: those of standard in order, leaving out what no longer fits.

    So few may have an invalid property of an object that no valid request has: what would prove nothing is left out,
    and gives its place to others.
    """
    candidates = list(items)
    while True:
        chosen = tuple(_prefix(candidates))
        alone = _without_control(chosen)
        if not alone:
            return chosen
        candidates = [each for each in candidates if each.id not in alone]


def _without_control(items: tuple[Item, ...]) -> frozenset[str]:
    """Return the ids of items of which a case is invalid in an object or array that no valid case has."""
    places = {item.id: {generalised(place) for case in item.cases if (place := holder(case))} for item in items}
    cases = (case for item in items for case in item.cases if case.expectation is Expectation.ACCEPTED)
    held = {place for case in cases for place in held_objects(body_value(case.request.body))}
    return frozenset(id_ for id_, each in places.items() if not each <= held)


def creations(item: Item) -> int:
    """Return how many objects an item creates when the target keeps the contract and accepts what it may accept."""
    return sum(map(may_create, item.cases))


def may_create(case: Case) -> bool:
    """Tell whether a right server may create an object on this case."""
    if case.expectation is Expectation.REJECTED or Need.KEYS in case.needs:
        return False  # what needs a target that knows keys carries a wrong one
    if case.request.body is None and (case.expectation is Expectation.OBSERVED or case.request.method in HARMLESS):
        return False
    return case.story is None or case.story.keyword != "method"


def _all(build: Builder, knowledge: Knowledge, strength: int, *, large: bool) -> Iterator[Item]:
    yield from accepted_cases(build, strength)
    yield from documented_cases(build)
    yield from merged_cases(build)
    yield from rejected_cases(build)
    yield from credential_cases(build)
    yield from malformed_cases(build)
    yield from lexical_form_cases(build)
    yield from heavy_cases(build, large=large)
    yield from header_cases(build)
    yield from path_cases(build, knowledge.unknown)
    yield from parameter_cases(build)
    yield from trial_cases(build)
    yield from relations(build)
    yield from merged_relations(build)


def _without_body(build: Builder, knowledge: Knowledge) -> Iterator[Item]:
    """Yield the items of an operation whose requests have no body."""
    about = ("transport.status", "transport.target")
    yield build.accepted(
        "accept.smallest", about, build.right, Story("", "request", "", "", "the request is valid", "")
    )
    yield from credential_cases(build)
    yield from header_cases(build)
    yield from path_cases(build, knowledge.unknown)
    yield from parameter_cases(build)


def _distinct(items: Iterable[Item]) -> list[Item]:
    """Return items without a second case of the same bytes; the first takes over what the others exercise."""
    result: list[Item] = []
    places: dict[tuple[Request, Expectation], int] = {}
    ids: set[str] = set()
    for item in items:
        if isinstance(item, Relation):
            if item.id not in ids:
                ids.add(item.id)
                result.append(item)
            continue
        key = (item.request, item.expectation)
        if key in places:
            first = result[places[key]]
            if isinstance(first, Case) and not set(item.requirements) <= set(first.requirements):
                both = tuple(dict.fromkeys((*first.requirements, *item.requirements)))
                result[places[key]] = replace(first, requirements=both)
        else:
            places[key] = len(result)
            result.append(_named_apart(item, ids))
            ids.add(result[-1].id)
    return result


def _named_apart(case: Case, ids: set[str]) -> Case:
    """Return a case whose id is not taken: alternatives of one schema have properties of the same name."""
    number = 2
    id_ = case.id
    while id_ in ids:
        id_ = f"{case.id}.{number}"
        number += 1
    return case if id_ == case.id else replace(case, id=id_)


def _prefix(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items of the smoke profile: in order, leaving out what no longer fits."""
    requests = made = 0
    for item in items:
        if requests + len(item.cases) <= SMOKE_REQUESTS and made + creations(item) <= SMOKE_CREATIONS:
            requests += len(item.cases)
            made += creations(item)
            yield item


def fill(request: Request, name: str) -> Request:
    """Return `request` with its slot filled by `name`, which must be as long as the slot.

    Raises:
        ValueError: the name has another length.

    """
    if len(name) != len(SLOT):
        message = f"a name of {len(SLOT)} characters is needed, not {name!r}"
        raise ValueError(message)
    return renamed(request, SLOT, name)
