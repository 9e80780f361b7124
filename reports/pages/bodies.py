"""Bodies as a person reads them: JSON laid out with its texts untouched, binary as hex, long ones cut."""

import json
import re
import sys
from functools import lru_cache

import msgspec

from conformance.model.pointer import split
from conformance.reports.safe_text import count, size, visible

SHOWN = 20_000
"""The longest text that is shown, in characters."""

LAID_OUT = 200_000
"""The largest body that is laid out, in bytes; beyond it, reading every token takes too long."""

DUMPED = 512
"""How much of a binary body is shown, in bytes."""

# What is between the escapes of a string is taken at once: strings may be long.
_TOKEN = re.compile(r'[ \t\r\n]*("[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)
_STEP = "  "


class BodyView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A body in three pieces, the middle one to be marked, and a note; all safe to show as text."""

    before: str
    marked: str = ""
    after: str = ""
    note: str = ""
    found: bool = False
    """Whether the place that was asked for is in the body."""
    lay: bool = False
    """Whether it is JSON as it was sent, to be laid out by whoever shows it."""


class Layout(msgspec.Struct, frozen=True):
    """A JSON text laid out over lines; `start` and `end` bound the value at the pointer, -1 where there is none."""

    text: str
    start: int = -1
    end: int = -1


@lru_cache(maxsize=512)
def view(body: bytes | None, pointer: str | None = None) -> BodyView:
    """Return `body` for display, with the value at `pointer` marked."""
    text, notes = _text(body)
    if body is None or text is None:
        return _bare(body)
    layout = lay_out(text, pointer, SHOWN) if len(body) <= LAID_OUT else Layout(text)
    return _cut(layout, len(body), notes)


@lru_cache(maxsize=512)
def compact(body: bytes | None, pointer: str | None = None) -> BodyView:
    """Return `body` as `view` does, but JSON as it was sent: a script lays it out, and a file takes half the room."""
    text, notes = _text(body)
    if body is None or text is None:
        return _bare(body)
    # A carriage return is shown as an escape, which between two tokens is one more token to whoever lays it out.
    if len(text) > SHOWN or "\r" in text or not _is_json(text):
        return view(body, pointer)
    start, end = locate(text, pointer) if pointer is not None else (-1, -1)
    return msgspec.structs.replace(_cut(Layout(text, start, end), len(body), notes), lay=True)


def _text(body: bytes | None) -> tuple[str | None, list[str]]:
    """Return a body as text, and what to say of it; None where it is no text."""
    if not body:
        return None, []
    notes = []
    try:
        text = body.decode()
    except UnicodeDecodeError:
        readable = sum(0x20 <= octet < 0x7F or octet in b"\t\n\r" for octet in body[:DUMPED])  # noqa: PLR2004 - ASCII
        if readable * 4 < min(len(body), DUMPED) * 3:
            return None, []
        text = body.decode(errors="backslashreplace")
        notes.append("not UTF-8; other bytes are shown as \\x escapes")
    if text.startswith("\ufeff"):
        notes.append("begins with a byte order mark")
    return text, notes


def _bare(body: bytes | None) -> BodyView:
    if body is None:
        return BodyView("", note="no body")
    return _dump(body) if body else BodyView("", note="an empty body")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def lay_out(text: str, pointer: str | None = None, most: int = sys.maxsize) -> Layout:
    """Return a JSON text with one member a line and every token as it was written; other texts stay as they are.

    It ends soon after `most` characters, or as many behind the beginning of the value at the pointer: it is cut then.
    """
    if not _is_json(text):
        return Layout(text)
    begins, ends = locate(text, pointer) if pointer is not None else (-1, -1)
    pieces: list[str] = []
    length = depth = 0
    start = end = -1
    enough = most if begins < 0 else sys.maxsize
    previous, line = "", "\n"
    for match in _TOKEN.finditer(text):
        word = match[1]
        if word in {"}", "]"}:
            depth -= 1
            line = "\n" + _STEP * depth
            space = "" if previous in {"{", "["} else line
        elif previous in {",", "{", "["}:
            space = line
        else:
            space = " " if previous == ":" else ""
        pieces.append(space)
        pieces.append(word)
        length += len(space) + len(word)
        if begins >= 0:
            until = match.end(1)
            if until - len(word) == begins:
                start = length - len(word)
                enough = most + start
            if until == ends:
                end = length
        if length > enough:
            end = length if end < 0 <= start else end
            break
        if word in {"{", "["}:
            depth += 1
            line = "\n" + _STEP * depth
        previous = word
    return Layout("".join(pieces), start, end)


def _cut(layout: Layout, octets: int, notes: list[str]) -> BodyView:
    text, start, end = layout.text, layout.start, layout.end
    found = 0 <= start < end
    if not found:
        start = end = len(text)
    first = 0
    if len(text) > SHOWN:
        if found and end > SHOWN:
            first = max(0, start - SHOWN // 2)
            notes.append(f"the first {count(first, 'character')} are not shown")
        if len(text) > first + SHOWN:
            notes.append(f"truncated: {size(octets)} in total")
    stop = first + SHOWN
    start, end = min(start, stop), min(end, stop)
    pieces = (text[first:start], text[start:end], text[end:stop])
    before, marked, after = (visible(piece) for piece in pieces)
    return BodyView(before, marked, after, "; ".join(notes), found)


def _dump(body: bytes) -> BodyView:
    lines = []
    for at in range(0, min(len(body), DUMPED), 16):
        row = body[at : at + 16]
        readable = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)  # noqa: PLR2004 - ASCII
        lines.append(f"{at:04x}  {row.hex(' '):<47}  {readable}")
    shown = "" if len(body) <= DUMPED else f", the first {DUMPED} shown"
    return BodyView("\n".join(lines), note=f"binary, {size(len(body))}{shown}")


_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_COLON = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


def locate(text: str, pointer: str) -> tuple[int, int]:
    """Return where the value at `pointer` begins and ends in `text`, which is JSON; -1 and -1 where there is none.

    Of members of one name the last counts, as for most who read JSON.
    """
    start = _behind(_SPACE, text, 0)
    for token in split(pointer):
        start = _member(text, start, token)
        if start < 0:
            return -1, -1
    return start, _end(text, start)


def _member(text: str, at: int, token: str) -> int:
    """Return where the value of a member, or of an index, of the container at `at` begins, or -1."""
    opening, found, index = text[at], -1, 0
    if opening not in "{[":
        return -1
    at = _behind(_SPACE, text, at + 1)
    while text[at] not in "}]":
        if opening == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _behind(_COLON, text, at)
        else:
            name, index = str(index), index + 1
        if name == token:
            found = at
        at = _behind(_COMMA, text, _end(text, at))
    return found


def _end(text: str, at: int) -> int:
    return int(_DECODER.raw_decode(text, at)[1])


def _behind(mark: re.Pattern[str], text: str, at: int) -> int:
    """Return where the mark that stands at `at` ends, with the space around it."""
    match = mark.match(text, at)
    return match.end() if match else at
