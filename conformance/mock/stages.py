"""The stages of the mock, each one small step: what it rejects, and what it adds to the transaction.

A stage is a function of the state of the mock and a transaction. Those of `PROCESSING` may raise `Rejection`, which
ends the processing; those of `RESPONDING` make the response of every request, accepted or rejected.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from math import floor
from urllib.parse import parse_qsl

from conformance.contract.operations.responses import is_declared
from conformance.contract.operations.security import Alternative, Security
from conformance.contract.operations.sent_parameters import bare
from conformance.contract.schemas.validators import BodyValidator
from conformance.contract.schemas.violation import Violation
from conformance.mock.compiled_contract import NAME, decode_segment
from conformance.mock.declared_forms import ErrorForm
from conformance.mock.parameters import wrong_parameter
from conformance.mock.transaction import Key, MockState, Rejection, Transaction
from conformance.model.header_fields import essence
from conformance.model.json_values import get
from conformance.model.jsontext import Json, JsonFault, encode, read, write

MAX_BODY_BYTES = 20_000_000

CREATED_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Stage(StrEnum):
    """The stages by name, in the order in which they run."""

    HOST = "host"
    ROUTE = "route"
    METHOD = "method"
    AUTHENTICATE = "authenticate"
    PARAMETERS = "parameters"
    MEDIA_TYPE = "media type"
    LIMIT = "limit"
    PARSE = "parse"
    VALIDATE = "validate"
    STORE = "store"
    BUILD = "build"
    REJECT = "reject"
    SERIALIZE = "serialize"
    SEND = "send"


def host(_: MockState, tx: Transaction) -> None:
    """Require exactly one Host field in a request over HTTP/1.1: 400 otherwise (RFC 9112 section 3.2)."""
    if tx.hosted and len(tx.values("host")) != 1:
        raise Rejection(400, "BAD_REQUEST", "the request must have one Host field")


def route(state: MockState, tx: Transaction) -> None:
    """Match the path and decode its parameters: 404 for paths that are not declared."""
    for each in state.compiled.routes:
        match = each.expression.fullmatch(tx.path)
        if match is None or (each.query and not each.query <= set(tx.query.split(b"&"))):
            continue
        try:
            tx.parameters = {
                name: decode_segment(segment) for name, segment in zip(each.parameters, match.groups(), strict=True)
            }
        except ValueError as error:
            raise Rejection(400, "BAD_REQUEST", f"the path cannot be decoded: {error}") from error
        tx.route = each
        return
    raise Rejection(404, "NOT_FOUND", "there is nothing at this path")


def method(state: MockState, tx: Transaction) -> None:
    """Find what the method does at this path: 405 with Allow for other methods."""
    action = tx.route.actions.get(tx.method) if tx.route else None
    if action is None:
        allowed = ", ".join((*tx.route.actions, *state.beside)) if tx.route else ""
        raise Rejection(405, "METHOD_NOT_ALLOWED", f"{tx.method} is not supported here", (("allow", allowed),))
    tx.action = action


def authenticate(state: MockState, tx: Transaction) -> None:
    """Require the credentials of one alternative, each once, valid and in its documented place: 401 otherwise."""
    first = ""
    for schemes in state.contract.operation.alternatives:
        problem = _problem_of(state, tx, schemes)
        if not problem:
            return
        first = first or problem
    if first:
        raise Rejection(401, "UNAUTHORIZED", first, (("www-authenticate", state.compiled.challenge),))


def credentials(state: MockState, tx: Transaction) -> list[str]:
    """Return every credential in the documented place, unchanged; of several schemes that of the first."""
    security = state.contract.operation.security
    return [] if security is None else _sent(tx, security)


def _problem_of(state: MockState, tx: Transaction, schemes: Alternative) -> str:
    for each in schemes:
        problem = _credential_problem(state, each, _sent(tx, each))
        if problem:
            return problem
    return ""


def _sent(tx: Transaction, security: Security) -> list[str]:
    if security.location == "query":
        pairs = parse_qsl(tx.query.decode("latin-1"), keep_blank_values=True)
        return [value for name, value in pairs if name == security.name]
    if security.location == "cookie":
        return [value for field in tx.values("cookie") for value in _cookies(field, security.name)]
    return [value.decode("utf-8", "surrogateescape") for value in tx.values(security.name.lower())]


def parameters(state: MockState, tx: Transaction) -> None:
    """Require every required parameter, and hold all to their schemas: 400 otherwise."""
    if tx.action != "create" or not state.contract.operation.parameters:
        return
    problem = wrong_parameter(state.contract, tx)
    if problem:
        raise Rejection(400, "INVALID_PARAMETER", problem)


def media_type(state: MockState, tx: Transaction) -> None:
    """Accept the documented media type, in any letter case and with any parameters: 415 for others and for none."""
    operation = state.contract.operation
    if tx.action != "create" or not operation.has_body:
        return
    wanted = state.compiled.media_type
    fields = tx.values("content-type")
    if not tx.body and not operation.request_required and not fields:
        return
    found = [essence(field.decode("latin-1")) for field in fields]
    if found != [wanted] and not (len(found) == 1 and is_declared(state.compiled.media_type_ranges, found[0])):
        raise Rejection(415, "UNSUPPORTED_MEDIA_TYPE", f"the body must be {wanted}")
    if any(value.strip().lower() != b"identity" for value in tx.values("content-encoding")):
        raise Rejection(415, "UNSUPPORTED_MEDIA_TYPE", "the body must not be compressed")


def limit(_: MockState, tx: Transaction) -> None:
    """Reject bodies above the size limit: 413."""
    if tx.too_large:
        raise Rejection(413, "CONTENT_TOO_LARGE", f"the body is larger than {MAX_BODY_BYTES} bytes")


def parse(state: MockState, tx: Transaction) -> None:
    """Read the body as one JSON text in UTF-8 without byte order mark or duplicate names: 400 otherwise."""
    if tx.action != "create" or not state.contract.operation.has_body:
        return
    if not tx.body and not state.contract.operation.request_required:
        tx.sent = {}
        return
    try:
        tx.text = read(tx.body)
    except JsonFault as fault:
        raise Rejection(400, "INVALID_JSON", f"the body is not JSON: {fault.reason}") from fault
    if tx.text.byte_order_mark:
        raise Rejection(400, "INVALID_JSON", "the body begins with a byte order mark")
    if tx.text.duplicates:
        raise Rejection(400, "INVALID_JSON", f"the body repeats property names: {', '.join(tx.text.duplicates)[:200]}")
    tx.sent = tx.text.value


def validate(state: MockState, tx: Transaction) -> None:
    """Validate the body against its schema: 422 with the place in the message."""
    if tx.action != "create" or (tx.text is None and not tx.body) or not state.contract.operation.has_body:
        return
    validator = state.contract.request_validator
    if not validator.holds(tx.sent):
        broken = _first_violation(validator, tx.sent)
        raise Rejection(422, "VALIDATION_ERROR", f"{broken.pointer or 'the body'}: {broken.message[:300]}")


def store(state: MockState, tx: Transaction) -> None:
    """Create, find or remove the object: 409 if it exists and must not, 404 if it must and does not."""
    key = object_key(state, tx)
    if state.unknown and not state.unknown.isdisjoint(_named(state, tx)):
        raise Rejection(404, "NOT_FOUND", "the path names a resource that does not exist")
    if tx.action == "create":
        if key is not None and key in state.stored:
            raise Rejection(409, "ALREADY_EXISTS", "an object of this name exists")
        if key is not None:
            state.stored[key] = None
        tx.creation = state.creations
        state.creations += 1
    elif key is None or key not in state.stored:
        raise Rejection(404, "NOT_FOUND", "there is no object of this name")


def build(state: MockState, tx: Transaction) -> None:
    """Build the response: values that were sent, defaults, the time, path parameters, the rest of the base response."""
    key = object_key(state, tx)
    if tx.action == "create":
        tx.status = state.compiled.success
        base = state.compiled.base(state.responses, tx.creation)
        echoed = state.contract.echoed_parameters
        fixed: dict[str, Json] = {pointer: tx.parameters[name] for name, pointer in echoed.items()}
        if state.contract.prose.created:
            fixed[state.contract.prose.created] = _created(_second(tx))
        tx.response = state.compiled.build(base, tx.sent, fixed, full=state.responses == "full")
        if key is not None:
            state.stored[key] = tx.response
        return
    tx.status = 200
    tx.response = state.stored[key] if key is not None else None
    if tx.action == "remove" and key is not None:
        del state.stored[key]
        tx.response = {**tx.parameters, "deleted": True}


def reject(state: MockState, tx: Transaction) -> None:
    """Make the response to a rejected request: its status, its fields, and a body that says what and why.

    Where the document declares another form for the status, the body has that.
    """
    if tx.rejection is not None:
        tx.status = tx.rejection.status
        tx.response_headers = tx.rejection.headers
        usual: dict[str, Json] = {"code": tx.rejection.code, "message": tx.rejection.message}
        form = state.compiled.forms.error(tx.status, usual)
        tx.response = usual if form.body is None else form.body


def serialize(state: MockState, tx: Transaction) -> None:
    """Write the response as JSON, numbers exactly; a response without a declared body stays empty."""
    operation = state.contract.operation
    created = tx.rejection is None and tx.action == "create"
    if created and not operation.response_pointer:
        media_type, tx.response_body = state.compiled.forms.without_schema(tx.status)
        tx.set_header("content-type", media_type or None)
        return
    form = ErrorForm() if tx.rejection is None else state.compiled.forms.error(tx.status, tx.response)
    tx.response_body = tx.rejection.message.encode() if tx.rejection and form.text else encode(tx.response)
    tx.set_header("content-type", (created and operation.response_media_type) or form.media_type)


def send(state: MockState, tx: Transaction) -> None:
    """Add the declared header fields, Date and Content-Length."""
    for name, value in state.compiled.forms.headers(tx.status) if tx.route else ():
        if not any(name == other for other, _ in tx.response_headers):
            tx.set_header(name, value)
    tx.set_header("date", _date(_second(tx)))
    if tx.status not in {204, 304}:
        tx.set_header("content-length", str(len(tx.response_body)))


PROCESSING = (
    (Stage.HOST, host),
    (Stage.ROUTE, route),
    (Stage.METHOD, method),
    (Stage.AUTHENTICATE, authenticate),
    (Stage.PARAMETERS, parameters),
    (Stage.MEDIA_TYPE, media_type),
    (Stage.LIMIT, limit),
    (Stage.PARSE, parse),
    (Stage.VALIDATE, validate),
    (Stage.STORE, store),
    (Stage.BUILD, build),
)
"""The stages that may reject, in order."""

RESPONDING = ((Stage.REJECT, reject), (Stage.SERIALIZE, serialize), (Stage.SEND, send))
"""The stages that every response passes."""


def object_key(state: MockState, tx: Transaction) -> Key | None:
    """Return the key of the object of this transaction in the store, or None where objects have no name."""
    identity = state.contract.identity
    if not identity:
        return None
    tx.name = get(tx.sent, identity) if tx.action == "create" else tx.parameters.get(NAME)
    if tx.name is None:
        return None
    return tuple(tx.parameters[name] for name in _own_parameters(state, tx)), write(tx.name)


def _second(tx: Transaction) -> int:
    """Return the second in which a request came: what is written of it, many responses have alike."""
    return floor(tx.received_at.timestamp())


@lru_cache(maxsize=16)
def _date(second: int) -> str:
    """Return the value of `Date` for a second."""
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


@lru_cache(maxsize=16)
def _created(second: int) -> str:
    """Return the time of creation for a second."""
    return datetime.fromtimestamp(second, UTC).strftime(CREATED_FORMAT)


def now() -> datetime:
    """Return the time, as mocks tell it by default."""
    return datetime.now(UTC)


def _first_violation(validator: BodyValidator, value: Json) -> Violation:
    """Return one reason why an invalid `value` is so."""
    try:
        found = validator.first_fast_violation(value)
    except ValueError:
        found = next(validator.violations(value), None)
    return found or Violation("", "", "not valid")


def _named(state: MockState, tx: Transaction) -> set[str]:
    """Return the values of the path parameters, without what their style puts before them."""
    known = {each.name: each for each in state.contract.operation.parameters if each.location == "path"}
    values = {name: tx.parameters[name] for name in _own_parameters(state, tx)}
    return {bare(known[name], text) if name in known else text for name, text in values.items()}


def _own_parameters(state: MockState, tx: Transaction) -> list[str]:
    return [name for name in state.contract.operation.path_parameters if name in tx.parameters]


def _credential_problem(state: MockState, security: Security, found: list[str]) -> str:
    if not found:
        return "no credential was sent"
    if len(found) > 1:
        return "more than one credential was sent"
    first = security == state.contract.operation.security
    scheme = state.contract.scheme if first else security.scheme
    right = state.key if first else state.keys.get(security.id, state.key)
    key = found[0].strip(" ")
    if scheme:
        word, _, key = key.partition(" ")
        if word.lower() != scheme.lower():
            return f"the scheme must be {scheme}"
        key = key.strip(" ")
    if not key:
        return "the credential is empty"
    if right is not None and key != right:
        return "the credential is wrong"
    return ""


def _cookies(field: bytes, name: str) -> list[str]:
    try:
        cookie = SimpleCookie(field.decode("latin-1"))
    except CookieError:
        return []
    return [cookie[name].value] if name in cookie else []
