"""Retries: how often a target closes connections or returns 429 to requests that succeed when they are sent again."""

from collections.abc import Iterator, Mapping

from conformance.checks.shared import messages
from conformance.checks.shared.findings import finding
from conformance.model.finding import Judgement, Pass, Symptom

REQUIREMENT = "transport.retries"
TOLERATED = 200
"""One retry in so many requests is no matter."""

CLOSED, LIMITED = "a closed connection", "429"

WORDINGS = {CLOSED: messages.CLOSED_OFTEN, LIMITED: messages.LIMITED_OFTEN}


def retries(counts: Mapping[str, int], requests: int) -> Iterator[Judgement]:
    """Yield a note, with its rate, for each reason to send again that more than 1 request of 200 had; else a pass."""
    often = {reason: count for reason, count in counts.items() if count * TOLERATED > requests}
    if not often:
        yield Pass(REQUIREMENT)
    for reason, count in often.items():
        rate = f"{count} of {requests} requests ({count / requests:.1%})".replace("%", " %")
        yield finding(
            REQUIREMENT,
            Symptom("retries", "any request", reason),
            **WORDINGS[reason].filled(rate=rate),
            expected=f"at most 1 request of {TOLERATED}",
            actual=rate,
        )
