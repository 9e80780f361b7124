"""Words for conditions: what a request is like that fits one, as a clause and as what is sent; and names of places."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from conformance.contract.schemas.nodes import Node, name_in
from conformance.diagnosis.facts.features import (
    ANYWHERE,
    COUNT,
    CREATION,
    DEPTH,
    FIELD_LENGTH,
    INTEGER,
    LARGEST,
    LENGTH,
    LONGEST,
    MOST_DIGITS,
    NUMBER,
    PROPERTIES,
    REQUEST,
    SIZE,
    SMALLEST,
    USED_START,
    Feature,
)
from conformance.diagnosis.hypotheses import AT_LEAST, Condition
from conformance.model.pointer import last

PARAMETER_PLACES = ("path", "query", "header", "cookie")

NAMED = frozenset({"header", *(f"{place} parameter" for place in PARAMETER_PLACES)})
"""Keywords whose place is the name of a part of the request."""

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
    **{f"{place} parameter": f"a missing or invalid {place} parameter" for place in PARAMETER_PLACES},
}
"""What a request is that breaks a keyword."""

SUBJECTS: Mapping[str, str] = {
    "body": "an invalid body of any kind, even one that is not JSON",
    "schema": "a body that violates the schema in any way",
    "property": "an invalid value or property anywhere in the body",
}
"""What a request is, said of whole groups of keywords."""


def places_named(root: Node | None, places: Iterable[str]) -> str:
    """Return the names of places in the body, up to five; then their number.

    One property that occurs in several objects has its name once; where whole paths are long, last names do.
    """
    different = list(dict.fromkeys(places))
    return _spelled_out(root, different) or f"{len(different)} places"


def located(root: Node | None, places: Sequence[str]) -> str:
    """Return where something is, as the end of a sentence: the names of places, or their number."""
    if not places:
        return ""
    named = _spelled_out(root, places)
    return f": {named}" if named else f" in {len(places)} places"


def _spelled_out(root: Node | None, places: Sequence[str]) -> str:
    """Return the names of different places; empty where they are too many or too long."""
    names = list(dict.fromkeys(name_of(root, each) for each in places))
    short = list(dict.fromkeys(f"`{last(each)}`" for each in places if each.startswith("/")))
    if len(names) > 1 and len(short) == 1 and all(places):
        return f"{short[0]} (in {len(names)} places)"
    if len(names) > SPELLED_OUT:
        return ""
    whole = ", ".join(names)
    if len(whole) > LONGEST_LIST and len(short) == len(names):
        whole = ", ".join(short)
    return whole if len(whole) <= LONGEST_LIST or len(names) == 1 else ""


def name_of(root: Node | None, place: str) -> str:
    """Return how a place is named: a property by its name, a header field by its own."""
    if place and not place.startswith("/"):
        return f"`{place}`"
    return name_in(root, place) if root is not None else f"`{place}`" if place else "the body"


CLAUSES: Mapping[str, str] = {
    "absent": "{name} is absent",
    "missing": "{name} is not sent",
    "present": "{name} is present",
    "set": "{name} is set (not null)",
    "unset": "{name} is `null` or not sent",
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
    "equal in effect": "{name} is equal to {other} (also by default)",
    "less in effect": "{name} is less than {other} (also by default)",
    "greater in effect": "{name} is greater than {other} (also by default)",
    "value in effect": "{name} is `{value}` (also by default)",
    "method": "the method is {value}",
    "body": "{body}",
    **dict.fromkeys(("kind", "kind of several"), "{name} is {value}"),
    "keyword": "{name} is {keyword}",
    "subject": "the request has {subject}",
    "invalid": "{name} is or contains an invalid value",
    "header": "the header field {name} is `{value}`",
    "element": "the header field {name} has `{value}`",
    "field": "the header field {name} is {value}",
    "text": "the body has {value}",
    "target": "the {place} has {value}",
    "chunked": "the body is sent in chunks",
    "media type": "the media type is not the declared one",
    "content": "the media type is not the declared one, or the body has a content coding",
    "access": "the request has a missing or wrong credential",
    "scheme": "{name} has {value}",
    "credential": "the request has {value} in {carrier}",
    "used name": "{name} has a value accepted before",
}
"""A condition as a clause about the request, by the name of its feature."""

NOUNS: Mapping[str, str] = {
    "absent": "a body without {places}",
    "missing": "a body without {places}",
    "present": "a body with {places}",
    "set": "a body with a value for {places}",
    "unset": "a body without a value for {places}",
    "type": "{article}{for_places}",
    "value": "{example}",
    "empty": "an empty {value}{for_places}",
    "unknown": "an unknown property{in_places}",
    "unknown name": "the unknown property `{value}`{in_places}",
    "number": "{number}{for_places}",
    "parity": "{number}{for_places}",
    "string": "{string}{for_places}",
    "characters": "a string of {value} characters{for_places}",
    **dict.fromkeys(("kind", "kind of several"), "{value}{at_places}"),
    "keyword": "{keyword}{at_places}",
    "subject": "{subject}",
    "invalid": "an invalid value{in_places}",
    "text": "a body with {value}",
    "target": "a {place} with {value}",
    "chunked": "a chunked body",
    "media type": "a body without the declared media type",
    "content": "an unsupported media type or content coding",
    "access": "a missing or wrong credential",
    "scheme": "a credential with {value}",
    "credential": "{value} in {carrier}",
    "used name": "a value of {places} accepted before",
}
"""A condition as what is sent, by the name of its feature; without one its clause is said of a request."""

WHOLE: Mapping[str, str] = {"kind": "value", "kind of several": "value", "keyword": "keyword"}
"""What a class of the whole request is filled with, by the name of its feature."""

BODIES: Mapping[str, str] = {
    "none": "there is no body",
    "blank": "the body is blank",
    "not JSON": "the body is not JSON",
    "not plain JSON": "the body is not JSON, repeats a property name, or begins with a byte order mark",
}

MEASURED: Mapping[str, tuple[str, str]] = {
    NUMBER: ("{name} is {bound} or {greater}", "{number}{for_places}"),
    INTEGER: ("{name} is {bound} or {greater}", "{number}{for_places}"),
    LARGEST: ("a number in the body is {bound} or more", "{number}"),
    SMALLEST: ("a number in the body is {bound} or less", "{number}"),
    LENGTH: ("{name} has {bound} or {more} characters", "a string of {bound} or {more} characters{for_places}"),
    LONGEST: ("a string in the body has {bound} or more characters", "a string of {bound} or more characters"),
    COUNT: ("{name} has {bound} or {more} entries", "{bound} or {more} properties or items{for_places}"),
    DEPTH: ("the body is nested {bound} or {more} levels deep", "a body nested {bound} or {more} levels deep"),
    PROPERTIES: ("the body has {bound} or more properties in all", "a body with {bound} or more properties in all"),
    SIZE: ("the body has {bound} or more bytes", "a body of {bound} or more bytes"),
    FIELD_LENGTH: (
        "the header field {name} has {bound} or more characters",
        "{bound} or more characters in the header field {name}",
    ),
    USED_START: (
        "{name} has the first {bound} characters of a value accepted before",
        "a value of {name} with the first {bound} characters of one accepted before",
    ),
    CREATION: ("it comes {side} creation {bound} of the run", "every request {side} creation {bound} of the run"),
    REQUEST: ("it comes {side} request {bound} of the run", "every request {side} request {bound} of the run"),
}
"""A threshold as a clause, and as what is sent."""


def clause(root: Node, condition: Condition) -> str:
    """Return a condition as a clause about the request: ``` `name` is absent ```."""
    words = _words(root, condition, [condition.feature.place])
    if condition.direction:
        return MEASURED[condition.feature.name][0].format(**words)
    feature = condition.feature
    template = f"the request has {{{WHOLE[feature.name]}}}" if _is_of_whole(feature) else CLAUSES[feature.name]
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
        "name": "a property" if feature.place == ANYWHERE else name_of(root, feature.place),
        "places": named,
        "example": f"`{feature.value}`" if everywhere else f"`{feature.value}` for {named}",
        "for_places": "" if everywhere else f" for {named}",
        "in_places": "" if everywhere else f" in {named}",
        "at_places": "" if everywhere else _at(root, feature, places),
        "value": feature.value,
        "place": feature.place,
        "carrier": "the query string" if feature.place == "query" else f"the header field `{feature.place}`",
        "article": ARTICLES.get(feature.value, feature.value),
        "string": "an empty string" if empty else f"a string {feature.value}",
        "number": _number_noun(condition),
        "other": name_of(root, feature.value) if feature.value.startswith("/") else feature.value,
        "keyword": KEYWORDS.get(feature.value, f"a value that violates {feature.value}"),
        "subject": SUBJECTS.get(feature.value, feature.value),
        "body": BODIES.get(feature.value, f"the body is {ARTICLES.get(feature.value, feature.value)}"),
        "bound": _number(condition.bound),
        "more": "more" if up else "fewer",
        "greater": "more" if up else "less",
        "side": "from" if up else "up to",
    }


def _at(root: Node, feature: Feature, places: Sequence[str]) -> str:
    """Return at which properties a value is of a class; of the whole body or of a header field the class says it."""
    if feature.value in NAMED and ANYWHERE not in places:
        return f": {', '.join(f'`{each}`' for each in places)}"
    if not any(each.startswith("/") for each in places):
        return ""
    preposition = " in" if feature.value == "additionalProperties" else ":"
    return f"{preposition} {places_named(root, places)}"


def _is_of_whole(feature: Feature) -> bool:
    """Tell whether a class is one of the whole request, and not of a property."""
    return feature.name in WHOLE and not feature.place.startswith(("/", ANYWHERE))


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
