"""Redaction by value: a secret that a target sends back never reaches a file or a screen."""

import base64
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from conformance.model.case import KEY
from conformance.model.exchange import Exchange, Response

SHORTEST_CORE = 6
"""Fewer characters of a Base64 text than this are no trace of a secret: they stand in other texts by chance."""

LONGEST_KNOWN = 200
"""Longer texts than this, in characters, are not kept to be known again."""

ESCAPES = "%\\&"
ROUNDS = 4
"""How often a text may be escaped over and over for a secret in it to be noticed."""

WITHHELD = f"{KEY} (redacted completely: it contained a secret, escaped several times)"

# Every branch begins with a plain character: so what holds no escape is passed over quickly.
_ESCAPE = re.compile(
    r"%(?P<percent>[2-7][0-9a-fA-F])|\\\\*u00(?P<json>[2-7][0-9a-fA-F])|\\\\*(?P<slashed>[!-/:-@\[-`{-~])"
    r"|&#0*(?P<decimal>\d{2,3});|&#[xX]0*(?P<hexadecimal>[2-7][0-9a-fA-F]);|&(?P<named>amp|lt|gt|quot|apos);"
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

S = TypeVar("S", bound=msgspec.Struct)


class Redactor:
    """Puts `shown` in place of one secret, wherever it stands and however it is written.

    That is as it is, in hexadecimal, in Base64 (once or twice, also as a part of a longer text), and with any of its
    characters escaped as URLs, JSON and HTML do, escapes of escapes among them. An empty secret changes nothing.
    """

    def __init__(self, secret: str, shown: str = KEY) -> None:
        self._shown = shown
        self._withheld = WITHHELD.replace(KEY, shown)
        inner = list(_cores(secret))
        outer = [core for each in inner for core in _cores(each)]
        octets = secret.encode().hex()
        # The longest first: a form may be the beginning of another.
        forms = sorted({secret, *inner, *outer, octets, octets.upper()}, key=len, reverse=True) if secret else []
        self._texts = tuple(forms)
        self._signs = frozenset((*forms, *(_unfolded(form) for form in forms)))
        self._letters = frozenset("".join(self._signs) + ESCAPES)
        self._bytes = tuple(form.encode() for form in forms)
        self._known = lru_cache(maxsize=1024)(self._redacted)

    @cached_property
    def _text_pattern(self) -> re.Pattern[str]:
        """Every form of the secret, escaped in every way: it takes a while to make, and is hardly ever needed."""
        return re.compile("|".join("".join(map(_any_spelling, form)) for form in self._texts))

    @cached_property
    def _bytes_pattern(self) -> re.Pattern[bytes]:
        return re.compile(self._text_pattern.pattern.encode())

    def text(self, text: str) -> str:
        """Return a text without the secret."""
        # Headers are mostly the same from answer to answer.
        return self._known(text) if len(text) <= LONGEST_KNOWN else self._redacted(text)

    def _redacted(self, text: str) -> str:
        for form in self._texts:
            if form in text:
                text = text.replace(form, self._shown)
        if self._hides_in(text):
            text = self._text_pattern.sub(self._shown, text)
            return self._withheld if self._hides_in(text) else text
        return text

    def body(self, body: bytes) -> bytes:
        """Return bytes without the secret."""
        for form in self._bytes:
            if form in body:
                body = body.replace(form, self._shown.encode())
        if self._hides_in(body.decode("latin-1")):
            body = self._bytes_pattern.sub(self._shown.encode(), body)
            return self._withheld.encode() if self._hides_in(body.decode("latin-1")) else body
        return body

    def _hides_in(self, text: str) -> bool:
        """Tell whether the secret shows once what is escaped in a text is not; looking for it as it stands is slow."""
        if not self._texts or not any(escape in text for escape in ESCAPES):
            return False
        for _ in range(ROUNDS):
            if self._letters.isdisjoint(map(_unescaped, _ESCAPE.finditer(text))):
                return False
            plain = _ESCAPE.sub(_unescaped, text)
            if any(sign in plain for sign in self._signs):
                return True
            text = plain
        return False


class Redaction:
    """All the secrets of a run; each is replaced by what stands for it."""

    def __init__(self, *secrets: tuple[str, str]) -> None:
        self._redactors: list[Redactor] = []
        for secret, shown in secrets:
            self.add(secret, shown)

    def add(self, secret: str, shown: str) -> None:
        """Know one more secret; an empty one is none."""
        if secret:
            # The newest first: a key that was made anew is the one that comes back.
            self._redactors.insert(0, redactor(secret, shown))

    def text(self, text: str) -> str:
        """Return a text without the secrets."""
        for each in self._redactors:
            text = each.text(text)
        return text

    def body(self, body: bytes) -> bytes:
        """Return bytes without the secrets."""
        for each in self._redactors:
            body = each.body(body)
        return body

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange whose answer and failure do not hold the secret."""
        response = exchange.response
        if response is not None:
            headers = tuple((self.text(name), self.text(value)) for name, value in response.headers)
            reason = self.text(response.reason)
            response = Response(response.status, headers, self.body(response.body), reason, response.version)
        return replace(exchange, response=response, detail=self.text(exchange.detail))

    def texts_of(self, struct: S) -> S:
        """Return a struct whose texts, and those of the structs in it, do not hold the secret."""
        changed = {}
        for name in struct.__struct_fields__:
            held = getattr(struct, name)
            shown = self.text(held) if type(held) is str else held
            if isinstance(held, msgspec.Struct):
                shown = self.texts_of(held)
            if shown != held:
                changed[name] = shown
        return replace(struct, **changed) if changed else struct


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


def _unfolded(text: str) -> str:
    for _ in range(ROUNDS):
        text = _ESCAPE.sub(_unescaped, text)
    return text


def _unescaped(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "slashed":
        return text
    if kind == "named":
        return _NAMED[text]
    number = int(text, 10 if kind == "decimal" else 16)
    return chr(number) if number < 128 else match[0]


@lru_cache(maxsize=128)
def _any_spelling(character: str) -> str:
    """Return a pattern for a character as it is, or escaped, as often as may be."""
    number = ord(character)
    digits = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{number:02x}")
    names = "".join(f"|{name};" for name, plain in _NAMED.items() if plain == character)
    entity = rf"&(?:amp;)*(?:#0*{number};|#[xX]0*{digits};{names})"
    return rf"(?:{re.escape(character)}|%(?:25)*{digits}|\\+(?:u00{digits}|{re.escape(character)})|{entity})"
