"""Drift: signs that the target follows a later document."""

from collections.abc import Iterator
from itertools import islice

from conformance.checks.shared import messages
from conformance.checks.shared.findings import below, finding, status_finding, status_word
from conformance.checks.shared.scope import SUCCESS, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Pass, Symptom
from conformance.model.grouping import grouped
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM, join

CLEANED_UP = "drift.clean-up"

MANY = 1_000
"""How many unknown properties of one response are looked at."""

SHOWN = 10

ALL_DECLARED = (Pass("drift.properties"),)


def members(subject: Subject) -> Judged:
    """Properties of a response that the document does not declare are recorded, never failed."""
    requirement, root, held = "drift.properties", subject.contract.response, subject.exercised
    if root is None or held is None or requirement not in subject.contract.by_id:
        return NOTHING
    return ALL_DECLARED if held.all_declared else _members(subject, requirement, root)


def _members(subject: Subject, requirement: str, root: Node) -> Judged:
    found = grouped((node.path, pointer) for node, pointer in islice(_undeclared(root, "", subject.answer), MANY))
    if not found:
        yield Pass(requirement)
    for path, pointers in found.items():
        yield finding(
            requirement,
            Symptom("unknown property", "a response", "an unknown property"),
            **messages.UNKNOWN.filled(names=subject.names(pointers)),
            pointer=pointers[0],
            place=path,
            expected="declared properties",
            actual=", ".join(pointers[:SHOWN]),
        )


def _undeclared(node: Node, pointer: str, value: Json) -> Iterator[tuple[Node, str]]:
    """Yield each unknown property: the node of the object that holds it, and its pointer."""
    if isinstance(value, dict) and node.children:
        # Elsewhere the document speaks of further properties: it forbids them, or says what they hold.
        open_ = all(shape.open for shape in node.shapes)
        for name, item in value.items():
            child = node.child(name)
            if child is not None:
                if isinstance(item, dict | list):
                    yield from _undeclared(child, below(pointer, name), item)
            elif open_:
                yield node, below(pointer, name)
    elif isinstance(value, list):
        child = node.child(ANY_ITEM)
        for index, item in enumerate(value if child else ()):
            yield from _undeclared(child, join(pointer, index), item)  # type: ignore[arg-type]


def clean_up(subject: Subject) -> Judged:
    """Whether the request that removes a created object succeeds is recorded."""
    if not subject.contract.asks(CLEANED_UP) or not subject.status:
        return
    if 200 <= subject.status < 300:
        yield Pass(CLEANED_UP)
        return
    yield status_finding(
        subject,
        CLEANED_UP,
        messages.CLEANUP,
        Symptom("cleanup", "a created object", status_word(subject.status)),
        expected="2xx",
    )


CHECKS: CheckScopes = dict.fromkeys((members,), SUCCESS)
