"""Labelling: from any body, whoever made it, to a case whose label is what this contract says of it.

Both validators read the body. Where they agree it is right or wrong, and the requirements are those of what it holds or
breaks; where they do not, or where it cannot be read, its answer is observed.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node, find, occurrences
from conformance.contract.violation import Violation
from conformance.model.case import SLOT, Case, Need, Request, Story
from conformance.model.json_values import get
from conformance.model.jsontext import Json, JsonFault, is_integral, read, write
from conformance.model.pointer import parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group, Strength
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import BEYOND_PROSE, accept_id, held_ids
from conformance.strategies.catalogue.rejected import UNDECLARED, kind_of
from conformance.strategies.values.value import Value

SERVER_ERROR = "error.server-error"

RIGHT = "a random right body"
WRONG = "a random wrong body"
UNDECIDED = "a random body whose fate is open"

PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
PLAIN_INTEGERS = 2**31

NUMBER_LIKE = re.compile(r"\s*[-+]?(0[xob])?[0-9_.]+([eE][-+]?\d+)?\s*|[-+]?(inf|infinity|nan)", re.IGNORECASE)
BOOLEAN_LIKE = frozenset("true false yes no on off t f y n".split())

KINDS = {
    "required": "a missing required member",
    "additionalProperties": UNDECLARED["undeclared-member"],
    "enum": "an undeclared value",
    "const": "an undeclared value",
}
"""How the catalogue calls what breaks a keyword."""

UNREADABLE = {"not JSON": "reject.json-text", "trailing bytes": "reject.json-text", "not UTF-8": "reject.utf-8"}
"""The requirement that speaks of bytes which are no JSON text, by what is wrong with them."""


def body_case(build: Builder, phase: str, body: Json, story: Story | None, *, valid: bool | None = None) -> Case:
    """Return the case of a body; `valid` is its label where it was constructed to have one.

    A constructed label is checked by the fast voice alone, and is open where that differs.
    """
    contract = build.contract
    text = write(body)
    request = build.request(text.encode())
    label = _label(contract, request, valid)
    if label is None:
        told = story or Story("", "JSON text", "", "", UNDECIDED, UNDECIDED)
        return named(build.observed("", (SERVER_ERROR,), request, told, _needs(build, body)), phase)
    if label:
        told = story or Story("", "properties", "", "", RIGHT, RIGHT)
        case = build.accepting("", (), body, told, _needs(build, body), text)
        return named(replace(case, requirements=_held(build, body, case)), phase)
    requirement, found = _broken(contract, body, story)
    return named(build.refused("", requirement, request, found, ()), phase)


def bytes_case(build: Builder, phase: str, body: bytes, story: Story) -> Case:
    """Return the case of bytes that may be no JSON text at all."""
    try:
        value = read(body).value
    except JsonFault as fault:
        requirement = UNREADABLE.get(fault.kind)
        request = build.request(body)
        told = replace(story, keyword="JSON text", pointer="", kind="a body that is not JSON")
        if requirement is None:
            return named(build.observed("", (SERVER_ERROR,), request, told), phase)
        return named(build.refused("", requirement, request, told), phase)
    return body_case(build, phase, value, story)


def named(case: Case, phase: str) -> Case:
    """Return a case of a phase with an id that is the same for the same request in every run."""
    word = {"accepted": "accept", "refused": "refuse"}.get(case.expectation.value, "observe")
    return replace(case, id=f"{word}.{phase}.{fingerprint(case.request)}", phase=phase)


def fingerprint(request: Request) -> str:
    """Return what is the same for equal requests and, but for one chance in many millions, for no others."""
    parts = (request.method, request.target, repr(request.headers), request.body or b"", repr(request.chunked))
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode(errors="surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def _label(contract: Contract, request: Request, valid: bool | None) -> bool | None:  # noqa: FBT001  (a label)
    try:
        text = read(request.body or b"")
    except JsonFault:
        return None
    if text.duplicates:
        return None
    validator = contract.request_validator
    try:
        json.dumps(text.value, ensure_ascii=False, default=str).encode()  # a lone surrogate is no text to a validator
        decided = validator.is_valid(text.value)
        other = valid if valid is not None else validator.second_voice(text.value)
    except Exception:  # noqa: BLE001  (what no validator can read, none can label)
        return None
    return decided if decided is other else None


def _needs(build: Builder, body: Json) -> tuple[Need, ...]:
    """Return what a name that is odd needs: it is for servers on this machine alone."""
    identity = build.contract.identity
    name = get(body, identity) if identity is not None else None
    plain = not isinstance(name, str) or PLAIN_TEXT.fullmatch(name)
    return () if plain else (Need.NAME_EDGES,)


def _held(build: Builder, body: Json, case: Case) -> tuple[str, ...]:
    """Return the requirements of a right body: of what is odd in it alone, where something is."""
    odd = next(_odd(build.contract, body), "")
    if case.beyond:
        return build.contract.asked([BEYOND_PROSE, *filter(None, [odd])])
    root = build.contract.request
    return build.contract.asked([odd] if odd else [accept_id(root, "combination"), *held_ids(build, body)])


def _odd(contract: Contract, body: Json) -> Iterator[str]:
    """Yield the weaker requirement of each value that a sane server may still refuse."""
    for node, _, value in occurrences(contract.request, body):
        if isinstance(value, dict):
            shape = next((each for each in node.shapes if each.type == "object"), None)
            if shape is not None and value.keys() - shape.members.keys():
                yield requirement_id(Group.ACCEPTANCE, shape.owner, "additionalProperties")
        elif isinstance(value, str) and node.types & {"string"} and not _stated(node, "string"):
            if value != SLOT and not PLAIN_TEXT.fullmatch(value):
                yield accept_id(node, "type")
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and not _plain(node, value):
            yield accept_id(node, "type")


def _plain(node: Node, number: float | Decimal) -> bool:
    return _stated(node, "integer") or _stated(node, "number") or -PLAIN_INTEGERS <= number < PLAIN_INTEGERS


def _is_number(value: Json) -> bool:
    return not isinstance(value, bool | str | list | dict) and value is not None


def _stated(node: Node, type_: str) -> bool:
    """Tell whether a schema says itself which texts or numbers it takes."""
    shape = node.shape(type_)
    return shape is not None and bool({"enum", "format", "pattern", "maximum", "maxLength"} & shape.keywords.keys())


def _broken(contract: Contract, body: Json, story: Story | None) -> tuple[str, Story]:
    """Return the requirement that a wrong body breaks, the strongest first, and the story of it.

    Place, keyword and kind are those of the catalogue, so that both are told as one; the words may be another's.
    """
    found = [(_requirement(contract, body, each), each) for each in contract.request_validator.violations(body)]
    rows = contract.by_id
    known = sorted((p for p in found if p[0] in rows), key=lambda p: rows[p[0]].strength is not Strength.MUST)
    if not known:
        return SERVER_ERROR, story or Story("", "type", "", "", WRONG, WRONG)
    requirement, violation = known[0]
    kind = _kind(contract, body, violation)
    pointer = violation.pointer
    if story is None:
        return requirement, Story(pointer, violation.keyword, "", "", f"{pointer or 'the body'} is {kind}", kind)
    return requirement, replace(story, pointer=pointer, keyword=violation.keyword, kind=kind)


def _kind(contract: Contract, body: Json, violation: Violation) -> str:
    """Return how the catalogue calls what is wrong."""
    if violation.keyword != "type":
        return KINDS.get(violation.keyword, f"a value against {violation.keyword}")
    node, value = find(contract.request, violation.pointer), get(body, violation.pointer)
    if node is None:
        return _word(value, lax=False, nullable=False)
    return kind_of(node, Value("", None, _word(value, lax=coercible(node, value), nullable=node.nullable)))


def _word(value: Json, *, lax: bool, nullable: bool) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return _text_word(value, lax=lax, nullable=nullable)
        case list():
            return "an array of one" if len(value) == 1 else "an array"
        case dict():
            return "an object"
        case _ if lax:
            return "0 or 1"
        case _:
            return "an integer" if is_integral(value) else "a number with a fraction"


def _text_word(text: str, *, lax: bool, nullable: bool) -> str:
    if not text:
        return "an empty text"
    if text == "null" and nullable:
        return "null in quotes"
    if not lax:
        return "a text"
    return "a boolean in quotes" if text.strip().lower() in BOOLEAN_LIKE else "a number in quotes"


def _requirement(contract: Contract, body: Json, violation: Violation) -> str:
    keyword, pointer = violation.keyword, violation.pointer
    node = find(contract.request, parent(pointer) if keyword == "additionalProperties" else pointer)
    if node is None:
        return ""
    if keyword == "additionalProperties":
        shape = node.shape("object")
        return requirement_id(Group.REJECTION, shape.owner if shape else node.owner, keyword)
    if keyword == "type" and coercible(node, get(body, pointer)):
        keyword = "coercible"
    if keyword == "const":
        keyword = "enum"
    return requirement_id(Group.REJECTION, node.label, keyword)


def coercible(node: Node, value: Json) -> bool:
    """Tell whether a lax parser may read a value of another type as one of the node's."""
    numeric = bool(node.types & {"integer", "number"})
    if isinstance(value, bool):
        return numeric
    if isinstance(value, str):
        text = value.strip().lower()
        as_number = numeric and (not text or NUMBER_LIKE.fullmatch(text) is not None)
        return as_number or ("boolean" in node.types and text in BOOLEAN_LIKE | {"0", "1"})
    return "boolean" in node.types and _is_number(value) and value in {0, 1}
