"""Sentences of causes: what a target does, to which requests, where; made from predicates, values and names alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node, name_in
from conformance.diagnosis.features import (
    ANYWHERE,
    COUNT,
    CREATION,
    DEPTH,
    INTEGER,
    LARGEST,
    LENGTH,
    LONGEST,
    MOST_DIGITS,
    NUMBER,
    REQUEST,
    SMALLEST,
    Feature,
)
from conformance.diagnosis.hypotheses import AT_LEAST, Condition, Hypothesis
from conformance.diagnosis.observations import COERCION, JSON_TEXT, REQUEST_RULES, Explanation, Observation
from conformance.journal.events import FindingMade
from conformance.model.pointer import generalised, last

RARE = 4
"""Of several differences those are not said that fewer than one in so many findings show."""

LONGEST_LIST = 110
"""How many characters a list of places has at most."""

SPELLED_OUT = 5
"""How many places a sentence names; of more it has their number."""

ARTICLES: Mapping[str, str] = {
    "null": "`null`",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number with a fraction",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}

KEYWORDS: Mapping[str, str] = {
    "type": "a value of the wrong type",
    "enum": "an unknown enum value",
    "additionalProperties": "an unknown property",
    "required": "a body without a required property",
    "JSON text": "a body that is not well-formed JSON",
    "credential": "a missing or wrong credential",
    "header": "a wrong header field",
    "method": "another method",
    "path": "another path",
}
"""What a request is that breaks a keyword."""

SUBJECTS: Mapping[str, str] = {
    "body": "an invalid body of any kind",
    "schema": "a body that violates the schema in any way",
    "property": "an invalid value or property anywhere in the body",
}
"""What a request is, said of whole groups of keywords."""


def places_named(root: Node | None, places: Iterable[str]) -> str:
    """Return the names of places in the body, up to five; then their number.

    One property that occurs in several objects has its name once; where whole paths are long, last names do.
    """
    different = list(dict.fromkeys(places))
    names = list(dict.fromkeys(_name(root, each) for each in different))
    short = list(dict.fromkeys(f"`{last(each)}`" for each in different if each.startswith("/")))
    if len(names) > 1 and len(short) == 1 and all(different):
        return f"{short[0]} (in {len(names)} places)"
    if len(names) > SPELLED_OUT:
        return f"{len(names)} places"
    whole = ", ".join(names)
    if len(whole) > LONGEST_LIST and len(short) == len(names):
        whole = ", ".join(short)
    return whole if len(whole) <= LONGEST_LIST or len(names) == 1 else f"{len(names)} places"


def _name(root: Node | None, place: str) -> str:
    if place and not place.startswith("/"):
        return f"`{place}`"
    return name_in(root, place) if root is not None else f"`{place}`" if place else "the body"


CLAUSES: Mapping[str, str] = {
    "absent": "{name} is absent",
    "missing": "{name} is not sent",
    "present": "{name} is present",
    "set": "{name} is set (not null)",
    "type": "{name} is {article}",
    "value": "{name} is `{value}`",
    "empty": "{name} is an empty {value}",
    "unknown": "{name} has an unknown property",
    "unknown name": "{name} has the unknown property `{value}`",
    "number": "{name} is {value}",
    "parity": "{name} is {value}",
    "string": "{name} is {string}",
    "characters": "{name} has {value} characters",
    "equal": "{name} is equal to {other}",
    "less": "{name} is less than {other}",
    "greater": "{name} is greater than {other}",
    "different": "{name} is different from {other}",
    "method": "the method is {value}",
    "body": "{body}",
    "kind": "{name} is {value}",
    "keyword": "{name} is {keyword}",
    "subject": "the request has {subject}",
    "invalid": "{name} is or contains an invalid value",
    "header": "the header field {name} is `{value}`",
    "element": "the header field {name} has `{value}`",
    "field": "the header field {name} is {value}",
    "text": "the body has {value}",
    "media type": "the media type is not the declared one",
    "scheme": "{name} has {value}",
    "credential": "the request has {value} in {carrier}",
}
"""A condition as a clause about the request, by the name of its feature."""

NOUNS: Mapping[str, str] = {
    "absent": "a body without {places}",
    "missing": "a body without {places}",
    "present": "a body with {places}",
    "set": "a body with a value for {places}",
    "type": "{article}{for_places}",
    "value": "{example}",
    "empty": "an empty {value}{for_places}",
    "unknown": "an unknown property{in_places}",
    "unknown name": "the unknown property `{value}`{in_places}",
    "number": "{number}{for_places}",
    "parity": "{number}{for_places}",
    "string": "{string}{for_places}",
    "characters": "a string of {value} characters{for_places}",
    "kind": "{value}{at_places}",
    "keyword": "{keyword}{at_places}",
    "subject": "{subject}",
    "invalid": "an invalid value{in_places}",
    "text": "a body with {value}",
    "media type": "a body without the declared media type",
    "scheme": "a credential with {value}",
    "credential": "{value} in {carrier}",
}
"""A condition as what is sent, by the name of its feature; without one its clause is said of a request."""

FAMILIES: Mapping[tuple[str, str], str] = {
    ("accepts", COERCION): "Converts values to the required type",
    ("accepts", JSON_TEXT): "Parses JSON leniently",
    ("rejects", JSON_TEXT): "Rejects well-formed JSON",
}
"""What several predicates of one family are together."""

BODY = "the body"

BODIES: Mapping[str, str] = {
    "none": "there is no body",
    "not JSON": "the body is not JSON",
    "not plain JSON": "the body is not JSON, repeats a property name, or begins with a byte order mark",
}

MEASURED: Mapping[str, tuple[str, str]] = {
    NUMBER: ("{name} is {bound} or {more}", "{number}{for_places}"),
    INTEGER: ("{name} is {bound} or {more}", "{number}{for_places}"),
    LARGEST: ("a number in the body is {bound} or more", "{number}"),
    SMALLEST: ("a number in the body is {bound} or less", "{number}"),
    LENGTH: ("{name} has {bound} or {more} characters", "a string of {bound} or {more} characters{for_places}"),
    LONGEST: ("a string in the body has {bound} or more characters", "a string of {bound} or more characters"),
    COUNT: ("{name} has {bound} or {more} entries", "{bound} or {more} properties or items{for_places}"),
    DEPTH: ("the body is nested {bound} or {more} levels deep", "a body nested {bound} or {more} levels deep"),
    CREATION: ("it comes {side} creation {bound} of the run", "every request {side} creation {bound} of the run"),
    REQUEST: ("it comes {side} request {bound} of the run", "every request {side} request {bound} of the run"),
}
"""A threshold as a clause, and as what is sent."""


def clause(root: Node, condition: Condition) -> str:
    """Return a condition as a clause about the request: ``` `name` is absent ```."""
    words = _words(root, condition, [condition.feature.place])
    if condition.direction:
        return MEASURED[condition.feature.name][0].format(**words)
    template = "the request has {value}" if _is_of_whole(condition.feature) else CLAUSES[condition.feature.name]
    return template.format(**words)


def noun(root: Node, condition: Condition, places: Sequence[str]) -> str:
    """Return a condition as what is sent: ``an array for `name` ``; `places` are all that it holds at."""
    words = _words(root, condition, places)
    if condition.direction:
        return MEASURED[condition.feature.name][1].format(**words)
    template = NOUNS.get(condition.feature.name)
    return template.format(**words) if template else f"a request in which {clause(root, condition)}"


def _words(root: Node, condition: Condition, places: Sequence[str]) -> dict[str, str]:
    """Return what templates are filled with."""
    feature, up = condition.feature, condition.direction == AT_LEAST
    everywhere = not places or ANYWHERE in places
    named = "a property" if everywhere else places_named(root, places)
    empty = feature.value == "empty"
    return {
        "name": "a property" if feature.place == ANYWHERE else _name(root, feature.place),
        "places": named,
        "example": f"`{feature.value}`" if everywhere else f"`{feature.value}` for {named}",
        "for_places": "" if everywhere else f" for {named}",
        "in_places": "" if everywhere else f" in {named}",
        "at_places": "" if everywhere else _at(root, feature, places),
        "value": feature.value,
        "carrier": "the query string" if feature.place == "query" else f"the header field `{feature.place}`",
        "article": ARTICLES.get(feature.value, feature.value),
        "string": "an empty string" if empty else f"a string {feature.value}",
        "number": _number_noun(condition),
        "other": _name(root, feature.value) if feature.value.startswith("/") else feature.value,
        "keyword": KEYWORDS.get(feature.value, f"a value that violates {feature.value}"),
        "subject": SUBJECTS.get(feature.value, feature.value),
        "body": BODIES.get(feature.value, f"the body is {ARTICLES.get(feature.value, feature.value)}"),
        "bound": _number(condition.bound),
        "more": "more" if up else "fewer",
        "side": "from" if up else "up to",
    }


def _at(root: Node, feature: Feature, places: Sequence[str]) -> str:
    """Return where a request breaks a keyword: a property that is unknown in the object that holds it."""
    if feature.value == "additionalProperties":
        return f" in {places_named(root, places)}"
    named = places_named(root, places)
    return "" if "credential" in feature.value or (named == BODY and _is_of_whole(feature)) else f": {named}"


def _is_of_whole(feature: Feature) -> bool:
    """Tell whether a class of requests is one of the whole body, and not of the value that it is."""
    return feature.name == "kind" and not feature.place and " where " not in feature.value


def _number_noun(condition: Condition) -> str:
    """Return a class of numbers, or those on one side of a bound."""
    value, bound, up = condition.feature.value, condition.bound, condition.direction == AT_LEAST
    if not condition.direction:
        return f"a {value} number" if value in {"negative", "positive", "odd", "even"} else f"a number {value}"
    if condition.passed is not None and abs(bound - condition.passed) == 1:
        return f"an integer {'above' if up else 'below'} {_number(condition.passed)}"
    return f"a number of {_number(bound)} or {'more' if up else 'less'}"


def _number(value: Decimal) -> str:
    whole = value == value.to_integral_value() and abs(value.adjusted()) < MOST_DIGITS
    return str(int(value)) if whole else str(value)


def request_sentence(root: Node, explanation: Explanation, statuses: Sequence[int]) -> str:
    """Return what a target does to the requests that fit a predicate."""
    return capitalized(_done(explanation.rule, statuses, _requests(root, explanation.hypotheses)))


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _done(rule: str, statuses: Sequence[int], what: str) -> str:
    shown = ", ".join(map(str, sorted(set(statuses) - {0})[:3]))
    match rule:
        case "accepts":
            return f"accepts {what}"
        case "rejects":
            return f"rejects {what} with {shown}"
        case "server error":
            return f"returns {shown} for {what}"
        case _:
            return f"sends no response to {what}"


def _requests(root: Node, hypotheses: Sequence[Hypothesis]) -> str:
    """Return to which requests it is done: any of some predicates."""
    if not hypotheses[0].conditions:
        return "every request"
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
    return [sentence for sentence, count in counts if len(counts) == 1 or count * RARE >= len(findings)][:SPELLED_OUT]


def sentence_of(contract: Contract | None, explanation: Explanation, observations: Sequence[Observation]) -> str:
    """Return the sentence of a cause: what the target does, to what, and where."""
    statuses = [observations[index].status for index in explanation.observations]
    if contract is not None and explanation.hypotheses:
        title = FAMILIES.get((explanation.rule, explanation.family), "")
        what = request_sentence(contract.request, explanation, statuses)
        return f"{title}: {what[:1].lower()}{what[1:]}" if title else what
    if explanation.rule in REQUEST_RULES and any(each.finding.pattern.intermittent for each in explanation.findings):
        often = f"{len(statuses)} of {len(observations)} requests"
        return f"Intermittent: {_done(explanation.rule, statuses, often)}"
    findings = explanation.own
    places = sorted({generalised(each.finding.place or each.finding.pointer) for each in findings} - {""})
    said = _mostly(findings)
    root = contract.response if contract is not None else None
    where = places_named(root, places)
    if len(said) > 1 and explanation.rule == "echo":
        ways = list(dict.fromkeys(each.finding.symptom.observed for each in findings if each.finding.sentence in said))
        return f"Returns other values than were sent for {where}: {', '.join(ways)}"
    if len(said) > 1:
        others = f"{len(said) - 1} other difference{'s' if len(said) > 2 else ''}"
        return f"{said[0]}, and {others}: {where or 'the body'}"
    if len(places) == 1 and not places[0].startswith("/"):
        return said[0]  # the one header field or status that it speaks of
    if where.endswith(" places"):
        return f"{said[0]} in {where}"
    return f"{said[0]}: {where}" if where and where not in said[0] else said[0]
