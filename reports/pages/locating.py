"""Where the value that a JSON pointer names stands in a JSON text."""

import json
import re

from conformance.model.pointer import split

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


def locate(text: str, pointer: str) -> tuple[int, int]:
    """Return where the value at `pointer` begins and ends in `text`, which is JSON; -1 and -1 where there is none.

    Of members of one name the last counts, as for most who read JSON.
    """
    start = _after(text, 0)
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
    at = _after(text, at + 1)
    while text[at] not in "}]":
        name = str(index)
        if opening == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _after(text, _after(text, at) + 1)
        if name == token:
            found = at
        index += 1
        at = _after(text, _end(text, at))
        if text[at] == ",":
            at = _after(text, at + 1)
    return found


def _end(text: str, at: int) -> int:
    return int(_DECODER.raw_decode(text, at)[1])


def _after(text: str, at: int) -> int:
    """Return where the space that may stand at `at` ends."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
