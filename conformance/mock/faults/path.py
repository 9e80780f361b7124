"""Faults of path parameters: decoded wrongly, echoed wrongly, not found."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from urllib.parse import quote, unquote

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import Test, changing_response, on, rejecting
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.witnesses import builder, smallest, with_parameter
from conformance.mock.stages import Stage
from conformance.mock.transaction import Rejection, Step, Transaction
from conformance.model.case import Request
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.catalogue.paths import MALFORMED

LONG = 1_000

_ALONE = rb"%(?![0-9A-Za-z]{2})"
"""A percent sign that encodes nothing, whatever is wrong with the digits of others."""


def path_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults about path parameters."""
    for name, pointer in contract.echoed_parameters.items():
        yield from _of_echo(name, pointer)
    for name in contract.operation.path_parameters:
        yield from _of_target(name)
    yield from _malformed(contract.operation.path_parameters[-1:])
    yield from _other_paths(contract)


def _malformed(names: Sequence[str]) -> Iterator[Fault]:
    """Yield crashes on targets that are not percent-encoded, in the path and in the query."""
    for slug, raw, says in MALFORMED:
        pattern = re.compile(_ALONE if raw == "%" else re.escape(raw.encode()))

        def in_path(tx: Transaction, pattern: re.Pattern[bytes] = pattern) -> bool:
            return pattern.search(tx.path) is not None

        def in_query(tx: Transaction, pattern: re.Pattern[bytes] = pattern) -> bool:
            return pattern.search(tx.query) is not None

        def with_query(contract: Contract, raw: str = raw) -> Request:
            return replace(smallest(contract), target=builder(contract).target_with({}, query=f"a={raw}"))

        in_paths = ((name, f"the path parameter `{name}`", in_path, partial(_with_raw, name, raw)) for name in names)
        rows: list[tuple[str, str, Test, Witness]] = [("query", "a query", in_query, with_query), *in_paths]
        for place, where, test, witness in rows:
            sentence, effect = f"Returns 500 for {where} with {says}.", _crashing(test)
            id_ = f"path.{place}.{slug}-crashes"
            yield Fault(id_, sentence, "error.server-error", Stage.ROUTE, effect, witness)


def _crashing(test: Test) -> Effect:
    """Return an effect that crashes before the route is known."""

    def effect(tx: Transaction, step: Step) -> bool:
        if test(tx):
            raise Rejection(500, "INTERNAL_ERROR", "internal server error", deliberate=True)
        step(tx)
        return False

    return effect


def _with_raw(name: str, raw: str, contract: Contract) -> Request:
    target = builder(contract).target_with({name: "0-mark-0"}).replace("0-mark-0", raw)
    return replace(smallest(contract), target=target)


def _other_paths(contract: Contract) -> Iterator[Fault]:
    """Yield paths that are taken for the documented one."""
    single = contract.operation.path.count("/") == 1
    for slug, says, right, wrong in (
        ("two-slashes", "a path that begins with two slashes", _single_slash, lambda target: f"/{target}"),
        ("letter-case", "a path in other letter case", bytes.lower, str.upper),
        ("encoded-slash", "a path whose last segment an encoded slash separates", _decoded_slash, _encoded_slash),
    ):
        if single and slug == "encoded-slash":
            continue  # the only slash is where the path begins

        def effect(tx: Transaction, step: Step, right: Callable[[bytes], bytes] = right) -> bool:
            path = tx.path
            try:
                step(tx)
            except Rejection:
                tx.path = right(path)
                step(tx)
                return True
            return False

        def witness(contract: Contract, wrong: Callable[[str], str] = wrong) -> Request:
            request = smallest(contract)
            path, question, query = request.target.partition("?")
            return replace(request, target=f"{wrong(path)}{question}{query}")

        yield Fault(f"path.{slug}-accepted", f"Accepts {says}.", "transport.other-path", Stage.ROUTE, effect, witness)


def _single_slash(path: bytes) -> bytes:
    return path.replace(b"//", b"/")


def _decoded_slash(path: bytes) -> bytes:
    return path.replace(b"%2F", b"/")


def _encoded_slash(target: str) -> str:
    return "%2F".join(target.rsplit("/", 1))


