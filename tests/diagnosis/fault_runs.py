"""Runs against the mock with chosen faults, in this process, and the causes that the diagnosis makes of them."""

import gc
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.causes import Cause, Shown, causes_of
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.diagnosis.explanation import explanations
from conformance.journal.events import AnyEvent, FindingMade, RunStarted
from conformance.journal.writing import MemorySink
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import faults
from conformance.mock.faults.parts.fault import Fault
from conformance.model.case import Relation, Request
from conformance.model.vocabulary import Profile, Strength
from conformance.reports.folding.fold import finding_result, in_order, undecided_in
from conformance.reports.folding.journal_index import JournalIndex, index_journal
from conformance.reports.folding.rows import requirement_rows
from conformance.runner.engine import Engine
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.path_values import UNKNOWN_VALUES
from conformance.targets.asgi import AsgiTarget
from conformance.targets.target import ExchangeLimits
from conformance.workflow.proof.cached_judge import CachedJudge, Found, JudgementCache
from conformance.workflow.proof.runs import DELAY_SECONDS, LATE_SECONDS, STALL_SECONDS, TIMEOUT_SECONDS
from conformance.workflow.proof.virtual_time import run_in_virtual_time
from conformance.workflow.setup.credentials.key_sources import local_key
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare

RUN_ID = "0" * 8
NAME = re.compile(rb"cfm-00000000-[0-9a-z]{4}")
"""The names that a run makes up."""

MOMENT = datetime.now(UTC)
"""The time of the clock of every mock, so that equal requests get equal responses."""


class Outcome(msgspec.Struct, frozen=True):
    """What a run against some faults came to.

    `causes` are those that weigh, and notes about the requirement of a fault that is a note; where there is none,
    those that the reference server does not have. `fired` is in how many responses each fault showed, `extra` how many
    requests were sent beyond the plan, `seconds` what the diagnosis took of the processor beside them.
    """

    faults: tuple[str, ...]
    causes: tuple[Cause, ...]
    fired: tuple[int, ...]
    extra: int
    seconds: float


class AlikeJudge(CachedJudge):
    """A judge with a cache, for which one made-up name is as good as another: what is probed shifts all later names."""

    def alone(self, subject: Subject) -> Found:
        """Judge one exchange, with the first names in the place of its own."""
        return super().alone(_with_first_names([subject])[0])

    def together(self, relation: Relation, subjects: Sequence[Subject]) -> Found:
        """Judge the exchanges of a relation, with the first names in the place of their own."""
        return super().together(relation, _with_first_names(subjects))


def _with_first_names(subjects: Sequence[Subject]) -> list[Subject]:
    names = list(dict.fromkeys(name for each in subjects for name in NAME.findall(each.case.request.body or b"")))
    if not names:
        return list(subjects)
    first = {name: b"cfm-00000000-%04d" % index for index, name in enumerate(names)}

    def new(data: bytes) -> bytes:
        return NAME.sub(lambda found: first.get(found[0], found[0]), data)

    return [_changed(each, new) for each in subjects]


def _changed(subject: Subject, new: Callable[[bytes], bytes]) -> Subject:
    def changed(request: Request) -> Request:
        body = new(request.body) if request.body is not None else None
        return replace(request, target=new(request.target.encode()).decode(), body=body)

    exchange, response = subject.exchange, subject.exchange.response
    if response is not None:
        headers = tuple((name, new(value.encode()).decode()) for name, value in response.headers)
        response = replace(response, headers=headers, body=new(response.body))
    exchange = replace(exchange, request=changed(exchange.request), response=response)
    return Subject(
        subject.contract, replace(subject.case, request=changed(subject.case.request)), exchange, subject.settings
    )


