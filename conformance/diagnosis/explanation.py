"""Explanations: the findings of a run folded into the fewest faults that account for them.

What a target does to requests (accepts, rejects, breaks on them) is explained by hypotheses over requests; what is
wrong in its responses by the places and the kinds of difference that it shows in.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from http import HTTPStatus
from itertools import filterfalse
from operator import and_, or_

from msgspec.structs import replace

from conformance.checks.shared.subject import METHODS
from conformance.classify.classification import classify
from conformance.contract.contract import Contract
from conformance.diagnosis.choice import SEVERAL, explain
from conformance.diagnosis.consequences import (
    of_another_object,
    of_constant_responses,
    of_remembered_values,
    of_used_names,
    with_consequence,
    with_notes,
    without_consequences,
)
from conformance.diagnosis.facts.features import (
    ANYWHERE,
    Feature,
)
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.facts.sent_facts import SentFacts
from conformance.diagnosis.facts.story_facts import is_reserved
from conformance.diagnosis.families import merged, of_missing_checks, with_conversions, with_json_texts
from conformance.diagnosis.hypotheses import Evidence, FactTable, Hypothesis, bits
from conformance.diagnosis.observations import (
    ACCEPTS,
    NO_RESPONSE,
    REJECTS,
    REQUEST_RULES,
    Explanation,
    Observation,
)
from conformance.diagnosis.symptoms import by_symptom, of_responses
from conformance.journal.events import FindingMade
from conformance.model.case import CATALOGUE, Case
from conformance.model.vocabulary import Expectation

HOST = "transport.host"

BUSY = frozenset({429, 503})
"""Statuses that say nothing of the request."""

ODDITIES = frozenset({"number", "string", "text"})
"""Features of values and bytes that stand out, wherever they are."""

PLAIN = frozenset(Feature("number", ANYWHERE, sign) for sign in ("positive", "negative"))
"""Those of them that do not."""


def explanations(
    contract: Contract,
    observations: Sequence[Observation],
    weighs: Callable[[FindingMade], bool],
    reader: FactReader | None = None,
) -> list[Explanation]:
    """Return the faults that account for the findings on `observations`, which are in the order of their sending.

    What does not weigh (`weighs`) is brought together by its symptom alone. A `reader` that is used again knows the
    cases that it has read.
    """
    heavy = [_with_findings(each, filter(weighs, each.findings)) for each in observations]
    notes = [_with_findings(each, filterfalse(weighs, each.findings)) for each in observations]
    if not any(each.findings for each in heavy):
        return by_symptom(notes)
    table = FactTable(SentFacts(contract, heavy, reader))
    found: list[Explanation] = []
    for rule in REQUEST_RULES:
        found += _of_requests(contract, table, heavy, rule)
    found += of_responses(contract, heavy)
    successes = {index for index, each in enumerate(heavy) if 200 <= each.status < 300}
    found = of_constant_responses(contract, of_remembered_values(of_another_object(found)), successes)
    found = of_used_names(contract, table, found, successes)
    stories = enumerate(each.case.story for each in heavy)
    kinds = [(each.keyword, each.pointer, each.kind) if each else index for index, each in stories]
    return with_notes(without_consequences(found, kinds), by_symptom(notes))


def _with_findings(observation: Observation, findings: Iterable[FindingMade]) -> Observation:
    """Return an observation with some of its findings; most have none."""
    return replace(observation, findings=tuple(findings)) if observation.findings else observation


def _of_requests(
    contract: Contract, table: FactTable, observations: Sequence[Observation], rule: str
) -> list[Explanation]:
    evidence = evidence_of(contract, observations, rule)
    if not evidence.positives:
        return []
    incomplete = _of_all_successes(contract, observations, evidence.positives) if rule == NO_RESPONSE else None
    if incomplete is not None:
        return [incomplete]
    intermittent = any(each.finding.pattern.intermittent for seen in observations for each in _of_rule(seen, rule))
    chosen, left = explain(table, _telling(evidence, observations), plain=intermittent)
    left |= evidence.positives & ~reduce(or_, (each.mask for each in chosen), left)
    found = merged(
        contract,
        table,
        [_explanation(table, observations, rule, (each,), each.mask & evidence.positives) for each in chosen],
        observations,
    )
    if intermittent and left:
        return [*found, _explanation(table, observations, rule, (), left)]
    rest = _unexplained(observations, rule, left)
    whole = with_conversions(contract, *with_json_texts(table, found, rest), observations)
    return of_missing_checks(table, _without_merged(table, whole, observations))


def _of_all_successes(contract: Contract, observations: Sequence[Observation], positives: int) -> Explanation | None:
    """Return the fault of a target that completes no success response, whatever was sent; None where it does one."""
    indices = bits(positives)
    successes = [each for each in observations if 200 <= each.status < 300]
    whole = any(
        each.exchange.failure is None and each.case.request.method == contract.operation.method for each in successes
    )
    if whole or len(indices) < SEVERAL or not all(200 <= observations[index].status < 300 for index in indices):
        return None
    findings = {each.id: each for index in indices for each in _of_rule(observations[index], NO_RESPONSE)}
    does, _, _ = next(iter(findings.values())).finding.sentence.partition(" for ")
    sentence = f"{does} for any request that it accepts"
    return Explanation(NO_RESPONSE, (), tuple(findings.values()), tuple(indices), sentence=sentence)


def _without_merged(
    table: FactTable, found: Sequence[Explanation], observations: Sequence[Observation]
) -> list[Explanation]:
    """Return explanations; what shows in merged cases alone is made a part of what shows in one of their oddities."""
    merged = [each for each in found if all(observations[index].case.merged for index in each.observations)]
    first = [each for each in found if each not in merged]
    for each in merged:
        about = _exercised(each, observations)
        alike = (index for index, other in enumerate(first) if about & _exercised(other, observations))
        held = (index for index, other in enumerate(first) if _common(table, other) & _common(table, each))
        index = next(alike, next(held, None))
        if index is None:
            first.append(each)
        else:
            first[index] = with_consequence(first[index], each)
    return first


def _common(table: FactTable, explanation: Explanation) -> frozenset[Feature]:
    """Return which odd numbers, strings and bytes all requests have that show a fault."""
    features = (table.facts[index].features for index in explanation.observations)
    odd = ({each for each in found if each.name in ODDITIES and each.place in {"", ANYWHERE}} for found in features)
    return frozenset(reduce(and_, odd)) - PLAIN


def _exercised(explanation: Explanation, observations: Sequence[Observation]) -> set[str]:
    return {requirement for index in explanation.observations for requirement in observations[index].case.requirements}


def _unexplained(observations: Sequence[Observation], rule: str, left: int) -> list[Explanation]:
    """Return what no hypothesis covers, brought together by its symptom."""
    return by_symptom(
        [
            _with_findings(each, _of_rule(each, rule) if left >> index & 1 else ())
            for index, each in enumerate(observations)
        ]
    )


def _of_rule(observation: Observation, rule: str) -> tuple[FindingMade, ...]:
    return tuple(each for each in observation.findings if each.finding.symptom.rule == rule)


def evidence_of(contract: Contract, observations: Sequence[Observation], rule: str) -> Evidence:
    """Return which observations show that a rule is broken, and which contradict it."""
    positives = negatives = weak = 0
    rejects = any(each.shows(REJECTS) for each in observations)
    for index, each in enumerate(observations):
        bit, rejected = 1 << index, 300 <= each.status < 500
        if each.shows(rule):
            positives |= bit
        elif (
            not each.status
            or each.status in BUSY
            or _is_of_parser(each)
            or (rejected and _is_rejected_for_anything(contract, each.case, rejects=rejects))
        ):
            continue
        elif rule == ACCEPTS:
            told = each.case.expectation is Expectation.REJECTED and rejected
            if told and is_reserved(each.case):
                continue  # it may be the parser that rejects it, and says nothing of what the target validates
            if told and HOST in each.case.requirements:
                weak |= bit  # what is no HTTP is rejected before the target reads it, whatever it accepts
            elif told:
                negatives |= bit
        elif rule == REJECTS:
            negatives |= bit if each.case.expectation is Expectation.ACCEPTED and 200 <= each.status < 300 else 0
        elif each.status < 500 and each.case.expectation is not Expectation.ACCEPTED and rejected:
            weak |= bit
        elif each.status < 500 and not (rejected and each.shows(REJECTS)):
            negatives |= bit
    return Evidence(positives, negatives, weak, timeless=rule == ACCEPTS)


def _telling(evidence: Evidence, observations: Sequence[Observation]) -> Evidence:
    """Return the evidence without requests that have many unusual values at once, where there are others."""
    many = (1 << index for index, each in enumerate(observations) if each.case.merged and not each.case.reduced)
    positives = evidence.positives & ~reduce(or_, many, 0)
    return replace(evidence, positives=positives) if positives and evidence.negatives else evidence


def _is_of_parser(observation: Observation) -> bool:
    """Tell whether the parser of the server rejected a method that HTTP does not know, before the target read it."""
    return observation.status == HTTPStatus.BAD_REQUEST and observation.case.request.method not in METHODS


def _is_rejected_for_anything(contract: Contract, case: Case, *, rejects: bool) -> bool:
    """Tell whether nobody knows for what an invalid body was rejected, as it is one of random values.

    Each of several defects may be the reason, and where the target `rejects` valid requests, all the rest of the body.
    """
    if case.phase == CATALOGUE or case.expectation is not Expectation.REJECTED:
        return False
    return rejects or len(classify(contract, case.request.body or b"").defects) > 1


def _explanation(
    table: FactTable, observations: Sequence[Observation], rule: str, hypotheses: tuple[Hypothesis, ...], mask: int
) -> Explanation:
    indices = tuple(bits(mask))
    findings = {each.id: each for index in indices for each in _of_rule(observations[index], rule)}
    return Explanation(rule, hypotheses, tuple(findings.values()), indices, _control(table, observations, indices))


def _control(table: FactTable, observations: Sequence[Observation], indices: Sequence[int]) -> int:
    """Return the accepted request that differs least from the smallest one that shows a fault."""
    if not indices:
        return -1

    def order(index: int) -> tuple[str, int]:
        return observations[index].case.id, index  # what was sent first does not show

    smallest = min(indices, key=lambda index: (len(observations[index].case.request.body or b""), order(index)))
    features = table.facts[smallest].features
    controls = [
        index
        for index, each in enumerate(observations)
        if each.case.expectation is Expectation.ACCEPTED and 200 <= each.status < 300 and index not in indices
    ]
    return min(controls, key=lambda index: (table.differences(index, features), order(index)), default=-1)