def _of_echo(name: str, target: str) -> Iterator[Fault]:
    requirement = requirement_id(Group.SEMANTICS, "path", name, "echo")

    def fault(slug: str, says: str, new: Callable[[Transaction], str], *values: str) -> Fault:
        def change(tx: Transaction) -> Json:
            returned = new(tx)
            return tx.response if returned == tx.parameters[name] else with_value(tx.response, target, returned)

        def witness(contract: Contract) -> tuple[Request, ...]:
            targets = (builder(contract).target_with({name: value}) for value in values)
            return tuple(replace(smallest(contract, n), target=target) for n, target in enumerate(targets, 1))

        sentence = f"{says.format(f'the path parameter `{name}`')}."
        return Fault(f"path.{name}.{slug}", sentence, requirement, Stage.BUILD, changing_response(change), witness)

    def value(tx: Transaction) -> str:
        return tx.parameters[name]

    yield fault("constant", "Returns the same value for {} in every response", lambda _: "abcd1234", "witness")
    yield fault("lower-case", "Returns {} in lower case", lambda tx: value(tx).lower(), "Witness")
    yield fault("upper-case", "Returns {} in upper case", lambda tx: value(tx).upper(), "witness")
    yield fault("not-decoded", "Returns {} percent-encoded", partial(_as_sent, name), "a b")
    yield fault("decoded-twice", "Decodes {} twice", lambda tx: unquote(value(tx)), "a%2Fb")
    yield fault("plus-as-space", "Decodes a plus sign in {} as a space", lambda tx: value(tx).replace("+", " "), "a+b")
    yield fault("base-name", "Drops everything before a slash in {}", lambda tx: value(tx).rpartition("/")[2], "a/b")
    yield fault("empty", "Returns the empty string for {}", lambda _: "", "witness")
    yield fault("previous", "Returns {} of the previous request", partial(_previous, name), "witness", "another")


def _previous(name: str, tx: Transaction) -> str:
    before: str = tx.state.memory.get(f"path.{name}", tx.parameters[name])
    tx.state.memory[f"path.{name}"] = tx.parameters[name]
    return before


def _as_sent(name: str, tx: Transaction) -> str:
    """Return a path parameter as it is in the path."""
    match = tx.route.expression.fullmatch(tx.path) if tx.route else None
    if tx.route is None or match is None:
        return tx.parameters[name]
    return match.groups()[tx.route.parameters.index(name)].decode("latin-1")


def _of_target(name: str) -> Iterator[Fault]:
    def parameter(tx: Transaction) -> str:
        return tx.parameters[name]

    for slug, says, test, value in (
        ("non-ascii", "with non-ASCII characters", lambda text: not text.isascii(), "\u00e9t\u00e9"),
        ("slash", "with an encoded slash", lambda text: "/" in text, "a/b"),
        ("long", "of 2,000 characters", lambda text: len(text) > LONG, "a" * 2_000),
        ("nul", "with an encoded NUL", lambda text: "\0" in text, "a\0b"),
        ("dots", "of two dots", lambda text: text == "..", ".."),
    ):
        sentence = f"Returns 500 for the path parameter `{name}` {says}."
        effect = rejecting(on(parameter, test), 500, "INTERNAL_ERROR", "internal server error")
        witness = with_parameter(name, value)
        yield Fault(f"path.{name}.{slug}-crashes", sentence, "error.server-error", Stage.METHOD, effect, witness)
    sentence = f"Returns 404 when letters of the path parameter `{name}` are percent-encoded."
    encoded, witness = partial(_is_needlessly_encoded, name), partial(_needlessly_encoded, name)
    effect = rejecting(encoded, 404, "NOT_FOUND", "there is nothing at this path")
    yield Fault(f"path.{name}.encoded-letters-rejected", sentence, "transport.target", Stage.METHOD, effect, witness)


def _is_needlessly_encoded(name: str, tx: Transaction) -> bool:
    sent = _as_sent(name, tx)
    return sent != quote(tx.parameters[name], safe="") and "%" in sent


def _needlessly_encoded(name: str, contract: Contract) -> Request:
    mark = "0-mark-0"
    target = builder(contract).target_with({name: mark}).replace(mark, "%77itness")
    return replace(smallest(contract), target=target)
