"""What a request of somebody else is by the contract: to be taken, to be refused, or neither."""

import re

import msgspec

from conformance.checks.shared.request_parts import path_parameters
from conformance.contract.contract import Contract
from conformance.contract.nodes import Node, find, occurrences
from conformance.contract.violation import Violation
from conformance.model.case import Case, Request, Story
from conformance.model.header_fields import essence
from conformance.model.json_values import get
from conformance.model.jsontext import Json, JsonFault, JsonText, read
from conformance.model.pointer import parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Expectation, Group, Strength

ID = "yours"
"""The id of a case that was recognised."""

BEYOND_PROSE = "accept.beyond-prose"

_NUMBER = re.compile(r"\s*[+-]?\d+(\.0*)?\s*")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}")
_PLAIN_NUMBER = 2**31


class _Verdict(msgspec.Struct, frozen=True):
    """What a request is: expectation, the requirements that it exercises, and where it is wrong, or odd."""

    expectation: Expectation
    requirements: tuple[str, ...] = ()
    pointer: str = ""
    keyword: str = ""
    says: str = ""
    beyond: tuple[str, ...] = ()


_OBSERVED = _Verdict(Expectation.OBSERVED)


def recognised(contract: Contract, request: Request) -> Case:
    """Return the case that a request is.

    What goes to another operation, holds a body in another form than declared, or a credential whose scheme is not
    the documented one, is `observed`: nothing of what it shows is held against the answer but what holds for all.
    """
    verdict = _verdict(contract, request)
    known = contract.asked(verdict.requirements)
    kinds = {Expectation.REFUSED: "a wrong request", Expectation.ACCEPTED: "a right request"}
    kind = kinds.get(verdict.expectation, "a request")
    story = Story(verdict.pointer, verdict.keyword, "", "", verdict.says or kind, _kind(verdict, kind))
    return Case(ID, verdict.expectation, known, request, story, phase="yours", beyond=verdict.beyond)


def _kind(verdict: _Verdict, otherwise: str) -> str:
    return f"a body that breaks `{verdict.keyword}`" if verdict.keyword else otherwise


def _verdict(contract: Contract, request: Request) -> _Verdict:
    operation = contract.operation
    values = path_parameters(operation.path, request.target)
    if request.method != operation.method or values is None or any(v in {"", ".", ".."} for v in values.values()):
        return _OBSERVED
    fields = {name.lower(): value for name, value in request.headers}
    security = operation.security
    if security is not None:
        credential = fields.get(security.name.lower(), "") if security.location == "header" else "?"
        if not credential.strip():
            return _Verdict(Expectation.REFUSED, ("authentication.missing",), security.name, says="no credential")
        if contract.scheme and not credential.startswith(f"{contract.scheme} ") and security.location == "header":
            return _OBSERVED
    if request.body in {None, b""}:
        return _Verdict(Expectation.REFUSED if operation.request_required else Expectation.OBSERVED, _body_required())
    if essence(fields.get("content-type", "")) != essence(operation.request_media_type):
        return _OBSERVED
    return _of_body(contract, request.body or b"")


def _body_required() -> tuple[str, ...]:
    return (requirement_id(Group.REJECTION, "body.required"),)


def _of_body(contract: Contract, data: bytes) -> _Verdict:
    try:
        text = read(data)
    except JsonFault:
        return _Verdict(Expectation.REFUSED, ("reject.json-text",), says="a body that is not JSON")
    if text.duplicates or text.byte_order_mark or _has_lone_surrogate(text):
        return _OBSERVED
    body, validator = text.value, contract.request_validator
    valid = validator.is_valid(body)
    if valid is not validator.second_voice(body):
        return _OBSERVED
    return _valid(contract, body) if valid else _invalid(contract, body)


def _has_lone_surrogate(text: JsonText) -> bool:
    try:
        msgspec.json.encode(text.value)
    except (UnicodeEncodeError, TypeError):
        return True
    except (OverflowError, ValueError):
        return False
    return False


def _valid(contract: Contract, body: Json) -> _Verdict:
    root = contract.request
    pairs = [(node, value) for node, _, value in occurrences(root, body)]
    held = [requirement_id(Group.ACCEPTANCE, node.label) for node, _ in pairs]
    beyond = contract.prose.beyond(body)
    odd = next((node for node, value in pairs if _odd(node, value)), None)
    if beyond:
        return _Verdict(Expectation.ACCEPTED, (BEYOND_PROSE,), says="a body beyond a page", beyond=beyond)
    if odd is not None:
        keyword = "additionalProperties" if odd.children else "type"
        focus = requirement_id(Group.ACCEPTANCE, odd.owner if odd.children else odd.label, keyword)
        return _Verdict(Expectation.ACCEPTED, (focus,), odd.path, says="an unusual value that the schema allows")
    return _Verdict(Expectation.ACCEPTED, (requirement_id(Group.ACCEPTANCE, root.label, "combination"), *held))


def _odd(node: Node, value: Json) -> bool:
    """Tell whether a sane server may refuse a value although the schema allows it: it is then no must."""
    if isinstance(value, str):
        return not any(shape.value("enum") for shape in node.shapes) and not _PLAIN.fullmatch(value)
    if isinstance(value, dict):
        return any(node.child(name) is None for name in value)
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return False
    return not isinstance(value, int) or abs(value) >= _PLAIN_NUMBER


def _invalid(contract: Contract, body: Json) -> _Verdict:
    found = [(each, _reject_id(contract, body, each)) for each in contract.request_validator.violations(body)]
    known = [(each, id_) for each, id_ in found if id_ in contract.by_id]
    musts = [pair for pair in known if contract.by_id[pair[1]].strength is Strength.MUST]
    if not known:
        return _OBSERVED
    first, focus = (musts or known)[0]
    # A body with one thing wrong says of one requirement that it is kept; one with several, of none.
    requirements = (focus,) if len(found) == 1 or musts else ()
    says = f"{first.pointer or 'the body'}: {first.message}"
    return _Verdict(Expectation.REFUSED, requirements, first.pointer, first.keyword, says)


def _reject_id(contract: Contract, body: Json, violation: Violation) -> str:
    pointer, keyword = violation.pointer, violation.keyword
    if keyword == "additionalProperties":
        holder = find(contract.request, parent(pointer))
        owners = [shape.owner for shape in holder.shapes if shape.closed] if holder else []
        return requirement_id(Group.REJECTION, owners[0], keyword) if owners else ""
    node = find(contract.request, pointer)
    if node is None:
        return ""
    if keyword == "type" and _coercible(node, get(body, pointer)):
        keyword = "coercible"
    return requirement_id(Group.REJECTION, node.label, keyword)


def _coercible(node: Node, value: Json) -> bool:
    numeric, boolean = bool(node.types & {"integer", "number"}), "boolean" in node.types
    if isinstance(value, bool):
        return numeric
    if isinstance(value, str):
        return bool(numeric and _NUMBER.fullmatch(value)) or (boolean and value.strip().lower() in _TRUTH)
    return boolean and value in (0, 1)


_TRUTH = frozenset("true false yes no on off 0 1 y n t f".split())
