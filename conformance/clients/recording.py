"""The record of scenarios: what a client sent, was answered and made of it, as events of a journal."""

from collections.abc import Sequence

from msgspec.structs import replace

from conformance.clients.scenarios.scenario import Fate, Made, Reply, Scenario
from conformance.contract.contract import Contract
from conformance.journal.events import (
    ClientEnded,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    RequestSent,
)
from conformance.journal.redaction import redactor
from conformance.journal.writing import Sink
from conformance.model.case import Case, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.vocabulary import Strength

PHASE = "client"

FAILURES = {
    Fate.RESET: Failure.CLOSED,
    Fate.TRUNCATED: Failure.TRUNCATED,
    Fate.TRUNCATED_CHUNKS: Failure.TRUNCATED,
}

LONGEST = 100_000
"""The longest text of a client, in characters, that a journal keeps."""


class Recorder:
    """Writes scenarios to a journal; `contract` has the requirements that clients are held to."""

    def __init__(self, contract: Contract, journal: Sink, key: str) -> None:
        self._journal = journal
        self._rows = contract.by_id
        self._index = {row.id: number for number, row in enumerate(contract.requirements)}
        self._redactor = redactor(key)
        self._wanted = contract.operation.method
        self._path = contract.operation.path
        self.sends = 0
        self.findings = 0
        self.counts = dict.fromkeys(Strength, 0)

    def record(
        self,
        scenario: Scenario,
        requests: Sequence[tuple[Request, float]],
        made: Made,
        found: Sequence[Judgement | Doubt],
        seconds: float,
    ) -> None:
        """Write one scenario: each request that came with its answer, what the client made of it, and the judgement."""
        for attempt, (request, _) in enumerate(requests, 1):
            self._exchange(scenario, self._hidden(request), attempt, answer_of(scenario.reply), seconds)
        if not requests:
            request = Request(self._wanted, self._path, (), scenario.body.encode())
            unsent = Exchange(request, failure=Failure.UNSENT, detail="shown is the body that it was asked to send")
            self._exchange(scenario, request, 1, unsent, seconds)
        self._journal.append(
            ClientEnded(
                send=self.sends,
                returned=(made.returned or "")[:LONGEST],
                raised=made.raised.type[:LONGEST] if made.raised else "",
                message=made.raised.message[:LONGEST] if made.raised else "",
                trouble=made.trouble,
            )
        )
        failed = {each.requirement for each in found if isinstance(each, Finding)}
        held = {each.requirement for each in found if isinstance(each, Pass)} - failed
        passed = tuple(sorted(self._index[requirement] for requirement in held))
        self._journal.append(Judged(send=self.sends, passed=passed))
        for each in found:
            if isinstance(each, Finding):
                self.findings += 1
                self.counts[self._rows[each.requirement].strength] += 1
                name = f"f{self.findings}"
                self._journal.append(FindingMade(id=name, send=self.sends, case=scenario.id, finding=each))
            elif isinstance(each, Doubt):
                self._journal.append(DoubtRaised(send=self.sends, case=scenario.id, doubt=each))

    def _exchange(self, scenario: Scenario, request: Request, attempt: int, answer: Exchange, seconds: float) -> None:
        self.sends += 1
        case = Case(scenario.id, scenario.expectation, scenario.requirements, request, scenario.story, PHASE)
        self._journal.append(RequestSent(send=self.sends, case=case, attempt=attempt))
        self._journal.append(
            ExchangeEnded(
                send=self.sends,
                response=answer.response,
                failure=answer.failure,
                detail=answer.detail,
                seconds=seconds,
            )
        )

    def _hidden(self, request: Request) -> Request:
        text = self._redactor.text
        return replace(
            request,
            target=text(request.target),
            headers=tuple((text(name), text(value)) for name, value in request.headers),
            body=self._redactor.body(request.body or b""),
        )


def answer_of(reply: Reply) -> Exchange:
    """Return a reply as the exchange that a client sees."""
    failure = FAILURES.get(reply.fate)
    detail = "on purpose" if failure else ""
    whole = Response(reply.status, reply.headers, reply.body)
    response = None if reply.fate is Fate.RESET else whole
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS}:
        response = replace(whole, body=reply.body[: len(reply.body) // 2])
    return Exchange(Request("", ""), response, failure, detail)
