"""Date-times as moments, exact to the last digit."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clients.judging.comparing import moment

EARLIEST, LATEST = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001 (the zones come apart)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=ZONES))
def test_a_moment_is_the_same_in_every_zone(at):
    """However its offset is written, a date-time names the same moment."""
    assert moment(at.isoformat()) == moment(at.astimezone(UTC).isoformat()) is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02t03:04:05z", True),
        ("2026-01-02T03:04:05.500Z", "2026-01-02 03:04:05.5+00:00", True),
        ("2026-01-02T03:04:05-00:00", "2026-01-02T08:34:05+05:30", True),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456Z", False),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", False),
    ],
)
def test_moments_are_compared_and_not_spellings(one, other, same):
    """Two spellings are the same moment, or they are not."""
    assert same is (moment(one) == moment(other))


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-01-02", "2026-02-30T00:00:00Z", "2026-01-02T03:04:05"),
        f"2026-01-02T03:04:05.{'1' * 5_000}Z",
    ],
)
def test_what_is_no_date_time_is_no_moment(text):
    """Other texts are none."""
    assert moment(text) is None
