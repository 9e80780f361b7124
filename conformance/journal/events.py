"""The events of a journal: all that a run records, and all that a report knows."""

from typing import Self, TypeAlias

import msgspec

from conformance.model.case import Case
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Finding, Symptom
from conformance.model.requirement import Requirement, StatedRelation
from conformance.model.waiver import Waiver

JOURNAL_VERSION = 5
"""The version of the journals that are written."""

READ_VERSIONS = (2, 3, 4, JOURNAL_VERSION)
"""The versions that are read; `conformance.journal.packing` has what is new in each."""


class Event(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True, kw_only=True):
    """What every event carries: its place in the journal, and when (seconds since the epoch).

    In a file the last member of its line is `crc`: eight hexadecimal digits, the CRC-32 of the object without it.
    """

    seq: int = 0
    time: float = 0.0


class OtherDocument(msgspec.Struct, frozen=True):
    """An OpenAPI document beside the tested one: how the user calls it, its text, and its name of the operation."""

    name: str
    text: str
    operation: str


class RunStarted(Event, frozen=True, tag="run.started", kw_only=True):
    """The header: what is tested against what, and everything that a report needs besides the exchanges.

    `document` is the text of the OpenAPI document, `requirements` the rows in the order in which `Judged`
    counts them, `options` the settings of the run as strings, `skipped` why cases or requirements
    are not sent or not exercised.
    `data` has the data files that were read with the document. `waivers` let failures pass that they
    name; `date` is the day (UTC, ISO 8601) by which they are in force or expired. `phases` are those that were to be
    sent, in their order. `warnings` tell what is wrong in the document, or not tested of it. `also_spec` are documents
    that may explain what is found, `relations` those that a file states.
    """

    journal_version: int = JOURNAL_VERSION
    suite_version: str
    run_id: str
    document: str
    sha256: str
    operation: str
    path: str
    target: str
    profile: str
    seed: int
    phases: tuple[str, ...] = ()
    options: dict[str, str] = {}
    requirements: tuple[Requirement, ...] = ()
    planned: int = 0
    skipped: dict[str, str] = {}
    data: dict[str, str] = {}
    waivers: tuple[Waiver, ...] = ()
    date: str = ""
    warnings: tuple[str, ...] = ()
    also_spec: tuple[OtherDocument, ...] = ()
    relations: tuple[StatedRelation, ...] = ()


class RunResumed(Event, frozen=True, tag="run.resumed", kw_only=True):
    """The run resumes after an interruption. Earlier responses are judged again, in the events that follow.

    `kept` is the number of kept responses; `interrupted` are the numbers of the requests without a response at the
    interruption: whether they reached the target is unknown.
    """

    suite_version: str
    kept: int
    interrupted: tuple[int, ...] = ()


class RequestSent(Event, frozen=True, tag="request.sent", kw_only=True):
    """A request is about to leave. `case.request` is what is sent, slot filled; `send` numbers it within the run.

    In a file the body of `case.request` is `text` where it is UTF-8, `packed` where it is long: deflated (RFC 1950).
    """

    send: int
    case: Case
    name: str = ""
    attempt: int = 1
    relation: str = ""
    text: str = ""
    packed: bytes = b""


class ExchangeEnded(Event, frozen=True, tag="exchange", kw_only=True):
    """How the request numbered `send` ended; `seconds` is how long it took.

    In a file the body of `response` is `text` where it is UTF-8.
    """

    send: int
    response: Response | None = None
    text: str = ""
    failure: Failure | None = None
    detail: str = ""
    seconds: float = 0.0

    @classmethod
    def of(cls, send: int, exchange: Exchange) -> Self:
        """Return the event that tells how an exchange ended."""
        seconds = round(exchange.seconds, 6)
        return cls(
            send=send, response=exchange.response, failure=exchange.failure, detail=exchange.detail, seconds=seconds
        )

    def after(self, begun: Exchange) -> Exchange:
        """Return the whole exchange, of which `begun` is what is known from its request."""
        return Exchange(begun.request, self.response, self.failure, self.detail, begun.started, self.seconds)


