"""Parameters of a request to the mock: held against their schemas."""

from functools import lru_cache

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.sent_parameters import SentParameters, cookie_pairs, query_pairs
from conformance.mock.transaction import Transaction


def wrong_parameter(contract: Contract, tx: Transaction) -> str:
    """Return what is wrong with the first parameter that is absent or invalid; empty where all are right."""
    if all(each.location == "path" for each in contract.operation.parameters):
        return _wrong_in_path(contract, tuple(tx.parameters.items()))
    return _wrong(contract, _sent(tx))


@lru_cache(maxsize=16)
def _wrong_in_path(contract: Contract, path: tuple[tuple[str, str], ...]) -> str:
    """Return what `wrong_parameter` does where all parameters stand in the path, which most requests have alike."""
    return _wrong(contract, SentParameters(path=dict(path)))


def _wrong(contract: Contract, sent: SentParameters) -> str:
    for parameter in contract.operation.parameters:
        if not parameter.schema:
            if parameter.required and not sent.texts(parameter):
                return f"{named(parameter)} is absent"
            continue
        described = contract.described(parameter.schema)
        values = list(sent.values(parameter, described.node))
        if not values:
            if parameter.required:
                return f"{named(parameter)} is absent"
        elif not any(described.validator.holds(each) for each in values):
            return f"{named(parameter)} is invalid"
    return ""


def named(parameter: Parameter) -> str:
    """Return how a message names a parameter."""
    return f"the {parameter.location} parameter {parameter.name!r}"


def is_sent(contract: Contract, tx: Transaction, parameter: Parameter) -> bool:
    """Tell whether a request has a parameter, or members of one that is an object."""
    sent = _sent(tx)
    if not parameter.schema:
        return bool(sent.texts(parameter))
    return any(True for _ in sent.values(parameter, contract.described(parameter.schema).node))


def _sent(tx: Transaction) -> SentParameters:
    cookies = tx.values("cookie")
    return SentParameters(
        query=query_pairs(tx.query.decode("latin-1")) if tx.query else (),
        fields=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in tx.headers],
        cookies=cookie_pairs([each.decode("latin-1") for each in cookies]) if cookies else (),
        path=tx.parameters,
    )
