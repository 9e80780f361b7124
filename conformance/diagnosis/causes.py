"""Causes: the findings of one fault, brought together: a hundred findings are one line to read."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.diagnosis.facts.features import COMPARISONS
from conformance.diagnosis.hypotheses import Hypothesis
from conformance.diagnosis.masking import masked
from conformance.diagnosis.observations import NOT_JSON, REQUEST_RULES, WRONG_TYPES, Explanation, Observation
from conformance.diagnosis.wording.conditions import clause
from conformance.diagnosis.wording.sentences import sentence_of
from conformance.model.finding import Symptom
from conformance.model.pointer import generalised
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Strength

MISSING_CHECKS = frozenset({NOT_JSON, WRONG_TYPES})
"""Families of which not every run has the same kinds."""

STRENGTHS = tuple(Strength)


class ConditionResult(msgspec.Struct, frozen=True):
    """One condition of a cause: what is asked (`type`, `value`, `number`), where, and the value.

    A threshold has a `direction` (`at least`, `at most`), and its bound as `value`. `says` is the condition as a
    clause.
    """

    name: str
    place: str
    value: str
    direction: str
    says: str


class Cause(msgspec.Struct, frozen=True):
    """The findings of one fault, wherever it shows.

    `count` may be more than there are `findings`: of random cases that fail alike the first hundred are kept.
    `id` is the same for the same pattern in every run. `strength` is that of the strongest requirement broken;
    `case` and `finding` name the evidence with the smallest body, `control` the accepted case that is most like it.
    `pointers` have `*` for indices. `when` are the conditions under which it shows: one list of them has to hold whole;
    none are given where it shows with every request, or where findings are brought together by their symptom alone.
    `masks` are the requirements that could not be decided because of it.
    """

    id: str
    pattern: str
    sentence: str
    strength: Strength
    count: int
    case: str
    finding: str
    requirements: tuple[str, ...]
    pointers: tuple[str, ...]
    findings: tuple[str, ...]
    when: tuple[tuple[ConditionResult, ...], ...] = ()
    control: str = ""
    masks: tuple[str, ...] = ()


def pattern_of(explanation: Explanation) -> str:
    """Return the text by which a cause is known in every run: its symptom, or what its symptoms have in common."""
    patterns = tuple(dict.fromkeys(each.finding.pattern for each in explanation.own))
    if explanation.family in MISSING_CHECKS:
        return f"{explanation.rule} | {explanation.family}"
    intermittent = next((each for each in patterns if each.intermittent), None)
    if len(patterns) == 1 or (intermittent is not None and not explanation.hypotheses):
        return str(intermittent or patterns[0])
    if explanation.sentence:
        return f"{explanation.rule} | {explanation.sentence.partition(':')[0]}"
    if explanation.rule not in REQUEST_RULES:
        return f"{explanation.rule} | {_common_place(explanation)}"
    return f"{explanation.rule} | {' or '.join(map(_form, explanation.hypotheses)) or _common_place(explanation)}"


def _common_place(explanation: Explanation) -> str:
    return ", ".join(sorted({each.finding.place for each in explanation.findings}))


def _form(hypothesis: Hypothesis) -> str:
    features = (each.feature for each in hypothesis.conditions)
    return " and ".join(f"{each.name} {each.place} {each.value}".strip() for each in features) or "every request"


class Shown(msgspec.Struct, frozen=True):
    """What causes are made from besides their explanations.

    `contract` is None where the document of a run cannot be read. `rows` has the requirements, `waived` the ids of
    findings that are let pass, and `weights` the size of the body of each finding, and whether nothing was cut down to
    it: the least is shown. `more` is how many findings of a requirement and symptom were counted and not kept,
    `undecided` are the requirements that no response decided.
    """

    contract: Contract | None
    observations: Sequence[Observation]
    rows: Mapping[str, Requirement]
    waived: frozenset[str]
    weights: Mapping[str, tuple[int, bool]]
    more: Mapping[tuple[str, Symptom], int]
    undecided: tuple[Requirement, ...] = ()


def causes_of(explanations: Iterable[Explanation], shown: Shown) -> tuple[Cause, ...]:
    """Return the causes of a run, most severe first, then most frequent."""
    left = dict(shown.more)
    causes = []
    for each in explanations:
        ways = {(event.finding.requirement, event.finding.symptom) for event in each.findings}
        causes.append(_cause(each, shown, sum(left.pop(way, 0) for way in ways)))
    return tuple(sorted(causes, key=lambda each: (STRENGTHS.index(each.strength), -each.count, each.pattern)))


def _cause(explanation: Explanation, shown: Shown, more: int) -> Cause:
    group, contract = explanation.findings, shown.contract
    strengths = {event.id: shown.rows[event.finding.requirement].strength for event in group}
    strength = min(strengths.values(), key=STRENGTHS.index)
    own = {event.id for event in explanation.own}
    evidence = min(
        (event for event in group if strengths[event.id] is strength),
        key=lambda event: (
            event.id in shown.waived,
            event.id not in own,
            shown.weights[event.id],
            event.case,
            event.id,
        ),
    )
    pattern = pattern_of(explanation)
    control = explanation.control
    return Cause(
        id=sha256(pattern.encode(errors="backslashreplace")).hexdigest()[:12],
        pattern=pattern,
        sentence=sentence_of(contract, explanation, shown.observations),
        strength=strength,
        count=len(group) + more,
        case=evidence.case,
        finding=evidence.id,
        requirements=tuple(sorted({event.finding.requirement for event in group})),
        pointers=_places(explanation),
        findings=tuple(sorted((event.id for event in group), key=lambda each: (len(each), each))),
        when=_when(contract.request if contract is not None else None, explanation),
        control=shown.observations[control].case.id if control >= 0 else "",
        masks=masked(contract, explanation, shown.undecided, shown.observations) if contract is not None else (),
    )


def _places(explanation: Explanation) -> tuple[str, ...]:
    """Return the places that a cause is about: of its conditions where those name any, else of its findings."""
    hypotheses = explanation.hypotheses if explanation.rule in REQUEST_RULES else ()
    features = [each.feature for one in hypotheses for each in one.conditions]
    compared = [each.value for each in features if each.name in COMPARISONS]
    named = {each for each in (*(each.place for each in features), *compared) if each.startswith("/")}
    return tuple(sorted(named or {generalised(event.finding.pointer) for event in explanation.own}))


def _when(root: Node | None, explanation: Explanation) -> tuple[tuple[ConditionResult, ...], ...]:
    if root is None:
        return ()
    return tuple(
        tuple(
            ConditionResult(
                name=each.feature.name,
                place=each.feature.place,
                value=str(each.bound) if each.direction else each.feature.value,
                direction=each.direction,
                says=clause(root, each),
            )
            for each in hypothesis.conditions
        )
        for hypothesis in explanation.hypotheses
        if hypothesis.conditions
    )
