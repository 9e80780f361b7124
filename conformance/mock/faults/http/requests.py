"""Faults of HTTP in requests: methods, header fields and transfer codings that are handled wrongly."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import accepting, after, always, on, rejecting, with_status
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.witnesses import smallest, with_header, with_method
from conformance.mock.stages import Stage
from conformance.mock.transaction import Step, Transaction
from conformance.model.case import Request
from conformance.model.header_fields import essence

JSON_AS_OTHER = (
    ("text", "plain text", "text/*", "text/plain"),
    ("xml", "XML", "application/xml", "application/xml"),
    ("form", "a form", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
    ("multipart", "multipart", "multipart/*", "multipart/form-data; boundary=x"),
    ("octet-stream", "an octet stream", "application/octet-stream", "application/octet-stream"),
)
"""Media types that are wrongly accepted: slug, in words, pattern, and an example."""


def http_request_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of how a request is received."""
    yield from _hosts()
    yield from _methods()
    yield from _content_codings()
    yield from _accept_fields()
    yield from _media_types(contract.operation.request_media_type)
    yield from _chunked_bodies()


def _hosts() -> Iterator[Fault]:
    for slug, says, count in (("absent", "no `Host`", 0), ("two", "two `Host`", 2)):

        def has(tx: Transaction, count: int = count) -> bool:
            return len(tx.values("host")) == count

        def witness(contract: Contract, count: int = count) -> Request:
            return replace(smallest(contract), hosts=count)

        sentence = f"Accepts a request with {says}."
        yield Fault(f"host.{slug}-accepted", sentence, "transport.host", Stage.HOST, accepting(has), witness)
    crashes = with_status(500)
    sentence = "Returns 500 for a request without `Host`."
    yield Fault("host.absent-crashes", sentence, "error.server-error", Stage.HOST, crashes, witness_without_host)


def witness_without_host(contract: Contract) -> Request:
    """Return a valid request without `Host`."""
    return replace(smallest(contract), hosts=0)


def _content_codings() -> Iterator[Fault]:
    requirement = "reject.content-coding"
    for slug, says, coding in (
        ("unknown", "a body in an unknown content coding", "conformance"),
        ("gzip", "an uncompressed body with `Content-Encoding: gzip`", "gzip"),
    ):

        def has(tx: Transaction, coding: bytes = coding.encode()) -> bool:
            return coding in tx.values("content-encoding")

        witness = with_header("Content-Encoding", coding)
        effects = (
            ("accepted", f"Accepts {says}.", requirement, accepting(has)),
            ("crashes", f"Returns 500 for {says}.", "error.server-error", with_status(500, has)),
        )
        for what, sentence, broken, effect in effects:
            yield Fault(f"content-coding.{slug}-{what}", sentence, broken, Stage.MEDIA_TYPE, effect, witness)


def _methods() -> Iterator[Fault]:
    def lists_another(tx: Transaction) -> bool:
        return "allow" in dict(tx.response_headers) and tx.set_header("allow", "GET, HEAD")

    def create(tx: Transaction) -> bool:
        tx.action = "create"
        return True

    other, not_allowed = "an unsupported method", "transport.method-not-allowed"
    dropped, without_allow = with_status(500, dropped=True), after(lambda tx: tx.set_header("allow", None))
    for slug, sentence, requirement, stage, effect in (
        ("any", "Creates an object for any method.", not_allowed, Stage.METHOD, accepting(create)),
        ("without-allow", "Returns 405 without Allow.", not_allowed, Stage.REJECT, without_allow),
        (
            "wrong-allow",
            "Lists other methods in Allow.",
            "transport.allow",
            Stage.REJECT,
            after(lists_another),
        ),
        ("status-200", f"Returns 200 for {other}.", not_allowed, Stage.METHOD, with_status(200)),
        ("status-400", f"Returns 400 for {other}.", not_allowed, Stage.METHOD, with_status(400)),
        ("status-500", f"Returns 500 for {other}.", "error.server-error", Stage.METHOD, with_status(500)),
        ("dropped", f"Closes the connection for {other}.", "transport.dropped", Stage.METHOD, dropped),
    ):
        yield Fault(f"method.{slug}", sentence, requirement, stage, effect, with_method(smallest))


