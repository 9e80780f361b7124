"""Response shape: a successful answer keeps the response schema, place by place."""

import re
from functools import cache
from importlib.resources import files

import msgspec

from conformance.checks.subject import Judged, Subject, finding, generalised
from conformance.contract.contract import DATA, Contract
from conformance.contract.derived import BOUNDS
from conformance.contract.document import parse_yaml
from conformance.contract.nodes import Node, find, occurrences
from conformance.contract.violation import Violation
from conformance.model.finding import Doubt, Finding, Pass
from conformance.model.jsontext import Json, type_name, write
from conformance.model.pointer import last, lookup, parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group


class Disagreement(msgspec.Struct, frozen=True):
    """Texts of a format on which the two validators differ, and the verdict that is taken."""

    format: str
    pattern: str
    valid: bool
    reason: str


def shape(subject: Subject) -> Judged:
    """A successful answer keeps the response schema; jsonschema-rs decides, jsonschema explains."""
    root, validator, answer = subject.contract.response, subject.contract.response_validator, subject.answer
    if root is None or validator is None or subject.answer is None:
        return
    broken: set[str] = set()
    if not validator.is_valid(answer):
        if validator.second_voice(answer) and not _known(answer):
            reason = "jsonschema-rs finds the answer invalid and jsonschema valid"
            yield Doubt(_id(subject.contract, root, "type"), reason)
            return
        for violation in subject.violations:
            found = _finding(subject.contract, root, violation, answer)
            broken.add(found.requirement)
            yield found
    for requirement in exercised(subject.contract, answer):
        if requirement not in broken:
            yield Pass(requirement)


def exercised(contract: Contract, answer: Json) -> tuple[str, ...]:
    """Return the response requirements that an answer gives occasion to judge."""
    found: dict[str, None] = {}
    if contract.response is not None:
        for node, _, value in occurrences(contract.response, answer):
            for requirement in _of_node(node, value is None, isinstance(value, dict)):
                found[requirement] = None
    return tuple(each for each in found if each in contract.by_id)


@cache
def disagreements() -> tuple[Disagreement, ...]:
    """Return the known disagreements of the validators."""
    data = (files(DATA) / "disagreements.yaml").read_bytes()
    return tuple(msgspec.convert(parse_yaml(data, "disagreements.yaml"), list[Disagreement]))


@cache
def _node_requirements(label: str, owners: tuple[str, ...], members: tuple[str, ...], *, null: bool) -> tuple[str, ...]:
    keywords = ("type",) if null else ("type", "enum", *BOUNDS)
    found = [requirement_id(Group.RESPONSE, label, keyword) for keyword in keywords]
    for owner in owners:
        found += [requirement_id(Group.RESPONSE, owner, keyword) for keyword in ("type", "additionalProperties")]
    found += [requirement_id(Group.RESPONSE, member, "required") for member in members]
    return tuple(found)


def _of_node(node: Node, null: bool, is_object: bool) -> tuple[str, ...]:  # noqa: FBT001  (inner loop)
    if not is_object:
        return _node_requirements(node.label, (), (), null=null)
    owners = tuple(shape.owner for shape in node.shapes if shape.type == "object")
    return _node_requirements(node.label, owners, tuple(child.label for child in node.children), null=False)


def _known(answer: Json) -> bool:
    texts = _texts(answer)
    return any(re.search(each.pattern, text) for each in disagreements() for text in texts if not each.valid)


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in _texts(item)]


def _id(contract: Contract, node: Node, keyword: str) -> str:
    return _existing(contract, requirement_id(Group.RESPONSE, node.label, keyword))


def _existing(contract: Contract, wanted: str) -> str:
    """Return `wanted`, or, where the document's composition hides which row it is, that of the whole body."""
    if wanted in contract.by_id or contract.response is None:
        return wanted
    return requirement_id(Group.RESPONSE, contract.response.shapes[0].owner, "type")


def _finding(contract: Contract, root: Node, violation: Violation, answer: Json) -> Finding:
    keyword = violation.keyword
    node = find(root, violation.pointer)
    if keyword == "additionalProperties":
        node = find(root, parent(violation.pointer))
    value = _at(answer, violation.pointer)
    label = node.label if node else root.label
    actual = write(value)[:2000] if keyword != "required" else "absent"
    observed = type_name(value) if keyword not in {"required", "additionalProperties"} else keyword
    requirement = _existing(contract, requirement_id(Group.RESPONSE, label, keyword))
    kind, sentence, note = label, f"`{label}` breaks {keyword}: {observed}", ""
    if keyword == "required":
        sentence = f"leaves out `{label}`"
    elif keyword == "type" and value is None:
        sentence = f"`{label}` is null, though null is not allowed"
    elif keyword == "type":
        due = " or ".join(sorted((node.types if node else frozenset()) - {"null"})) or "nothing"
        kind, sentence = due, f"answers {observed} where {due} is due"
        owner = next((s.owner for s in node.shapes if s.type == "object" and s.members), "") if node else ""
        if owner:
            requirement = _existing(contract, requirement_id(Group.RESPONSE, owner, "type"))
    elif keyword == "enum":
        sentence = f"`{label}` holds a value outside its list"
        note = "a later document may have added this value: drift"
    elif keyword == "format":
        kind = str(violation.expected)
        sentence = f"answers a text that is no {kind}"
    elif keyword == "additionalProperties":
        owner = next((s.owner for s in node.shapes if s.closed), label) if node else label
        requirement = _existing(contract, requirement_id(Group.RESPONSE, owner, keyword))
        kind, sentence = owner, f"{owner} holds members that are not declared"
    return finding(
        requirement,
        rule=f"response {keyword}",
        kind=kind,
        observed=observed,
        sentence=sentence,
        message=f"{generalised(violation.pointer) or 'the body'}: {sentence}",
        pointer=violation.pointer,
        expected=_expected(keyword, violation, node),
        actual=actual,
        note=note,
    )


def _expected(keyword: str, violation: Violation, node: Node | None) -> str:
    if keyword == "required":
        return f"a member {last(violation.pointer)!r}"
    if keyword == "type" and node is not None:
        return " or ".join(sorted(node.types))
    return write(violation.expected) if violation.expected is not None else violation.message


def _at(answer: Json, pointer: str) -> Json:
    try:
        return lookup(answer, pointer)
    except KeyError:
        return None


CHECKS = (shape,)
