"""Traces: whether a text may hold a secret at all, told many times faster than where it stands."""

import re
import string
from collections.abc import Iterable

from conformance.journal.escapes import unbroken, unescaped_whole

# What stands for a letter, a digit or a sign in URLs, JSON and HTML, once its backslashes are gone. Without it a text
# has no escapes but backslashes. Each has its own expression: one that begins with a literal is found much faster.
_CODED = (
    ("%", re.compile(r"%[2-7][0-9a-fA-F]")),
    ("u00", re.compile(r"u00[2-7][0-9a-fA-F]")),
    ("&", re.compile(r"&(?:#|(?:amp|lt|gt|quot|apos);)")),
)
_SLASHED_BREAK = re.compile(r"\\[nrt]")


FILLER = "a"
"""What long texts of the suite are made of, and so what a target echoes."""

_RUN, _SHORTENED = FILLER * 64, FILLER * 8
_RUNS = re.compile(f"{_SHORTENED}{FILLER}{{{len(_RUN) - len(_SHORTENED)},}}")
"""Each run of fillers that is so long becomes a short one: none of them is within a secret."""

_LONGEST_IN_FORM = 4
"""How many fillers stand side by side in a form at most where runs are shortened: at most one of a run belongs to an
escape, so that what is left of it is still longer than that."""

_UPPER, _LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_TO_LOWER = bytes.maketrans(_UPPER, _LOWER)
_PASSED_OVER = b"\\\0 \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""Backslash, NUL, and all white space of ASCII as `str.split` knows it."""

_RARE = b"bfghjkqvwxyz0123456789-"
"""What JSON texts have little of; none of it is white space, or a letter of an escaped line break."""
_NOT_RARE = bytes(set(range(256)) - set(_RARE + _RARE.upper()))


class Traces:
    """Tells whether a text may hold one of several forms, as it is, escaped, over line breaks or in other letter case.

    A form that stands in a text, in what the text is once unescaped, or in either without white space, stands there
    without backslashes, white space and letter case as well: `may_hold` is never wrongly false. It may be wrongly true.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        all_forms = {each for form in forms for each in (form, unescaped_whole(form))}
        known = {each for form in all_forms for each in (bare(form), lower(unbroken(form)))}
        # Where a longer one stands, the shorter one that it holds does too.
        least = sorted(each for each in known if not any(other in each for other in known - {each}))
        self._bare = tuple((rarest(each), each) for each in least)
        self._rare = tuple(dict.fromkeys(map(rare, least)))
        self._shortens = not any(FILLER * (_LONGEST_IN_FORM + 1) in each for each in least)

    def may_hold(self, text: str) -> bool:
        """Return false where none of the forms is in a text in any way."""
        if self._shortens and _RUN in text:
            text = _RUNS.sub(_SHORTENED, text)
        # Most texts are done with here, whatever is between their rare characters.
        if self._has_rare(text) and (
            self._in(bare(text)) or (_SLASHED_BREAK.search(text) is not None and self._in(lower(unbroken(text))))
        ):
            return True
        if not _is_coded(text):
            return False
        plain = unescaped_whole(text)
        return self._has_rare(plain) and self._in(bare(plain))

    def _has_rare(self, text: str) -> bool:
        """Tell whether the rare characters of a form stand side by side where a text has no others."""
        left = rare(text)
        for each in self._rare:  # noqa: SIM110 (a generator takes twice the time)
            if each in left:
                return True
        return False

    def _in(self, plain: str) -> bool:
        for part, form in self._bare:  # noqa: SIM110 (a generator takes twice the time)
            if part in plain and form in plain:
                return True
        return False


def rarest(form: str) -> str:
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
    if "\\" not in text and "%" not in text and "&" not in text:
        return False
    plain = text.replace("\\", "")
    for sign, coded in _CODED:  # noqa: SIM110 (a generator takes twice the time)
        if sign in plain and coded.search(plain):
            return True
    return False


def rare(text: str) -> str:
    """Return the rare characters of a text, in lower case.

    They are the same for `bare` and `unbroken` of that text: those only leave out what is not rare.
    """
    # A text is searched in half the time of bytes.
    return text.encode("latin-1", "ignore").translate(_TO_LOWER, _NOT_RARE).decode()


def bare(text: str) -> str:
    """Return a text without backslashes, NUL and white space, in lower case."""
    if text.isascii():
        return text.encode().translate(_TO_LOWER, _PASSED_OVER).decode()
    return lower("".join(text.replace("\\", "").replace("\0", "").split()))
