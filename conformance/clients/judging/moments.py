"""Date-times as moments: exact to the last digit of their fraction."""

import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

_DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> Fraction | None:
    """Return the seconds between 1970 and a date-time of RFC 3339 or ISO 8601, exactly; None where it is none."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    *fields, fraction, offset = match.groups()
    try:
        at = datetime(*map(int, fields), tzinfo=_zone(offset))  # type: ignore[misc, arg-type]
        whole = (at - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return whole + (Fraction(int(fraction), 10 ** len(fraction)) if fraction else Fraction(0))


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
