"""From the events of a journal to the results of a run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.causes import Shown, causes_of, pattern_of
from conformance.diagnosis.clients import of_client
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.observations import Explanation, Observation
from conformance.diagnosis.symptoms import by_symptom
from conformance.journal.events import AnyEvent, CaseCount, FindingMade, PhaseEnded, RunStarted
from conformance.model.case import CLEAN_UP
from conformance.model.grouping import grouped
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Group, JunitBy, Outcome, Strength
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.folding import outcomes, waiving
from conformance.reports.folding.coverage import contract_of_run, coverage_of
from conformance.reports.folding.journal_index import JournalIndex, index_journal
from conformance.reports.folding.other_documents import other_documents
from conformance.reports.folding.rows import alias_rows, requirement_rows, rows_with_masks
from conformance.reports.results import (
    SCHEMA_VERSION,
    ContractRef,
    Counts,
    FindingResult,
    PhaseResult,
    RequirementResult,
    Results,
)

UNFINISHED = "the journal ends before the end of the run"
LOST = "the target stopped responding"


def fold(events: Iterable[AnyEvent], *, fail_on: Strength = Strength.MUST) -> Results:
    """Return the results of the run that `events` record.

    Raises:
        JournalError: the events have no header, or speak of what they never named.

    """
    return fold_run(events, fail_on=fail_on).results


def fold_run(
    events: Iterable[AnyEvent], *, fail_on: Strength = Strength.MUST, junit_by: JunitBy | None = None
) -> RunReport:
    """Return the results of a run with the evidence for them; raises as `fold`.

    `junit_by` is what the run was told where it is None.
    """
    return fold_index(index_journal(events), fail_on=fail_on, junit_by=junit_by)


def fold_index(index: JournalIndex, *, fail_on: Strength = Strength.MUST, junit_by: JunitBy | None = None) -> RunReport:
    """Return the results of a run with the evidence for them, given the index of its whole journal; as `fold_run`."""
    results = _results(index, fail_on)
    started = index.started
    told = JunitBy.REQUIREMENT if started.options.get("junit_by") == JunitBy.REQUIREMENT else JunitBy.CASE
    evidence = tuple(_evidence(index, results.findings))
    return RunReport(results, started, evidence, _unsent(started, index), index.waited, junit_by or told)


def _results(index: JournalIndex, fail_on: Strength) -> Results:
    """Return the results of a run; what they are drawn from is no longer needed when its evidence is laid out."""
    observations = in_order(index)
    started, ended = index.started, index.ended
    today = waiving.day_of(started)
    contract = contract_of_run(started)
    explained = _explained(contract, index, observations)
    # A drafted waiver names the pattern that the reports show.
    patterns = {event.id: pattern for each in explained for pattern in (pattern_of(each),) for event in each.findings}
    made = (finding_result(event, index, patterns) for event in index.findings)
    findings = waiving.waive(made, started.waivers, today)
    waived = {each.id for each in findings if each.waiver is not None}
    reason = UNFINISHED if ended is None else ended.reason or (LOST if ended.lost else "")
    rows = requirement_rows(index, findings, reason)
    undecided = () if reason and _was_reached(index) else undecided_in(started, rows)
    shown = Shown(
        contract, observations, index.rows, frozenset(waived), _weights(index), index.dropped.findings, undecided
    )
    causes = causes_of(explained, shown)
    return Results(
        schema_version=SCHEMA_VERSION,
        suite_version=started.suite_version,
        verdict=outcomes.verdict(rows, reason),
        fail_on=fail_on,
        reason=reason,
        lost=ended is not None and ended.lost,
        contract=ContractRef(started.sha256, started.operation, started.path),
        run_id=started.run_id,
        target=started.target,
        profile=started.profile,
        seed=started.seed,
        started_at=datetime.fromtimestamp(started.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration=round(ended.seconds if ended else max(0.0, index.last_time - started.time), 3),
        counts=_counts(index, findings, rows),
        causes=causes,
        requirements=rows_with_masks(rows, causes),
        aliases=alias_rows(rows),
        findings=findings,
        waivers=waiving.waiver_results(
            started.waivers, findings, {row.id: row.outcome for row in rows}, today, whole=not reason
        ),
        coverage=coverage_of(index, contract),
        interrupted=tuple(dict.fromkeys(index.case_of.get(send, "") for send in index.interrupted)),
        phases=phase_results(index.phases),
        waits=dict(sorted(index.waits.items())),
        warnings=started.warnings,
        also_spec=other_documents(contract, index, causes),
    )


def _counts(index: JournalIndex, findings: Sequence[FindingResult], rows: Sequence[RequirementResult]) -> Counts:
    """Return how much there is of everything in a run."""
    found = _by_strength(index, findings)
    return Counts(
        requests=len(index.sends) + index.dropped.requests,
        creations=index.creations,
        cases=len(index.cases) + index.dropped.cases,
        findings=sum(found.values()) - found[Strength.ADVISORY],
        notes=found[Strength.ADVISORY],
        requirements={each: sum(row.outcome is each for row in rows) for each in Outcome},
    )


def undecided_in(started: RunStarted, rows: Iterable[RequirementResult]) -> tuple[Requirement, ...]:
    """Return the requirements that no response decided: cases were sent for them, or any success may exercise them."""
    open_, any_success = {Outcome.NOT_EXERCISED, Outcome.INCONCLUSIVE}, {Group.RESPONSE, Group.SEMANTICS}
    unsaid = {
        row.id
        for row in rows
        if row.outcome in open_ and not row.findings and not started.skipped.get(row.id)
        and (row.cases or row.group in any_success)
    }  # fmt: skip
    return tuple(each for each in started.requirements if each.id in unsaid)


def _was_reached(index: JournalIndex) -> bool:
    return any(each.exchange.response is not None for each in index.sends.values())


def _unsent(started: RunStarted, index: JournalIndex) -> tuple[tuple[str, str], ...]:
    """Return the cases that were not sent, with the reason of each."""
    known = index.rows.keys() | index.cases.keys()
    return tuple((case, why) for case, why in started.skipped.items() if case not in known)


def _explained(
    contract: Contract | None, index: JournalIndex, observations: Sequence[Observation]
) -> list[Explanation]:
    """Return the faults behind the findings of a run; by symptom alone where the document of it cannot be read.

    What is said of a client is about what it did with responses, and not of requests.
    """
    if contract is None or index.client:
        return of_client(observations, by_symptom(observations))
    return explanations(
        contract, observations, lambda event: index.rows[event.finding.requirement].strength is not Strength.ADVISORY
    )


def _by_strength(index: JournalIndex, findings: Iterable[FindingResult]) -> Counter[Strength]:
    """Return the number of findings by strength, with those that are not kept."""
    found = Counter(each.strength for each in findings)
    for (requirement, _), count in index.dropped.findings.items():
        found[index.rows[requirement].strength] += count
    return found


def in_order(index: JournalIndex) -> list[Observation]:
    """Put the findings once each in the order of requirements and cases, numbered; return the exchanges.

    Which request came first, and which shard it was in, does not show.
    """
    places = {requirement: place for place, requirement in enumerate(index.rows)}
    once: dict[tuple[str, ...], FindingMade] = {}
    alike: Counter[tuple[int, tuple[str, ...]]] = Counter()
    sends: dict[int, list[tuple[str, ...]]] = {}
    texts: dict[str, str] = {}
    for event in index.findings:
        found, case = event.finding, index.case_for(event)
        cause, pattern = (texts.setdefault(each, each) for each in (str(found.cause), str(found.pattern)))
        key = (found.requirement, case, cause, pattern, found.pointer, found.message)
        # What one answer shows twice is two findings; what two sends of a case show is one.
        alike[event.send, key] += 1
        numbered = (*key, str(alike[event.send, key]))
        if numbered not in once or (event.repeats and not once[numbered].repeats):
            once[numbered] = event
        sends.setdefault(event.send, []).append(numbered)
    ordered = sorted(once, key=lambda key: (places[key[0]], key))
    named = {key: replace(once[key], case=key[1], id=f"f{number}") for number, key in enumerate(ordered, 1)}
    index.findings = list(named.values())
    return list(_observations(index, {send: tuple(named[key] for key in keys) for send, keys in sends.items()}))


def _observations(index: JournalIndex, findings: Mapping[int, tuple[FindingMade, ...]]) -> Iterator[Observation]:
    """Yield the exchanges that were judged; what only a search has asked is none: the rest was not judged."""
    for number in sorted(index.judged | findings.keys()):
        sent, case = index.sends.get(number), index.cases.get(index.case_of.get(number, ""))
        if sent is not None and case is not None and case.phase != CLEAN_UP:
            yield Observation(case, sent.exchange, findings.get(number, ()), index.relations.get(case.id, ""))


def finding_result(event: FindingMade, index: JournalIndex, patterns: Mapping[str, str]) -> FindingResult:
    """Return a finding as reports have it; `patterns` are those of causes, by the ids of findings."""
    found = event.finding
    row = index.rows[found.requirement]
    return FindingResult(
        id=event.id,
        requirement=row.id,
        strength=row.strength,
        case=event.case,
        cause=str(found.cause),
        pattern=patterns.get(event.id, str(found.pattern)),
        message=found.message,
        pointer=found.pointer,
        expected=found.expected,
        actual=found.actual,
        note=found.note,
        repeats=event.repeats,
    )


def _weights(index: JournalIndex) -> dict[str, tuple[int, bool]]:
    """Return how large the body is that each finding was made with, and whether nothing was cut down to its case.

    A body that was kept from an earlier run may be as small already, but has no story of its own.
    """
    weights = {}
    for event in index.findings:
        sent, case = index.sends.get(event.send), index.cases.get(event.case)
        weights[event.id] = (len((sent and sent.exchange.request.body) or b""), case is None or not case.reduced)
    return weights


def _evidence(index: JournalIndex, findings: tuple[FindingResult, ...]) -> Iterable[CaseEvidence]:
    sends = grouped((index.case_of[number], sent) for number, sent in index.sends.items())
    made = zip(index.findings, findings, strict=True)
    found = grouped((finding.case, (event.send, finding)) for event, finding in made)
    doubted = grouped(index.doubts)
    for case in index.cases.values():
        mine, doubts, bits = found.get(case.id, []), doubted.get(case.id, []), index.passed.get(case.id, 0)
        outcome = outcomes.worst(
            [
                *(outcomes.of_finding(each.strength, each.waiver) for _, each in mine),
                *(outcomes.of_doubt(ours=each.ours) for each in doubts),
                *([Outcome.PASSED] if bits else []),
            ]
        )
        mine_sent, relation = tuple(sends.pop(case.id)), index.relations.get(case.id, "")
        yield CaseEvidence(case, outcome, mine_sent, relation, tuple(mine), tuple(doubts), bits.bit_count())


def phase_results(ended: Iterable[PhaseEnded]) -> tuple[PhaseResult, ...]:
    """Return each phase once, in the order in which they ended; the parts of several machines are summed up."""
    return tuple(_summed(phase, parts) for phase, parts in grouped((each.phase, each) for each in ended).items())


def _summed(phase: str, parts: list[PhaseEnded]) -> PhaseResult:
    kinds: dict[str, CaseCount] = {}
    for name, more in (item for part in parts for item in part.kinds.items()):
        before = kinds.get(name, CaseCount(0, 0))
        kinds[name] = CaseCount(before.generated + more.generated, before.duplicates + more.duplicates)
    generated, duplicates = sum(part.generated for part in parts), sum(part.duplicates for part in parts)
    skipped = sum(part.skipped for part in parts)
    sent = generated - duplicates - skipped
    return PhaseResult(phase, generated, duplicates, skipped, sent, dict(sorted(kinds.items())))
