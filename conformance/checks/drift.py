"""Drift: signs that the target follows a later document."""

from collections.abc import Iterator

from conformance.checks.subject import Judged, Subject, finding
from conformance.contract.nodes import ANY_ITEM, Node
from conformance.model.finding import Pass
from conformance.model.jsontext import Json
from conformance.model.pointer import escape, join


def members(subject: Subject) -> Judged:
    """Members of an answer that the document does not declare are recorded, never failed."""
    if subject.answer is None or subject.contract.response is None or "drift.members" not in subject.contract.by_id:
        return
    found = list(_undeclared(subject.contract.response, "", subject.answer))
    if not found:
        yield Pass("drift.members")
    else:
        shown = ", ".join(found[:10])
        yield finding(
            "drift.members",
            rule="undeclared member",
            kind="an answer",
            observed="a member that is not declared",
            sentence="answers with members that the document does not declare",
            message=f"not declared: {shown}",
            pointer=found[0],
            actual=shown,
        )


def _undeclared(node: Node, pointer: str, value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if not node.children:
            return
        for name, item in value.items():
            child = node.child(name)
            if child is None:
                yield f"{pointer}/{escape(name)}"
            else:
                yield from _undeclared(child, f"{pointer}/{escape(name)}", item)
    elif isinstance(value, list):
        child = node.child(ANY_ITEM)
        for index, item in enumerate(value if child else ()):
            yield from _undeclared(child, join(pointer, index), item)  # type: ignore[arg-type]


CHECKS = (members,)
