"""Faults of rejections: their status, and their body."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.http.responses import PAGE
from conformance.mock.faults.parts.effects import after, always, rejecting, with_status
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import builder, invalid, repeated, smallest, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Rejection, Transaction
from conformance.model.case import Request
from conformance.model.jsontext import Json
from conformance.strategies.path_values import unknown_path_value

TRACE = (
    'Traceback (most recent call last):\n  File "/app/server/views.py", line 42, in create\n'
    "    name = body[\"name\"]\nKeyError: 'name'\n"
)

BODIES = (
    ("empty", "is empty", "error.representation", b"", None),
    ("blank", "is white space", "error.representation", b" \n", "text/plain"),
    ("page", "is an HTML page", "error.no-page", PAGE, "text/html"),
    ("not-json", "declares JSON and is plain text", "error.json", b"Bad Request", "application/json"),
    ("page-as-json", "declares JSON and is an HTML page", "error.json", PAGE, "application/json"),
    ("truncated", "declares JSON and is truncated", "error.json", b'{"code": "VALIDA', "application/json"),
    ("python", "declares JSON and is a Python literal", "error.json", b"{'code': 'BAD'}", "application/json"),
    ("empty-as-json", "declares JSON and is empty", "error.representation", b"", "application/json"),
    (
        "problem-not-json",
        "declares problem details in JSON and is not JSON",
        "error.json",
        b"Bad",
        "application/problem+json",
    ),
    ("trace", "is a stack trace", "error.no-page", TRACE.encode(), "text/plain"),
)
"""Bodies of rejections that are wrong: slug, in words, the requirement, the bytes and the media type."""


SHAPES: tuple[tuple[str, str, Callable[[Rejection], Json]], ...] = (
    ("trace-in-message", "has a stack trace in `message`", lambda _: {"code": "ERROR", "message": TRACE}),
    ("detail", "has only `detail`", lambda _: {"detail": [{"loc": ["body"], "msg": "bad"}]}),
    ("error-property", "has only `error`", lambda _: {"error": "bad request"}),
    ("without-code", "has no `code`", lambda rejection: {"message": rejection.message}),
    ("without-message", "has no `message`", lambda rejection: {"code": rejection.code}),
    ("number-code", "has a number as `code`", lambda _: {"code": 422, "message": "bad"}),
    ("array-message", "has an array as `message`", lambda _: {"code": "BAD", "message": ["bad"]}),
    ("array", "is an array", lambda rejection: [{"code": rejection.code, "message": rejection.message}]),
    ("string", "is a string", lambda _: "bad request"),
    ("null", "is null", lambda _: None),
    ("empty-object", "is an empty object", lambda _: {}),
)
"""JSON bodies of rejections that have another shape: slug, in words, and the body."""


STATUSES = {302: "error.status-class", 500: "error.server-error", 503: "error.server-error"}
"""The requirement that a status breaks whatever it is for; of others it is that of what is rejected."""


def error_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of rejections."""
    yield from _statuses(contract)
    yield from _bodies()
    yield from _shapes()
    yield from _special(contract)


def _statuses(contract: Contract) -> Iterator[Fault]:
    root, broken = f"reject.{contract.request.label}.type", with_body(lambda body: body[:-1])
    requirements = {**dict.fromkeys((200, 201, 202), root), **STATUSES}
    for status in (200, 201, 202, 302, 401, 404, 409, 418, 500, 503):
        effect, requirement = with_status(status), requirements.get(status, "error.status")
        sentence = f"Returns {status} instead of 422 for a body that violates the schema."
        yield Fault(f"error.invalid-{status}", sentence, requirement, Stage.VALIDATE, effect, invalid)
        other = "reject.json-text" if requirement == root else requirement
        sentence = f"Returns {status} instead of 400 for a body that is not JSON."
        yield Fault(f"error.malformed-{status}", sentence, other, Stage.PARSE, effect, broken)
    sentence = "Returns 422 instead of 400 for a body that is not JSON."
    yield Fault("error.malformed-422", sentence, "error.status", Stage.PARSE, with_status(422), broken)


def _bodies() -> Iterator[Fault]:
    for slug, says, requirement, body, media_type in BODIES:

        def change(tx: Transaction, body: bytes = body, media_type: str | None = media_type) -> bool:
            if tx.rejection is not None:
                tx.response_body = body
                tx.set_header("content-type", media_type)
            return tx.rejection is not None

        sentence = f"Returns an error body that {says}."
        yield Fault(f"error.body-{slug}", sentence, requirement, Stage.SERIALIZE, after(change), invalid)


def _shapes() -> Iterator[Fault]:
    for slug, says, remake in SHAPES:

        def change(tx: Transaction, remake: Callable[[Rejection], Json] = remake) -> bool:
            if tx.rejection is not None:
                tx.response = remake(tx.rejection)
            return tx.rejection is not None

        requirement = "error.no-page" if slug == "trace-in-message" else "advisory.error-shape"
        sentence = f"Returns an error body that {says}."
        yield Fault(f"error.shape-{slug}", sentence, requirement, Stage.REJECT, after(change), invalid)


def _special(contract: Contract) -> Iterator[Fault]:
    if contract.identity:
        for status in (200, 404, 500, 302):
            sentence = f"Returns {status} for a second creation with the same name."
            effect, requirement = with_status(status, of=409), STATUSES.get(status, "error.duplicate")
            yield Fault(f"error.same-name-{status}", sentence, requirement, Stage.STORE, effect, _twice)
    names = contract.operation.path_parameters
    if names and unknown_path_value(contract, names[-1]) is not None:
        for status in (200, 400, 422, 500):
            sentence = f"Returns {status} for a path parameter that identifies no resource."
            effect, requirement = with_status(status, of=404), STATUSES.get(status, "error.unknown-resource")
            yield Fault(f"error.unknown-{status}", sentence, requirement, Stage.STORE, effect, _to_unknown)
    id_, sentence = "error.rate-limit-without-retry-after", "Returns 429 without Retry-After."
    effect, witness = rejecting(always, 429, "RATE_LIMITED", "too many requests"), repeated(10, full=False)
    yield Fault(id_, sentence, "error.rate-limit", Stage.LIMIT, effect, witness, every=10)


def _twice(contract: Contract) -> tuple[Request, ...]:
    return smallest(contract), smallest(contract)


def _to_unknown(contract: Contract) -> Request:
    name = contract.operation.path_parameters[-1]
    target = builder(contract).target_with({name: unknown_path_value(contract, name) or ""})
    return replace(smallest(contract), target=target)
