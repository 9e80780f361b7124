"""Faults of HTTP in successful responses: status, media type, text, framing, pace."""

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import on_success
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import fullest
from conformance.mock.stages import Stage
from conformance.mock.transaction import Delivery, Transaction
from conformance.model.jsontext import BYTE_ORDER_MARK
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

PAGE = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"

ERROR = b'{"code": "INTERNAL", "message": "something went wrong"}'

MEDIA_TYPES = (
    ("absent", None),
    ("plain", "text/plain"),
    ("html", "text/html; charset=utf-8"),
    ("octet-stream", "application/octet-stream"),
    ("text-json", "text/json"),
    ("problem", "application/problem+json"),
    ("vendor", "application/vnd.example+json"),
    ("javascript", "application/javascript"),
    ("empty", ""),
)

Change: TypeAlias = Callable[[Transaction], None]


def http_response_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of how a successful response is made and sent."""
    yield from _statuses(contract)
    if contract.response is None:
        return
    for slug, value in MEDIA_TYPES:
        declared = f"with the media type `{value}`" if value else "with an empty media type"
        sentence = f"Returns a success response {'without a media type' if value is None else declared}."
        change = _with_header("content-type", value)
        yield _fault(f"media-type-{slug}", sentence, "transport.media-type", Stage.SERIALIZE, change)
    yield from _texts(contract)
    yield from _deliveries()


def _statuses(contract: Contract) -> Iterator[Fault]:
    def moved(tx: Transaction) -> None:
        tx.status = 307
        tx.set_header("location", "/elsewhere")

    # A status that the document declares is no fault.
    declared = contract.operation.responses
    undeclared = [each for each in (201, 202, 203, 206, 226) if not declared.accepts(each)]
    empty = _with(status=204, response_body=b"", response_headers=())
    for status, says, stage, change in (
        *((each, str(each), Stage.BUILD, _with(status=each)) for each in undeclared),
        *((204, "204 without a body", Stage.SERIALIZE, empty) for _ in range(not declared.accepts(204))),
        (307, "a redirect", Stage.BUILD, moved),
    ):
        yield _fault(f"status-{status}", f"Returns {says} for a valid request.", "transport.status", stage, change)


def _texts(contract: Contract) -> Iterator[Fault]:
    root, children = (contract.response.label, contract.response.children) if contract.response else ("", ())
    needed = next((node for node in children if node.required), None)
    no_object = requirement_id(Group.RESPONSE, root, "type")
    incomplete = requirement_id(Group.RESPONSE, needed.label, "required") if needed else no_object
    no_utf_8, no_json = "transport.utf-8", "transport.json-text"
    for slug, sentence, requirement, change in (
        ("byte-order-mark", "begins with a byte order mark", no_utf_8, lambda body: BYTE_ORDER_MARK + body),
        ("invalid-utf-8", "contains a byte that is not UTF-8", no_utf_8, lambda body: body.replace(b'"', b'"\xff', 3)),
        ("latin-1", "is encoded in Latin-1", no_utf_8, lambda body: _extended(body, b'"undeclared_text": "\xe9"')),
        ("utf-16", "is encoded in UTF-16", no_utf_8, lambda body: body.decode().encode("utf-16")),
        ("trailing-characters", "is followed by other characters", no_json, lambda body: body + b" OK"),
        ("trailing-nul", "is followed by a NUL", no_json, lambda body: body + b"\0"),
        ("two-texts", "is two JSON texts", no_json, lambda body: body + b"\n" + body),
        ("guarded", "begins with a prefix against JSON hijacking", no_json, lambda body: b")]}',\n" + body),
        ("callback", "is wrapped in a JavaScript call", no_json, lambda body: b"callback(" + body + b");"),
        ("python", "is a Python literal", no_json, lambda body: repr(json.loads(body)).encode()),
        ("nan", "contains NaN", no_json, lambda body: _extended(body, b'"undeclared_number": NaN')),
        ("trailing-comma", "has a trailing comma", no_json, lambda body: body[:-1] + b",}"),
        ("comment", "contains a comment", no_json, lambda body: body[:-1] + b" /* done */}"),
        ("cut", "is truncated, with a matching Content-Length", no_json, lambda body: body[: len(body) // 2]),
        ("empty", "is empty", no_json, lambda _: b""),
        ("page", "is an HTML page", no_json, lambda _: PAGE),
        ("plain-text", "is plain text", no_json, lambda _: b"OK"),
        ("quoted", "is JSON in a JSON string", no_object, lambda body: json.dumps(body.decode()).encode()),
        ("in-array", "is the object in an array", no_object, lambda body: b"[" + body + b"]"),
        ("enveloped", "is the object inside another object", incomplete, lambda body: b'{"data": ' + body + b"}"),
        ("error-body", "is an error", incomplete, lambda _: ERROR),
        ("empty-object", "is an empty object", incomplete, lambda _: b"{}"),
        ("duplicates", "contains a duplicate property", "transport.unique-names", _doubled),
    ):
        if slug == "empty-object" and contract.response_validator and contract.response_validator.holds({}):
            continue
        yield _fault(slug, f"Returns a success body that {sentence}.", requirement, Stage.SERIALIZE, _with_body(change))


def _extended(body: bytes, member: bytes) -> bytes:
    return body[:-1] + b", " + member + b"}" if body.startswith(b"{") else body + b" " + member


def _doubled(body: bytes) -> bytes:
    first, _, _ = body[1:].partition(b", ")
    return b"{" + first + b", " + body[1:] if body.startswith(b"{") else body


def _deliveries() -> Iterator[Fault]:
    def length_off_by(bytes_: int) -> Change:
        def change(tx: Transaction) -> None:
            tx.set_header("content-length", str(len(tx.response_body) + bytes_))
            tx.delivery = Delivery(raw=True)

        return change

    def length_one(tx: Transaction) -> None:
        tx.set_header("content-length", "1")
        tx.delivery = Delivery(raw=True)

    def cut(tx: Transaction) -> None:
        tx.delivery = Delivery(cut=len(tx.response_body) // 2)

    def cut_in_chunks(tx: Transaction) -> None:
        tx.set_header("content-length", None)
        cut(tx)

    framing, dropped, late = "transport.framing", "transport.dropped", "transport.response-time"
    for slug, sentence, requirement, change in (
        ("length-long", "Returns a Content-Length above the length of the body.", framing, length_off_by(10)),
        ("length-short", "Returns a Content-Length below the length of the body.", framing, length_off_by(-10)),
        ("length-one", "Returns Content-Length: 1 for every body.", framing, length_one),
        ("truncated", "Closes the connection in the middle of the body.", framing, cut),
        ("truncated-chunks", "Closes the connection before the last chunk.", framing, cut_in_chunks),
        ("dropped", "Closes the connection without a response.", dropped, _with(delivery=Delivery(dropped=True))),
        ("undated", "Returns a response without Date.", "transport.date", _with_header("date", None)),
        (
            "falsely-encoded",
            "Returns an uncompressed body with Content-Encoding: gzip.",
            "transport.json-text",
            _with_header("content-encoding", "gzip"),
        ),
        ("slow", "Delays the first byte of the response.", late, _with(delivery=Delivery(slow=True))),
        ("dripping", "Sends the response in small pieces with pauses.", late, _with(delivery=Delivery(drip=10))),
        ("silent", "Never sends a response.", dropped, _with(delivery=Delivery(stall=0))),
        ("never-ending", "Never ends the body.", dropped, _with(delivery=Delivery(stall=20))),
    ):
        yield _fault(slug, sentence, requirement, Stage.SEND, change)


def _with(**values: Any) -> Change:  # noqa: ANN401  (attributes of a transaction)
    def change(tx: Transaction) -> None:
        for name, value in values.items():
            setattr(tx, name, value)

    return change


def _with_header(name: str, value: str | None) -> Change:
    def change(tx: Transaction) -> None:
        tx.set_header(name, value)

    return change


def _with_body(new: Callable[[bytes], bytes]) -> Change:
    def change(tx: Transaction) -> None:
        tx.response_body = new(tx.response_body)

    return change


def _fault(slug: str, sentence: str, requirement: str, stage: Stage, change: Change) -> Fault:
    return Fault(f"http.{slug}", sentence, requirement, stage, on_success(change), fullest)