class FaultRuns:
    """One contract and its plan, made once for many runs of its catalogue."""

    def __init__(self, profile: Profile) -> None:
        self.contract = load_contract()
        self.faults = {fault.id: fault for fault in faults(self.contract)}
        prepared = prepare(self.contract, RunOptions(profile=profile))
        self._plan, self._builder = prepared.plan, prepared.knowledge.builder(self.contract)
        self._judgements = JudgementCache()
        self._known: frozenset[str] = frozenset()
        security = self.contract.operation.security
        self._key = local_key(security) if security else ""
        index, causes, _ = self._explained(self._sent(self._mock(()), learning=True))
        self._requests = len(index.sends)
        self._known = frozenset(each.pattern for each in causes)

    def outcome(self, ids: Sequence[str]) -> Outcome:
        """Run the suite against the mock with some faults, and return the causes of what it finds."""
        chosen = [self.faults[each] for each in ids]
        mock = self._mock(chosen)
        index, causes, seconds = self._explained(self._sent(mock))
        noted = {each.requirement for each in chosen if self._is_noted(each.requirement)}
        causes = tuple(each for each in causes if each.pattern not in self._known)
        weighty = [each for each in causes if each.strength is not Strength.ADVISORY or noted & set(each.requirements)]
        extra = max(0, len(index.sends) - self._requests)
        fired = tuple(mock.fired[each] for each in ids)
        return Outcome(tuple(ids), tuple(weighty) or causes, fired, extra, seconds)

    def _is_noted(self, requirement: str) -> bool:
        return self.contract.by_id[requirement].strength is Strength.ADVISORY

    def _mock(self, chosen: Iterable[Fault]) -> Mock:
        return Mock(
            self.contract,
            key=self._key or None,
            unknown=frozenset(UNKNOWN_VALUES),
            faults=chosen,
            clock=lambda: MOMENT,
            delay_seconds=DELAY_SECONDS,
            stall_seconds=STALL_SECONDS,
        )

    def _sent(self, mock: Mock, *, learning: bool = False) -> list[AnyEvent]:
        """Return the events of a run."""
        sink, contract = MemorySink(), self.contract
        target = AsgiTarget(mock, ExchangeLimits(timeout_seconds=TIMEOUT_SECONDS))
        settings = Settings(key=self._key, max_response_seconds=LATE_SECONDS)
        judge = AlikeJudge(self._judgements, learning=learning)

        async def send() -> None:
            session = Session(contract, target, sink, SessionOptions(run_id=RUN_ID, settings=settings, judge=judge))
            options = DiagnosisOptions(known=self._plan.known, spare=self._plan.spare, build=self._builder)
            try:
                await Engine(session, Diagnoser(session, options), concurrency=1).run(self._plan)
            finally:
                await target.close()

        run_in_virtual_time(send())
        return sink.events

    def _explained(self, events: Iterable[AnyEvent]) -> tuple[JournalIndex, tuple[Cause, ...], float]:
        """Return what a run sent, its causes, and the time of the processor that they took."""
        contract = self.contract
        head = RunStarted(
            suite_version="", run_id=RUN_ID, document=contract.document.text, sha256="",
            operation=contract.operation.name, path=contract.operation.path, target="", profile="", seed=0,
            requirements=contract.requirements,
        )  # fmt: skip
        index = index_journal([head, *events])
        observations = in_order(index)
        gc.disable()  # as in a run, where reports are written
        begun = time.process_time()
        explained = explanations(contract, observations, lambda event: _weighs(contract, event))
        findings = [finding_result(event, index, {}) for event in index.findings]
        undecided = undecided_in(head, requirement_rows(index, findings, ""))
        weights = {
            event.id: (len(index.sends[event.send].exchange.request.body or b""), True) for event in index.findings
        }
        shown = Shown(contract, observations, index.rows, frozenset(), weights, {}, undecided)
        causes = causes_of(explained, shown)
        seconds = time.process_time() - begun
        gc.enable()
        return index, causes, seconds


def _weighs(contract: Contract, event: FindingMade) -> bool:
    return contract.by_id[event.finding.requirement].strength is not Strength.ADVISORY
