"""The protocol between the suite and a harness: JSON objects, one a line, over standard input and output.

The suite says `Hello`, the harness answers `Ready`; then the suite asks, one call at a time, and the harness answers
each. Bodies are JSON as text, so that a harness whose language rounds numbers does not damage them by itself.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario
from conformance.model.errors import UsageError
from conformance.model.version import VERSION

PROTOCOL = 1

SHOWN = 200
"""How many characters are shown of a line that is no answer."""


class Hello(msgspec.Struct, frozen=True):
    """The first line that a harness reads: the version of the protocol, that of the suite, and the operation."""

    protocol: int
    suite: str
    operation: str


class Ready(msgspec.Struct, frozen=True):
    """The first line that a harness writes: the version of the protocol it speaks, and the name of its client."""

    protocol: int
    client: str


class Ask(msgspec.Struct, frozen=True):
    """A call to be made: `base_url`, `api_key`, each path parameter by its name, and `body_json`, the body as text."""

    id: str
    call: Mapping[str, str]


class Error(msgspec.Struct, frozen=True):
    """What a client raised: the name of its type, and its text."""

    type: str
    message: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a call: what the client returned, as a JSON text, or what it raised.

    `types` may name the types that objects in it have in the client's language, by JSON pointer: `dict` where others
    are classes is then a finding.
    """

    id: str
    returned_json: str | None = None
    raised: Error | None = None
    types: Mapping[str, str] = {}


_encoder = msgspec.json.Encoder()
_ready = msgspec.json.Decoder(Ready)
_answer = msgspec.json.Decoder(Answer)


def hello(operation: str) -> bytes:
    """Return the first line of the suite."""
    return _encoder.encode(Hello(PROTOCOL, VERSION, operation)) + b"\n"


def ask(scenario: Scenario, base_url: str, key: str) -> bytes:
    """Return the line that asks a harness to make the call of a scenario."""
    call = {"base_url": base_url, "api_key": key, **scenario.parameters, "body_json": scenario.body}
    return _encoder.encode(Ask(scenario.id, call)) + b"\n"


def read_ready(line: bytes) -> Ready | None:
    """Return what a harness says first, or None where a line is no such thing.

    Raises:
        UsageError: the harness speaks another version.

    """
    try:
        ready = _ready.decode(line)
    except msgspec.DecodeError:
        return None
    if ready.protocol != PROTOCOL:
        raise UsageError(
            f"the harness speaks version {ready.protocol} of the protocol, this suite version {PROTOCOL}",
            "make it anew with `conformance client --init`",
        )
    return ready


def read_answer(line: bytes) -> Answer | None:
    """Return the answer of a harness, or None where a line is none."""
    try:
        answer = _answer.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return answer if (answer.returned_json is None) != (answer.raised is None) else None


def made(answer: Answer) -> CallResult:
    """Return what a client made of its answer."""
    raised = Raised(answer.raised.type, answer.raised.message) if answer.raised else None
    return CallResult(answer.returned_json, raised, answer.types)


def shown(line: bytes) -> str:
    """Return a line that is no answer so that a person can read it."""
    text = line.decode("utf-8", "backslashreplace").rstrip()
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def protocol_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of the protocol, in either direction."""
    roots, components = msgspec.json.schema_components([Hello, Ready, Ask, Answer], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Line of the client protocol",
        "description": "Hello and Ask are written by the suite, Ready and Answer by a harness.",
        "anyOf": list(roots),
        "$defs": components,
    }
