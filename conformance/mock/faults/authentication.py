"""Faults of authentication: what is accepted, what is rejected, and what the responses say."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.mock import stages
from conformance.mock.faults.error import STATUSES
from conformance.mock.faults.parts.effects import Test, accepting, after, always, rejecting, with_status
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.request_credential import (
    carrying,
    has_scheme,
    holds_key,
    is_valid_key,
    key_of,
    scheme_of,
    sent_credentials,
    sent_key,
    without_credential,
)
from conformance.mock.faults.parts.witnesses import builder, invalid, repeated, smallest, with_method
from conformance.mock.stages import Stage
from conformance.mock.transaction import Rejection, Step, Transaction
from conformance.model.case import KEY, Request

LONG = 4_096

WRONG = "wrong-key-of-a-witness"


def authentication_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of authentication; none for an operation that requires no credential."""
    security = contract.operation.security
    if security is None:
        return
    yield from _wrong_keys(contract.scheme, security)
    if security.location == "header":
        yield from _other_places(security)
        yield _declared_method_only(contract, security)
        if contract.scheme:
            yield from _schemes(contract.scheme, security)
    yield from _statuses()
    yield from _valid_rejected()
    yield from _echoed()


def _wrong_keys(scheme: str, security: Security) -> Iterator[Fault]:
    def is_empty(tx: Transaction) -> bool:
        found = sent_credentials(tx)
        return len(found) == 1 and found[0].strip().lower() in {"", scheme.lower()}

    def begins_with_key(tx: Transaction) -> bool:
        return has_scheme(tx, scheme) and bool(tx.state.key) and key_of(tx, scheme).startswith(tx.state.key or "")

    def is_long(tx: Transaction) -> bool:
        return has_scheme(tx, scheme) and len(key_of(tx, scheme)) > LONG

    wrong, longer = carrying(security, WRONG), carrying(security, f"{KEY}x")
    empty = carrying(security, f"{scheme} " if scheme else "", whole=True)
    for slug, sentence, requirement, test, witness in (
        (
            "no-credential",
            "Accepts a request without a credential.",
            "missing",
            lambda tx: not sent_credentials(tx),
            without_credential,
        ),
        ("unchecked", "Does not check credentials.", "wrong", always, wrong),
        ("empty-key", "Accepts an empty key.", "missing", is_empty, empty),
        ("any-key", "Accepts any key.", "wrong", lambda tx: has_scheme(tx, scheme), wrong),
        ("key-prefix", "Accepts a key that only begins with the valid one.", "wrong", begins_with_key, longer),
        ("long-key", "Accepts a very long key.", "wrong", is_long, carrying(security, "k" * 8_000)),
    ):
        yield _fault(slug, sentence, requirement, accepting(test), witness)


def _other_places(security: Security) -> Iterator[Fault]:
    def fault(slug: str, says: str, test: Test, field: tuple[str, str] | None = None, query: str = "") -> Fault:
        def witness(contract: Contract) -> Request:
            request, make = without_credential(contract), builder(contract)
            name, value = field or ("X-Any-Field", make.credential)
            if query:
                return replace(request, target=make.target_with({}, query=query))
            return replace(request, headers=(*request.headers, (name, value)))

        return _fault(f"key-in-{slug}", f"Accepts the key in {says}.", "location", accepting(test), witness)

    def in_any_field(tx: Transaction) -> bool:
        usual = {security.name.lower().encode(), b"cookie", b"proxy-authorization"}
        return any(holds_key(tx, value) for name, value in tx.headers if name not in usual)

    def in_query(tx: Transaction) -> bool:
        return any(holds_key(tx, value.encode()) for _, value in parse_qsl(tx.query.decode("latin-1")))

    for says, name, value in (
        ("the field X-API-Key", "X-API-Key", KEY),
        ("a cookie", "Cookie", f"api_key={KEY}"),
        ("Proxy-Authorization", "Proxy-Authorization", f"Basic {KEY}"),
    ):

        def in_field(tx: Transaction, name: str = name.lower()) -> bool:
            return any(holds_key(tx, value) for value in tx.values(name))

        if name.lower() != security.name.lower():
            yield fault(name.lower(), says, in_field, (name, value))
    yield fault("any-field", "any header field", in_any_field)
    yield fault("query", "the query", in_query, query=f"api_key={KEY}")


def _declared_method_only(contract: Contract, security: Security) -> Fault:
    scheme = f"{contract.scheme} " if contract.scheme else ""

    def with_credential(tx: Transaction) -> bool:
        # What guards the operation is asked for the declared method only, and does the work for any.
        name = security.name.lower().encode("latin-1")
        rest = [field for field in tx.headers if field[0] != name]
        tx.headers = [*rest, (name, f"{scheme}{tx.state.key or 'any'}".encode())]
        tx.action = "create"
        return True

    sentence = "Requires the key only for the declared method and creates an object for others."
    requirement, effect = "transport.method-not-allowed", accepting(with_credential)
    witness = with_method(without_credential)
    return Fault("auth.declared-method-only", sentence, requirement, Stage.METHOD, effect, witness)


