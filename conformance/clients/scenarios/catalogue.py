"""All scenarios of a contract, in the order in which they are played, and the choice among them."""

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec.structs import replace

from conformance.clients.judging.judged_result import BASELINE
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.scenarios.failing import failing
from conformance.clients.scenarios.reading import reading, rejecting
from conformance.clients.scenarios.scenario import Scenario
from conformance.clients.scenarios.sending import sending
from conformance.clients.scenarios.start import Start
from conformance.contract.contract import Contract
from conformance.model.errors import ContractError
from conformance.model.vocabulary import Profile

EXAMPLE_PARAMETER = "conformance"

RESERVED = frozenset({"base_url", "api_key", "body_json"})
"""Names in a call of the protocol that no parameter can have."""


@lru_cache(maxsize=4)
def scenarios(contract: Contract, profile: Profile = Profile.STANDARD) -> tuple[Scenario, ...]:
    """Return the scenarios of a profile: `standard`, or `full` with every class of value at every property.

    They are the same in every run. The first shows whether the client reads a valid response at all.

    Raises:
        ContractError: the operation declares no JSON response, or no request could be built.
        LookupError: a scenario names a requirement that no contract has.

    """
    operation = contract.operation
    if contract.response is None:
        raise ContractError(f"{operation.name} declares no JSON response", "choose another operation with --operation")
    if operation.method == "HEAD":
        raise ContractError(
            f"{operation.name}: a response to HEAD has no body", "choose another operation with --operation"
        )
    names = Counter([*RESERVED, *operation.path_parameters])
    names.update(each.name for each in operation.parameters if each.location != "path")
    clash = [name for name, count in names.items() if count > 1]
    if clash:
        raise ContractError(f"{operation.name}: the client protocol has one value only of the name `{clash[0]}`")
    start = Start(contract, dict.fromkeys(operation.path_parameters, EXAMPLE_PARAMETER), contract.response)
    held = replace(contract, requirements=client_requirements(contract))
    found = {each.id: each for each in _all(start, full=profile is Profile.FULL)}
    return tuple(each for each in found.values() if held.asks(each.requirements[0]))


def chosen(
    found: tuple[Scenario, ...], *, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()
) -> tuple[Scenario, ...]:
    """Return the scenarios whose id, or one of whose requirements, matches a glob of `only` and none of `skip`.

    `BASELINE` is always among them: the others are judged against it.
    """

    def fits(each: Scenario, globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(name, glob) for name in (each.id, *each.requirements) for glob in globs)

    kept = [each for each in found if (not only or fits(each, only)) and not fits(each, skip)]
    return tuple(each for each in found if kept and (each.id == BASELINE or each in kept))


def _all(start: Start, *, full: bool) -> Iterator[Scenario]:
    yield from reading(start, full=full)
    yield from sending(start)
    yield from failing(start)
    yield from rejecting(start, full=full)
