"""The key: the forms in which it can stand in an answer, and a finding that shows none of them."""

import base64
from functools import lru_cache
from urllib.parse import quote

from msgspec.structs import replace

from conformance.checks.shared.findings import CUT
from conformance.model.case import KEY
from conformance.model.finding import Doubt, Judgement, Pass
from conformance.model.jsontext import write

SHORT = 6
"""A key, or a piece of one, of fewer characters may occur in a response by chance."""


@lru_cache(maxsize=8)
def forms(key: str) -> tuple[str, ...]:
    """Return the key as it is, in a JSON text, percent-encoded and in base64; the longest first."""
    plain = base64.b64encode(key.encode()).decode().rstrip("=")
    url = plain.translate({ord("+"): "-", ord("/"): "_"})
    found = {key, write(key)[1:-1], quote(key, safe=""), quote(quote(key, safe="")), plain, url}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


@lru_cache(maxsize=8)
def encoded_forms(key: str) -> tuple[tuple[str, bytes], ...]:
    """Return each form of a key with its bytes."""
    return tuple((form, form.encode()) for form in forms(key))


def hidden(judgement: Judgement | Doubt, key: str) -> Judgement | Doubt:
    """Return a judgement whose texts do not show the key, nor its beginning where a text was cut in it."""
    if not key or isinstance(judgement, Pass):
        return judgement
    if isinstance(judgement, Doubt):
        return replace(judgement, reason=_without(judgement.reason, key))
    texts = f"{judgement.message}\n{judgement.pointer}\n{judgement.expected}\n{judgement.actual}\n{judgement.note}"
    if CUT not in texts and not any(form in texts for form in forms(key)):
        return judgement
    return replace(
        judgement,
        message=_without(judgement.message, key),
        pointer=_without(judgement.pointer, key),
        expected=_without(judgement.expected, key),
        actual=_without(judgement.actual, key),
        note=_without(judgement.note, key),
    )


def _without(text: str, key: str) -> str:
    known = forms(key)
    for form in known:
        text = text.replace(form, KEY)
    if not text.endswith(CUT):
        return text
    shown = text.removesuffix(CUT)
    for form in known:
        for length in range(len(form) - 1, SHORT - 1, -1):
            if shown.endswith(form[:length]):
                return shown[:-length] + KEY + CUT
    return text
