"""The credential of a request, for faults that test it or send another one."""

from collections.abc import Callable

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.mock import stages
from conformance.mock.faults.parts.witnesses import builder, smallest
from conformance.mock.transaction import Transaction
from conformance.model.case import Request
from conformance.model.header_fields import without_fields


def carrying(security: Security, value: str | None, *, whole: bool = False) -> Callable[[Contract], Request]:
    """Return what makes a valid request with another credential: a key, or with `whole` the whole field value."""

    def make(contract: Contract) -> Request:
        request = smallest(contract)
        text = value if value is None or whole or not contract.scheme else f"{contract.scheme} {value}"
        if security.location == "query":
            query = "" if text is None else f"{security.name}={text}"
            return replace(request, target=builder(contract).target_with({}, query=query, credential=False))
        name = "Cookie" if security.location == "cookie" else security.name
        rest = without_fields(request.headers, name)
        if text is None:
            return replace(request, headers=rest)
        held = f"{security.name}={text}" if security.location == "cookie" else text
        return replace(request, headers=(*rest, (name, held)))

    return make


def without_credential(contract: Contract) -> Request:
    """Return a request that is valid except that it has no credential."""
    security = contract.operation.security
    return carrying(security, None)(contract) if security else smallest(contract)


def sent_credentials(tx: Transaction) -> list[str]:
    """Return every credential in the documented place."""
    return stages.credentials(tx.state, tx)


def scheme_of(tx: Transaction) -> str:
    """Return the scheme of the one credential."""
    found = sent_credentials(tx)
    return found[0].strip().partition(" ")[0] if len(found) == 1 else ""


def key_of(tx: Transaction, scheme: str) -> str:
    """Return the key of the one credential."""
    found = sent_credentials(tx)
    if len(found) != 1:
        return ""
    return found[0].strip().partition(" ")[2].strip() if scheme else found[0].strip()


def has_scheme(tx: Transaction, scheme: str) -> bool:
    """Return whether the credential has a key after `scheme`, in any letter case."""
    return (not scheme or scheme_of(tx).lower() == scheme.lower()) and bool(key_of(tx, scheme))


def is_valid_key(tx: Transaction, key: str) -> bool:
    """Return whether `key` is the valid one, or any where the mock was given none."""
    return bool(key) and (tx.state.key is None or key.strip() == tx.state.key)


def holds_key(tx: Transaction, value: bytes) -> bool:
    """Return whether a field holds the valid key, alone or after a word; any string where the mock was given none."""
    text = value.decode("latin-1")
    return is_valid_key(tx, text) or any(is_valid_key(tx, part) for part in text.replace("=", " ").split())


def sent_key(tx: Transaction) -> str:
    """Return the key that was sent, whatever precedes it."""
    found = sent_credentials(tx)
    return found[0].rpartition(" ")[2] if found else ""
