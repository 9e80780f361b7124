"""What a harness handed over of a client's result: read as JSON, told apart from what no client returned."""

from conformance.clients.judging import messages
from conformance.clients.scenarios.scenario import CallResult
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Doubt
from conformance.model.jsontext import Json, JsonFault, read_text
from conformance.model.pointer import ANY_ITEM

OUTCOMES = frozenset({"data", "error"})

ENVELOPE = OUTCOMES | {
    "request",
    "response",
    "status",
    "statusCode",
    "statusText",
    "headers",
    "ok",
    "isError",
    "success",
}
"""Names by which clients hand over a result beside an error, and what came with it."""


def returned(made: CallResult, focus: str, root: Node | None) -> Json | Doubt:
    """Return the result of a client by the names of the document, or why there is none; `root` is its schema."""
    try:
        value = read_text(made.returned or "").value
    except JsonFault as fault:
        return Doubt(focus, messages.NO_JSON_RETURNED.format(fault=fault.kind))
    if root is None:
        return value
    if is_envelope(value, root):
        return Doubt(focus, messages.ENVELOPE_RETURNED)
    return renamed(value, root)


def is_envelope(value: object, root: Node) -> bool:
    """Tell whether a harness handed over `{data, error}` instead of one of them."""
    if not isinstance(value, dict) or any(root.child(name) is not None for name in value):
        return False
    return bool(OUTCOMES & value.keys()) and value.keys() <= ENVELOPE


def renamed(value: Json, node: Node | None) -> Json:
    """Return a value with the names of the document where a client has those of its language: `createdAt`."""
    if node is None:
        return value
    if isinstance(value, list):
        return [renamed(item, node.child(ANY_ITEM)) for item in value]
    if not isinstance(value, dict):
        return value
    absent = {_folded(child.name): child.name for child in node.children if child.name not in value}
    names = {name: name if node.child(name) else absent.get(_folded(name), name) for name in value}
    if len(set(names.values())) < len(names):
        return value
    return {names[name]: renamed(item, node.child(names[name])) for name, item in value.items()}


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
