"""Faults of authentication: what is let in, what is kept out, and what refusals say."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operation import Security
from conformance.mock import stages
from conformance.mock.effects import after, forgiving, refusals, refusing
from conformance.mock.faults import ALWAYS, Effect, Fault, Trigger, Witness, every
from conformance.mock.stages import Stage, credentials
from conformance.mock.turn import Refusal, Step, Turn
from conformance.mock.witnesses import builder, invalid, one, repeated, smallest
from conformance.model.case import KEY, Request

WRONG = "wrong-key-of-a-witness"


def authentication_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of authentication; none for an operation that asks for no credential."""
    security = contract.operation.security
    if security is None:
        return
    yield from _let_in(contract, security)
    if security.location == "header":
        yield from _elsewhere(security)
        if contract.scheme:
            yield from _schemes(contract, security)
    yield from _statuses()
    yield from _kept_out(contract, security)
    yield from _echoed()


def _let_in(contract: Contract, security: Security) -> Iterator[Fault]:
    nothing = _carrying(security, None)
    yield _fault("no-credential", "No credential is needed.", "missing", forgiving(lambda turn: not _raw(turn)), nothing)
    yield _fault("unchecked", "Credentials are not looked at.", "wrong", forgiving(lambda _: True), _carrying(security, WRONG))
    scheme = contract.scheme
    empties = {"", scheme.lower()}
    yield _fault(
        "empty-key",
        "An empty key is taken.",
        "missing",
        forgiving(lambda turn: len(_raw(turn)) == 1 and _raw(turn)[0].strip().lower() in empties),
        _carrying(security, f"{scheme} " if scheme else "", whole=True),
    )

    def scheme_right(turn: Turn) -> bool:
        return _is_scheme(_word(turn), scheme) and bool(_key(turn, scheme))

    yield _fault("any-key", "Any key is taken.", "wrong", forgiving(scheme_right), _carrying(security, WRONG))
    yield _fault(
        "key-prefix",
        "A key that only begins with the right one is taken.",
        "wrong",
        forgiving(lambda turn: scheme_right(turn) and _right(turn) != "" and _key(turn, scheme).startswith(_right(turn))),
        _carrying(security, f"{KEY}x"),
    )
    yield _fault(
        "long-key",
        "A very long key is taken.",
        "wrong",
        forgiving(lambda turn: scheme_right(turn) and len(_key(turn, scheme)) > 4096),  # noqa: PLR2004
        _carrying(security, "k" * 8_000),
    )


def _elsewhere(security: Security) -> Iterator[Fault]:
    for slug, says, name, value in (
        ("x-api-key", "the field X-API-Key", "X-API-Key", KEY),
        ("cookie", "a cookie", "Cookie", f"api_key={KEY}"),
        ("proxy-authorization", "Proxy-Authorization", "Proxy-Authorization", f"Basic {KEY}"),
    ):

        def test(turn: Turn, name: str = name) -> bool:
            return any(_is_key(turn, value) for value in turn.values(name.lower()))

        def witness(contract: Contract, name: str = name, value: str = value) -> Request:
            request = _carrying(security, None)(contract)
            return replace(request, headers=(*request.headers, (name, value)))

        if name.lower() != security.name.lower():
            yield _fault(f"key-in-{slug}", f"The key is taken from {says}.", "location", forgiving(test), witness)

    def in_query(turn: Turn) -> bool:
        return any(_is_key(turn, value.encode()) for _, value in parse_qsl(turn.query.decode("latin-1")))

    def query_witness(contract: Contract) -> Request:
        return replace(_carrying(security, None)(contract), target=builder(contract).target_with({}, query=f"api_key={KEY}"))

    yield _fault("key-in-query", "The key is taken from the query.", "location", forgiving(in_query), query_witness)


