"""The protocol between the suite and a harness: JSON objects, one a line, over standard input and output.

The suite writes `Hello`, the harness `Ready`; then the suite writes one `Call` at a time, and the harness a `Result`
for each. Bodies are JSON in a string, so that a harness whose language rounds numbers does not change them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.clients.scenarios.expressible import Numbers
from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario
from conformance.model.errors import UsageError
from conformance.model.version import VERSION

PROTOCOL = 1

SHOWN = 200
"""How many characters of an invalid line are shown."""


class Hello(msgspec.Struct, frozen=True):
    """The first line for a harness: the version of the protocol, the version of the suite, and the operation."""

    protocol: int
    suite: str
    operation: str


class Ready(msgspec.Struct, frozen=True):
    """The first line of a harness: the version of the protocol that it supports, and the name of its client.

    `numbers` says which numbers it hands over: `double` stands for a client whose language has double precision alone.
    """

    protocol: int
    client: str
    numbers: Numbers = Numbers.EXACT


class Call(msgspec.Struct, frozen=True):
    """A call to make: `base_url`, `api_key`, each parameter that is set by its name, and `body_json`, the body as JSON.

    Values of parameters are not encoded, and arrays and objects among them are JSON. `body_json` is `null` where the
    operation has no body.
    """

    id: str
    call: Mapping[str, str]


class Error(msgspec.Struct, frozen=True):
    """An exception of a client: the name of its type, and its message."""

    type: str
    message: str = ""


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result of a call: what the client returned, as JSON, or what it raised, or what failed in the harness itself.

    `types` may name, by JSON pointer, the types of its objects in the client's language: a `dict` where other responses
    have a class is a finding.
    """

    id: str
    returned_json: str | None = None
    raised: Error | None = None
    failed: Error | None = None
    types: Mapping[str, str] = {}


_encoder = msgspec.json.Encoder()
_ready = msgspec.json.Decoder(Ready)
_result = msgspec.json.Decoder(Result)


def hello(operation: str) -> bytes:
    """Return the first line of the suite."""
    return _encoder.encode(Hello(PROTOCOL, VERSION, operation)) + b"\n"


def ask(scenario: Scenario, base_url: str, key: str) -> bytes:
    """Return the line for the call of a scenario."""
    call = {"base_url": base_url, "api_key": key, **scenario.parameters, **scenario.values, "body_json": scenario.body}
    return _encoder.encode(Call(scenario.id, call)) + b"\n"


def read_ready(line: bytes) -> Ready | None:
    """Return the first line of a harness, or None where a line is not one.

    Raises:
        UsageError: the harness supports another version.

    """
    try:
        ready = _ready.decode(line)
    except msgspec.DecodeError:
        return None
    if ready.protocol != PROTOCOL:
        raise UsageError(
            f"the harness supports version {ready.protocol} of the protocol, and this suite version {PROTOCOL}",
            "write a new one with `conformance client --init`",
        )
    return ready


def read_result(line: bytes) -> Result | None:
    """Return the result that a line of a harness holds, or None where it holds none."""
    try:
        result = _result.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    given = [each for each in (result.returned_json, result.raised, result.failed) if each is not None]
    return result if len(given) == 1 else None


def made(result: Result) -> CallResult:
    """Return what a client made of its response."""
    if result.failed is not None:
        told = ": ".join(filter(None, (shown(each.encode()) for each in (result.failed.type, result.failed.message))))
        return CallResult(trouble=f"the harness failed and not the client: {told}")
    raised = Raised(result.raised.type, result.raised.message) if result.raised else None
    return CallResult(result.returned_json, raised, result.types)


def shown(line: bytes) -> str:
    """Return an invalid line in printable characters."""
    text = line.decode("utf-8", "backslashreplace").rstrip()
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def protocol_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of the protocol, in either direction."""
    roots, components = msgspec.json.schema_components([Hello, Ready, Call, Result], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Line of the client protocol",
        "description": "Hello and Call are written by the suite, Ready and Result by a harness.",
        "anyOf": list(roots),
        "$defs": components,
    }
