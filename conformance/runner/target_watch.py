"""Whether the target is still there: a run that gets no responses says nothing of conformance."""

from conformance.model.case import Case, could_create
from conformance.model.errors import TargetLostError
from conformance.model.exchange import UNREACHED, Exchange, Failure, may_have_acted
from conformance.model.vocabulary import Expectation
from conformance.targets.target import Target

UNREACHED_IN_A_ROW = 3
SILENT_IN_A_ROW = 5
FAILED_AT_FIRST = 5
"""How many valid requests a remote target may fail before any works: each may have created something."""

ADDRESS = "check that it is running and that the address is correct"
CERTIFICATE = "if it requires a client certificate, set --client-cert"

BROKEN_OFF = frozenset({Failure.CLOSED, Failure.TRUNCATED})
"""Failures that are the target's fault while it lives, and nobody's while it dies."""


class TargetWatch:
    """Counts requests that were not answered; `reached` tells whether the target has responded at all.

    Args:
        target: the target, which is asked whether it is still there.

    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._unreached = 0
        self._silent = 0
        self._not_carried = 0
        self._responses = 0
        self._lost = TargetLostError("", "")
        self._survives = False
        self._failed: dict[str, str] = {}
        self._works = target.traits.loopback
        self.breakdown = ""
        """Why the run has to end, though the target responds."""
        self.reached = False

    async def notice(self, exchange: Exchange) -> bool:
        """Take in how an exchange ended; tells whether the target was not there for it.

        Raises:
            TargetLostError: it was not there, or stayed silent, several times in a row.

        """
        shut_out = self._shut_out(exchange)
        gone = shut_out or await self._gone(exchange)
        silent = exchange.failure is Failure.TIMEOUT
        self._unreached = self._unreached + 1 if gone else 0
        self._silent = self._silent + 1 if silent else 0
        ended = exchange.response is not None or exchange.failure is not None
        self.reached = self.reached or (ended and not gone and not silent)
        self._responses += exchange.response is not None
        if gone:
            times = min(self._unreached, UNREACHED_IN_A_ROW)
            often = f", {times} consecutive times" if times > 1 else ""
            what = f"{self._target.name} cannot be reached: {exchange.failure}{often}{self._after()}"
            self._lost = TargetLostError(what, CERTIFICATE if shut_out else ADDRESS)
        if self._unreached >= UNREACHED_IN_A_ROW:
            raise self._lost
        if self._silent >= SILENT_IN_A_ROW:
            # More may end unanswered before the run does.
            what = (
                f"{self._target.name} sent no response in time to {SILENT_IN_A_ROW} consecutive requests{self._after()}"
            )
            raise TargetLostError(what, "check that it is running; --timeout sets the timeout")
        return gone

    def _after(self) -> str:
        return f", after {self._responses} responses" if self._responses else ""

    def notice_breakdown(self, case: Case, exchange: Exchange) -> None:
        """Take in how a valid request to a remote target ended that could create something; or that one hangs."""
        if case.seconds and exchange.failure is Failure.TIMEOUT:
            # It may hang for ever, and what comes after it would be blamed for that.
            kind = case.story.kind if case.story else case.id
            self.breakdown = f"{self._target.name} sent no response in {case.seconds:g} s to {kind}"
        if self._works or case.expectation is not Expectation.ACCEPTED or not could_create(case):
            return
        response = exchange.response
        if response is not None and (response.succeeded or response.rejected):
            self._works = True
        elif may_have_acted(response, exchange.failure):
            how = f"status {response.status}" if response is not None else str(exchange.failure)
            self._failed.setdefault(case.id, how)
            if len(self._failed) == FAILED_AT_FIRST:
                ways = ", ".join(sorted(set(self._failed.values())))
                what = f"{self._target.name} failed all of the first {FAILED_AT_FIRST} valid requests ({ways})"
                self.breakdown = f"{what}; each may have created an object"

    def notice_not_carried(self, reason: str) -> None:
        """Take in that a client of the user's did not send a request.

        Raises:
            TargetLostError: nothing was sent so far, and several were to be.

        """
        self._not_carried += 1
        if not self.reached and self._not_carried >= SILENT_IN_A_ROW:
            raise TargetLostError(f"{self._target.name} sends nothing: {reason}", "check the client object")

    def check_reached(self) -> None:
        """See that the target was there, at the end of a plan that was too short to notice.

        Raises:
            TargetLostError: it could not be reached even once.

        """
        if self._unreached and not self.reached:
            raise self._lost

    def _shut_out(self, exchange: Exchange) -> bool:
        """Tell whether a server over TLS, which has answered nothing so far, may have rejected us in the handshake.

        With TLS 1.3 a client learns only afterwards that its certificate is rejected, or that it should have shown one
        (RFC 8446 section 4.4.2.4), and often by no more than the end of the connection.
        """
        return exchange.failure is Failure.CLOSED and not self.reached and self._target.traits.handshakes

    async def _gone(self, exchange: Exchange) -> bool:
        """Tell whether the target was not there to answer, or went while it did."""
        if exchange.failure not in BROKEN_OFF:
            return exchange.failure in UNREACHED
        there = await self._target.is_there(pause=not self._survives)
        self._survives = self._survives or there
        return not there