def _schemes(contract: Contract, security: Security) -> Iterator[Fault]:
    scheme = contract.scheme

    def other(turn: Turn) -> bool:
        known = {scheme.lower(), "bearer", ""}
        return _word(turn).lower() not in known and _matches(turn, _raw(turn)[0].partition(" ")[2])

    yield _fault(
        "any-scheme", "Any scheme is taken.", "unknown-scheme", forgiving(other), _carrying(security, f"Token {KEY}", whole=True)
    )

    def basic(turn: Turn) -> bool:
        return _word(turn).lower() == "basic" and _matches(turn, _raw(turn)[0].partition(" ")[2])

    witness = _carrying(security, f"Basic {KEY}", whole=True)
    yield _fault("basic", "The scheme Basic is taken.", "unknown-scheme", forgiving(basic), witness)

    def bearer(turn: Turn) -> bool:
        return _word(turn).lower() == "bearer" and _matches(turn, _raw(turn)[0].partition(" ")[2])

    if scheme.lower() != "bearer":
        witness = _carrying(security, f"Bearer {KEY}", whole=True)
        yield _fault("bearer", "The scheme Bearer is taken.", "bearer", forgiving(bearer), witness)
    yield _fault(
        "bare-key",
        "The key is taken without its scheme.",
        "bare-key",
        forgiving(lambda turn: len(_raw(turn)) == 1 and " " not in _raw(turn)[0] and _matches(turn, _raw(turn)[0])),
        _carrying(security, KEY, whole=True),
    )

    def joined(turn: Turn) -> bool:
        raw = _raw(turn)[0] if _raw(turn) else ""
        return raw.lower().startswith(scheme.lower()) and _matches(turn, raw[len(scheme) :])

    witness = _carrying(security, f"{scheme}{KEY}", whole=True)
    yield _fault("no-space", "No space is needed after the scheme.", "unknown-scheme", forgiving(joined), witness)
    yield _fault(
        "scheme-case",
        "The scheme is refused in another letter case.",
        "scheme-case",
        refusing(lambda turn: _word(turn) != scheme, 401, "UNAUTHORIZED", "the scheme is not known"),
        _carrying(security, f"{scheme.lower()} {KEY}", whole=True),
    )
    yield _fault(
        "scheme-lower-case-alone",
        "The scheme is taken in lower case alone.",
        "valid",
        refusing(lambda turn: _word(turn) != scheme.lower(), 401, "UNAUTHORIZED", "the scheme is not known"),
        smallest,
    )


def _statuses() -> Iterator[Fault]:
    for slug, status, requirement in (
        ("400", 400, "authentication.status"),
        ("404", 404, "authentication.status"),
        ("422", 422, "authentication.status"),
        ("302", 302, "error.status-class"),
        ("500", 500, "error.server-error"),
        ("503", 503, "error.server-error"),
        ("200", 200, "authentication.missing"),
    ):
        effect = refusals(lambda _, refusal: refusal.status == 401, status)  # noqa: PLR2004
        sentence = f"A missing or wrong credential is answered with {status}."
        yield Fault(f"auth.status-{slug}", sentence, requirement, Stage.AUTHENTICATE, effect, _nothing)

    def unchallenged(turn: Turn) -> bool:
        before = len(turn.reply)
        turn.set_header("www-authenticate", None)
        return len(turn.reply) < before

    sentence = "A 401 carries no WWW-Authenticate."
    yield Fault("auth.no-challenge", sentence, "authentication.challenge", Stage.REFUSE, after(unchallenged), _nothing)
    yield Fault(
        "auth.dropped",
        "A request without a credential gets no answer.",
        "transport.dropped",
        Stage.AUTHENTICATE,
        refusals(lambda *_: True, 500, dropped=True),
        _nothing,
    )


