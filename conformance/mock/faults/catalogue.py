"""The catalogue of faults: all that follow from a document, by id."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache

from conformance.contract.contract import Contract
from conformance.mock.faults.acceptance import acceptance_faults
from conformance.mock.faults.authentication import authentication_faults
from conformance.mock.faults.body import body_faults
from conformance.mock.faults.crash import crash_faults
from conformance.mock.faults.echo import default_faults, echo_faults
from conformance.mock.faults.error import error_faults
from conformance.mock.faults.http.requests import http_request_faults
from conformance.mock.faults.http.responses import http_response_faults
from conformance.mock.faults.malformed import malformed_faults
from conformance.mock.faults.parameters import parameter_faults
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.path import path_faults
from conformance.mock.faults.rejection import rejection_faults
from conformance.mock.faults.response import created_faults, response_faults
from conformance.mock.faults.state import state_faults
from conformance.mock.faults.store import store_faults
from conformance.model.errors import UsageError
from conformance.model.jsontext import try_read
from conformance.model.vocabulary import Group

FAMILIES: tuple[Callable[[Contract], Iterator[Fault]], ...] = (
    response_faults,
    echo_faults,
    default_faults,
    acceptance_faults,
    rejection_faults,
    crash_faults,
    authentication_faults,
    http_response_faults,
    http_request_faults,
    path_faults,
    parameter_faults,
    malformed_faults,
    body_faults,
    error_faults,
    state_faults,
    store_faults,
    created_faults,
)
"""What makes faults; a new family is one more line."""

WITHOUT_BODY = (response_faults, authentication_faults, http_response_faults, path_faults, parameter_faults)
"""The families for operations whose requests have no body."""


@lru_cache(maxsize=4)
def faults(contract: Contract) -> tuple[Fault, ...]:
    """Return every fault of the contract, by family; those whose requirement the contract does not have are left out.

    A property that a recursive schema declares at several places has each of its faults once.

    Raises:
        ValueError: two different faults have the same id.

    """
    found: dict[str, Fault] = {}
    families = FAMILIES if contract.operation.has_body else WITHOUT_BODY
    for fault in (each for family in families for each in family(contract)):
        other = found.setdefault(fault.id, fault)
        if other.sentence != fault.sentence:
            raise ValueError(f"two faults are called {fault.id}: {other.sentence!r} and {fault.sentence!r}")
    known = (fault for fault in found.values() if fault.requirement in contract.by_id)
    return tuple(fault for fault in known if _is_one(fault, contract))


def _is_one(fault: Fault, contract: Contract) -> bool:
    """Tell whether what a fault rejects must be accepted: a closed object or a bound may forbid what shows it."""
    row = contract.by_id[fault.requirement]
    if row.group is not Group.ACCEPTANCE or not contract.operation.has_body:
        return True
    texts = [try_read(request.body) for request in fault.requests(contract)]
    return all(text is not None and contract.request_validator.holds(text.value) for text in texts)


def pick(contract: Contract, ids: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults that `ids` name, in their order and once each; an id may be a glob.

    Raises:
        UsageError: an id or a glob matches no fault; the message names similar ids.

    """
    known = {fault.id: fault for fault in faults(contract)}
    chosen: dict[str, Fault] = {}
    for wanted in ids:
        matching = [wanted] if wanted in known else [name for name in known if fnmatchcase(name, wanted)]
        if not matching:
            near = get_close_matches(wanted, known, n=3, cutoff=0.5)
            near = near or [name for name in known if wanted.lower() in name.lower()][:3]
            remedy = f"did you mean {' or '.join(near)}?" if near else "list them with --list-faults"
            raise UsageError(f"there is no fault {wanted!r}", remedy)
        chosen.update((name, known[name]) for name in matching)
    return tuple(chosen.values())
