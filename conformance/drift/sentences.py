"""Sentences: what a change is called, in the words of OpenAPI and JSON Schema."""

from collections.abc import Sequence

from conformance.drift.changes import Effect, Part, Side
from conformance.model.jsontext import Json, write
from conformance.model.pointer import ANY_ITEM, split

LONGEST_VALUE = 60
"""How many characters of a value a sentence has."""

NAMED = 3
"""How many enum values a sentence names."""

ADDED = {
    "property-added": "Adds the optional {subject}",
    "required-property-added": "Adds the required {subject}",
    "property-removed": "Removes the optional {subject}",
    "required-property-removed": "Removes the required {subject}",
}


def subject_of(part: Part, scope: str, places: Sequence[str]) -> str:
    """Return how a sentence names the places of a change: `request property "a.b"`, `body of the request`."""
    if part is Part.PARAMETER:
        named = ".".join(split(places[0]))
        return f"{scope}, property `{named}`" if named else scope
    name = ".".join(each if each != ANY_ITEM else "*" for each in split(places[0]))
    subject = f"{scope} property `{name}`" if name else f"{scope} body"
    more = len(places) - 1
    return f"{subject} (and {more} more place{'s' * (more > 1)})" if more else subject


def sentence_of(rule: str, subject: str, effect: Effect, old: Side | None, new: Side | None) -> str:
    """Return the sentence of a change in a schema."""
    fixed = {
        **ADDED,
        "required": f"Makes the {{subject}} {'required' if effect is Effect.NARROWED else 'optional'}",
        "type": f"Changes the type of the {{subject}} from {_types(old)} to {_types(new)}",
        "alternative": f"{'Removes' if new is None else 'Adds'} an alternative of the {{subject}}",
        "items": f"{'Removes' if new is None else 'Adds'} a schema for the items of the {{subject}}",
        "description": "Changes the description of the {subject}",
    }
    if rule in fixed:
        return fixed[rule].format(subject=subject)
    if rule == "enum":
        return _enum(subject, old, new)
    return _closed(subject, new, effect) if rule == "additionalProperties" else _keyword(rule, subject, old, new)


def _types(side: Side | None) -> str:
    types = side.value if side else None
    return " or ".join(map(str, types)) if isinstance(types, list) else str(types or "any")


def _enum(subject: str, old: Side | None, new: Side | None) -> str:
    before, after = (side.value if side else None for side in (old, new))
    if isinstance(before, list) and isinstance(after, list):
        held, named = ([write(value) for value in values] for values in (before, after))
        come, gone = ([one for one in these if one not in others] for these, others in ((named, held), (held, named)))
        said = [f"adds {_listed(come)} to"] if come else []
        said += [f"removes {_listed(gone)} from"] if gone else []
        text = " and ".join(said) or "changes"
        return f"{text[0].upper()}{text[1:]} the enum of the {subject}"
    if isinstance(after, list):
        return f"Limits the {subject} to the enum {_listed([write(value) for value in after])}"
    return f"Removes the enum of the {subject}"


def _listed(values: Sequence[str]) -> str:
    shown = ", ".join(f"`{_short(value)}`" for value in values[:NAMED])
    return f"{shown} and {len(values) - NAMED} more" if len(values) > NAMED else shown


def _closed(subject: str, new: Side | None, effect: Effect) -> str:
    if effect is Effect.BOTH:
        return f"Changes the schema of unknown properties in the {subject}"
    if effect is Effect.WIDENED:
        return f"Allows unknown properties in the {subject}"
    forbidden = new is not None and new.value is False
    return f"{'Forbids' if forbidden else 'Limits'} unknown properties in the {subject}"


def _keyword(rule: str, subject: str, old: Side | None, new: Side | None) -> str:
    word = "the default" if rule == "default" else f"`{_name(rule, old, new)}`"
    if old is None and new is not None:
        return f"Adds {word} `{_value(new.value)}` to the {subject}"
    if new is None and old is not None:
        return f"Removes {word} `{_value(old.value)}` from the {subject}"
    if old is None or new is None:
        return f"Changes {word} of the {subject}"
    if rule != "default" and _stated(old) != _stated(new):
        return (
            f"Changes `{_stated(old)}: {_value(old.value)}` of the {subject} to `{_stated(new)}: {_value(new.value)}`"
        )
    return f"Changes {word} of the {subject} from `{_value(old.value)}` to `{_value(new.value)}`"


def _name(rule: str, old: Side | None, new: Side | None) -> str:
    """Return the keyword that stands where a change is."""
    side = new or old
    return _stated(side) if side else rule


def _stated(side: Side) -> str:
    return side.pointer.rpartition("/")[2]


def _value(value: Json) -> str:
    return _short(write(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
