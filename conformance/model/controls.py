"""Controls: objects and arrays that an accepted request must have held, so that a rejection in one proves something."""

from collections.abc import Iterator

from conformance.model.case import Case
from conformance.model.jsontext import Json
from conformance.model.pointer import generalised, join, parent
from conformance.model.vocabulary import Expectation


def held_objects(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield the generalised pointer of each object and array in a body."""
    if isinstance(value, dict | list):
        yield generalised(pointer)
        for token, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from held_objects(item, join(pointer, token))


def holder(case: Case) -> str:
    """Return the pointer of the object or array in which a case is invalid; empty where its control is any request."""
    if case.expectation is not Expectation.REJECTED or case.story is None or not case.story.pointer.startswith("/"):
        return ""
    return parent(case.story.pointer)