def _accept_fields() -> Iterator[Fault]:
    def accept(tx: Transaction) -> list[bytes]:
        return tx.values("accept")

    for slug, says, test, value in (
        ("absent", "without Accept", lambda values: not values, None),
        ("wildcard", "with Accept: */*", lambda values: any(b"*/*" in each for each in values), "*/*"),
        (
            "range",
            "with Accept: application/*",
            lambda values: any(b"/*" in each and b"*/*" not in each for each in values),
            "application/*",
        ),
    ):
        sentence, witness = f"Rejects a request {says}.", with_header("Accept", value)
        effect = rejecting(on(accept, test), 406, "NOT_ACCEPTABLE", "name the media type that you accept")
        yield Fault(f"accept-field.{slug}-rejected", sentence, "transport.accept", Stage.MEDIA_TYPE, effect, witness)


def _media_types(declared: str) -> Iterator[Fault]:
    def absent(tx: Transaction) -> bool:
        return not tx.values("content-type")

    accepted, crash = "reject.media-type", "error.server-error"
    unchecked = "Accepts any media type, and none."
    yield _media_type("unchecked-accepted", unchecked, accepted, accepting(always), "text/plain")
    bare = "reject.no-media-type"
    yield _media_type("absent-accepted", "Accepts a body without a media type.", bare, accepting(absent), None)
    yield _media_type(
        "json-accepted",
        "Accepts every media type of JSON.",
        "reject.json-media-type",
        accepting(lambda tx: essence(_content_type(tx)).endswith("json")),
        "application/problem+json",
    )
    for slug, says, pattern, value in JSON_AS_OTHER:

        def matches(tx: Transaction, pattern: str = pattern) -> bool:
            return fnmatchcase(essence(_content_type(tx)), pattern)

        yield _media_type(f"{slug}-accepted", f"Accepts JSON declared as {says}.", accepted, accepting(matches), value)
    yield from _rejected_forms(declared)
    other = "Returns 500 for an unsupported media type."
    yield _media_type("wrong-crashes", other, crash, with_status(500), "text/plain")
    yield _media_type(
        "absent-crashes", "Returns 500 for a body without a media type.", crash, with_status(500, absent), None
    )


def _rejected_forms(declared: str) -> Iterator[Fault]:
    for slug, says, test, value in (
        ("upper-case", "the media type in upper case", lambda text: text != text.lower(), declared.upper()),
        ("charset", "a charset parameter of the media type", lambda text: ";" in text, f"{declared}; charset=utf-8"),
        (
            "quoted-charset",
            "a quoted charset parameter of the media type",
            lambda text: '"' in text,
            f'{declared}; charset="utf-8"',
        ),
        (
            "unspaced",
            "a parameter of the media type without a space before it",
            lambda text: ";c" in text.lower(),
            f"{declared};charset=UTF-8",
        ),
    ):
        effect = rejecting(on(_content_type, test), 415, "UNSUPPORTED_MEDIA_TYPE", f"the body must be {declared}")
        yield _media_type(f"{slug}-rejected", f"Rejects {says}.", "accept.media-type", effect, value)


def _media_type(slug: str, sentence: str, requirement: str, effect: Effect, value: str | None) -> Fault:
    witness = with_header("Content-Type", value)
    return Fault(f"media-type.{slug}", sentence, requirement, Stage.MEDIA_TYPE, effect, witness)


def _content_type(tx: Transaction) -> str:
    return next(iter(tx.values("content-type")), b"").decode("latin-1")


def _chunked_bodies() -> Iterator[Fault]:
    def chunked(tx: Transaction) -> bool:
        return bool(tx.values("transfer-encoding"))

    def lost(tx: Transaction, step: Step) -> bool:
        found = chunked(tx)
        if found:
            tx.body = b""
        step(tx)
        return found

    def witness(contract: Contract) -> Request:
        return replace(smallest(contract), chunked=True)

    for slug, sentence, effect in (
        ("rejected", "Rejects a chunked body.", rejecting(chunked, 411, "LENGTH_REQUIRED", "say how long the body is")),
        ("lost", "Reads a chunked body as an empty one.", lost),
    ):
        yield Fault(f"chunks.{slug}", sentence, "transport.chunked", Stage.LIMIT, effect, witness)
