"""Response shape: a success response is valid by the response schema, property by property."""

from conformance.checks.shared import messages
from conformance.checks.shared.differences import quoted, with_article
from conformance.checks.shared.findings import brief, finding
from conformance.checks.shared.scope import SUCCESS, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING, Settled
from conformance.checks.shared.subject import Judged, Subject
from conformance.classify.dual_validation import Reading
from conformance.classify.wording import name_of
from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import BOUNDS
from conformance.contract.schemas.nodes import Node, is_hidden, nearest
from conformance.contract.schemas.violation import Violation
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding, PlacedSymptom, Symptom
from conformance.model.json_values import get
from conformance.model.jsontext import Json, type_name
from conformance.model.pointer import last, parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

WORDINGS = {
    "required": messages.NO_PROPERTY,
    "additionalProperties": messages.CLOSED,
    "enum": messages.ENUM,
    "type": messages.TYPE,
    "format": messages.FORMAT,
}
"""What is said of a response, by the keyword that it violates."""


def shape(subject: Subject) -> Judged:
    """A success response is valid by its schema; jsonschema-rs decides, jsonschema explains.

    Of one fault at the items of an array the first shows; where the validators disagree on a place, nothing is decided.
    """
    root = subject.contract.response
    held = subject.exercised
    return NOTHING if root is None or held is None else body(subject.contract, root, subject.reading, held.passes)


def body(contract: Contract, root: Node, reading: Reading, held: Settled) -> Judged:
    """Judge a body by its schema, whose tree is `root`.

    `reading` is what the validators say of it, `held` what it exercises.
    """
    if not reading.disputed and not reading.violations:
        return held
    return _invalid(contract, root, reading, held)


def _invalid(contract: Contract, root: Node, reading: Reading, held: Settled) -> Judged:
    undecided: set[str] = set()
    for pointer, reason in reading.disputed:
        node = nearest(root, pointer)[0]
        requirement = _existing(contract, root, requirement_id(Group.RESPONSE, node.label, "format"))
        undecided.add(requirement)
        yield Doubt(requirement, messages.DISPUTED.format(reason=reason))
    causes: set[PlacedSymptom] = set()
    for violation in reading.violations:
        if is_hidden(root, violation.pointer):
            continue  # `required` counts a write-only property, which a server never returns
        found, broken = _finding(contract, root, violation, reading.answer)
        undecided |= {found.requirement, *broken}
        if found.cause not in causes:
            causes.add(found.cause)
            yield found
    yield from (each for each in held if each.requirement not in undecided)


def unread(subject: Subject) -> Judged:
    """A response that exceeds the limit of the run is not validated: that is said, and decides nothing."""
    root = subject.contract.response
    if root is None or subject.exchange.failure is not Failure.TOO_LARGE or not subject.due:
        return
    requirement = requirement_id(Group.RESPONSE, root.label, "type")
    yield Doubt(requirement, messages.UNREAD)


def _existing(contract: Contract, root: Node, wanted: str) -> str:
    """Return `wanted`, or, where the document's composition hides which row it is, that of the whole body."""
    return wanted if wanted in contract.by_id else requirement_id(Group.RESPONSE, root.label, "type")


def _finding(contract: Contract, root: Node, violation: Violation, answer: Json) -> tuple[Finding, frozenset[str]]:
    """Return the finding of a violation, and the other requirements that do not hold then."""
    node, declared = nearest(root, violation.pointer)
    keyword = violation.keyword
    value = get(answer, violation.pointer)
    wanted = requirement_id(Group.RESPONSE, node.label, keyword)
    kind, observed, note = "a value", with_article(type_name(value)), ""
    if keyword == "required":
        kind, observed = "a required property", "absent"
    elif keyword == "additionalProperties":
        kind, observed = "a closed object", "an unknown property"
        closed = next((shape.owner for shape in node.shapes if shape.closed), node.label)
        wanted = requirement_id(Group.RESPONSE, closed, keyword)
    elif keyword == "type":
        kind = " or ".join(map(with_article, sorted(node.types - {"null"}))) or "no value"
        holder = next((shape.owner for shape in node.shapes if shape.members), "")
        if holder and value is not None:
            wanted = requirement_id(Group.RESPONSE, holder, keyword)
    elif keyword == "format":
        kind = str(violation.expected)
    elif keyword == "enum":
        note = "A later document may have added this value (drift)"
    found = finding(
        _existing(contract, root, wanted if declared or keyword == "additionalProperties" else ""),
        Symptom(f"response {keyword}", kind, observed),
        **WORDINGS.get(keyword, messages.KEYWORD).filled(
            kind=kind,
            observed=observed,
            keyword=f"`{keyword}`",
            name=name_of(violation.pointer, root),
            found=quoted(value),
        ),
        pointer=violation.pointer,
        place=node.path if node.names is None else parent(node.path),
        expected=_expected(violation, node),
        actual="absent" if keyword == "required" else brief(value),
        note=note,
    )
    untold = ("type", "enum", *BOUNDS) if keyword == "type" else (keyword,)
    return found, frozenset(requirement_id(Group.RESPONSE, node.label, each) for each in untold)


def _expected(violation: Violation, node: Node) -> str:
    if violation.keyword == "required":
        return f"a property {last(violation.pointer)!r}"
    if violation.keyword == "type":
        return " or ".join(map(with_article, sorted(node.types)))
    return brief(violation.expected) if violation.expected is not None else violation.message


CHECKS: CheckScopes = {shape: SUCCESS, unread: CheckScope(failures=frozenset({Failure.TOO_LARGE}))}