class ClientEnded(Event, frozen=True, tag="client", kw_only=True):
    """What a client made of the response to the request numbered `send`.

    `returned` is the JSON text of what it returned, empty where it raised; `raised` is then the type of the exception
    and `message` its text. `trouble` says why neither is known.
    """

    send: int
    returned: str = ""
    raised: str = ""
    message: str = ""
    trouble: str = ""


class Judged(Event, frozen=True, tag="judged", kw_only=True):
    """What the exchange (of a relation: its last) shows to hold: indices into `RunStarted.requirements`.

    They are the bits of a number, given as its bytes from the lowest; journals before version 4, and what was copied
    from them, have a list.
    """

    send: int
    bits: bytes = b""
    passed: tuple[int, ...] = ()

    @classmethod
    def of(cls, send: int, held: int) -> Self:
        """Return the event of a request on which the requirements held whose bits are set in a number."""
        return cls(send=send, bits=held.to_bytes((held.bit_length() + 7) // 8, "little"))

    @property
    def held(self) -> int:
        """The requirements that held, as the bits of a number.

        Raises:
            ValueError: one of the list is negative.

        """
        held = int.from_bytes(self.bits, "little")
        for each in self.passed:
            held |= 1 << each
        return held


NO_FINDING = Finding("", "", "", Symptom(""), "")
"""Stands where a line refers to a finding by its number."""


class FindingMade(Event, frozen=True, tag="finding", kw_only=True):
    """A violation. `id` is unique in the run; `repeats` says how often it showed, such as `3 of 4`.

    In a file `shared` is the number of the finding where an earlier line defines it, and `others` are the numbers of
    more findings on the same exchange, whose ids count on from this one.
    """

    id: str
    send: int
    case: str
    finding: Finding = NO_FINDING
    shared: int = 0
    others: tuple[int, ...] = ()
    repeats: str = ""


class FindingShared(Event, frozen=True, tag="finding.shared", kw_only=True):
    """A finding that later lines refer to by its number, from 1; the latest of a number counts. Only a file has it."""

    number: int
    finding: Finding


class DoubtRaised(Event, frozen=True, tag="doubt", kw_only=True):
    """A requirement that this exchange should have decided and did not."""

    send: int
    case: str
    doubt: Doubt


class Creation(Event, frozen=True, tag="creation", kw_only=True):
    """The target returned 2xx for a creating request: an object called `name` may now exist."""

    send: int
    name: str
    target: str


class Removal(Event, frozen=True, tag="removal", kw_only=True):
    """The request numbered `send` was to remove the object `name` at `target`; `reason` says why it has not."""

    send: int
    name: str
    target: str
    removed: bool
    reason: str = ""


class Paced(Event, frozen=True, tag="paced", kw_only=True):
    """The run waited, because the target asked for it (429, or 503 with `Retry-After`) or a limit of the run did."""

    wait_seconds: float
    reason: str


class CaseCount(msgspec.Struct, frozen=True):
    """How many cases of one kind a phase generated, and how many of them equal an earlier one."""

    generated: int
    duplicates: int


class PhaseEnded(Event, frozen=True, tag="phase.ended", kw_only=True):
    """A phase after the catalogue ended: how many cases were generated, and how many of them equal an earlier one.

    Duplicates are not sent; `skipped` were not sent for another reason. `kinds` has the same by library and
    expectation. `error` says why the phase generated no more, and what to do.
    """

    phase: str
    generated: int
    duplicates: int
    skipped: int = 0
    error: str = ""
    kinds: dict[str, CaseCount] = {}


class RunEnded(Event, frozen=True, tag="run.ended", kw_only=True):
    """The footer. `reason` is empty when the whole plan was carried out, else what cut it short."""

    requests: int
    creations: int
    seconds: float
    reason: str = ""
    lost: bool = False


AnyEvent: TypeAlias = (
    RunStarted
    | RunResumed
    | RequestSent
    | ExchangeEnded
    | ClientEnded
    | Judged
    | FindingMade
    | DoubtRaised
    | Creation
    | Removal
    | Paced
    | PhaseEnded
    | RunEnded
)

AnyLine: TypeAlias = AnyEvent | FindingShared
"""What the lines of a journal hold."""
