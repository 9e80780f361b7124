"""Causes of clients: findings of one fault of a client library, told by what it did with responses."""

from collections.abc import Callable, Sequence

import msgspec

from conformance.diagnosis.observations import Explanation, Observation
from conformance.diagnosis.wording.conditions import SPELLED_OUT
from conformance.model.finding import ACCEPTED, INVALID_RESPONSE, UNPARSED, Finding

CONVERTED = "converted"

RETURNS = "returns "

CONVERTIBLE = tuple(RETURNS + each for each in ("a number", "a boolean", "a string", "a different"))
"""How what a client returned instead of a value of the wrong type begins, where it made one of the right type."""

REJECTED_HERE = "reject."
"""How the ids of scenarios begin whose response has one schema violation."""

PREFIX = "a response with "


class Family(msgspec.Struct, frozen=True):
    """Symptoms that are one fault together: how they are told apart from others, and how the cause of them begins."""

    name: str
    fits: Callable[[Finding], bool]
    title: str


def _is_conversion(found: Finding) -> bool:
    symptom = found.symptom
    return symptom.rule == INVALID_RESPONSE and symptom.observed.startswith(CONVERTIBLE) and "type" in symptom.kind


FAMILIES = (
    Family(
        ACCEPTED,
        lambda found: found.symptom.rule == INVALID_RESPONSE and found.symptom.observed == ACCEPTED,
        "Does not validate responses: accepts {list}",
    ),
    Family(CONVERTED, _is_conversion, "Converts values of the wrong type in responses: to {list}"),
    Family(UNPARSED, lambda found: found.symptom.rule == UNPARSED, "Reports no error for {list}"),
)
"""In the order of precedence."""

PARTLY = "Validates responses incompletely: accepts {list}"
"""The title where a client rejects some invalid responses."""


def of_client(observations: Sequence[Observation], explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations of a client's findings, those of one fault brought together."""
    left, whole = list(explanations), []
    for family in FAMILIES:
        group = [each for each in left if all(family.fits(event.finding) for event in each.findings)]
        if len(group) > 1:
            left = [each for each in left if each not in group]
            title = PARTLY if family.name == ACCEPTED and _rejects_some(observations) else family.title
            whole.append(_joined(group, title.format(list=_listed(family, group))))
    return [*whole, *left]


def _rejects_some(observations: Sequence[Observation]) -> bool:
    return any(
        not each.findings and each.case.story is not None and each.case.story.keyword != "enum"
        for each in observations
        if each.case.id.startswith(REJECTED_HERE)
    )


def _listed(family: Family, group: Sequence[Explanation]) -> str:
    """Return what a client does in several ways: the kinds of response, or what it returns for them."""
    symptoms = sorted({each.findings[0].finding.symptom for each in group}, key=lambda each: (each.kind, each.observed))
    said = [each.observed.removeprefix(RETURNS) if family.name == CONVERTED else each.kind for each in symptoms]
    names = list(dict.fromkeys(each.removeprefix(PREFIX) for each in said))
    more = len(names) - SPELLED_OUT
    return ", ".join(names[:SPELLED_OUT]) + (f", and {more} more" if more > 0 else "")


def _joined(group: Sequence[Explanation], sentence: str) -> Explanation:
    findings = tuple({event.id: event for each in group for event in each.findings}.values())
    observations = tuple(sorted({index for each in group for index in each.observations}))
    return Explanation(group[0].rule, (), findings, observations, sentence=sentence)
