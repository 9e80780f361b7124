"""Texts of a target made safe to look at, and quantities as people read them."""

import re
import unicodedata
from datetime import UTC, datetime

_ODD = re.compile(r"[^\t\n\x20-\x7e]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""Return `text` with each control, bidi, invisible and unpaired character as an escape such as `\u202e`.

    Tabs and line feeds stay.
    """
    # What is printable has no such character, and needs no search.
    return text if text.isprintable() and text.isascii() else _ODD.sub(_escape, text)


def one_line(text: str) -> str:
    """Return `text` as `visible` does, with tabs and line feeds as escapes too."""
    if text.isprintable() and text.isascii():
        return text
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, the last an ellipsis where something was cut off."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def short(text: str, limit: int = 2_000) -> str:
    """Return at most `limit` characters of a text in one line, safe to look at."""
    if len(text) <= limit and text.isprintable() and text.isascii():
        return text
    # Escapes make it longer only: what is beyond the limit before them is beyond it after them.
    return cut(one_line(text[: limit + 1]), limit)


def number(value: int) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u2009")


def count(value: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun, such as `1 case` or `3 cases`."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def duration(seconds: float) -> str:
    """Return a time span in the units that suit its length."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size(octets: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    if octets < 10_000:  # noqa: PLR2004 - exact while it is easy to read
        return count(octets, "byte")
    if octets < 1_000_000:  # noqa: PLR2004 - decimal units
        return f"{octets / 1000:.0f} kB"
    return f"{octets / 1_000_000:.1f} MB"


def moment(seconds: float) -> str:
    """Return a time, in seconds since the epoch, as a date and a time of day in UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    if character == "\r":
        return "\\r"
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - one byte
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - the basic plane
