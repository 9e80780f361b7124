"""The catalogue of faults: all that a document gives rise to, by id."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from conformance.contract.contract import Contract
from conformance.mock.acceptance_faults import acceptance_faults
from conformance.mock.authentication_faults import authentication_faults
from conformance.mock.body_faults import body_faults
from conformance.mock.crash_faults import crash_faults
from conformance.mock.created_faults import created_faults
from conformance.mock.echo_faults import default_faults, echo_faults
from conformance.mock.error_faults import error_faults
from conformance.mock.exchange_faults import exchange_faults
from conformance.mock.faults import Fault
from conformance.mock.http_faults import http_faults
from conformance.mock.malformed_faults import malformed_faults
from conformance.mock.path_faults import path_faults
from conformance.mock.rejection_faults import rejection_faults
from conformance.mock.response_faults import response_faults
from conformance.mock.state_faults import state_faults
from conformance.mock.store_faults import store_faults
from conformance.model.errors import UsageError

FAMILIES: tuple[Callable[[Contract], Iterator[Fault]], ...] = (
    response_faults,
    echo_faults,
    default_faults,
    acceptance_faults,
    rejection_faults,
    crash_faults,
    authentication_faults,
    http_faults,
    exchange_faults,
    path_faults,
    malformed_faults,
    body_faults,
    error_faults,
    state_faults,
    store_faults,
    created_faults,
)
"""What makes faults; a new family is one more line."""


def faults(contract: Contract) -> tuple[Fault, ...]:
    """Return every fault of the contract, by family; faults of requirements that the contract has not are left out."""
    found = {fault.id: fault for family in FAMILIES for fault in family(contract)}
    return tuple(fault for fault in found.values() if fault.requirement in contract.by_id)


def pick(contract: Contract, ids: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults that `ids` name, in their order and once each; `*` and `?` stand for any text and letter.

    Raises:
        UsageError: an id, or a pattern, fits no fault; the message names those that are near.

    """
    known = {fault.id: fault for fault in faults(contract)}
    chosen: dict[str, Fault] = {}
    for wanted in ids:
        fitting = [wanted] if wanted in known else [name for name in known if fnmatchcase(name, wanted)]
        if not fitting:
            near = get_close_matches(wanted, known, n=3, cutoff=0.5)
            near = near or [name for name in known if wanted.lower() in name.lower()][:3]
            remedy = f"did you mean {' or '.join(near)}?" if near else "list them with --list-faults"
            raise UsageError(f"there is no fault {wanted!r}", remedy)
        chosen.update((name, known[name]) for name in fitting)
    return tuple(chosen.values())
