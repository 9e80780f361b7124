"""What cases about bytes and header fields are made from."""

import re

from conformance.classify.traits import JSON_TEXT
from conformance.model.case import Story
from conformance.model.jsontext import Writable, write
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies

DEPTH = 3
"""How long the lineage of a property in an object in the body is."""

SERVER_ERROR = "error.server-error"
NOT_JSON = "reject.json-text"
VARIANTS = "transport.variants"


def byte_story(what: str, became: str, kind: str = "") -> Story:
    """Return the story of a body whose bytes are special; `kind` is its class where `what` alone does not name it."""
    return Story("", JSON_TEXT, "", became[:200], f"the body has {what}", kind or f"a body with {what}")


def header_story(name: str, became: str, says: str, kind: str) -> Story:
    """Return the story of a request with a special header field."""
    return Story(name, "header", "", became, says, kind)


def text_with_members(build: Builder) -> str:
    """Return the text of an object with at least one property, right where the schema has one."""
    for body in (build.smallest, build.fullest):
        if isinstance(body, dict) and body:
            return write(body)
    return write({"conformance_undeclared": "x"})


def with_number(build: Builder, number: Writable) -> Writable:
    """Return a body with a number at the first property that can be one, else at an unknown one."""
    for lineage in bodies.lineages(build.contract.request):
        if lineage[-1].types & {"integer", "number"} and len(lineage) > 1:
            return bodies.planted(lineage, number, "smallest", build.defaults)
    return {**build.smallest, "conformance_undeclared": number} if isinstance(build.smallest, dict) else number


def nested(build: Builder) -> Writable:
    """Return a small body that has an object in an object, where the schema has one."""
    for lineage in bodies.lineages(build.contract.request):
        if len(lineage) == DEPTH:
            return bodies.planted(lineage, bodies.smallest(lineage[-1], build.defaults), "smallest", build.defaults)
    return build.smallest


def backwards(value: Writable) -> Writable:
    """Return a value with the properties of all objects in reverse order."""
    if isinstance(value, dict):
        return {name: backwards(item) for name, item in reversed(value.items())}
    return value


def escaped_names(text: str) -> str:
    """Return a JSON text with the first letter of each property name escaped."""
    return re.sub(r'"(\w)(\w*)":', lambda match: f'"\\u{ord(match[1]):04x}{match[2]}":', text)
