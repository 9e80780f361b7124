"""Faults of path parameters: decoded wrongly, echoed wrongly, not found."""

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote, unquote

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import changing_response, on, rejecting
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import builder, smallest, with_parameter
from conformance.mock.stages import Stage
from conformance.mock.transaction import Transaction
from conformance.model.case import Request
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

LONG = 1_000


def path_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults about path parameters."""
    for name, pointer in contract.echoed_parameters.items():
        yield from _of_echo(name, pointer)
    for name in contract.operation.path_parameters:
        yield from _of_target(name)


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
