"""The record of scenarios as events of a journal: what a client sent, what it got, and what it made of that."""

from collections.abc import Sequence

from msgspec.structs import replace

from conformance.clients.replying import reply_at
from conformance.clients.scenarios.scenario import CallResult, Fate, Reply, Scenario
from conformance.contract.contract import Contract
from conformance.journal.events import ClientEnded, ExchangeEnded, RequestSent
from conformance.journal.recording import Recorder
from conformance.journal.redaction import redactor
from conformance.journal.writing import Sink
from conformance.model.case import Case, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Judgement

PHASE = "client"

FAILURES = {
    Fate.RESET: Failure.CLOSED,
    Fate.SILENT: Failure.CLOSED,
    Fate.TRUNCATED: Failure.TRUNCATED,
    Fate.TRUNCATED_CHUNKS: Failure.TRUNCATED,
}

LONGEST = 100_000
"""How many characters of a client's result or error message a journal keeps."""


class ScenarioRecorder:
    """Writes scenarios to a journal; `contract` has the requirements of clients."""

    def __init__(self, contract: Contract, journal: Sink, key: str) -> None:
        self._journal = journal
        self._contract = contract
        self._recorder = Recorder(contract, journal)
        self._redactor = redactor(key)
        self.sends = 0
        self.counts = self._recorder.counts

    def record(
        self,
        scenario: Scenario,
        requests: Sequence[tuple[Request, float]],
        made: CallResult,
        found: Sequence[Judgement | Doubt],
        seconds: float,
    ) -> None:
        """Write one scenario: each request with its response, what the client made of it, and the judgements."""
        for attempt, (request, _) in enumerate(requests, 1):
            reply = reply_at(scenario.reply, request.target)
            self._exchange(scenario, attempt, exchange_of(reply, self._hidden(request), seconds))
        if not requests:
            operation = self._contract.operation
            body = scenario.body.encode() if operation.has_body else None
            request = Request(operation.method, operation.path, (), body)
            detail = "the body shown is the one that the client was to send" if operation.has_body else ""
            self._exchange(scenario, 1, Exchange(request, None, Failure.UNSENT, detail, seconds=seconds))
        self._journal.append(
            ClientEnded(
                send=self.sends,
                returned=(made.returned or "")[:LONGEST],
                raised=made.raised.type[:LONGEST] if made.raised else "",
                message=made.raised.message[:LONGEST] if made.raised else "",
                trouble=made.trouble,
            )
        )
        self._recorder.record(self.sends, scenario.id, found)

    def _exchange(self, scenario: Scenario, attempt: int, exchange: Exchange) -> None:
        self.sends += 1
        case = Case(scenario.id, scenario.expectation, scenario.requirements, exchange.request, scenario.story, PHASE)
        self._journal.append(RequestSent(send=self.sends, case=case, attempt=attempt))
        self._journal.append(ExchangeEnded.of(self.sends, exchange))

    def _hidden(self, request: Request) -> Request:
        text = self._redactor.text
        return replace(
            request,
            target=text(request.target),
            headers=tuple((text(name), text(value)) for name, value in request.headers),
            body=self._redactor.body(request.body or b""),
        )


def exchange_of(reply: Reply, request: Request, seconds: float) -> Exchange:
    """Return the exchange of a request and a reply, as the client sees it."""
    failure = FAILURES.get(reply.fate)
    detail = "part of the scenario" if failure else ""
    whole = Response(reply.status, reply.headers, reply.body)
    response = None if reply.fate in {Fate.RESET, Fate.SILENT} else whole
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS, Fate.CLOSED_EARLY}:
        response = replace(whole, body=reply.body[: len(reply.body) // 2])
    return Exchange(request, response, failure, detail, seconds=seconds)
