"""Random texts that keep the lengths, the pattern and the format of a shape."""

import re
from datetime import UTC, timedelta, timezone
from functools import cache

from hypothesis import strategies as st

from conformance.classify.bounds import keeps_bounds, limits
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.strategies.values import scalars
from conformance.strategies.values import strings as fixed

MOST_CHARACTERS = 12
"""How many characters more than it must have a text gets at most, where nothing bounds it."""

LONGEST_DRAWN = 100
"""Of a text that must be longer than this only the end is drawn."""

DAY = 24 * 60 - 1
"""The greatest offset from UTC in minutes (RFC 3339 section 5.6)."""

PLAIN = "abcdefghijklmnopqrstuvwxyz"

ASCII = st.characters(codec="ascii")
# Half of them of the block that names hold (Unicode, Combining Diacritical Marks), the others of all scripts.
COMBINING = st.characters(min_codepoint=0x300, max_codepoint=0x36F) | st.characters(categories=["Mn", "Mc"])
# Not by its codec: to see what UTF-8 encodes, Hypothesis tries all characters there are, which takes a second.
UNICODE = st.characters(exclude_categories=["Cs"])


@cache
def plain(max_size: int = 5) -> st.SearchStrategy[str]:
    """Return short texts of letters, `a` the simplest that is not empty."""
    return st.text(PLAIN, min_size=1, max_size=max_size)


def texts(node: Node, shape: Shape, alphabet: str | None) -> st.SearchStrategy[str]:
    """Return a strategy of texts that keep a shape; with `alphabet` of its characters, where no pattern has its own."""
    format_ = str(shape.value("format"))
    if format_ in fixed.HALF_ASSERTED:
        return st.just(fixed.HALF_ASSERTED[format_])
    if format_ in fixed.FORMATS:
        return _of_format(format_)
    pattern = shape.value("pattern")
    least, most = limits(shape, "minLength", "maxLength")
    if isinstance(pattern, str):
        return _of_pattern(node, shape, pattern)
    return free(least, most, alphabet)


def free(least: int, most: int, alphabet: str | None = None) -> st.SearchStrategy[str]:
    """Return texts between two lengths: of letters, of all of Unicode, and with combining characters among them."""
    most = min(most, least + MOST_CHARACTERS)
    if least > LONGEST_DRAWN:
        filling = (alphabet or PLAIN)[0] * (least - 1)
        return free(1, most - least + 1, alphabet).map(lambda text: filling + text)
    if alphabet is not None:
        return st.text(alphabet, min_size=least, max_size=most)
    if most == 0:
        return st.just("")
    start = max(least, 1)
    # The empty text is among the later kinds alone: what any text brings about shrinks to one letter.
    letters = st.text(PLAIN, min_size=start, max_size=most)
    kinds = [letters, st.text(UNICODE, min_size=least, max_size=most), st.text(ASCII, min_size=least, max_size=most)]
    if start < most:
        first = max(start - 1, 1)
        marked = st.tuples(
            st.text(PLAIN, min_size=first, max_size=max(first, most // 2)),
            st.text(COMBINING, min_size=1, max_size=most - max(first, most // 2)),
        )
        kinds.append(marked.map("".join))
    return st.one_of(kinds)


def _of_pattern(node: Node, shape: Shape, pattern: str) -> st.SearchStrategy[str]:
    """Return texts that keep a pattern; ASCII alone and no line break at the end, where validators read it alike."""
    known = st.sampled_from([text for text in scalars.several(node, shape) if isinstance(text, str)][:5])
    try:
        found = st.from_regex(re.compile(pattern), alphabet=st.characters(min_codepoint=32, max_codepoint=126))
        found.validate()
    except Exception:  # noqa: BLE001  (a pattern of another dialect; the library says so in many ways)
        return known
    return known | found.filter(lambda text: keeps_bounds(shape, text) and not text.endswith("\n"))


def _of_format(name: str) -> st.SearchStrategy[str]:
    match name:
        case "date-time":
            # At any offset (RFC 3339); in UTC they end in `Z`.
            offsets = st.integers(-DAY, DAY).map(lambda minutes: timezone(timedelta(minutes=minutes)))
            moments = st.datetimes(timezones=st.just(UTC) | offsets)
            return moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
        case "date":
            return st.dates().map(str)
        case "ipv4":
            return st.ip_addresses(v=4).map(str)
        case "ipv6":
            return st.ip_addresses(v=6).map(str)
        case "uuid":
            return st.uuids().map(str)
        case "json-pointer":
            return st.lists(plain(), max_size=3).map(lambda names: "".join(f"/{each}" for each in names))
        case _:
            return st.just(fixed.FORMATS[name][0])