def _kept_out(contract: Contract, security: Security) -> Iterator[Fault]:
    kept_out = refusing(lambda _: True, 401, "UNAUTHORIZED", "the key has expired")
    yield _fault("valid-refused", "The right credential is refused.", "valid", kept_out, smallest)
    yield _fault(
        "valid-refused-at-times",
        "The right credential is refused now and then.",
        "valid",
        kept_out,
        repeated(5, full=False),
        every(5),
    )

    def late(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal as refusal:
            for work in (stages.media_type, stages.limit, stages.parse, stages.validate):
                try:
                    work(turn.desk, turn)
                except Refusal as earlier:
                    earlier.deliberate = True
                    raise earlier from refusal
            raise
        return False

    def witness(contract: Contract) -> Request:
        request = invalid(contract)
        return replace(_carrying(security, None)(contract), body=request.body)

    sentence = "The body is judged before the credential."
    yield _fault("after-validation", sentence, "order", late, witness)


def _echoed() -> Iterator[Fault]:
    def in_message(turn: Turn) -> bool:
        key = _sent_key(turn)
        if turn.refusal is None or not key or not isinstance(turn.answer, dict):
            return False
        turn.answer = {**turn.answer, "message": f"{turn.answer.get('message')} (key: {key})"}
        return True

    def in_header(turn: Turn) -> bool:
        key = _sent_key(turn)
        if key:
            turn.set_header("x-request-credential", key)
        return bool(key)

    def in_answer(turn: Turn, step: Step) -> bool:
        step(turn)
        key = _sent_key(turn)
        if turn.action != "create" or not key or not isinstance(turn.answer, dict):
            return False
        turn.answer = {**turn.answer, "request_credential": key}
        return True

    for slug, says, stage, effect, witness in (
        ("in-refusals", "the message of refusals", Stage.REFUSE, after(in_message), one(invalid)),
        ("in-header", "a header field of every answer", Stage.SERIALISE, after(in_header), one(smallest)),
        ("in-answer", "a member of successful answers", Stage.ANSWER, in_answer, one(smallest)),
    ):
        sentence = f"The key comes back in {says}."
        yield Fault(f"auth.key-echoed-{slug}", sentence, "authentication.key-echo", stage, effect, witness)


def _fault(
    slug: str,
    sentence: str,
    requirement: str,
    effect: Effect,
    witness: Witness | Callable[[Contract], Request],
    trigger: Trigger = ALWAYS,
) -> Fault:
    def requests(contract: Contract) -> tuple[Request, ...]:
        made = witness(contract)
        return (made,) if isinstance(made, Request) else made

    return Fault(
        f"auth.{slug}", sentence, f"authentication.{requirement}", Stage.AUTHENTICATE, effect, requests, trigger
    )


def _carrying(security: Security, value: str | None, *, whole: bool = False) -> Callable[[Contract], Request]:
    """Return what makes a right request with another credential: a key, or with `whole` all that stands in its place."""

    def make(contract: Contract) -> Request:
        request = smallest(contract)
        build = builder(contract)
        text = value if value is None or whole or not contract.scheme else f"{contract.scheme} {value}"
        if security.location == "query":
            query = "" if text is None else f"{security.name}={text}"
            return replace(request, target=build.target_with({}, query=query, credential=False))
        name = "Cookie" if security.location == "cookie" else security.name
        rest = tuple(each for each in request.headers if each[0].lower() != name.lower())
        if text is None:
            return replace(request, headers=rest)
        held = f"{security.name}={text}" if security.location == "cookie" else text
        return replace(request, headers=(*rest, (name, held)))

    return make


def _nothing(contract: Contract) -> tuple[Request, ...]:
    security = contract.operation.security
    return (_carrying(security, None)(contract),) if security else ()


def _raw(turn: Turn) -> list[str]:
    return credentials(turn.desk, turn)


def _word(turn: Turn) -> str:
    found = _raw(turn)
    return found[0].strip().partition(" ")[0] if len(found) == 1 else ""


def _is_scheme(word: str, scheme: str) -> bool:
    return not scheme or word.lower() == scheme.lower()


def _key(turn: Turn, scheme: str) -> str:
    found = _raw(turn)
    if len(found) != 1:
        return ""
    return found[0].strip().partition(" ")[2].strip() if scheme else found[0].strip()


def _right(turn: Turn) -> str:
    return turn.desk.key or ""


def _matches(turn: Turn, key: str) -> bool:
    """Tell whether `key` is the right one, or any where the mock knows none."""
    return bool(key) and (turn.desk.key is None or key.strip() == turn.desk.key)


def _is_key(turn: Turn, value: bytes) -> bool:
    """Tell whether a field holds the right key, alone or after a word; any text where the mock knows none."""
    text = value.decode("latin-1")
    return _matches(turn, text) or any(_matches(turn, part) for part in text.replace("=", " ").split())


def _sent_key(turn: Turn) -> str:
    found = _raw(turn)
    return found[0].rpartition(" ")[2] if found else ""
