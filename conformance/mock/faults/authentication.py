"""Faults of authentication: what is let in, what is kept out, and what refusals say."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operation import Security
from conformance.mock import stages
from conformance.mock.faults.parts.effects import after, forgiving, of_status, refusals, refusing
from conformance.mock.faults.parts.fault import ALWAYS, Effect, Fault, Trigger, Witness, every
from conformance.mock.faults.parts.request_credential import (
    carrying,
    is_key,
    is_scheme,
    key_of,
    matches,
    nothing,
    raw,
    right_key,
    sent_key,
    word_of,
)
from conformance.mock.faults.parts.witnesses import builder, invalid, one, repeated, smallest
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.model.case import KEY, Request

LONG = 4_096

WRONG = "wrong-key-of-a-witness"


def authentication_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of authentication; none for an operation that asks for no credential."""
    security = contract.operation.security
    if security is None:
        return
    yield from _let_in(contract, security)
    if security.location == "header":
        yield from _elsewhere(security)
        yield _declared_method_alone(contract, security)
        if contract.scheme:
            yield from _schemes(contract, security)
    yield from _statuses()
    yield from _kept_out(security)
    yield from _echoed()


def _let_in(contract: Contract, security: Security) -> Iterator[Fault]:
    nothing = carrying(security, None)
    yield _fault("no-credential", "No credential is needed.", "missing", forgiving(lambda turn: not raw(turn)), nothing)
    yield _fault(
        "unchecked", "Credentials are not looked at.", "wrong", forgiving(lambda _: True), carrying(security, WRONG)
    )
    scheme = contract.scheme
    empties = {"", scheme.lower()}
    yield _fault(
        "empty-key",
        "An empty key is taken.",
        "missing",
        forgiving(lambda turn: len(raw(turn)) == 1 and raw(turn)[0].strip().lower() in empties),
        carrying(security, f"{scheme} " if scheme else "", whole=True),
    )

    def scheme_right(turn: Turn) -> bool:
        return is_scheme(word_of(turn), scheme) and bool(key_of(turn, scheme))

    yield _fault("any-key", "Any key is taken.", "wrong", forgiving(scheme_right), carrying(security, WRONG))
    yield _fault(
        "key-prefix",
        "A key that only begins with the right one is taken.",
        "wrong",
        forgiving(
            lambda turn: (
                scheme_right(turn) and bool(right_key(turn)) and key_of(turn, scheme).startswith(right_key(turn))
            )
        ),
        carrying(security, f"{KEY}x"),
    )
    yield _fault(
        "long-key",
        "A very long key is taken.",
        "wrong",
        forgiving(lambda turn: scheme_right(turn) and len(key_of(turn, scheme)) > LONG),
        carrying(security, "k" * 8_000),
    )


def _elsewhere(security: Security) -> Iterator[Fault]:
    for slug, says, name, value in (
        ("x-api-key", "the field X-API-Key", "X-API-Key", KEY),
        ("cookie", "a cookie", "Cookie", f"api_key={KEY}"),
        ("proxy-authorization", "Proxy-Authorization", "Proxy-Authorization", f"Basic {KEY}"),
    ):

        def test(turn: Turn, name: str = name) -> bool:
            return any(is_key(turn, value) for value in turn.values(name.lower()))

        def witness(contract: Contract, name: str = name, value: str = value) -> Request:
            request = carrying(security, None)(contract)
            return replace(request, headers=(*request.headers, (name, value)))

        if name.lower() != security.name.lower():
            yield _fault(f"key-in-{slug}", f"The key is taken from {says}.", "location", forgiving(test), witness)

    def anywhere(turn: Turn) -> bool:
        usual = {security.name.lower().encode(), b"cookie", b"proxy-authorization"}
        return any(is_key(turn, value) for name, value in turn.headers if name not in usual)

    def other_witness(contract: Contract) -> Request:
        request = carrying(security, None)(contract)
        return replace(request, headers=(*request.headers, ("X-Any-Field", builder(contract).credential)))

    says = "The key is taken from any header field."
    yield _fault("key-in-any-field", says, "location", forgiving(anywhere), other_witness)

    def in_query(turn: Turn) -> bool:
        return any(is_key(turn, value.encode()) for _, value in parse_qsl(turn.query.decode("latin-1")))

    def query_witness(contract: Contract) -> Request:
        return replace(
            carrying(security, None)(contract), target=builder(contract).target_with({}, query=f"api_key={KEY}")
        )

    yield _fault("key-in-query", "The key is taken from the query.", "location", forgiving(in_query), query_witness)


