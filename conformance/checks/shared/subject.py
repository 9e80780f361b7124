"""What a check is given: one case and its exchange, read once for all checks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from http import HTTPMethod
from typing import TypeAlias

import msgspec

from conformance.checks.shared.exercised import ExercisedPlaces, exercised
from conformance.checks.shared.lazy import Lazy
from conformance.checks.shared.pairs import Compared, Held, compared, held
from conformance.checks.shared.request_parts import MALFORMED, admits, described, path_parameters
from conformance.classify.dual_validation import Reading, read_answer
from conformance.classify.wording import name_of, planted
from conformance.contract.contract import Contract
from conformance.contract.operations.responses import DeclaredResponse
from conformance.contract.schemas.nodes import nearest
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Doubt, Judgement
from conformance.model.header_fields import combined, essence
from conformance.model.jsontext import Json, JsonFault, JsonText, read_bounded, try_read
from conformance.model.pointer import LONGEST_CACHED, within
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group

UNJUDGED = frozenset({401, 403, 404, 405})
"""Statuses that may reject a request for reasons outside its body."""

METHODS = frozenset(HTTPMethod)
"""The methods that HTTP knows; parsers reject others, though RFC 9110 section 9.1 asks for 501."""

VALID_REQUEST = "a valid request"

LONGEST_NAMES = 90
"""How many characters a message has for the names of several places."""

BODILESS = frozenset({204, 205})
"""Successes that have no body (RFC 9110 sections 15.3.5 and 15.3.6)."""


FOLDED = frozenset({"", ".", ".."})
"""Values of a path parameter with which servers take the path for another one."""


class DocumentedStatus(msgspec.Struct, frozen=True):
    """What the document says of a status.

    `declared` is its response; `accepted` tells a success that the document declares, `described` one with the body
    that the contract describes.
    """

    declared: DeclaredResponse | None
    accepted: bool
    described: bool


class Settings(msgspec.Struct, frozen=True):
    """What the run knows of the target.

    `loopback` tells a server on this machine, which is held to the document alone; `stateless` one that does not
    echo. `key` is the real credential, looked for in responses; with `key_made_up` the target may not know it, and
    whether it tells keys apart is only noted. `created_tolerance` is in seconds. `proven` tells that
    the target has accepted a valid request: credential and path are right, so from then on its 401, 403, 404 and 405
    are about what is wrong with a request.
    """

    loopback: bool = True
    stateless: bool = False
    key: str = ""
    key_made_up: bool = False
    max_response_seconds: float | None = None
    created_tolerance: float = 300.0
    proven: bool = False


class Subject(msgspec.Struct, frozen=True, dict=True):
    """One case, its exchange, and what follows from both."""

    contract: Contract
    case: Case
    exchange: Exchange
    settings: Settings = Settings()

    @Lazy
    def response(self) -> Response | None:
        """The response, if a complete one came."""
        return self.exchange.response if self.exchange.failure is None else None

    @Lazy
    def status(self) -> int:
        """The status of the response, be its body complete or not; 0 where there is none."""
        return self.exchange.response.status if self.exchange.response else 0

    @Lazy
    def succeeded(self) -> bool:
        """Whether the target accepted the request: any 2xx."""
        return 200 <= self.status < 300

    @Lazy
    def rejected(self) -> bool:
        """Whether the target rejected the request: 3xx or 4xx, but not 429."""
        return 300 <= self.status < 500 and self.status != 429

    @Lazy
    def beside(self) -> bool:
        """Whether the status may be about the credential or the path of the run, and not about what the case is."""
        return self.status == 429 or (self.status in UNJUDGED and not self.settings.proven)

    @Lazy
    def unparsed(self) -> bool:
        """Whether the parser of the server said no before any application could: 400 to what is hardly HTTP."""
        if self.status != 400:
            return False
        request = self.case.request
        return request.method not in METHODS or request.hosts != 1 or MALFORMED.search(request.target) is not None

    @Lazy
    def kind(self) -> str:
        """The class of what was sent, for symptoms."""
        return (self.case.story.kind if self.case.story else "") or VALID_REQUEST

    @Lazy
    def what(self) -> str:
        """What was sent, for messages: a property with its value, or the class of the request."""
        return (planted(self.case.story, self.contract.request) if self.case.story else "") or VALID_REQUEST

    @property
    def pointer(self) -> str:
        """Where the case differs from a valid request: a place of the body, or the name of a header."""
        return self.case.story.pointer if self.case.story else ""

    @Lazy
    def focus(self) -> str:
        """The requirement that speaks when the expectation of the case is not met; empty where there is none."""
        return self.case.requirements[0] if self.case.requirements else ""

    @Lazy
    def row(self) -> Requirement | None:
        """What that requirement says, where the contract has it."""
        return self.contract.by_id.get(self.focus)

    @Lazy
    def group(self) -> Group | None:
        """The group of that requirement."""
        return self.row.group if self.row else None

    @Lazy
    def about_credential(self) -> bool:
        """Whether that requirement is about the credential."""
        return self.row is not None and self.row.about_credential

    @property
    def place(self) -> str:
        """That place as the document declares it."""
        declared = self.pointer.startswith("/")
        return nearest(self.contract.request, self.pointer)[0].path if declared else self.pointer

    @Lazy
    def media_type(self) -> str:
        """The media type of the response in lower case, parameters cut off."""
        value = self.response.header("Content-Type") if self.response else None
        return essence(value or "")

    @Lazy
    def json(self) -> JsonText | JsonFault:
        """The body of the response as JSON, or what keeps it from being read."""
        try:
            return read_bounded(self.response.body if self.response else b"")
        except JsonFault as fault:
            return fault

    @Lazy
    def sent(self) -> Json:
        """The body of the request as JSON, None where it is none."""
        return self._request.value if self._request else None

    @Lazy
    def _request(self) -> JsonText | None:
        return try_read(self.case.request.body)

    @Lazy
    def parameters(self) -> Mapping[str, str] | None:
        """The path parameters that were sent, decoded once; None where the request goes to another path."""
        return path_parameters(self.contract.operation.path, self.case.request.target)

    @Lazy
    def names_operation(self) -> bool:
        """Whether the request goes to the operation itself, by method and path.

        A parameter that is empty or made of dots does not count: servers fold such paths (RFC 3986 section 6.2.2.3).
        """
        same = self.case.request.method == self.contract.operation.method
        return same and self.parameters is not None and FOLDED.isdisjoint(self.parameters.values())

    @Lazy
    def declared(self) -> DeclaredResponse | None:
        """The response that the document declares for the status, where the operation itself returned it."""
        return self._documented.declared if self.names_operation and self.response else None

    @Lazy
    def accepted(self) -> bool:
        """Whether the status is a success that the document declares."""
        return self._documented.accepted

    @Lazy
    def _documented(self) -> DocumentedStatus:
        return _documented(self.contract, self.status)

    @Lazy
    def promised(self) -> bool:
        """Whether the response is complete, and the one that the document describes."""
        return self.response is not None and self.due

    @Lazy
    def due(self) -> bool:
        """Whether the document describes the response, be it complete or not: a success for what may be accepted.

        A request that asks for another media type may get another form.
        """
        return (
            self._documented.described
            and self.names_operation
            and self.case.request.method != "HEAD"
            and self.case.expectation is not Expectation.REJECTED
            and admits(combined(self.case.request.headers, "accept"), self.contract.operation.response_media_type)
        )

    @Lazy
    def answered(self) -> bool:
        """Whether there is a response to validate by the response schema: by status, request and JSON text."""
        return self.promised and isinstance(self.json, JsonText)

    @Lazy
    def answer(self) -> Json:
        """That answer; None where there is none, and where it is null."""
        return self.json.value if self.answered and isinstance(self.json, JsonText) else None

    @Lazy
    def echoing(self) -> bool:
        """Whether response and request can be compared: the target has state, and what was sent reads one way."""
        clear = self._request is not None and not self._request.duplicates
        return self.answered and clear and not self.settings.stateless

    @Lazy
    def exercised(self) -> ExercisedPlaces | None:
        """What the answer exercises of the response schema, as far as it is valid; None where there is no answer."""
        root = self.contract.response
        return exercised(self.contract, root, self.answer) if root is not None and self.answered else None

    @Lazy
    def compared(self) -> Compared:
        """What request and response have at the places that hold the same, where they are `echoing`."""
        return compared(self.contract, self.sent, self.answer)

    @Lazy
    def held(self) -> Held | None:
        """What holds of these places; None where something does not, or the answer is invalid."""
        return None if self.reading.violations else held(self.contract, self.sent, self.answer)

    @Lazy
    def answer_of_probe(self) -> Json:
        """The body of any successful answer as JSON, whatever was asked; None where it is none."""
        return self.json.value if self.succeeded and isinstance(self.json, JsonText) else None

    @Lazy
    def reading(self) -> Reading:
        """What both validators say of the response; nothing where it is not to be validated."""
        return read_answer(self.contract, self.answer) if self.answered else Reading()

    def name(self, pointer: str) -> str:
        """Return how a message names a place of the response."""
        return (
            _name(self.contract, pointer)
            if len(pointer) <= LONGEST_CACHED
            else name_of(pointer, self.contract.response)
        )

    def sent_name(self, pointer: str) -> str:
        """Return how a message names a place of the request."""
        return name_of(pointer, self.contract.request)

    def names(self, pointers: Sequence[str]) -> str:
        """Return how a message names places of the response: the first, and how many more there are."""
        shown = self.name(pointers[0])
        for count, pointer in enumerate(pointers[1:], 1):
            longer = f"{shown}, {self.name(pointer)}"
            if len(longer) > LONGEST_NAMES:
                return f"{shown} and {len(pointers) - count} more"
            shown = longer
        return shown

    def invalid_at(self, path: str) -> bool:
        """Tell whether the response is invalid at a place, above or below it: then no other check speaks of it."""
        violations = self.reading.violations
        return bool(violations) and any(
            within(path, at) or within(at, path) for at in (each.pointer for each in violations)
        )


@lru_cache(maxsize=1_024)
def _name(contract: Contract, pointer: str) -> str:
    return name_of(pointer, contract.response)


@lru_cache(maxsize=256)
def _documented(contract: Contract, status: int) -> DocumentedStatus:
    responses = contract.operation.responses
    accepted = responses.accepts(status)
    has_body = accepted and status not in BODILESS
    return DocumentedStatus(
        responses.of(status), accepted, has_body and described(contract.document, contract.operation, status)
    )


Judged: TypeAlias = Iterable[Judgement | Doubt]

Check: TypeAlias = Callable[[Subject], Judged]
"""Every check has this form; one that does not apply yields nothing."""
