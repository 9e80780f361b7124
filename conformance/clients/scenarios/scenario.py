"""Scenarios: what a client is asked to send, what it is answered, and what it must make of that."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from conformance.model.case import Story
from conformance.model.vocabulary import Expectation


class Sort(StrEnum):
    """The parts of consumer mode."""

    SENDING = "sending"
    """A body or a path parameter that the client must send as it is asked to; the answer is a right one."""
    READING = "reading"
    """A right answer that the client must return whole."""
    REFUSING = "refusing"
    """An answer that breaks the response schema in one place."""
    FAILING = "failing"
    """An error, another status, another body, or a transport that breaks."""


EXPECTATIONS = {
    Sort.SENDING: Expectation.ACCEPTED,
    Sort.READING: Expectation.ACCEPTED,
    Sort.REFUSING: Expectation.REFUSED,
    Sort.FAILING: Expectation.REFUSED,
}


class Fate(StrEnum):
    """How an answer travels."""

    WHOLE = "whole"
    CHUNKED = "in chunks"
    COMPRESSED = "compressed"
    SLOW = "slow"
    TRUNCATED = "broken off"
    TRUNCATED_CHUNKS = "broken off between chunks"
    RESET = "no answer"


class Reply(msgspec.Struct, frozen=True):
    """The answer that a client gets; `Content-Length` and the coding are the server's, as `fate` has it."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fate: Fate = Fate.WHOLE


class Scenario(msgspec.Struct, frozen=True):
    """One call of a client, its answer, and what is expected.

    `parameters` are the path parameters, not encoded; `body` is the JSON text to send. The first of `requirements` is
    the one that speaks where the expectation is not met. `answer` is the JSON text that the client is answered, or
    empty where that is no JSON.
    """

    id: str
    sort: Sort
    requirements: tuple[str, ...]
    parameters: Mapping[str, str]
    body: str
    reply: Reply
    story: Story
    answer: str = ""

    @property
    def kind(self) -> str:
        """The class of what is special, in words that are the same for every member."""
        return self.story.kind

    @property
    def expectation(self) -> Expectation:
        """What is expected of the client: that it takes the answer, or that it signals an error."""
        return EXPECTATIONS[self.sort]


class Raised(msgspec.Struct, frozen=True):
    """An exception of a client, or whatever else its callers tell an error by: its type and text."""

    type: str
    message: str = ""


class CallResult(msgspec.Struct, frozen=True):
    """What a client made of an answer: the JSON text of what it returned, or what it raised.

    `types` may name, by JSON pointer, the types that objects have in the client's language. `trouble` says why nothing
    is known, because the harness gave no answer.
    """

    returned: str | None = None
    raised: Raised | None = None
    types: Mapping[str, str] = {}
    trouble: str = ""
