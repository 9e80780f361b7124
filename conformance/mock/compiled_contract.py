"""What the mock knows of its contract, worked out once and shared by every mock of the same contract."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote_to_bytes

from conformance.contract.contract import Contract
from conformance.contract.document import follow
from conformance.contract.prose import Probe
from conformance.mock.base_responses import Answers, base_answers
from conformance.mock.overlay import Part, apply, compile_overlay
from conformance.mock.transaction import Action, Route
from conformance.mock.verdict import holds
from conformance.model.json_values import leaves, with_value
from conformance.model.jsontext import Json
from conformance.model.pointer import join

NAME = "name"
"""The parameter that stands for the object's name in the paths of probes (see `Probe`)."""


class Plan:
    """The contract, compiled: routes, what answers repeat, and the base answers by kind."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.routes = _routes(contract)
        self.success = _success(contract)
        self.overlay: Part | None = compile_overlay(contract)
        self._bases: dict[Answers, _Lazy] = {}

    def base(self, answers: Answers, number: int) -> Json:
        """Return the base answer to the creation numbered `number`, from 0; they come round again."""
        if answers not in self._bases:
            self._bases[answers] = _Lazy(base_answers(self.contract, answers))
        found = self._bases[answers]
        return found[0 if answers == "fresh" else number]

    def build(self, base: Json, sent: Json, fixed: Mapping[str, Json], *, full: bool = False) -> Json:
        """Return `base` with what the request makes of it.

        `fixed` are values by pointer that the server decides: the time of creation, path parameters. Where a value
        that was sent would break the response schema, the default stands instead.
        """
        if self.overlay is None:
            return base
        built = _fix(apply(self.overlay, sent, base, full=full), fixed)
        validator = self.contract.response_validator
        if validator is None or holds(validator, built):
            return built
        kept: Json = {}
        for pointer, value in leaves(sent):
            trial = with_value(kept, pointer, value, parents=True)
            attempt = _fix(apply(self.overlay, trial, base, full=full), fixed)
            if holds(validator, attempt):
                kept, built = trial, attempt
        return built if holds(validator, built) else base

    @cached_property
    def challenge(self) -> str:
        """The value of WWW-Authenticate."""
        return f'{self.contract.scheme or "ApiKey"} realm="mock"'


_PLANS: dict[int, Plan] = {}
_KEPT = 8


def plan_for(contract: Contract) -> Plan:
    """Return the plan of `contract`; the plans of the last few contracts are kept, as making one takes a while."""
    found = _PLANS.get(id(contract))
    if found is None or found.contract is not contract:
        while len(_PLANS) >= _KEPT:
            del _PLANS[next(iter(_PLANS))]
        found = _PLANS[id(contract)] = Plan(contract)
    return found


class _Lazy:
    """A sequence that is made as far as it is read, and repeats itself."""

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
    """Return the declared success status whose answer is JSON, else the first."""
    operation = contract.operation
    for status in operation.successes:
        pointer, _ = follow(contract.document, join(operation.pointer, "responses", str(status)))
        if operation.response_pointer.startswith(f"{pointer}/"):
            return status
    return operation.successes[0]


def _routes(contract: Contract) -> tuple[Route, ...]:
    found: dict[str, dict[str, Action]] = {contract.operation.path: {contract.operation.method: "create"}}
    probes: tuple[tuple[Action, Probe | None], ...] = (("read", contract.prose.read), ("remove", contract.prose.remove))
    for action, probe in probes:
        if probe is not None and contract.identity:
            found.setdefault(probe.path, {}).setdefault(probe.method.upper(), action)
    return tuple(_route(template, actions) for template, actions in found.items())


def _route(template: str, actions: Mapping[str, Action]) -> Route:
    pieces = re.split(r"\{([^{}]+)\}", template)
    pattern = "".join(r"([^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return Route(template, re.compile(pattern.encode()), tuple(pieces[1::2]), actions)


def decode_segment(segment: bytes) -> str:
    """Return the text that a percent-encoded segment of a path stands for.

    Raises:
        ValueError: it is not the percent-encoding of UTF-8.

    """
    if re.search(rb"%(?![0-9A-Fa-f]{2})", segment):
        message = "a percent sign without two hexadecimal digits"
        raise ValueError(message)
    return unquote_to_bytes(segment).decode("utf-8")


def _fix(built: Json, fixed: Mapping[str, Json]) -> Json:
    for pointer, item in fixed.items():
        built = with_value(built, pointer, item)
    return built
