"""Faults of HTTP in successful answers: status, media type, text, framing, pace."""

import json
from collections.abc import Callable, Iterator

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import succeeding
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.witnesses import fullest, one
from conformance.mock.stages import Stage
from conformance.mock.transaction import Sending, Step, Turn
from conformance.model.jsontext import BYTE_ORDER_MARK
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

PAGE = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"

ERROR = b'{"code": "INTERNAL", "message": "something went wrong"}'


def http_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of how a successful answer is dressed and sent."""
    yield from _statuses(contract)
    if contract.response is None:
        return
    yield from _media_types()
    yield from _texts(contract)
    yield from _framing()
    yield from _pace()


def _statuses(contract: Contract) -> Iterator[Fault]:
    # A status that the document declares is no fault.
    for status in (each for each in (201, 202, 203, 206, 226) if each not in contract.operation.successes):
        yield _fault(
            f"status-{status}",
            f"A creation is answered with {status}.",
            "transport.status",
            Stage.ANSWER,
            _status(status),
        )

    def no_content(turn: Turn) -> None:
        turn.status, turn.payload, turn.reply = 204, b"", []

    yield _fault(
        "status-204", "A creation is answered with 204 and no body.", "transport.status", Stage.SERIALISE, no_content
    )

    def moved(turn: Turn) -> None:
        turn.status = 307
        turn.reply.append(("location", "/elsewhere"))

    yield _fault("status-307", "A creation is answered with a redirection.", "transport.status", Stage.ANSWER, moved)


def _status(status: int) -> Callable[[Turn], None]:
    def change(turn: Turn) -> None:
        turn.status = status

    return change


def _media_types() -> Iterator[Fault]:
    for slug, value in (
        ("missing", None),
        ("plain", "text/plain"),
        ("html", "text/html; charset=utf-8"),
        ("octet-stream", "application/octet-stream"),
        ("text-json", "text/json"),
        ("problem", "application/problem+json"),
        ("vendor", "application/vnd.example+json"),
        ("javascript", "application/javascript"),
        ("empty", ""),
    ):

        def change(turn: Turn, value: str | None = value) -> None:
            turn.set_header("content-type", value)

        says = "no media type" if value is None else f"the media type {value!r}"
        sentence = f"A successful answer declares {says}."
        yield _fault(f"media-type-{slug}", sentence, "transport.media-type", Stage.SERIALISE, change)


def _texts(contract: Contract) -> Iterator[Fault]:
    root = contract.response.label if contract.response else ""
    not_object = requirement_id(Group.RESPONSE, root, "type")
    needed = next((n for n in (contract.response.children if contract.response else ()) if n.required), None)
    unlike = requirement_id(Group.RESPONSE, needed.label, "required") if needed else not_object
    for slug, sentence, requirement, change in (
        ("byte-order-mark", "begins with a byte order mark", "transport.utf-8", lambda body: BYTE_ORDER_MARK + body),
        (
            "invalid-utf-8",
            "holds a byte that is not UTF-8",
            "transport.utf-8",
            lambda body: body.replace(b'"', b'"\xff', 3),
        ),
        ("latin-1", "is encoded in Latin-1", "transport.utf-8", _latin_1),
        ("utf-16", "is encoded in UTF-16", "transport.utf-8", lambda body: body.decode().encode("utf-16")),
        ("trailing-text", "is followed by other text", "transport.json-text", lambda body: body + b" OK"),
        ("trailing-nul", "is followed by a NUL", "transport.json-text", lambda body: body + b"\0"),
        ("two-texts", "is two JSON texts", "transport.json-text", lambda body: body + b"\n" + body),
        ("guarded", "begins with a guard against scripts", "transport.json-text", lambda body: b")]}',\n" + body),
        ("callback", "is wrapped in a call", "transport.json-text", lambda body: b"callback(" + body + b");"),
        ("python", "is written as Python", "transport.json-text", lambda body: repr(json.loads(body)).encode()),
        ("nan", "holds NaN", "transport.json-text", lambda body: _with_member(body, b'"undeclared_number": NaN')),
        ("trailing-comma", "has a trailing comma", "transport.json-text", lambda body: body[:-1] + b",}"),
        ("comment", "holds a comment", "transport.json-text", lambda body: body[:-1] + b" /* done */}"),
        (
            "cut-short",
            "breaks off, though its length is right",
            "transport.json-text",
            lambda body: body[: len(body) // 2],
        ),
        ("empty", "is empty", "transport.json-text", lambda _: b""),
        ("page", "is an HTML page", "transport.json-text", lambda _: PAGE),
        ("plain-text", "is plain text", "transport.json-text", lambda _: b"OK"),
        ("quoted", "is JSON within a JSON text", not_object, lambda body: json.dumps(body.decode()).encode()),
        ("listed", "is the object in a list", not_object, lambda body: b"[" + body + b"]"),
        ("enveloped", "is the object within another", unlike, lambda body: b'{"data": ' + body + b"}"),
        ("error-body", "is that of an error", unlike, lambda _: ERROR),
        ("empty-object", "is an empty object", unlike, lambda _: b"{}"),
        ("duplicates", "holds a member twice", "transport.unique-names", _doubled),
    ):
        yield _fault(slug, f"A successful body {sentence}.", requirement, Stage.SERIALISE, _payload(change))


def _payload(change: Callable[[bytes], bytes]) -> Callable[[Turn], None]:
    def effect(turn: Turn) -> None:
        turn.payload = change(turn.payload)

    return effect


def _with_member(body: bytes, member: bytes) -> bytes:
    return body[:-1] + b", " + member + b"}" if body.startswith(b"{") else body + b" " + member


def _latin_1(body: bytes) -> bytes:
    return _with_member(body, '"undeclared_text": "é"'.encode("latin-1"))


def _doubled(body: bytes) -> bytes:
    first, _, _ = body[1:].partition(b", ")
    return b"{" + first + b", " + body[1:] if body.startswith(b"{") else body


def _framing() -> Iterator[Fault]:
    def length(change: int) -> Callable[[Turn], None]:
        def effect(turn: Turn) -> None:
            turn.set_header("content-length", str(len(turn.payload) + change))
            turn.sending = Sending(raw=True)

        return effect

    def cut(turn: Turn) -> None:
        turn.sending = Sending(cut=len(turn.payload) // 2)

    def cut_in_chunks(turn: Turn) -> None:
        turn.set_header("content-length", None)
        turn.sending = Sending(cut=len(turn.payload) // 2)

    def dropped(turn: Turn) -> None:
        turn.sending = Sending(dropped=True)

    def undated(turn: Turn) -> None:
        turn.set_header("date", None)

    def encoded(turn: Turn) -> None:
        turn.reply.append(("content-encoding", "gzip"))

    for slug, sentence, requirement, change in (
        ("length-long", "Content-Length is more than the body.", "transport.framing", length(10)),
        ("length-short", "Content-Length is less than the body.", "transport.framing", length(-10)),
        ("length-zero", "Content-Length is 1 whatever the body.", "transport.framing", _length_one),
        ("truncated", "The connection closes in the middle of the body.", "transport.framing", cut),
        ("truncated-chunks", "The connection closes before the last chunk.", "transport.framing", cut_in_chunks),
        ("dropped", "The connection closes instead of an answer.", "transport.dropped", dropped),
        ("undated", "An answer carries no Date.", "transport.date", undated),
        ("falsely-encoded", "An answer declares gzip and is not.", "transport.json-text", encoded),
    ):
        yield _fault(slug, sentence, requirement, Stage.SEND, change)


def _length_one(turn: Turn) -> None:
    turn.set_header("content-length", "1")
    turn.sending = Sending(raw=True)


def _pace() -> Iterator[Fault]:
    for slug, sentence, requirement, sending in (
        ("slow", "An answer waits before its first byte.", "transport.response-time", Sending(slow=True)),
        ("dripping", "An answer comes in small pieces with pauses.", "transport.response-time", Sending(drip=10)),
        ("silent", "A request gets no answer and no end.", "transport.dropped", Sending(stall=0)),
        ("never-ending", "A body never ends.", "transport.dropped", Sending(stall=20)),
    ):

        def change(turn: Turn, sending: Sending = sending) -> None:
            turn.sending = sending

        yield _fault(slug, sentence, requirement, Stage.SEND, change)


def _fault(slug: str, sentence: str, requirement: str, stage: Stage, change: Callable[[Turn], None]) -> Fault:
    effect: Effect = succeeding(change)

    def guarded(turn: Turn, step: Step) -> bool:
        return effect(turn, step)

    return Fault(f"http.{slug}", sentence, requirement, stage, guarded, one(fullest))
