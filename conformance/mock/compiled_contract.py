"""The contract as the mock uses it, compiled once and shared by every mock of the same contract."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal as OneOf
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.operations.path_template import expression, fixed_query, parameters
from conformance.contract.prose import Probe
from conformance.mock.base_responses import ResponseStyle, base_responses
from conformance.mock.declared_forms import DeclaredForms
from conformance.mock.overlay import Echo, apply, compile_overlay
from conformance.model.header_fields import essence
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json
from conformance.model.pointer import join, split

NAME = "name"
"""The parameter that stands for the object's name in the paths of probes (see `Probe`)."""

Action: TypeAlias = OneOf["create", "read", "remove"]


MOST_TRIALS = 500
"""How many values that were sent are tried in a response that is invalid with all of them."""


class Route(msgspec.Struct, frozen=True):
    """A path of the mock: its template as a regular expression, its parameters, and what each method does there.

    `query` are the parameters that a request must have in its query, where the path itself has them.
    """

    expression: re.Pattern[bytes]
    parameters: tuple[str, ...]
    actions: Mapping[str, Action]
    query: frozenset[bytes] = frozenset()


class CompiledContract:
    """The contract, compiled: routes, what responses echo, and the base responses by style."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.routes = _routes(contract)
        self.success = _success(contract)
        self.forms = DeclaredForms(contract)
        self.overlay: Echo | None = compile_overlay(contract)
        self._bases: dict[ResponseStyle, _Lazy] = {}

    def base(self, style: ResponseStyle, number: int) -> Json:
        """Return the base response to the creation numbered `number`, from 0; after the last comes the first again."""
        if style not in self._bases:
            self._bases[style] = _Lazy(base_responses(self.contract, style))
        return self._bases[style][0 if style == "fresh" else number]

    def build(self, base: Json, sent: Json, fixed: Mapping[str, Json], *, full: bool = False) -> Json:
        """Return `base` with the values that were sent.

        `fixed` are the values that the server sets: the time of creation, path parameters. A value that was sent and
        would break the response schema is replaced by its default.
        """
        if self.overlay is None:
            return base
        built = self._overlaid(sent, base, fixed, full=full)
        validator = self.contract.response_validator
        if validator is None or validator.holds(built):
            return built
        kept: Json = {}
        waiting: list[tuple[str, Json]] = [("", sent)]
        for _ in range(MOST_TRIALS):
            if not waiting:
                break
            pointer, value = waiting.pop()
            trial = with_value(kept, pointer, value, parents=True) if pointer else value
            attempt = self._overlaid(trial, base, fixed, full=full)
            if validator.holds(attempt):
                kept, built = trial, attempt
            elif isinstance(value, dict):
                waiting += [(join(pointer, name), item) for name, item in reversed(value.items())]
        return built if validator.holds(built) else base

    def _overlaid(self, sent: Json, base: Json, fixed: Mapping[str, Json], *, full: bool) -> Json:
        built = base if self.overlay is None else apply(self.overlay, sent, base, full=full)
        for pointer, value in fixed.items():
            tokens = split(pointer)
            if len(tokens) == 1 and isinstance(built, dict):
                built = {**built, tokens[0]: value}
            else:
                built = with_value(built, pointer, value)
        return built

    @cached_property
    def media_type(self) -> str:
        """The media type of request bodies, parameters aside."""
        return essence(self.contract.operation.request_media_type)

    @cached_property
    def media_type_ranges(self) -> tuple[str, ...]:
        """The ranges of media types that a request body may have."""
        return tuple(each for each in self.contract.operation.request_media_types if each.endswith("/*"))

    @cached_property
    def challenge(self) -> str:
        """The value of WWW-Authenticate."""
        return f'{self.contract.scheme or "ApiKey"} realm="mock"'


_COMPILED: dict[int, CompiledContract] = {}
_KEPT = 8


def compile_contract(contract: Contract) -> CompiledContract:
    """Return `contract` compiled; the last few are kept, as compiling takes a while."""
    found = _COMPILED.get(id(contract))
    if found is None or found.contract is not contract:
        while len(_COMPILED) >= _KEPT:
            del _COMPILED[next(iter(_COMPILED))]
        found = _COMPILED[id(contract)] = CompiledContract(contract)
    return found


class _Lazy:
    """A sequence that is made as far as it is read, and starts again after its end."""

    def __init__(self, source: Iterator[Json]) -> None:
        self._source: Iterator[Json] | None = source
        self._made: list[Json] = []

    def __getitem__(self, index: int) -> Json:
        while self._source is not None and len(self._made) <= index:
            try:
                self._made.append(next(self._source))
            except StopIteration:
                self._source = None
        return self._made[index % len(self._made)]


def _success(contract: Contract) -> int:
    """Return the declared success status whose response is JSON, else the first."""
    responses, primary = contract.operation.responses, contract.operation.responses.primary
    return next(status for status in responses.successes if responses.of(status) is primary)


def _routes(contract: Contract) -> tuple[Route, ...]:
    found: dict[str, dict[str, Action]] = {contract.operation.path: {contract.operation.method: "create"}}
    probes: tuple[tuple[Action, Probe | None], ...] = (("read", contract.prose.read), ("remove", contract.prose.remove))
    for action, probe in probes:
        if probe is not None and contract.identity:
            found.setdefault(probe.path, {}).setdefault(probe.method.upper(), action)
    return tuple(
        Route(
            re.compile(expression(template, "([^/]+)").encode()),
            parameters(template),
            actions,
            frozenset(each.encode() for each in fixed_query(template)),
        )
        for template, actions in found.items()
    )


def decode_segment(segment: bytes) -> str:
    """Return the string that a percent-encoded segment of a path stands for.

    Raises:
        ValueError: it is not the percent-encoding of UTF-8.

    """
    if b"%" not in segment:
        return segment.decode("utf-8")
    if re.search(rb"%(?![0-9A-Fa-f]{2})", segment):
        message = "a percent sign without two hexadecimal digits"
        raise ValueError(message)
    return unquote_to_bytes(segment).decode("utf-8")
