"""Sentences of causes: what a target does, to which requests, where; made from predicates, values and names alone."""

from collections import Counter
from collections.abc import Mapping, Sequence

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.diagnosis.hypotheses import Hypothesis
from conformance.diagnosis.observations import (
    ACCEPTS,
    COERCION,
    CONSTANT,
    JSON_TEXT,
    NOT_JSON,
    REJECTS,
    REQUEST_RULES,
    SERVER_ERROR,
    WRONG_TYPES,
    Explanation,
    Observation,
)
from conformance.diagnosis.wording.conditions import SPELLED_OUT, clause, located, noun, places_named
from conformance.journal.events import FindingMade
from conformance.model.pointer import generalised

RARE = 4
"""Of several differences those are not said that fewer than one in so many findings show."""

WITHOUT_MEMORY = " (to test a target that keeps nothing, use `--stateless`)"
"""What to do where a target returns values of another request, or of none."""

FAMILIES: Mapping[tuple[str, str], str] = {
    (ACCEPTS, COERCION): "Converts values to the required type",
    (ACCEPTS, JSON_TEXT): "Parses JSON leniently",
    (REJECTS, JSON_TEXT): "Rejects well-formed JSON",
}
"""What several predicates of one family are together."""


def request_sentence(root: Node, explanation: Explanation, statuses: Sequence[int]) -> str:
    """Return what a target does to the requests that fit a predicate."""
    return capitalized(_done(explanation.rule, statuses, _requests(root, explanation.rule, explanation.hypotheses)))


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _done(rule: str, statuses: Sequence[int], what: str) -> str:
    shown = ", ".join(map(str, sorted(set(statuses) - {0})[:3]))
    sentences = {
        ACCEPTS: f"accepts {what}",
        REJECTS: f"rejects {what} with {shown}",
        SERVER_ERROR: f"returns {shown} for {what}",
    }
    return sentences.get(rule, f"sends no response to {what}")


def _requests(root: Node, rule: str, hypotheses: Sequence[Hypothesis]) -> str:
    """Return to which requests it is done: any of some predicates."""
    if not hypotheses[0].conditions:
        return "every invalid request" if rule == ACCEPTS else "every request"
    alike: dict[object, list[Hypothesis]] = {}
    for each in hypotheses:
        alike.setdefault(each.form, []).append(each)
    named = [_alike(root, group) for group in alike.values()]
    more = len(named) - SPELLED_OUT
    return ", ".join(named[:SPELLED_OUT]) + (f", and {more} more" if more > 0 else "")


def _alike(root: Node, hypotheses: Sequence[Hypothesis]) -> str:
    first = hypotheses[0].conditions
    if len(first) == 1:
        return noun(root, first[0], [each.conditions[0].feature.place for each in hypotheses])
    whole = " and ".join(clause(root, each) for each in first)
    more = f" (and alike in {len(hypotheses) - 1} more places)" if len(hypotheses) > 1 else ""
    return f"a request in which {whole}{more}"


def _mostly(findings: Sequence[FindingMade]) -> list[str]:
    """Return the sentences of findings, the most frequent first; what few of them show may be so by chance."""
    counts = Counter(each.finding.sentence for each in findings).most_common()
    often = [sentence for sentence, count in counts if count * RARE >= len(findings)]
    return often[:SPELLED_OUT] or [sentence for sentence, _ in counts[:1]]


def _of_hypotheses(root: Node, explanation: Explanation, observations: Sequence[Observation]) -> str:
    statuses = [observations[index].status for index in explanation.observations]
    if explanation.family == WRONG_TYPES:
        stories = [observations[index].case.story for index in explanation.observations]
        places = sorted({generalised(each.pointer) for each in stories if each is not None})
        return capitalized(_done(explanation.rule, statuses, f"some values of the wrong type{located(root, places)}"))
    if explanation.family == NOT_JSON:
        what = f"bodies that are not JSON{_of_kinds(explanation, observations)}"
        return capitalized(_done(explanation.rule, statuses, what))
    title = FAMILIES.get((explanation.rule, explanation.family), "")
    what = request_sentence(root, explanation, statuses)
    return f"{title}: {what[:1].lower()}{what[1:]}" if title else what


def _of_kinds(explanation: Explanation, observations: Sequence[Observation]) -> str:
    """Return the most frequent kind of request that shows a fault, of several the shortest; and how many others."""
    stories = (observations[index].case.story for index in explanation.observations)
    counts = Counter(each.kind for each in stories if each is not None)
    kinds = sorted(counts, key=lambda kind: (-counts[kind], len(kind), kind))
    others = f", and {len(kinds) - 1} other kind{'s' if len(kinds) > 2 else ''}" if len(kinds) > 1 else ""
    return f": {kinds[0]}{others}" if kinds else ""


def sentence_of(contract: Contract | None, explanation: Explanation, observations: Sequence[Observation]) -> str:
    """Return the sentence of a cause: what the target does, to what, and where."""
    if explanation.sentence:
        return explanation.sentence
    of_responses = explanation.rule not in REQUEST_RULES
    if contract is not None and explanation.hypotheses and of_responses:
        said = _of_findings(contract, explanation)
        return f"{said} for {_requests(contract.request, explanation.rule, explanation.hypotheses)}"
    statuses = [observations[index].status for index in explanation.observations]
    if contract is not None and (explanation.hypotheses or explanation.family == NOT_JSON):
        return _of_hypotheses(contract.request, explanation, observations)
    if explanation.rule in REQUEST_RULES and any(each.finding.pattern.intermittent for each in explanation.findings):
        often = f"{len(statuses)} of {len(observations)} requests"
        return f"Intermittent: {_done(explanation.rule, statuses, often)}"
    if explanation.family == CONSTANT:
        return f"Returns the same values whatever was sent{WITHOUT_MEMORY}"
    return _of_findings(contract, explanation)


def _of_findings(contract: Contract | None, explanation: Explanation) -> str:
    """Return what is wrong by the findings alone, and where."""
    findings = explanation.own
    places = sorted({generalised(each.finding.place or each.finding.pointer) for each in findings} - {""})
    said = _mostly(findings)
    root = None
    if contract is not None:
        root = contract.request if explanation.rule in REQUEST_RULES else contract.response
    if len(said) > 1 and explanation.rule == "echo":
        ways = dict.fromkeys(each.finding.symptom.observed for each in findings if each.finding.sentence in said)
        return f"Returns other values than were sent for {places_named(root, places)}: {', '.join(ways)}"
    if len(said) > 1:
        others = f"{len(said) - 1} other difference{'s' if len(said) > 2 else ''}"
        return f"{said[0]}, and {others}{located(root, places) or ': the body'}"
    if len(places) == 1 and not places[0].startswith("/"):
        return said[0]  # the one header field or status that it is about
    hint = WITHOUT_MEMORY if explanation.rule == "isolation" and explanation.consequences else ""
    return said[0] + located(root, places) + hint
