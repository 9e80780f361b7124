"""Redaction by value: a secret that a target sends back never reaches a file or a screen."""

import base64
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from conformance.journal.escapes import ROUNDS, TORN, places_of, unbroken, unescaped_whole
from conformance.journal.traces import Traces, lower, rarest
from conformance.model.case import KEY
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Doubt, Finding
from conformance.model.header_fields import Headers, combined

SHORTEST_CORE = 6
"""Fewer characters of a Base64 text than this are no trace of a secret: they stand in other texts by chance."""

LONG = 8
"""A secret of at least so many characters is looked for in other letter case, over line breaks and cut off as well."""

SHORTEST_CUT = 4
"""How many first characters of a secret at the end of a text that was cut off count as the secret."""

LONGEST_KNOWN, MOST_KNOWN = 200, 1_024
"""Longer texts than this, in characters, are not kept to be known again, and so many are."""

LONGEST_SECTION = 1_000
"""Header sections of more characters are not kept to be known again."""

SEARCHED = 1_000_000
"""How many bytes are searched of what a body holds compressed."""

KNOWN_CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
PACKED = (b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"\x04\x22\x4d\x18")
"""How Zstandard, bzip2, xz, ZIP and LZ4 begin."""

WITHHELD = f"{KEY} (redacted completely: it contained a secret in another encoding)"

S = TypeVar("S", bound=msgspec.Struct)


