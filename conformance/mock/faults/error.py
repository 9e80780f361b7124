"""Faults of refusals: their status, and what they say."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.http import PAGE
from conformance.mock.faults.parts.effects import after, of_status, refusals, refusing
from conformance.mock.faults.parts.fault import Fault, Witness, every
from conformance.mock.faults.parts.witnesses import UNKNOWN, builder, invalid, one, repeated, smallest, with_body
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Turn
from conformance.model.case import Request
from conformance.model.jsontext import Json

TRACE = (
    'Traceback (most recent call last):\n  File "/app/server/views.py", line 42, in create\n'
    "    name = body[\"name\"]\nKeyError: 'name'\n"
)


def error_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of refusals."""
    yield from _statuses(contract)
    yield from _bodies()
    yield from _shapes()
    yield from _special(contract)


def _statuses(contract: Contract) -> Iterator[Fault]:
    root = f"reject.{contract.request.label}.type"
    invalid_one, broken = one(invalid), with_body(lambda body: body[:-1])
    for slug, status, requirement in (
        ("200", 200, root),
        ("201", 201, root),
        ("202", 202, root),
        ("302", 302, "error.status-class"),
        ("401", 401, "error.status"),
        ("404", 404, "error.status"),
        ("409", 409, "error.status"),
        ("418", 418, "error.status"),
        ("500", 500, "error.server-error"),
        ("503", 503, "error.server-error"),
    ):
        effect = refusals(_any, status)
        sentence = f"A body that breaks the schema is answered with {status}."
        yield Fault(f"error.invalid-{slug}", sentence, requirement, Stage.VALIDATE, effect, invalid_one)
        other = "reject.json-text" if requirement == root else requirement
        sentence = f"A body that is not JSON is answered with {status}."
        yield Fault(f"error.malformed-{slug}", sentence, other, Stage.PARSE, effect, broken)
    sentence = "A body that is not JSON is answered with 422."
    yield Fault("error.malformed-422", sentence, "error.status", Stage.PARSE, refusals(_any, 422), broken)


def _any(turn: Turn, refusal: Refusal) -> bool:  # noqa: ARG001 (the shape of a test)
    return True


def _bodies() -> Iterator[Fault]:
    for slug, says, requirement, payload, media_type in (
        ("empty", "is empty", "error.representation", b"", None),
        ("blank", "is white space", "error.representation", b" \n", "text/plain"),
        ("page", "is an HTML page", "error.no-page", PAGE, "text/html"),
        ("not-json", "declares JSON and is plain text", "error.json", b"Bad Request", "application/json"),
        ("page-as-json", "declares JSON and is an HTML page", "error.json", PAGE, "application/json"),
        ("cut-short", "declares JSON and breaks off", "error.json", b'{"code": "VALIDA', "application/json"),
        ("python", "declares JSON and is written as Python", "error.json", b"{'code': 'BAD'}", "application/json"),
        ("nothing-as-json", "declares JSON and is empty", "error.representation", b"", "application/json"),
        (
            "problem-not-json",
            "declares a problem in JSON and is none",
            "error.json",
            b"Bad",
            "application/problem+json",
        ),
        ("trace", "is a stack trace", "error.no-page", TRACE.encode(), "text/plain"),
    ):

        def change(turn: Turn, payload: bytes = payload, media_type: str | None = media_type) -> bool:
            if turn.refusal is None:
                return False
            turn.payload = payload
            turn.set_header("content-type", media_type)
            return True

        sentence = f"The body of a refusal {says}."
        yield Fault(f"error.body-{slug}", sentence, requirement, Stage.SERIALISE, after(change), one(invalid))


def _shapes() -> Iterator[Fault]:
    shapes: tuple[tuple[str, str, str, Callable[[Json], Json]], ...] = (
        (
            "trace-in-message",
            "shows a stack trace in its message",
            "error.no-page",
            lambda _: {"code": "ERROR", "message": TRACE},
        ),
        (
            "detail",
            "has `detail` alone",
            "advisory.error-shape",
            lambda _: {"detail": [{"loc": ["body"], "msg": "bad"}]},
        ),
        ("error-member", "has `error` alone", "advisory.error-shape", lambda _: {"error": "bad request"}),
        ("without-code", "has no code", "advisory.error-shape", lambda held: _only(held, "message")),
        ("without-message", "has no message", "advisory.error-shape", lambda held: _only(held, "code")),
        (
            "number-code",
            "has a code that is a number",
            "advisory.error-shape",
            lambda _: {"code": 422, "message": "bad"},
        ),
        (
            "list-message",
            "has a list for a message",
            "advisory.error-shape",
            lambda _: {"code": "BAD", "message": ["bad"]},
        ),
        ("list", "is a list", "advisory.error-shape", lambda held: [held]),
        ("text", "is a JSON text alone", "advisory.error-shape", lambda _: "bad request"),
        ("null", "is null", "advisory.error-shape", lambda _: None),
        ("empty-object", "is an empty object", "advisory.error-shape", lambda _: {}),
    )
    for slug, says, requirement, remake in shapes:

        def change(turn: Turn, remake: Callable[[Json], Json] = remake) -> bool:
            if turn.refusal is None:
                return False
            turn.answer = remake(turn.answer)
            return True

        sentence = f"The body of a refusal {says}."
        yield Fault(f"error.shape-{slug}", sentence, requirement, Stage.REFUSE, after(change), one(invalid))


def _only(held: Json, name: str) -> Json:
    return {name: held[name]} if isinstance(held, dict) and name in held else held


def _special(contract: Contract) -> Iterator[Fault]:
    twice: Witness = lambda contract: (smallest(contract), smallest(contract))  # noqa: E731
    if contract.identity:
        for status, requirement in (
            (200, "error.duplicate"),
            (404, "error.duplicate"),
            (500, "error.server-error"),
            (302, "error.status-class"),
        ):
            sentence = f"A second creation with the same name is answered with {status}."
            effect = refusals(of_status(409), status)
            yield Fault(f"error.same-name-{status}", sentence, requirement, Stage.STORE, effect, twice)
    for status, requirement in (
        (200, "error.unknown-resource"),
        (400, "error.unknown-resource"),
        (422, "error.unknown-resource"),
        (500, "error.server-error"),
    ):
        if contract.operation.path_parameters:
            sentence = f"A path parameter that names nothing is answered with {status}."
            effect = refusals(of_status(404), status)
            yield Fault(f"error.unknown-{status}", sentence, requirement, Stage.STORE, effect, _to_unknown)
    slow_down = refusing(lambda _: True, 429, "RATE_LIMITED", "too many requests")
    yield Fault(
        "error.rate-limit-silent",
        "A 429 does not say how long to wait.",
        "error.rate-limit",
        Stage.LIMIT,
        slow_down,
        repeated(10, full=False),
        every(10),
    )


def _to_unknown(contract: Contract) -> tuple[Request, ...]:
    target = builder(contract).target_with(dict.fromkeys(contract.operation.path_parameters, UNKNOWN))
    return (replace(smallest(contract), target=target),)
