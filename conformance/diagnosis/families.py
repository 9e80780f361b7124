"""Families: explanations that are one fault, as they differ in their places alone or in the kind of one value."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from conformance.classify.coercion import convertible
from conformance.classify.requirements import reject_id
from conformance.classify.traits import defects
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import find
from conformance.diagnosis.facts.features import INTEGER, LARGEST, NUMBER, SMALLEST, Feature
from conformance.diagnosis.hypotheses import FactTable, Hypothesis
from conformance.diagnosis.observations import (
    ACCEPTS,
    COERCION,
    CONVERSION,
    JSON_TEXT,
    NOT_JSON,
    REJECTS,
    SERVER_ERROR,
    WRONG_TYPES,
    Explanation,
    Observation,
)
from conformance.model.case import Case
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import try_read, type_name

ENOUGH = 4
"""How many kinds of value a parser converts at least: a property that is not checked has fewer."""

SMALL = 100
"""Bounds that are smaller are not those of a type of number."""

SEVERAL_KINDS = 3
"""So many kinds of value of the wrong type are no accident: one check of types is missing."""

NO_TEXT = frozenset(Feature("body", "", each) for each in ("not plain JSON", "blank", "none"))
"""What is said of a body that is no JSON text, is one that some parsers reject, or is none."""


def merged(
    contract: Contract, table: FactTable, found: Iterable[Explanation], observations: Sequence[Observation]
) -> list[Explanation]:
    """Bring together what differs in its places alone, and what is of one family."""
    by_form: dict[object, list[Explanation]] = {}
    for each in found:
        by_form.setdefault(tuple(map(_range_or_form, each.hypotheses)), []).append(each)
    by_family: dict[str, list[Explanation]] = {}
    alone: list[Explanation] = []
    for group in by_form.values():
        each = _joined(group)
        family = _family(contract, table, each, observations)
        by_family.setdefault(family, []).append(each) if family else alone.append(each)
    converted, agreed = by_family.pop(CONVERSION, []), by_family.get(COERCION, [])
    if agreed and len(agreed) + len(converted) >= ENOUGH:
        agreed.extend(converted)
    else:
        alone.extend(converted)
    return alone + [
        replace(_joined(group), family=family if len(group) > 1 else "") for family, group in by_family.items()
    ]


def _range_or_form(hypothesis: Hypothesis) -> object:
    """Return what is the same in predicates of one kind: of both ends of a range, how many digits they have."""
    (first, *more) = hypothesis.conditions or (None,)
    bounded = first is not None and first.direction and first.feature.name in {NUMBER, INTEGER, LARGEST, SMALLEST}
    if first is None or more or not bounded or first.bound.copy_abs() < SMALL:
        return hypothesis.form
    return first.bound.adjusted()


def _family(contract: Contract, table: FactTable, explanation: Explanation, observations: Sequence[Observation]) -> str:
    if explanation.rule not in {ACCEPTS, REJECTS}:
        return ""
    if _is_of_json_text(table, explanation):
        return JSON_TEXT
    broken = {each.finding.requirement for each in explanation.findings}
    coercible = {reject_id(node, "coercible") for node in contract.request.walk()}
    if explanation.rule == ACCEPTS and broken <= coercible:
        return COERCION
    if _converts(contract, explanation, observations):
        return CONVERSION
    return _broken(explanation)


def _broken(explanation: Explanation) -> str:
    """Return the one requirement that findings break; empty where they break several."""
    broken = {each.finding.requirement for each in explanation.findings}
    return broken.pop() if len(broken) == 1 else ""


def with_json_texts(
    table: FactTable, found: list[Explanation], rest: list[Explanation]
) -> tuple[list[Explanation], list[Explanation]]:
    """Return explanations and what has none; of that, a parser that takes some text that is not JSON takes all such."""
    parser = next((each for each in found if each.rule == ACCEPTS and _is_of_json_text(table, each)), None)
    taken = [each for each in rest if _is_of_json_text(table, each)]
    if parser is None or not taken:
        return found, rest
    whole = replace(_joined([parser, *taken]), family=parser.family)
    return [whole if each is parser else each for each in found], [each for each in rest if each not in taken]


def _is_of_json_text(table: FactTable, explanation: Explanation) -> bool:
    keyword = Feature("keyword", "", JSON_TEXT)
    return all(keyword in table.facts[index].own for index in explanation.observations)


def with_conversions(
    contract: Contract, found: list[Explanation], rest: list[Explanation], observations: Sequence[Observation]
) -> list[Explanation]:
    """Return explanations and what has none; of that, a parser that converts so much is to blame for conversions."""
    parser = next((each for each in found if each.family == COERCION and len(each.hypotheses) >= ENOUGH), None)
    if parser is None:
        return [*found, *rest]
    converted = [each for each in rest if _converts(contract, each, observations)]
    whole = replace(_joined([parser, *converted]), family=COERCION)
    others = [each for each in rest if each not in converted]
    return [*(whole if each is parser else each for each in found), *others]


def _converts(contract: Contract, explanation: Explanation, observations: Sequence[Observation]) -> bool:
    cases = (observations[index].case for index in explanation.observations)
    return explanation.rule == ACCEPTS and are_converted(contract, cases)


def of_missing_checks(table: FactTable, found: list[Explanation]) -> list[Explanation]:
    """Return explanations; errors for several kinds of value of the wrong type are those of one missing check.

    So are those for several kinds of body that is not JSON, of which a parser may read some.
    """
    for family, belongs in ((WRONG_TYPES, _is_of_wrong_types), (NOT_JSON, _is_not_json)):
        parts = [each for each in found if each.rule == SERVER_ERROR and belongs(table, each)]
        if len(parts) >= SEVERAL_KINDS:
            found = [*(each for each in found if each not in parts), replace(_joined(parts), family=family)]
    return found


def _is_not_json(table: FactTable, explanation: Explanation) -> bool:
    return all(NO_TEXT & table.facts[index].features for index in explanation.observations)


def _is_of_wrong_types(table: FactTable, explanation: Explanation) -> bool:
    facts = (table.facts[index] for index in explanation.observations)
    return all({"type"} == {feature.value for feature in each.own if feature.name == "keyword"} for each in facts)


def _joined(group: Sequence[Explanation]) -> Explanation:
    first = group[0]
    own = {finding.id: finding for each in group for finding in each.own}
    findings = own | {finding.id: finding for each in group for finding in each.findings if finding.id not in own}
    return Explanation(
        first.rule,
        tuple(hypothesis for each in group for hypothesis in each.hypotheses),
        tuple(findings.values()),
        tuple(sorted({index for each in group for index in each.observations})),
        first.control,
        consequences=len(findings) - len(own),
    )


def are_converted(contract: Contract, cases: Iterable[Case]) -> bool:
    """Tell whether each of some bodies is invalid for nothing but a value that parsers convert."""
    return all(_is_converted(contract, case) for case in cases)


def _is_converted(contract: Contract, case: Case) -> bool:
    text = try_read(case.request.body)
    wrong = list(defects(contract.request, text.value)) if text is not None else []
    if text is None or len(wrong) != 1 or wrong[0].keyword not in {"type", "enum"}:
        return False
    node, value = find(contract.request, wrong[0].pointer), get(text.value, wrong[0].pointer, MISSING)
    if node is None or value is MISSING:
        return False
    # What is of a right type, and not in the enum, may be converted to another one: the empty string to null.
    return convertible(frozenset(node.types) - {type_name(value)}, value)
