"""Faults of HTTP in requests: methods, header fields and transfer codings that are treated wrongly."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import after, forgiving, of_status, refusals, refusing
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.witnesses import one, smallest, with_header
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.model.case import Request


def exchange_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of how a request is received."""
    yield from _methods()
    yield from _accept()
    yield from _wrong_types_taken()
    yield from _right_types_refused(contract)
    yield from _wrong_types_crash()
    yield from _transfer()


def _methods() -> Iterator[Fault]:
    def any_method(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal:
            turn.action = "create"
            return True
        return False

    def unlisted(turn: Turn) -> bool:
        before = len(turn.reply)
        turn.set_header("allow", None)
        return len(turn.reply) < before

    wrong = of_status(405)
    not_allowed = "transport.method-not-allowed"
    for slug, sentence, requirement, stage, effect in (
        ("any", "Any method creates.", not_allowed, Stage.METHOD, any_method),
        ("without-allow", "A 405 carries no Allow.", not_allowed, Stage.REFUSE, after(unlisted)),
        ("status-200", "An unsupported method is answered with 200.", not_allowed, Stage.METHOD, refusals(wrong, 200)),
        ("status-400", "An unsupported method is answered with 400.", not_allowed, Stage.METHOD, refusals(wrong, 400)),
        (
            "status-500",
            "An unsupported method is answered with 500.",
            "error.server-error",
            Stage.METHOD,
            refusals(wrong, 500),
        ),
        (
            "dropped",
            "An unsupported method breaks the connection off.",
            "transport.dropped",
            Stage.METHOD,
            refusals(wrong, 500, dropped=True),
        ),
    ):
        yield Fault(f"method.{slug}", sentence, requirement, stage, effect, _by_put)


def _by_put(contract: Contract) -> tuple[Request, ...]:
    wrong = "PUT" if contract.operation.method != "PUT" else "PATCH"
    return (replace(smallest(contract), method=wrong),)


def _accept() -> Iterator[Fault]:
    def none(turn: Turn) -> bool:
        return not turn.values("accept")

    def wildcard(turn: Turn) -> bool:
        return any(b"*/*" in value for value in turn.values("accept"))

    def ranged(turn: Turn) -> bool:
        return any(b"/*" in value and b"*/*" not in value for value in turn.values("accept"))

    for slug, says, test, value in (
        ("absent", "without Accept", none, None),
        ("wildcard", "with Accept: */*", wildcard, "*/*"),
        ("range", "with Accept: application/*", ranged, "application/*"),
    ):
        yield Fault(
            f"accept-field.{slug}-refused",
            f"A request {says} is refused.",
            "transport.accept",
            Stage.MEDIA_TYPE,
            refusing(test, 406, "NOT_ACCEPTABLE", "name the media type that you accept"),
            with_header("Accept", value),
        )


def _wrong_types_taken() -> Iterator[Fault]:
    for slug, says, test, value in (
        ("unchecked", "Any media type, and none, is taken.", lambda _: True, "text/plain"),
        ("absent", "A body without a media type is taken.", lambda turn: not turn.values("content-type"), None),
        ("text", "JSON declared as text is taken.", lambda turn: _essence(turn).startswith("text/"), "text/plain"),
        ("xml", "JSON declared as XML is taken.", lambda turn: _essence(turn) == "application/xml", "application/xml"),
        (
            "form",
            "JSON declared as a form is taken.",
            lambda turn: _essence(turn) == "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded",
        ),
        (
            "multipart",
            "JSON declared as multipart is taken.",
            lambda turn: _essence(turn).startswith("multipart/"),
            "multipart/form-data; boundary=x",
        ),
        (
            "octet-stream",
            "JSON declared as an octet stream is taken.",
            lambda turn: _essence(turn) == "application/octet-stream",
            "application/octet-stream",
        ),
    ):
        witness = with_header("Content-Type", value)
        yield _media(f"{slug}-taken", says, "reject.media-type", forgiving(test), witness)


def _right_types_refused(contract: Contract) -> Iterator[Fault]:
    declared = contract.operation.request_media_type
    for slug, says, test, value in (
        ("upper-case", "The media type in upper case is refused.", _upper, declared.upper()),
        (
            "charset",
            "A charset beside the media type is refused.",
            lambda turn: b";" in _content_type(turn),
            f"{declared}; charset=utf-8",
        ),
        (
            "quoted-charset",
            "A charset in quotes is refused.",
            lambda turn: b'"' in _content_type(turn),
            f'{declared}; charset="utf-8"',
        ),
        (
            "unspaced",
            "A parameter without a space before it is refused.",
            lambda turn: b";c" in _content_type(turn).lower(),
            f"{declared};charset=UTF-8",
        ),
    ):
        witness = with_header("Content-Type", value)
        refused = refusing(test, 415, "UNSUPPORTED_MEDIA_TYPE", f"the body must be {declared}")
        yield _media(f"{slug}-refused", says, "accept.media-type", refused, witness)


def _wrong_types_crash() -> Iterator[Fault]:
    crashed = refusals(lambda *_: True, 500)
    witness = with_header("Content-Type", "text/plain")
    yield _media("wrong-crashes", "Another media type is answered with 500.", "error.server-error", crashed, witness)
    crashed = refusals(lambda turn, _: not turn.values("content-type"), 500)
    witness = with_header("Content-Type", None)
    yield _media("absent-crashes", "No media type is answered with 500.", "error.server-error", crashed, witness)


def _media(slug: str, sentence: str, requirement: str, effect: Effect, witness: Witness) -> Fault:
    return Fault(f"media-type.{slug}", sentence, requirement, Stage.MEDIA_TYPE, effect, witness)


def _content_type(turn: Turn) -> bytes:
    values = turn.values("content-type")
    return values[0] if values else b""


def _essence(turn: Turn) -> str:
    return _content_type(turn).decode("latin-1").partition(";")[0].strip().lower()


def _upper(turn: Turn) -> bool:
    return _content_type(turn) != _content_type(turn).lower()


def _transfer() -> Iterator[Fault]:
    def chunked(turn: Turn) -> bool:
        return bool(turn.values("transfer-encoding"))

    def unread(turn: Turn, step: Step) -> bool:
        lost = chunked(turn)
        if lost:
            turn.body = b""
        step(turn)
        return lost

    def without_length(contract: Contract) -> Request:
        return replace(smallest(contract), chunked=True)

    refused = refusing(chunked, 411, "LENGTH_REQUIRED", "say how long the body is")
    for slug, sentence, effect in (
        ("refused", "A body in chunks is refused.", refused),
        ("lost", "A body in chunks is taken for an empty one.", unread),
    ):
        yield Fault(f"chunks.{slug}", sentence, "transport.chunked", Stage.LIMIT, effect, one(without_length))
