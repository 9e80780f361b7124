"""Parameters of a request to the mock: read in their style, and held against their schemas."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import object_of, readings
from conformance.contract.schemas.nodes import Node
from conformance.mock.transaction import Transaction
from conformance.model.jsontext import Json


def wrong_parameter(contract: Contract, tx: Transaction) -> str:
    """Return what is wrong with the first parameter that is absent or invalid; empty where all are right."""
    for parameter in contract.operation.parameters:
        if not parameter.schema:
            if parameter.required and not _texts(tx, parameter):
                return f"{named(parameter)} is absent"
            continue
        described = contract.described(parameter.schema)
        values = list(_values(tx, parameter, described.node))
        if not values:
            if parameter.required:
                return f"{named(parameter)} is absent"
        elif not any(described.validator.holds(each) for each in values):
            return f"{named(parameter)} is invalid"
    return ""


def named(parameter: Parameter) -> str:
    """Return how a message names a parameter."""
    return f"the {parameter.location} parameter {parameter.name!r}"


def bare(parameter: Parameter, text: str) -> str:
    """Return the text of a path parameter without what its style puts before it."""
    prefix = {"label": ".", "matrix": f";{parameter.name}="}.get(parameter.style.name, "")
    return text.removeprefix(prefix)


def is_sent(contract: Contract, tx: Transaction, parameter: Parameter) -> bool:
    """Tell whether a request has a parameter, or members of one that is an object."""
    if not parameter.schema:
        return bool(_texts(tx, parameter))
    return any(True for _ in _values(tx, parameter, contract.described(parameter.schema).node))


def _values(tx: Transaction, parameter: Parameter, node: Node) -> Iterator[Json]:
    """Yield what a parameter may stand for; nothing where it is absent."""
    if node.shape("object") is not None and parameter.style.spread and not parameter.style.media_type:
        pairs = list(_members(tx, parameter, node))
        if pairs:
            yield object_of(pairs, node)
        return
    texts = _texts(tx, parameter)
    if texts:
        yield from readings(texts, node, parameter.style)


def _members(tx: Transaction, parameter: Parameter, node: Node) -> Iterator[tuple[str, str]]:
    names = {child.name for child in node.children}
    for name, text in _cookies(tx) if parameter.location == "cookie" else _query(tx):
        if parameter.style.name == "deepObject":
            if name.startswith(f"{parameter.name}[") and name.endswith("]"):
                yield name[len(parameter.name) + 1 : -1], text
        elif name in names:
            yield name, text


def _texts(tx: Transaction, parameter: Parameter) -> list[str]:
    match parameter.location:
        case "query":
            return [text for name, text in _query(tx) if name == parameter.name]
        case "path":
            return [bare(parameter, tx.parameters[parameter.name])] if parameter.name in tx.parameters else []
        case "header":
            return [value.decode("latin-1") for value in tx.values(parameter.name.lower())]
    return [text for name, text in _cookies(tx) if name == parameter.name]


def _cookies(tx: Transaction) -> list[tuple[str, str]]:
    held = "; ".join(field.decode("latin-1") for field in tx.values("cookie"))
    pairs = (part.strip().partition("=") for part in held.split(";"))
    return [(unquote(name), unquote(text)) for name, _, text in pairs]


def _query(tx: Transaction) -> list[tuple[str, str]]:
    return parse_qsl(tx.query.decode("latin-1"), keep_blank_values=True)
