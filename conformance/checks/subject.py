"""What a check is given: one case and its exchange, read once for all checks."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.nodes import ANY_ITEM
from conformance.contract.violation import Violation
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.jsontext import Json, JsonFault, JsonText, read
from conformance.model.pointer import from_tokens, split
from conformance.model.vocabulary import Expectation

UNJUDGED = frozenset({401, 403, 404, 405, 429})
"""Statuses that refuse a request for reasons outside its body: they say nothing of the body."""


class Settings(msgspec.Struct, frozen=True):
    """What the run knows of the target.

    `loopback` tells a server on this machine, which is held to the document alone; `stateless` one that does not
    echo. `key` is the real credential, looked for in answers. `created_tolerance` is in seconds.
    """

    loopback: bool = True
    stateless: bool = False
    key: str = ""
    max_response_seconds: float | None = None
    created_tolerance: float = 300.0


class Subject(msgspec.Struct, frozen=True, dict=True):
    """One case, its exchange, and what follows from both."""

    contract: Contract
    case: Case
    exchange: Exchange
    settings: Settings = Settings()

    @property
    def response(self) -> Response | None:
        """The answer, if one came that is whole."""
        return self.exchange.response if self.exchange.failure is None else None

    @property
    def status(self) -> int:
        """The status of the whole answer, 0 where there is none."""
        return self.response.status if self.response else 0

    @property
    def succeeded(self) -> bool:
        """Whether the target took the request: any 2xx."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the target refused the request: 3xx or 4xx, but not for want of patience."""
        return 300 <= self.status < 500 and self.status != 429

    @property
    def kind(self) -> str:
        """The class of what was sent, for patterns."""
        return self.case.story.kind if self.case.story else "a right request"

    @cached_property
    def media_type(self) -> str:
        """The media type of the answer in lower case, parameters cut off."""
        value = self.response.header("Content-Type") if self.response else None
        return (value or "").partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> JsonText | JsonFault:
        """The body of the answer as JSON, or what keeps it from being read."""
        try:
            return read(self.response.body if self.response else b"")
        except JsonFault as fault:
            return fault

    @cached_property
    def sent(self) -> Json:
        """The body of the request as JSON, None where it is none."""
        try:
            return read(self.case.request.body or b"").value
        except JsonFault:
            return None

    @cached_property
    def answer(self) -> Json:
        """The answer to be held against the response schema: None unless it is one by status, media type and text."""
        whole = self.status in self.contract.operation.successes and isinstance(self.json, JsonText)
        ours = self.case.request.method == self.contract.operation.method
        if not whole or not ours or self.case.expectation is Expectation.REFUSED:
            return None
        return self.json.value if isinstance(self.json, JsonText) else None

    @cached_property
    def answer_of_probe(self) -> Json:
        """The body of any successful answer as JSON, whatever was asked; None where it is none."""
        return self.json.value if self.succeeded and isinstance(self.json, JsonText) else None

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Why the answer breaks the response schema, empty where it keeps it or is not to be held against it."""
        validator = self.contract.response_validator
        if validator is None or self.answer is None or validator.is_valid(self.answer):
            return ()
        return tuple(validator.violations(self.answer)) or tuple(validator.fast_violations(self.answer))

    @cached_property
    def names_operation(self) -> bool:
        """Whether the request goes to the operation itself, by method and path."""
        return self.case.request.method == self.contract.operation.method


Judged: TypeAlias = Iterator[Judgement | Doubt]

Check: TypeAlias = Callable[[Subject], Judged]
"""Every check has this form; one that does not apply yields nothing."""


def finding(
    requirement: str,
    *,
    rule: str,
    kind: str,
    observed: str,
    sentence: str,
    message: str = "",
    pointer: str = "",
    expected: str = "",
    actual: str = "",
    note: str = "",
) -> Finding:
    """Return a finding: its cause from requirement, place, rule and what was observed, its pattern without the place.

    `rule`, `kind` and `observed` must hold no value of a message, so that they are the same in every run.
    """
    place = generalised(pointer)
    return Finding(
        requirement=requirement,
        message=message or sentence,
        cause=" | ".join((requirement, place, rule, kind, observed)),
        pattern=" | ".join((rule, kind, observed)),
        sentence=sentence,
        pointer=pointer,
        expected=expected[:2000],
        actual=actual[:2000],
        note=note,
    )


def generalised(pointer: str) -> str:
    """Return a pointer with `*` for indices."""
    if not pointer.startswith("/"):
        return pointer
    return from_tokens(ANY_ITEM if token.isdecimal() else token for token in split(pointer))
