"""Faults of path parameters: decoded wrongly, repeated wrongly, not found."""

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote, unquote

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import answering, refusing
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import builder, smallest, with_parameter
from conformance.mock.stages import Stage
from conformance.mock.transaction import Turn
from conformance.model.case import Request
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

LONG = 1_000


def path_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults about path parameters."""
    for name, pointer in contract.echoed_parameters.items():
        yield from _echoed_parameter(name, pointer)
    for name in contract.operation.path_parameters:
        yield from _parameter(name)


def _echoed_parameter(name: str, target: str) -> Iterator[Fault]:
    requirement = requirement_id(Group.SEMANTICS, "path", name, "echo")

    for slug, says, change, value in (
        ("constant", "is the same in every answer", lambda _: "abcd1234", "witness"),
        ("lower-case", "comes back in lower case", lambda turn: turn.parameters[name].lower(), "Witness"),
        ("upper-case", "comes back in upper case", lambda turn: turn.parameters[name].upper(), "witness"),
        ("not-decoded", "comes back percent-encoded", lambda turn: _as_sent(turn, name), "a b"),
        ("decoded-twice", "is decoded twice", lambda turn: unquote(turn.parameters[name]), "a%2Fb"),
        (
            "plus-as-space",
            "has its plus signs read as spaces",
            lambda turn: turn.parameters[name].replace("+", " "),
            "a+b",
        ),
        ("base-name", "loses what precedes a slash", lambda turn: turn.parameters[name].rpartition("/")[2], "a/b"),
        ("empty", "is an empty text", lambda _: "", "witness"),
    ):

        def remake(turn: Turn, change: Callable[[Turn], str] = change) -> Json:
            new = change(turn)
            return turn.answer if new == turn.parameters[name] else with_value(turn.answer, target, new)

        yield Fault(
            f"path.{name}.{slug}",
            f"The path parameter {name} {says}.",
            requirement,
            Stage.ANSWER,
            answering(remake),
            with_parameter(name, value),
        )

    yield Fault(
        f"path.{name}.previous",
        f"The path parameter {name} is that of the request before.",
        requirement,
        Stage.ANSWER,
        answering(partial(_previous, name, target)),
        partial(_to_two, name),
    )


def _previous(name: str, target: str, turn: Turn) -> Json:
    memory = turn.desk.memory
    held: str = memory.get(f"path.{name}", turn.parameters[name])
    memory[f"path.{name}"] = turn.parameters[name]
    return with_value(turn.answer, target, held)


def _to_two(name: str, contract: Contract) -> tuple[Request, ...]:
    second = replace(smallest(contract, 2), target=builder(contract).target_with({name: "another"}))
    return smallest(contract, 1), second


def _as_sent(turn: Turn, name: str) -> str:
    """Return a path parameter as it stood in the path."""
    match = turn.route.expression.fullmatch(turn.path) if turn.route else None
    if turn.route is None or match is None:
        return turn.parameters[name]
    return match.groups()[turn.route.parameters.index(name)].decode("latin-1")


def _parameter(name: str) -> Iterator[Fault]:
    for slug, says, test, value in (
        ("non-ascii", "beyond ASCII", lambda turn: not turn.parameters[name].isascii(), "\u00e9t\u00e9"),
        ("slash", "with an encoded slash", lambda turn: "/" in turn.parameters[name], "a/b"),
        ("long", "of 2,000 characters", lambda turn: len(turn.parameters[name]) > LONG, "a" * 2_000),
        ("nul", "with an encoded NUL", lambda turn: "\0" in turn.parameters[name], "a\0b"),
        ("dots", "of two dots", lambda turn: turn.parameters[name] == "..", ".."),
    ):
        yield Fault(
            f"path.{name}.{slug}-crashes",
            f"A path parameter {name} {says} is answered with 500.",
            "error.server-error",
            Stage.METHOD,
            refusing(test, 500, "INTERNAL_ERROR", "internal server error"),
            with_parameter(name, value),
        )
    yield Fault(
        f"path.{name}.encoded-letters-refused",
        f"A path parameter {name} is not found when letters of it are percent-encoded, as any may be.",
        "transport.target",
        Stage.METHOD,
        refusing(partial(_needlessly_encoded, name), 404, "NOT_FOUND", "there is nothing at this path"),
        partial(_needlessly, name),
    )


def _needlessly_encoded(name: str, turn: Turn) -> bool:
    sent = _as_sent(turn, name)
    return sent != quote(turn.parameters[name], safe="") and "%" in sent


def _needlessly(name: str, contract: Contract) -> tuple[Request, ...]:
    mark = "0-mark-0"
    target = builder(contract).target_with({name: mark}).replace(mark, "%77itness")
    return (replace(smallest(contract), target=target),)
