"""The stages of the mock, each one small step: what it refuses, and what it adds to the turn.

route, method, authenticate, media type, limit, parse, validate, store, answer; then, for refused requests, refuse; then
serialise and send. A stage is a function of a `Desk` (the mock that it works for) and a turn.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import parse_qsl

from conformance.mock.base_responses import Answers
from conformance.mock.compiled_contract import NAME, Plan, decode_segment
from conformance.mock.transaction import Refusal, Turn
from conformance.mock.verdict import first_violation, holds
from conformance.model.json_values import get
from conformance.model.jsontext import Json, JsonFault, encode, read, write

MAX_BODY_BYTES = 20_000_000

CREATED_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Stage(StrEnum):
    """The stages by name, in the order in which they work."""

    ROUTE = "route"
    METHOD = "method"
    AUTHENTICATE = "authenticate"
    MEDIA_TYPE = "media type"
    LIMIT = "limit"
    PARSE = "parse"
    VALIDATE = "validate"
    STORE = "store"
    ANSWER = "answer"
    REFUSE = "refuse"
    SERIALISE = "serialise"
    SEND = "send"


Key = tuple[tuple[str, ...], str]
"""Names a stored object: the path parameters, and its name as JSON text."""


class Desk(Protocol):
    """What the stages need of the mock: its plan, its settings, and what it holds."""

    plan: Plan
    answers: Answers
    key: str | None
    unknown: frozenset[str]
    stored: dict[Key, Json]
    creations: int


def route(desk: Desk, turn: Turn) -> None:
    """Find the path among the routes and decode its parameters: 404 for other paths, and for unknown resources."""
    for each in desk.plan.routes:
        match = each.expression.fullmatch(turn.path)
        if match is None:
            continue
        try:
            turn.parameters = {
                name: decode_segment(segment) for name, segment in zip(each.parameters, match.groups(), strict=True)
            }
        except ValueError as error:
            raise Refusal(400, "BAD_REQUEST", f"the path cannot be decoded: {error}") from error
        turn.route = each
        return
    raise Refusal(404, "NOT_FOUND", "there is nothing at this path")


def method(desk: Desk, turn: Turn) -> None:  # noqa: ARG001 (every stage is called alike)
    """Find what the method does at this path: 405 with Allow for other methods."""
    action = turn.route.actions.get(turn.method) if turn.route else None
    if action is None:
        allowed = ", ".join(turn.route.actions) if turn.route else ""
        raise Refusal(405, "METHOD_NOT_ALLOWED", f"{turn.method} is not supported here", (("allow", allowed),))
    turn.action = action


def authenticate(desk: Desk, turn: Turn) -> None:
    """Find exactly one credential in its documented place, and the right one: 401 otherwise."""
    security = desk.plan.contract.operation.security
    if security is None:
        return
    problem = _credential_problem(desk, credentials(desk, turn))
    if problem:
        raise Refusal(401, "UNAUTHORIZED", problem, (("www-authenticate", desk.plan.challenge),))


def credentials(desk: Desk, turn: Turn) -> list[str]:
    """Return every credential in the documented place, as it stands there."""
    security = desk.plan.contract.operation.security
    if security is None:
        return []
    if security.location == "query":
        pairs = parse_qsl(turn.query.decode("latin-1"), keep_blank_values=True)
        return [value for name, value in pairs if name == security.name]
    if security.location == "cookie":
        return [value for field in turn.values("cookie") for value in _cookies(field, security.name)]
    return [value.decode("utf-8", "surrogateescape") for value in turn.values(security.name.lower())]


def media_type(desk: Desk, turn: Turn) -> None:
    """Take the documented media type, in any letter case and with any parameters: 415 for others and for none."""
    if turn.action != "create":
        return
    wanted = desk.plan.contract.operation.request_media_type.partition(";")[0].strip().lower()
    fields = turn.values("content-type")
    if not turn.body and not desk.plan.contract.operation.request_required and not fields:
        return
    found = [field.decode("latin-1").partition(";")[0].strip().lower() for field in fields]
    if found != [wanted]:
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", f"the body must be {wanted}")
    if any(value.strip().lower() != b"identity" for value in turn.values("content-encoding")):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the body must not be compressed")


def limit(desk: Desk, turn: Turn) -> None:  # noqa: ARG001 (every stage is called alike)
    """Refuse bodies beyond what the mock takes: 413."""
    if turn.too_large:
        raise Refusal(413, "CONTENT_TOO_LARGE", f"the body is larger than {MAX_BODY_BYTES} bytes")


def parse(desk: Desk, turn: Turn) -> None:
    """Read the body as one JSON text in UTF-8 without byte order mark or repeated members: 400 otherwise."""
    if turn.action != "create":
        return
    if not turn.body and not desk.plan.contract.operation.request_required:
        turn.sent = {}
        return
    try:
        turn.text = read(turn.body)
    except JsonFault as fault:
        raise Refusal(400, "INVALID_JSON", f"the body is not JSON: {fault.reason}") from fault
    if turn.text.byte_order_mark:
        raise Refusal(400, "INVALID_JSON", "the body begins with a byte order mark")
    if turn.text.duplicates:
        raise Refusal(400, "INVALID_JSON", f"the body repeats members: {', '.join(turn.text.duplicates)[:200]}")
    turn.sent = turn.text.value


def validate(desk: Desk, turn: Turn) -> None:
    """Hold the body against its schema: 422, naming the place."""
    if turn.action != "create" or (turn.text is None and not turn.body):
        return
    validator = desk.plan.contract.request_validator
    if not holds(validator, turn.sent):
        broken = first_violation(validator, turn.sent)
        raise Refusal(422, "VALIDATION_ERROR", f"{broken.pointer or 'the body'}: {broken.message[:300]}")


def store(desk: Desk, turn: Turn) -> None:
    """Create, find or remove the object: 409 where it exists and must not, 404 where it does not and must."""
    key = object_key(desk, turn)
    if not desk.unknown.isdisjoint(turn.parameters[name] for name in _own_parameters(desk, turn)):
        raise Refusal(404, "NOT_FOUND", "the path names a resource that does not exist")
    if turn.action == "create":
        if key is not None and key in desk.stored:
            raise Refusal(409, "ALREADY_EXISTS", "an object of this name exists")
        if key is not None:
            desk.stored[key] = None
        turn.created = desk.creations
        desk.creations += 1
    elif key is None or key not in desk.stored:
        raise Refusal(404, "NOT_FOUND", "there is no object of this name")


def answer(desk: Desk, turn: Turn) -> None:
    """Build the answer: what was sent, defaults, the time, path parameters, and the rest from the base answers."""
    key = object_key(desk, turn)
    if turn.action == "create":
        turn.status = desk.plan.success
        turn.base = desk.plan.base(desk.answers, turn.created)
        contract = desk.plan.contract
        fixed: dict[str, Json] = {
            pointer: turn.parameters[name] for name, pointer in contract.echoed_parameters.items()
        }
        if contract.prose.created:
            fixed[contract.prose.created] = turn.arrived.astimezone(UTC).strftime(CREATED_FORMAT)
        turn.answer = desk.plan.build(turn.base, turn.sent, fixed, full=desk.answers == "full")
        if key is not None:
            desk.stored[key] = turn.answer
        return
    turn.status = 200
    turn.answer = desk.stored[key] if key is not None else None
    if turn.action == "remove" and key is not None:
        del desk.stored[key]
        turn.answer = {**turn.parameters, "deleted": True}


def refuse(desk: Desk, turn: Turn) -> None:  # noqa: ARG001 (every stage is called alike)
    """Turn a refusal into an answer: its status, its fields, and a body that says what and why."""
    if turn.refusal is not None:
        turn.status = turn.refusal.status
        turn.reply = list(turn.refusal.headers)
        turn.answer = {"code": turn.refusal.code, "message": turn.refusal.message}


def serialise(desk: Desk, turn: Turn) -> None:
    """Write the answer as JSON, numbers exactly as they are; an answer without a body stays empty."""
    operation = desk.plan.contract.operation
    empty = turn.refusal is None and turn.action == "create" and not operation.response_pointer
    if not empty:
        turn.payload = encode(turn.answer)
    declared = operation.response_media_type or "application/json"
    plain = turn.refusal is not None or turn.action != "create"
    turn.set_header("content-type", None if empty else "application/json" if plain else declared)


def send(desk: Desk, turn: Turn) -> None:  # noqa: ARG001 (every stage is called alike)
    """Date the answer and announce its length."""
    turn.reply.append(("date", format_datetime(turn.arrived.astimezone(UTC), usegmt=True)))
    if turn.status not in {204, 304}:
        turn.reply.append(("content-length", str(len(turn.payload))))


LINE = (
    (Stage.ROUTE, route),
    (Stage.METHOD, method),
    (Stage.AUTHENTICATE, authenticate),
    (Stage.MEDIA_TYPE, media_type),
    (Stage.LIMIT, limit),
    (Stage.PARSE, parse),
    (Stage.VALIDATE, validate),
    (Stage.STORE, store),
    (Stage.ANSWER, answer),
)
"""The stages that may refuse, in order."""

CLOSING = ((Stage.REFUSE, refuse), (Stage.SERIALISE, serialise), (Stage.SEND, send))
"""The stages that every answer passes."""


def object_key(desk: Desk, turn: Turn) -> Key | None:
    """Return what names the object of this turn in the store, or None where objects have no name."""
    identity = desk.plan.contract.identity
    if not identity:
        return None
    if turn.action == "create":
        turn.name = get(turn.sent, identity)
    else:
        turn.name = turn.parameters.get(NAME)
    if turn.name is None:
        return None
    return tuple(turn.parameters[name] for name in _own_parameters(desk, turn)), write(turn.name)


def now() -> datetime:
    """Return the time, as mocks tell it by default."""
    return datetime.now(UTC)


def _own_parameters(desk: Desk, turn: Turn) -> list[str]:
    return [name for name in desk.plan.contract.operation.path_parameters if name in turn.parameters]


def _credential_problem(desk: Desk, found: list[str]) -> str:
    if not found:
        return "no credential was sent"
    if len(found) > 1:
        return "more than one credential was sent"
    scheme = desk.plan.contract.scheme
    key = found[0].strip(" ")
    if scheme:
        word, _, key = key.partition(" ")
        if word.lower() != scheme.lower():
            return f"the scheme must be {scheme}"
        key = key.strip(" ")
    if not key:
        return "the credential is empty"
    if desk.key is not None and key != desk.key:
        return "the credential is wrong"
    return ""


def _cookies(field: bytes, name: str) -> list[str]:
    try:
        cookie = SimpleCookie(field.decode("latin-1"))
    except CookieError:
        return []
    return [cookie[name].value] if name in cookie else []
