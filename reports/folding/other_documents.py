"""Other documents: which causes of a run a newer version of its document explains; the same exchanges, judged by it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from conformance.checks.judging import judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract, contract_of
from conformance.diagnosis.causes import Cause
from conformance.diagnosis.observations import REQUEST_RULES
from conformance.drift.changes import Change, Effect, Part
from conformance.drift.operations import compare
from conformance.journal.events import FindingMade, OtherDocument
from conformance.mock.recognising import recognised
from conformance.model.case import Case
from conformance.model.errors import ContractError
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Strength
from conformance.reports.folding.journal_index import JournalIndex
from conformance.reports.results import ExplainedCause, OtherDocumentResult, Results
from conformance.reports.safe_text import count

SHOWN = 3
"""How many changes a sentence names."""

CREDENTIAL = frozenset({401, 403})


def other_documents(
    contract: Contract | None, index: JournalIndex, causes: Sequence[Cause]
) -> tuple[OtherDocumentResult, ...]:
    """Return, for each other document of a run, the causes that it explains.

    A finding is explained where it shows by the tested document, and nothing like it by the other one, on the very
    exchange that it was made on. What shows by several exchanges alone is never explained.
    """
    if contract is None or index.client:
        return ()
    return tuple(_Comparison(contract, index, each).result(causes) for each in index.started.also_spec)


class _Comparison(msgspec.Struct, frozen=True, dict=True):
    """A run held against another document."""

    tested: Contract
    index: JournalIndex
    named: OtherDocument

    def result(self, causes: Iterable[Cause]) -> OtherDocumentResult:
        """Return the causes that the other document explains."""
        found = tuple(each for cause in causes if (each := self._explained(cause)).findings)
        document = self.other.document
        return OtherDocumentResult(self.named.name, document.sha256, self.other.operation.name, found)

    @cached_property
    def other(self) -> Contract:
        """The contract of the other document."""
        return contract_of(self.named.text.encode(errors="surrogatepass"), self.named.name, self.named.operation)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What changed between the documents, of what is validated."""
        try:
            found = compare(self.tested.document, self.other.document, self.tested.operation)
        except ContractError:
            return ()
        return tuple(each for each in found if each.effect is not Effect.NONE)

    @cached_property
    def made(self) -> dict[str, FindingMade]:
        """The findings of the run by id."""
        return {event.id: event for event in self.index.findings}

    def _explained(self, cause: Cause) -> ExplainedCause:
        """Return which findings of a cause the other document explains, and by which changes."""
        findings: list[str] = []
        changes: dict[str, None] = {}
        for name in cause.findings:
            event = self.made[name]
            judged = self._judged(event.send)
            if judged is None or not judged.explains(event.finding):
                continue
            findings.append(name)
            pointers = {event.finding.pointer, *event.finding.actual.split(", "), judged.pointer}
            about = {generalised(each) for each in pointers if each.startswith("/")}
            changes |= dict.fromkeys(self._changes_about(about, judged.status))
        return ExplainedCause(cause.id, tuple(findings), tuple(changes))

    def _judged(self, send: int) -> "_JudgedTwice | None":
        """Return what the checks say of an exchange by either document, None where it was not recorded."""
        if send not in self._cache:
            sent, case = self.index.sends.get(send), self.index.cases.get(self.index.case_of.get(send, ""))
            self._cache[send] = self._judged_twice(case, sent.exchange) if sent and case else None
        return self._cache[send]

    @cached_property
    def _cache(self) -> "dict[int, _JudgedTwice | None]":
        return {}

    def _judged_twice(self, case: Case, exchange: Exchange) -> "_JudgedTwice":
        case = replace(case, request=exchange.request)
        other = self._recognised(case)
        story = other.story if other is not case else None
        return _JudgedTwice(
            judge(Subject(self.tested, case, exchange, self._settings)),
            judge(Subject(self.other, other, exchange, self._settings)),
            story.pointer if story else "",
            exchange.response.status if exchange.response else 0,
        )

    def _recognised(self, case: Case) -> Case:
        """Return what a case is by the other document: another one where that says another thing of its request.

        What a case knows beside its request, such as that its key is a wrong one, is so under any document.
        """
        before, after = recognised(self.tested, case.request), recognised(self.other, case.request)
        rows = self.other.by_id
        told = before.expectation is case.expectation
        if told and (after.expectation is not case.expectation or any(each not in rows for each in case.requirements)):
            return replace(after, id=case.id, phase=case.phase)
        return case

    @cached_property
    def _settings(self) -> Settings:
        return Settings(stateless="stateless" in self.index.started.options, proven=True)

    def _changes_about(self, pointers: set[str], status: int) -> Iterator[str]:
        """Yield the sentences of the changes that are about the places of a finding, or about its credential."""
        for change in self.changes:
            secured = change.part is Part.SECURITY and status in CREDENTIAL
            if secured or (change.part in {Part.REQUEST, Part.RESPONSE} and not pointers.isdisjoint(change.places)):
                yield change.sentence


class _JudgedTwice(msgspec.Struct, frozen=True):
    """What the checks say of one exchange by the tested document, and by the other one.

    `pointer` is where the request is another thing by the other document, `status` that of the response.
    """

    tested: Sequence[Judgement | Doubt]
    other: Sequence[Judgement | Doubt]
    pointer: str
    status: int

    def explains(self, found: Finding) -> bool:
        """Tell whether a finding shows by the tested document, and nothing like it by the other one."""
        if not any(isinstance(each, Finding) and _key(each) == _key(found) for each in self.tested):
            return False
        return not any(
            isinstance(each, Doubt) or _key(each) == _key(found) or each.pointer == found.pointer != ""
            for each in self.other
            if not isinstance(each, Pass)
        )


def _key(finding: Finding) -> object:
    """Return what tells findings of one exchange apart: a request is accepted or rejected once, whatever is blamed."""
    rule = finding.symptom.rule
    return rule if rule in REQUEST_RULES else (finding.place, finding.symptom)


def explained_by(results: Results, cause: Cause) -> tuple[str, ...]:
    """Return what is said of a cause: by which documents it is explained, and by which changes."""
    return tuple(
        f"{_part(each, cause)}explained by {document.document}{_said(each.changes)}"
        for document in results.also_spec
        for each in document.causes
        if each.cause == cause.id
    )


def _part(explained: ExplainedCause, cause: Cause) -> str:
    some, all_ = len(explained.findings), len(cause.findings)
    return "" if some == all_ else f"{some} of {count(all_, 'finding')} "


def _said(changes: Sequence[str]) -> str:
    if not changes:
        return ""
    more = f" (and {len(changes) - SHOWN} more)" if len(changes) > SHOWN else ""
    return ": " + "; ".join(each[:1].lower() + each[1:] for each in changes[:SHOWN]) + more


def document_lines(results: Results) -> Iterator[str]:
    """Yield, for each other document, how many causes and notes it explains."""
    notes = {each.id for each in results.causes if each.strength is Strength.ADVISORY}
    against = len(results.causes) - len(notes)
    for document in results.also_spec:
        named = {each.cause for each in document.causes}
        yield (
            f"{document.document} explains {len(named - notes)} of {count(against, 'cause')} "
            f"and {len(named & notes)} of {count(len(notes), 'advisory cause')}"
        )