class Redactor:
    """Puts `shown` in place of one secret, wherever it stands and however it is written.

    That is as it is, in hexadecimal, in Base64 (once or twice, also as a part of a longer text), and with any of its
    characters escaped as URLs, JSON and HTML do, escapes of escapes among them; a long one in other letter case too.
    A text that holds it over line breaks, in UTF-16 or UTF-32, or compressed, is withheld. An empty secret changes
    nothing. Every step costs a multiple of the length of the text.
    """

    def __init__(self, secret: str, shown: str = KEY) -> None:
        self._shown = shown
        self._withheld = WITHHELD.replace(KEY, shown)
        inner = list(_cores(secret))
        outer = [core for each in inner for core in _cores(each)]
        octets = secret.encode().hex()
        plain = {secret, secret.encode().decode("latin-1")}
        # The longest first: a form may be the beginning of another.
        forms = sorted({*plain, *inner, *outer, octets, octets.upper()}, key=len, reverse=True) if secret else []
        self._forms = tuple(forms)
        self._plain = forms[-1].encode() if forms else b""
        self._sign = rarest(forms[-1]).encode() if forms else b""
        self._traces = Traces(forms)
        self._signs = tuple(sorted({unescaped_whole(form) for form in forms}, key=len, reverse=True))
        self._long = len(secret) >= LONG
        folded = (lower(unescaped_whole(each)) for each in (*sorted(plain), octets))
        self._folded = tuple(dict.fromkeys(folded)) if self._long else ()
        self._bare = tuple(map(unbroken, self._signs)) if self._long else ()
        self._known = lru_cache(maxsize=MOST_KNOWN)(self._redacted)

    def text(self, text: str, *, cut: bool = False) -> str:
        """Return a text without the secret; with `cut` it may end within it."""
        # Headers are mostly the same from answer to answer.
        redacted = self._known(text) if len(text) <= LONGEST_KNOWN else self._redacted(text)
        return self._without_beginning(redacted) if cut else redacted

    def body(self, body: bytes, *, cut: bool = False) -> bytes:
        """Return bytes without the secret; with `cut` they may end within it."""
        text = body.decode("latin-1")
        redacted = self.text(text, cut=cut)
        if redacted is text or redacted == text:
            return self._withheld.encode() if self._packed(body) else body
        return redacted.encode("latin-1")

    def apart(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return header fields, those redacted whose values hold the secret in several pieces."""
        values = [value for _, value in headers]
        joined = "".join(values)
        if not self._long or self._redacted(joined) == joined:
            return headers
        ends = list(accumulate(map(len, values)))
        found = {place for form in self._forms if form in joined for place in _split_over(joined, form, ends)}
        if not found:
            # Escaped, in another letter case, or over spaces: where it begins and ends is not known.
            found = set(range(len(headers)))
        return [(name, self._shown if place in found else value) for place, (name, value) in enumerate(headers)]

    def plainly(self, body: bytes) -> bytes:
        """Return bytes of any length without the secret as it is."""
        # Replacing, and looking for all of it, takes many times longer.
        return body.replace(self._plain, b"") if self._forms and self._sign in body else body

    def _redacted(self, text: str) -> str:
        if not self._forms or not self._traces.may_hold(text):
            return text
        for form in self._forms:
            if form in text:
                text = text.replace(form, self._shown)
        if spans := self._hidden(text):
            pieces, last = [], 0
            for begin, end in spans:
                pieces += [text[last:begin], self._shown]
                last = end
            text = "".join([*pieces, text[last:]])
        if self._long:
            bare = unbroken(text)
            if len(bare) < len(text) and any(sign in bare for sign in self._bare):
                return self._withheld
        return text

    def _hidden(self, text: str) -> list[tuple[int, int]]:
        """Return where the secret stands in a text once what is escaped is not, in any letter case."""
        plain = unescaped_whole(text)
        found = [(plain, sign) for sign in self._signs if sign in plain] if plain is not text else []
        if self._folded:
            folded = lower(plain)
            found += [(folded, sign) for sign in self._folded if sign in folded]
        if not found:
            return []
        places = places_of(text)
        spans: list[tuple[int, int]] = []
        for within, sign in found:
            begin = within.find(sign)
            while begin >= 0:
                spans.append((places[begin], places[begin + len(sign)]))
                begin = within.find(sign, begin + len(sign))
        return _apart(spans)

    def _without_beginning(self, text: str) -> str:
        """Return a text that was cut off without the beginning of the secret at its end."""
        longest = max(map(len, self._forms), default=0)
        window = text[-longest * ROUNDS * ROUNDS :]
        plain = unescaped_whole(window)
        for whole in dict.fromkeys((plain, TORN.sub("", plain))):
            begin = min(_beginning(whole, self._signs), _beginning(lower(whole), self._folded))
            if begin < len(whole):
                return text[: len(text) - len(window) + places_of(window)[begin]] + self._shown
        return text

    def _packed(self, body: bytes) -> bool:
        """Tell whether the secret is in what a body holds compressed."""
        inside = _unpacked(body)
        return bool(inside) and self._redacted(text := inside.decode("latin-1")) != text


class Redaction:
    """All the secrets of a run; each is replaced by what stands for it."""

    def __init__(self, *secrets: tuple[str, str]) -> None:
        self._redactors: list[Redactor] = []
        self._known: dict[tuple[str, str], tuple[str, str]] = {}
        """Header fields by what they were: they are mostly the same from response to response."""
        self._sections: dict[Headers, Headers] = {}
        """Header sections by what they were: within a second, responses of one length have the same."""
        for secret, shown in secrets:
            self.add(secret, shown)

    def add(self, secret: str, shown: str) -> None:
        """Know one more secret; an empty one is none."""
        if secret:
            self._known.clear()
            self._sections.clear()
            # The newest first: a key that was made anew is the one that comes back.
            self._redactors.insert(0, redactor(secret, shown))

    def text(self, text: str, *, cut: bool = False) -> str:
        """Return a text without the secrets; with `cut` it may end within one."""
        for each in self._redactors:
            text = each.text(text, cut=cut)
        return text

    def body(self, body: bytes, *, cut: bool = False) -> bytes:
        """Return bytes without the secrets; with `cut` they may end within one."""
        for each in self._redactors:
            body = each.body(body, cut=cut)
        return body

    def plainly(self, body: bytes) -> bytes:
        """Return bytes of any length without the secrets as they are."""
        for each in self._redactors:
            body = each.plainly(body)
        return body

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange whose answer and failure do not hold the secret.

        A body that nobody here can decode could hold it: where there is a secret, only length and hash are kept.
        """
        response = exchange.response
        if response is not None and self._redactors:
            headers = self._sections.get(response.headers) or self._section(response.headers)
            reason, body = self.text(response.reason), response.body
            if body and is_undecodable(response):
                body = f"({len(body)} bytes that cannot be decoded, SHA-256 {sha256(body).hexdigest()})".encode()
            else:
                body = self.body(body, cut=exchange.failure is not None)
            response = replace(response, headers=headers, body=body, reason=reason)
        return replace(exchange, response=response, detail=self.text(exchange.detail))

    def finding(self, finding: Finding) -> Finding:
        """Return a finding without the secrets in those of its texts that may hold what a target sent."""
        return self.texts_of(finding, "message", "pointer", "expected", "actual", "note")

    def doubt(self, doubt: Doubt) -> Doubt:
        """Return a doubt whose reason does not hold the secrets."""
        return self.texts_of(doubt, "reason")

    def texts_of(self, struct: S, *names: str) -> S:
        """Return a struct whose texts of these names do not hold the secret: its others are the suite's own."""
        return replace(struct, **{name: self.text(getattr(struct, name)) for name in names})

    def _field(self, field: tuple[str, str]) -> tuple[str, str]:
        """Return a header field without the secrets."""
        name, value = field
        shown = self.text(name), self.text(value)
        if len(name) + len(value) <= LONGEST_KNOWN:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[field] = shown
        return shown

    def _section(self, headers: Headers) -> Headers:
        """Return header fields without the secrets, of which no several hold one together."""
        fields = [self._known.get(field) or self._field(field) for field in headers]
        for each in self._redactors:
            fields = each.apart(fields)
        shown = tuple(fields)
        if sum([len(name) + len(value) for name, value in headers]) <= LONGEST_SECTION:
            if len(self._sections) >= MOST_KNOWN:
                self._sections.clear()
            self._sections[headers] = shown
        return shown


@lru_cache(maxsize=8)
def redactor(secret: str, shown: str = KEY) -> Redactor:
    """Return the redactor of a secret; it is made once."""
    return Redactor(secret, shown)


def redact(exchange: Exchange, secret: str) -> Exchange:
    """Return an exchange in whose answer the secret, as it is or encoded, is replaced by its placeholder."""
    return Redaction((secret, KEY)).exchange(exchange) if secret else exchange


def redact_text(text: str, secret: str) -> str:
    """Return a text without the secret."""
    return redactor(secret).text(text)


def _cores(text: str) -> Iterator[str]:
    """Yield what `text` makes of any Base64 text that it is encoded in: where it begins decides, in three ways."""
    for before in range(3):
        data = bytes(before) + text.encode()
        for encoded in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
            core = encoded.decode()[(0, 2, 3)[before] : len(data) * 8 // 6]
            if len(core) >= SHORTEST_CORE:
                yield core


def is_undecodable(response: Response) -> bool:
    """Tell whether a body is in a content coding, or in a compressed format, that the suite cannot undo."""
    declared = combined(response.headers, "content-encoding")
    if declared and not {each.strip().lower() for each in declared.split(",")} <= KNOWN_CODINGS:
        return True
    return response.body.startswith(PACKED)


def _beginning(text: str, signs: Iterable[str]) -> int:
    """Return where the beginning of a sign stands that a text ends with, else the length of the text."""
    longest, last = 0, text[-SHORTEST_CUT:]
    for sign in signs:
        if last not in sign:
            continue
        lengths = range(min(len(sign) - 1, len(text)), max(longest, SHORTEST_CUT - 1), -1)
        longest = next((length for length in lengths if text.endswith(sign[:length])), longest)
    return len(text) - longest


def _split_over(joined: str, form: str, ends: list[int]) -> range:
    begin = joined.find(form)
    return range(bisect_right(ends, begin), bisect_right(ends, begin + len(form) - 1) + 1)


def _unpacked(body: bytes) -> bytes:
    """Return what a body that begins like gzip or zlib holds, as far as that is searched; empty where it is neither."""
    if not body.startswith(b"\x1f\x8b") and not (body[:1] == b"\x78" and int.from_bytes(body[:2]) % 31 == 0):
        return b""
    try:
        return zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(body, SEARCHED)
    except zlib.error:
        return b""


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
