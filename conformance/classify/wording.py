"""How a sentence names a property, its value, and a request or response that differs from a plain one in one thing."""

from conformance.classify.traits import JSON_TEXT, Trait
from conformance.contract.schemas.nodes import Node, name_in
from conformance.model.case import Story
from conformance.model.json_values import at, holds
from conformance.model.jsontext import Json, write
from conformance.model.pointer import split

LONGEST_VALUE = 40
"""How many characters of JSON a sentence shows; a longer value is named by its class."""

LONGEST_NAME = 80
"""How many characters of a property's name a sentence shows."""

SEVERAL = "values"
"""Stands for a keyword in the story of a body that has values of one class in several properties."""

WHERE = " where "
"""Stands in a class of value before the type that is required in its place."""


def name_of(pointer: str, root: Node | None) -> str:
    """Return how a sentence names a property, or its beginning where the name is long."""
    name = name_in(root, pointer) if root is not None else f"`{'.'.join(split(pointer))}`" if pointer else "the body"
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}...`"


def says(pointer: str, keyword: str, became: str, kind: str, root: Node | None) -> str:
    """Return the sentence of a story: a property, and what it is there; `became` is its JSON text."""
    name = name_of(pointer, root)
    if keyword == "additionalProperties":
        return f"{name} is an unknown property"
    if not became:
        return f"{name} is absent" if keyword == "required" else f"{name} is {_class(kind)}"
    return f"{name} is `{became}`" if _is_short(became) else f"{name} is {_class(kind)}"


def story_of(trait: Trait, body: Json, root: Node) -> Story:
    """Return the story of one thing in a body."""
    if trait.keyword == JSON_TEXT:
        return Story("", JSON_TEXT, "", "", trait.kind, trait.kind)
    became = write(at(body, trait.pointer)) if holds(body, trait.pointer) else ""
    told = says(trait.pointer, trait.keyword, became, trait.kind, root)
    return Story(trait.pointer, trait.keyword, "", became, told, trait.kind)


def planted(story: Story, root: Node | None) -> str:
    """Return what is special about a message: a property and its value, or its class where that is long.

    A message whose story has no place in the body is named by its kind.
    """
    name = name_of(story.pointer, root)
    if not story.pointer.startswith("/"):
        if story.keyword == SEVERAL:
            return f"{story.kind} in several properties"
        shows = story.keyword == "type" and _is_short(story.became)
        return f"the body `{story.became}`" if shows else story.kind
    if story.keyword == "required" and not story.became:
        return f"a body without {name}"
    unknown = "the unknown property " if story.keyword == "additionalProperties" else ""
    if story.keyword != "properties" and _is_short(story.became):
        return f"{unknown}`{name.strip('`')}: {story.became}`"
    return f"{unknown}{name}" if unknown else f"{_class(story.kind)} for {name}"


def _class(kind: str) -> str:
    return kind.partition(WHERE)[0]


def _is_short(text: str) -> bool:
    """Tell whether a value is shown: in one line, without characters that change how the line reads."""
    return 0 < len(text) <= LONGEST_VALUE and text.isprintable()
