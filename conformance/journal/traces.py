"""Traces: whether a text may hold a secret at all, told many times faster than where it stands."""

import re
import string
from collections.abc import Iterable

from conformance.journal.escapes import unbroken, unescaped_whole

# What stands for a letter, a digit or a sign in URLs, JSON and HTML, once its backslashes are gone. Without it a text
# has no escapes but backslashes.
_CODED = re.compile(r"%[2-7][0-9a-fA-F]|u00[2-7][0-9a-fA-F]|&(?:#|(?:amp|lt|gt|quot|apos);)")
_SLASHED_BREAK = re.compile(r"\\[nrt]")


FILLER = "a"
"""What long texts of the suite are made of, and so what a target echoes."""

_UPPER, _LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_TO_LOWER = bytes.maketrans(_UPPER, _LOWER)
_PASSED_OVER = b"\\\0 \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""Backslash, NUL, and all white space of ASCII as `str.split` knows it."""


class Traces:
    """Tells whether a text may hold one of several forms, as it is, escaped, over line breaks or in other letter case.

    A form that stands in a text, in what the text is once unescaped, or in either without white space, stands there
    without backslashes, white space and letter case as well: `may_hold` is never wrongly false. It may be wrongly true.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        all_forms = {each for form in forms for each in (form, unescaped_whole(form))}
        bare = {each for form in all_forms for each in (_bare(form), lower(unbroken(form)))}
        # Where a longer one stands, the shorter one that it holds does too.
        least = sorted(each for each in bare if not any(other in each for other in bare - {each}))
        self._bare = tuple((_rarest(each), each) for each in least)

    def may_hold(self, text: str) -> bool:
        """Return false where none of the forms is in a text in any way."""
        if self._in(_bare(text)):
            return True
        if _is_coded(text) and self._in(_bare(unescaped_whole(text))):
            return True
        return _SLASHED_BREAK.search(text) is not None and self._in(lower(unbroken(text)))

    def _in(self, bare: str) -> bool:
        for part, form in self._bare:  # noqa: SIM110 (a generator takes twice the time)
            if part in bare and form in bare:
                return True
        return False


def _rarest(form: str) -> str:
    """Return a part of a form that is looked for faster: long texts are runs of the letter that fills them."""
    return max(form.split(FILLER), key=len) or form


def lower(text: str) -> str:
    """Return a text with its ASCII letters in lower case, as long as it was."""
    # The method of texts changes other letters too, and the length with them.
    return (
        text.lower()
        if text.isascii()
        else text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    )


def _is_coded(text: str) -> bool:
    """Tell whether a text may change by more than backslashes once it is unescaped."""
    plain = text.replace("\\", "")
    return ("%" in plain or "&" in plain or "u00" in plain) and _CODED.search(plain) is not None


def _bare(text: str) -> str:
    if text.isascii():
        return text.encode().translate(_TO_LOWER, _PASSED_OVER).decode()
    return lower("".join(text.replace("\\", "").replace("\0", "").split()))