def _schemes(contract: Contract, security: Security) -> Iterator[Fault]:
    scheme = contract.scheme

    def other(turn: Turn) -> bool:
        known = {scheme.lower(), "bearer", ""}
        return word_of(turn).lower() not in known and matches(turn, raw(turn)[0].partition(" ")[2])

    yield _fault(
        "any-scheme",
        "Any scheme is taken.",
        "unknown-scheme",
        forgiving(other),
        carrying(security, f"Token {KEY}", whole=True),
    )

    def basic(turn: Turn) -> bool:
        return word_of(turn).lower() == "basic" and matches(turn, raw(turn)[0].partition(" ")[2])

    witness = carrying(security, f"Basic {KEY}", whole=True)
    yield _fault("basic", "The scheme Basic is taken.", "unknown-scheme", forgiving(basic), witness)

    def bearer(turn: Turn) -> bool:
        return word_of(turn).lower() == "bearer" and matches(turn, raw(turn)[0].partition(" ")[2])

    if scheme.lower() != "bearer":
        witness = carrying(security, f"Bearer {KEY}", whole=True)
        yield _fault("bearer", "The scheme Bearer is taken.", "bearer", forgiving(bearer), witness)
    yield _fault(
        "bare-key",
        "The key is taken without its scheme.",
        "bare-key",
        forgiving(lambda turn: len(raw(turn)) == 1 and " " not in raw(turn)[0] and matches(turn, raw(turn)[0])),
        carrying(security, KEY, whole=True),
    )

    def joined(turn: Turn) -> bool:
        found = next(iter(raw(turn)), "")
        return found.lower().startswith(scheme.lower()) and matches(turn, found[len(scheme) :])

    witness = carrying(security, f"{scheme}{KEY}", whole=True)
    yield _fault("no-space", "No space is needed after the scheme.", "unknown-scheme", forgiving(joined), witness)
    yield _fault(
        "scheme-case",
        "The scheme is refused in another letter case.",
        "scheme-case",
        refusing(lambda turn: word_of(turn) != scheme, 401, "UNAUTHORIZED", "the scheme is not known"),
        carrying(security, f"{scheme.lower()} {KEY}", whole=True),
    )
    yield _fault(
        "scheme-lower-case-alone",
        "The scheme is taken in lower case alone.",
        "valid",
        refusing(lambda turn: word_of(turn) != scheme.lower(), 401, "UNAUTHORIZED", "the scheme is not known"),
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
        effect = refusals(of_status(401), status)
        sentence = f"A missing or wrong credential is answered with {status}."
        yield Fault(f"auth.status-{slug}", sentence, requirement, Stage.AUTHENTICATE, effect, nothing)

    def unchallenged(turn: Turn) -> bool:
        before = len(turn.reply)
        turn.set_header("www-authenticate", None)
        return len(turn.reply) < before

    sentence = "A 401 carries no WWW-Authenticate."
    yield Fault("auth.no-challenge", sentence, "authentication.challenge", Stage.REFUSE, after(unchallenged), nothing)
    yield Fault(
        "auth.dropped",
        "A request without a credential gets no answer.",
        "transport.dropped",
        Stage.AUTHENTICATE,
        refusals(lambda *_: True, 500, dropped=True),
        nothing,
    )


def _declared_method_alone(contract: Contract, security: Security) -> Fault:
    scheme = f"{contract.scheme} " if contract.scheme else ""

    def effect(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal:
            # What guards the operation is asked for its own method only, and does the work for any.
            name = security.name.lower().encode("latin-1")
            rest = [field for field in turn.headers if field[0] != name]
            turn.headers = [*rest, (name, f"{scheme}{right_key(turn) or 'any'}".encode("latin-1"))]
            turn.action = "create"
            return True
        return False

    def witness(contract: Contract) -> Request:
        method = "PUT" if contract.operation.method != "PUT" else "PATCH"
        return replace(carrying(security, None)(contract), method=method)

    return Fault(
        "auth.declared-method-alone",
        "The key is asked for on the declared method alone; other methods create without one.",
        "transport.method-not-allowed",
        Stage.METHOD,
        effect,
        one(witness),
    )


def _kept_out(security: Security) -> Iterator[Fault]:
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
        return replace(carrying(security, None)(contract), body=request.body)

    sentence = "The body is judged before the credential."
    yield _fault("after-validation", sentence, "order", late, witness)


def _echoed() -> Iterator[Fault]:
    def in_message(turn: Turn) -> bool:
        key = sent_key(turn)
        if turn.refusal is None or not key or not isinstance(turn.answer, dict):
            return False
        turn.answer = {**turn.answer, "message": f"{turn.answer.get('message')} (key: {key})"}
        return True

    def in_header(turn: Turn) -> bool:
        key = sent_key(turn)
        if key:
            turn.set_header("x-request-credential", key)
        return bool(key)

    def in_answer(turn: Turn, step: Step) -> bool:
        step(turn)
        key = sent_key(turn)
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