def _schemes(scheme: str, security: Security) -> Iterator[Fault]:
    def key_follows(tx: Transaction) -> bool:
        return is_valid_key(tx, sent_credentials(tx)[0].partition(" ")[2])

    def is_other(tx: Transaction) -> bool:
        return scheme_of(tx).lower() not in {scheme.lower(), "bearer", ""} and key_follows(tx)

    def is_scheme(word: str) -> Test:
        return lambda tx: scheme_of(tx).lower() == word and key_follows(tx)

    def is_bare(tx: Transaction) -> bool:
        found = sent_credentials(tx)
        return len(found) == 1 and " " not in found[0] and is_valid_key(tx, found[0])

    def is_joined(tx: Transaction) -> bool:
        found = next(iter(sent_credentials(tx)), "")
        return found.lower().startswith(scheme.lower()) and is_valid_key(tx, found[len(scheme) :])

    def only(wanted: str) -> Effect:
        return rejecting(lambda tx: scheme_of(tx) != wanted, 401, "UNAUTHORIZED", "the scheme is not known")

    lower, unknown = scheme.lower(), "unknown-scheme"
    between = "Accepts the scheme and the key without a space between them."
    for slug, sentence, requirement, effect, sent in (
        ("any-scheme", "Accepts any scheme.", unknown, accepting(is_other), f"Token {KEY}"),
        ("basic", "Accepts the scheme Basic.", unknown, accepting(is_scheme("basic")), f"Basic {KEY}"),
        ("bearer", "Accepts the scheme Bearer.", "bearer", accepting(is_scheme("bearer")), f"Bearer {KEY}"),
        ("bare-key", "Accepts the key without its scheme.", "bare-key", accepting(is_bare), KEY),
        ("no-space", between, unknown, accepting(is_joined), f"{scheme}{KEY}"),
        ("scheme-case", "Rejects the scheme in another letter case.", "scheme-case", only(scheme), f"{lower} {KEY}"),
    ):
        if slug != "bearer" or lower != "bearer":
            yield _fault(slug, sentence, requirement, effect, carrying(security, sent, whole=True))
    sentence = "Accepts the scheme only in lower case."
    yield _fault("scheme-lower-case-only", sentence, "valid", only(lower), smallest)


def _statuses() -> Iterator[Fault]:
    requirements = {200: "authentication.missing", **STATUSES}
    for status in (400, 404, 422, 302, 500, 503, 200):
        requirement = requirements.get(status, "authentication.status")
        sentence, effect = f"Returns {status} for a missing or wrong credential.", with_status(status)
        yield Fault(f"auth.status-{status}", sentence, requirement, Stage.AUTHENTICATE, effect, without_credential)
    effect = after(lambda tx: tx.set_header("www-authenticate", None))
    sentence, challenge = "Returns 401 without WWW-Authenticate.", "authentication.challenge"
    yield Fault("auth.no-challenge", sentence, challenge, Stage.REJECT, effect, without_credential)
    sentence, effect = "Closes the connection for a request without a credential.", with_status(500, dropped=True)
    yield Fault("auth.dropped", sentence, "transport.dropped", Stage.AUTHENTICATE, effect, without_credential)


def _valid_rejected() -> Iterator[Fault]:
    def after_validation(tx: Transaction, step: Step) -> bool:
        try:
            step(tx)
        except Rejection as rejection:
            for work in (stages.media_type, stages.limit, stages.parse, stages.validate):
                try:
                    work(tx.state, tx)
                except Rejection as earlier:
                    earlier.deliberate = True
                    raise earlier from rejection
            raise
        return False

    def witness(contract: Contract) -> Request:
        return replace(without_credential(contract), body=invalid(contract).body)

    rejected = rejecting(always, 401, "UNAUTHORIZED", "the key has expired")
    yield _fault("valid-rejected", "Rejects the valid credential.", "valid", rejected, smallest)
    sentence = "Rejects the valid credential in 1 of 5 requests."
    yield _fault("valid-rejected-at-times", sentence, "valid", rejected, repeated(5, full=False), every=5)
    yield _fault("after-validation", "Validates the body before the credential.", "order", after_validation, witness)


def _echoed() -> Iterator[Fault]:
    def in_message(tx: Transaction) -> bool:
        key = sent_key(tx)
        if tx.rejection is None or not key or not isinstance(tx.response, dict):
            return False
        tx.response = {**tx.response, "message": f"{tx.response.get('message')} (key: {key})"}
        return True

    def in_header(tx: Transaction) -> bool:
        key = sent_key(tx)
        if key:
            tx.set_header("x-request-credential", key)
        return bool(key)

    def in_response(tx: Transaction) -> bool:
        key = sent_key(tx)
        if tx.action != "create" or not key or not isinstance(tx.response, dict):
            return False
        tx.response = {**tx.response, "request_credential": key}
        return True

    for slug, says, stage, change, witness in (
        ("in-errors", "the message of an error response", Stage.REJECT, in_message, invalid),
        ("in-header", "a header field of every response", Stage.SERIALIZE, in_header, smallest),
        ("in-response", "a property of a success response", Stage.BUILD, in_response, smallest),
    ):
        sentence, broken = f"Returns the key in {says}.", "authentication.key-echo"
        yield Fault(f"auth.key-echoed-{slug}", sentence, broken, stage, after(change), witness)


def _fault(slug: str, sentence: str, requirement: str, effect: Effect, witness: Witness, *, every: int = 1) -> Fault:
    requirement = f"authentication.{requirement}"
    return Fault(f"auth.{slug}", sentence, requirement, Stage.AUTHENTICATE, effect, witness, every=every)
