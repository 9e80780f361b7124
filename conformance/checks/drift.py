"""Drift: signs that the target follows a later document."""

from collections.abc import Iterator
from itertools import islice

from conformance.checks.shared.findings import below, finding, status_word
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.nodes import Node
from conformance.model.finding import Pass
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM, join

CLEANED_UP = "drift.clean-up"

MANY = 1_000
"""How many undeclared members of one answer are looked at."""

SHOWN = 10


def members(subject: Subject) -> Judged:
    """Members of an answer that the document does not declare are recorded, never failed."""
    requirement, root = "drift.members", subject.contract.response
    if not subject.answered or root is None or requirement not in subject.contract.by_id:
        return
    found: dict[str, list[str]] = {}
    for node, pointer in islice(_undeclared(root, "", subject.answer), MANY):
        found.setdefault(node.path, []).append(pointer)
    if not found:
        yield Pass(requirement)
    for path, pointers in found.items():
        yield finding(
            requirement,
            rule="unknown property",
            kind="a response",
            observed="an unknown property",
            sentence="answers with members that the document does not declare",
            message=f"not declared: {', '.join(pointers[:SHOWN])}",
            pointer=pointers[0],
            place=path,
            expected="declared members",
            actual=", ".join(pointers[:SHOWN]),
        )


def _undeclared(node: Node, pointer: str, value: Json) -> Iterator[tuple[Node, str]]:
    """Yield each undeclared member: the node of the object that holds it, and its pointer."""
    if isinstance(value, dict) and node.children:
        # Elsewhere the document speaks of further members: it forbids them, or says what they hold.
        open_ = all(shape.open for shape in node.shapes)
        for name, item in value.items():
            child = node.child(name)
            if child is not None:
                yield from _undeclared(child, below(pointer, name), item)
            elif open_:
                yield node, below(pointer, name)
    elif isinstance(value, list):
        child = node.child(ANY_ITEM)
        for index, item in enumerate(value if child else ()):
            yield from _undeclared(child, join(pointer, index), item)  # type: ignore[arg-type]


def clean_up(subject: Subject) -> Judged:
    """What was created is removed by the request that removes it, or that it is not is recorded."""
    if not subject.contract.asks(CLEANED_UP) or not subject.status:
        return
    if 200 <= subject.status < 300:
        yield Pass(CLEANED_UP)
        return
    yield finding(
        CLEANED_UP,
        rule="cleanup",
        kind="a created object",
        observed=status_word(subject.status),
        sentence="does not remove what was created",
        message=f"{subject.case.request.method} of an object that was created is answered {subject.status}",
        pointer="status",
        expected="2xx",
        actual=str(subject.status),
    )


CHECKS = (members,)
