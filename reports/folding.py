"""From the events of a journal to the results of a run."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from conformance.diagnosis.causes import EVERY, Weight, group_causes
from conformance.diagnosis.universal_failures import merge_universal_failures
from conformance.journal.events import AnyEvent, CaseCount, FindingMade, PhaseEnded
from conformance.model.finding import Symptom
from conformance.model.grouping import grouped
from conformance.model.vocabulary import Expectation, JunitBy, Outcome, Strength
from conformance.reports import outcomes, waiving
from conformance.reports.coverage import coverage_of
from conformance.reports.evidence import Evidence, RunReport
from conformance.reports.journal_index import JournalIndex, index_journal
from conformance.reports.results import SCHEMA_VERSION, ContractRef, Counts, FindingResult, PhaseResult, Results
from conformance.reports.rows import alias_rows, requirement_rows

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
    index = index_journal(events)
    index.findings = in_order(index)
    started, ended = index.started, index.ended
    today = waiving.day_of(started)
    # Before waivers are applied: a drafted one names the pattern that the reports show.
    made = merge_universal_failures(_with_wider(index.findings), index.cases)
    findings = waiving.waive((_finding(event, index) for event in made), started.waivers, today)
    waived = {each.id for each in findings if each.waiver is not None}
    reason = UNFINISHED if ended is None else ended.reason or (LOST if ended.lost else "")
    rows = requirement_rows(index, findings, reason)
    found = _by_strength(index, findings)
    results = Results(
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
        counts=Counts(
            requests=len(index.sends) + index.dropped.requests,
            creations=index.creations,
            cases=len(index.cases) + index.dropped.cases,
            findings=sum(found.values()) - found[Strength.ADVISORY],
            notes=found[Strength.ADVISORY],
            requirements={each: sum(row.outcome is each for row in rows) for each in Outcome},
        ),
        causes=group_causes(made, index.rows, waived, _weights(index, made), _more(index, made)),
        requirements=rows,
        aliases=alias_rows(rows),
        findings=findings,
        waivers=waiving.waiver_results(
            started.waivers, findings, {row.id: row.outcome for row in rows}, today, whole=not reason
        ),
        coverage=coverage_of(index),
        interrupted=tuple(dict.fromkeys(index.case_of.get(send, "") for send in index.interrupted)),
        phases=phase_results(index.phases),
    )
    unsent = tuple(
        (case, why) for case, why in started.skipped.items() if case not in index.rows and case not in index.cases
    )
    told = JunitBy.REQUIREMENT if started.options.get("junit_by") == JunitBy.REQUIREMENT else JunitBy.CASE
    return RunReport(results, started, tuple(_evidence(index, findings)), unsent, index.waited, junit_by or told)


def _with_wider(findings: Iterable[FindingMade]) -> list[FindingMade]:
    """Return the findings, those that are a part of a wider fault grouped under that one, where it was found."""
    found = tuple(findings)
    sentences = {event.finding.pattern: event.finding.sentence for event in found}
    return [
        replace(event, finding=replace(event.finding, grouped_under=wider, sentence=sentences[wider]))
        if (wider := event.finding.within) is not None and wider in sentences and wider != event.finding.pattern
        else event
        for event in found
    ]


def _by_strength(index: JournalIndex, findings: Iterable[FindingResult]) -> Counter[Strength]:
    """Return the number of findings by strength, with those that are not kept."""
    found = Counter(each.strength for each in findings)
    for (requirement, _), count in index.dropped.findings.items():
        found[index.rows[requirement].strength] += count
    return found


def _more(index: JournalIndex, made: Iterable[FindingMade]) -> Counter[Symptom]:
    """Return how many findings are not kept, by the pattern that the kept ones of their kind have now."""
    now: dict[tuple[str, Symptom], Symptom] = {}
    for before, event in zip(index.findings, made, strict=True):
        now.setdefault((before.finding.requirement, before.finding.pattern), event.finding.pattern)
    more: Counter[Symptom] = Counter()
    for way, count in index.dropped.findings.items():
        more[now.get(way, way[1])] += count
    return more


def in_order(index: JournalIndex) -> list[FindingMade]:
    """Return the findings each once, in the order of requirements and cases, and numbered so.

    Which request came first, and which shard it was in, does not show.
    """
    places = {requirement: place for place, requirement in enumerate(index.rows)}
    once: dict[tuple[str, ...], FindingMade] = {}
    alike: dict[tuple[int, tuple[str, ...]], int] = {}
    for event in index.findings:
        found, case = event.finding, index.case_for(event)
        key = (found.requirement, case, str(found.cause), str(found.pattern), found.pointer, found.message)
        # What one answer shows twice is two findings; what two sends of a case show is one.
        alike[event.send, key] = alike.get((event.send, key), 0) + 1
        numbered = (*key, str(alike[event.send, key]))
        if numbered not in once or (event.repeats and not once[numbered].repeats):
            once[numbered] = replace(event, case=case)
    ordered = sorted(once.items(), key=lambda item: (places[item[0][0]], item[0]))
    return [replace(event, id=f"f{number}") for number, (_, event) in enumerate(ordered, 1)]


def _finding(event: FindingMade, index: JournalIndex) -> FindingResult:
    found = event.finding
    row = index.rows[found.requirement]
    return FindingResult(
        id=event.id,
        requirement=row.id,
        strength=row.strength,
        case=event.case,
        cause=str(found.cause),
        pattern=str(found.pattern),
        message=found.message,
        pointer=found.pointer,
        expected=found.expected,
        actual=found.actual,
        note=found.note,
        repeats=event.repeats,
    )


def _weights(index: JournalIndex, made: Iterable[FindingMade]) -> dict[str, Weight]:
    """Return how little each finding shows.

    Of what every request meets, a right request shows the most: any other is told as a part.
    """
    weights = {}
    for before, event in zip(index.findings, made, strict=True):
        sent, case = index.sends.get(event.send), index.cases.get(event.case)
        if event.finding.pattern.kind == EVERY:
            part = case is None or case.expectation is not Expectation.ACCEPTED
        else:
            part = event.finding.pattern != before.finding.pattern
        weights[event.id] = (part, len((sent and sent.exchange.request.body) or b""), case is None or not case.reduced)
    return weights


def _evidence(index: JournalIndex, findings: tuple[FindingResult, ...]) -> Iterable[Evidence]:
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
        relation = index.relations.get(case.id, "")
        yield Evidence(case, outcome, tuple(sends[case.id]), relation, tuple(mine), tuple(doubts), bits.bit_count())


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
