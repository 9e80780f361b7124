"""Scenarios: what a client must send, the response that it gets, and what it must make of that."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from conformance.model.case import Story
from conformance.model.vocabulary import Expectation


class Sort(StrEnum):
    """The parts of consumer mode."""

    SENDING = "sending"
    """A body or a path parameter that the client must send unchanged; the response is valid."""
    READING = "reading"
    """A valid response that the client must return completely."""
    REJECTING = "rejecting"
    """A response with one schema violation."""
    FAILING = "failing"
    """An error, another status, another body, or a transport that breaks."""


EXPECTATIONS = {
    Sort.SENDING: Expectation.ACCEPTED,
    Sort.READING: Expectation.ACCEPTED,
    Sort.REJECTING: Expectation.REJECTED,
    Sort.FAILING: Expectation.REJECTED,
}


class Fate(StrEnum):
    """How a response is transmitted."""

    WHOLE = "complete"
    CHUNKED = "chunked"
    COMPRESSED = "compressed"
    SLOW = "slow"
    TRUNCATED = "truncated"
    TRUNCATED_CHUNKS = "truncated chunked"
    WRONG_CHECKSUM = "compressed and damaged"
    CUT_COMPRESSED = "compressed and truncated"
    CLOSED = "delimited by the end of the connection"
    CLOSED_EARLY = "cut by the end of the connection"
    EARLY_HINTS = "preceded by 103"
    SILENT = "silence"
    RESET = "no response"


CODED = frozenset({Fate.COMPRESSED, Fate.WRONG_CHECKSUM, Fate.CUT_COMPRESSED})
"""Fates that a response has only for a client that offers the coding."""


class Reply(msgspec.Struct, frozen=True):
    """The response that a client gets; the server sets `Content-Length` and the content coding by `fate`.

    `onward` is the response at the location of a redirect; without one there is none.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fate: Fate = Fate.WHOLE
    onward: "Reply | None" = None


class Scenario(msgspec.Struct, frozen=True):
    """One call of a client, its response, and what is expected.

    `parameters` are the path parameters, not encoded; `body` is the JSON text to send, `null` where the operation has
    no body. `values` are the other parameters that are set, as texts: arrays and objects are JSON. The first of
    `requirements` is the one that fails where the expectation is not met. `answer` is the JSON text of the response,
    empty where the body is not JSON. `key_end` is what the key ends with in this call.
    """

    id: str
    sort: Sort
    requirements: tuple[str, ...]
    parameters: Mapping[str, str]
    body: str
    reply: Reply
    story: Story
    answer: str = ""
    key_end: str = ""
    values: Mapping[str, str] = {}

    @property
    def kind(self) -> str:
        """The class of what is special, the same for every property."""
        return self.story.kind

    @property
    def expectation(self) -> Expectation:
        """What is expected of the client: that it accepts the response, or that it reports an error."""
        return EXPECTATIONS[self.sort]


class Raised(msgspec.Struct, frozen=True):
    """An exception of a client, or whatever else reports an error to its callers: its type and message."""

    type: str
    message: str = ""


class CallResult(msgspec.Struct, frozen=True):
    """What a client made of a response: the JSON text of what it returned, or what it raised.

    `types` may name, by JSON pointer, the types that objects have in the client's language. `trouble` says why the
    harness returned no result.
    """

    returned: str | None = None
    raised: Raised | None = None
    types: Mapping[str, str] = {}
    trouble: str = ""
