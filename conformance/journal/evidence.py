"""Evidence: how much of each response a run keeps, whatever a target sends."""

from hashlib import sha256

from msgspec.structs import replace

from conformance.journal.redaction import Redaction
from conformance.model.exchange import Exchange, Whole
from conformance.model.jsontext import MAX_TEXT

LARGEST = 65_536
"""The largest body that is kept whole, in bytes."""

HEAD, TAIL = 12_288, 4_096
"""What is kept of a larger one."""

SMALL_HEAD, SMALL_TAIL = 3_072, 1_024
"""What is kept of each body once those of the run take `TOTAL` bytes."""

TOTAL = 8_000_000

MARGIN = 8_192
"""What is searched for secrets beyond what is kept, so that none is cut in two."""

SEARCHED_WHOLE = 32_768
"""Bodies of at most so many bytes are searched as a whole first: head and tail with their margins are as much."""

FIELDS, FIELD = 100, 8_192
"""How many header fields are kept, and how many characters of them all."""


LONGEST = 1_000
"""How many characters are kept of a reason phrase, and of the name of a header field."""


class ResponseEvidence:
    """What the journal keeps of responses: without secrets, and within bounds for one response and for the run."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._total = 0

    def kept(self, exchange: Exchange) -> Exchange:
        """Return an exchange as the journal has it: redacted first, then cut."""
        received = exchange.response
        used = self._total > TOTAL
        if received is None or len(received.body) <= (SMALL_HEAD + SMALL_TAIL if used else LARGEST):
            shown, whole, body = self._redaction.exchange(exchange), None, None
        else:
            whole = self._whole(received.body)
            body = self._cut(received.body, *((SMALL_HEAD, SMALL_TAIL) if used else (HEAD, TAIL)), whole)
            shown = self._redaction.exchange(replace(exchange, response=replace(received, body=b"")))
        response = shown.response
        if received is None or response is None:
            return shown
        headers, reason = _within(response.headers), response.reason[:LONGEST]
        body = response.body if body is None else body
        if (headers, reason) != (response.headers, response.reason):
            whole = whole or self._whole(received.body)
        self._total += len(body)
        return replace(shown, response=replace(response, headers=headers, reason=reason, body=body, whole=whole))

    def _whole(self, body: bytes) -> Whole:
        return Whole(len(body), sha256(self._redaction.plainly(body)).hexdigest())

    def _cut(self, body: bytes, head: int, tail: int, whole: Whole) -> bytes:
        if len(body) <= SEARCHED_WHOLE and self._redaction.body(body, cut=True) == body:
            begin, end = body[:head], body[-tail:]
        else:
            begin = self._redaction.body(body[: head + MARGIN], cut=True)[:head]
            # The margin may begin within a secret, and what follows it is shorter once secrets are taken out.
            end = self._redaction.body(body[-tail - MARGIN :], cut=True)[MARGIN:][-tail:]
        missing = whole.length - head - tail
        note = f"\n... {missing} bytes are not kept here; the body has {whole.length}, SHA-256 {whole.sha256} ...\n"
        return begin + note.encode() + end


def judged(exchange: Exchange) -> Exchange:
    """Return an exchange as checks and diagnosis hold it: of a body too large to be read, its beginning."""
    response = exchange.response
    if response is None or len(response.body) <= MAX_TEXT:
        return exchange
    # One byte more than is read: it stays too large to be read.
    return replace(exchange, response=replace(response, body=response.body[: MAX_TEXT + 1]))


def _within(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the header fields that are kept, the same where all are."""
    if sum([len(name) + len(value) for name, value in headers]) <= LONGEST and len(headers) <= FIELDS:
        return headers
    kept: list[tuple[str, str]] = []
    room = FIELD
    for name, value in headers[:FIELDS]:
        kept.append((name[:LONGEST], value[:room]))
        room -= len(name) + len(value)
        if room <= 0:
            break
    return tuple(kept)
