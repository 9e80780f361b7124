"""Dual validation of every body, by jsonschema-rs and jsonschema.

On a request both must agree, else its fate is open. On a response jsonschema-rs decides and jsonschema explains. They
are known to differ on strings of a format, so both validate each such string by itself, and known data decides; a
difference that no data knows is a doubt.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.reading.document import parse_yaml
from conformance.contract.requirements.rows import DATA
from conformance.contract.schemas.nodes import Node, occurrences
from conformance.contract.schemas.text_checks import keeps_format
from conformance.contract.schemas.validators import BodyValidator
from conformance.contract.schemas.violation import Violation
from conformance.model.json_values import get
from conformance.model.jsontext import SURROGATE, Json

MANY = 1_000
"""How many violations of one response are read: more of them say nothing more."""


class Disagreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values on which the two validators differ, or did, and the verdict that counts.

    `pattern` tells the JSON text (of a string: the string itself) that a row is about, `example` is one.
    """

    pattern: str
    example: str
    valid: bool
    reason: str
    format: str = ""
    type: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What the validators say of a response: why it breaks its schema, and on what places they disagree."""

    violations: tuple[Violation, ...] = ()
    disputed: tuple[tuple[str, str], ...] = ()
    """Pointer and reason, each."""
    answer: Json = None
    """What was read, where something is wrong with it: the response, with U+FFFD in place of lone surrogates."""


_VALID = Reading()


def verdict(
    validator: BodyValidator,
    body: Json,
    constructed: bool | None = None,  # noqa: FBT001  (a label)
    *,
    surrogates: bool = True,
) -> bool | None:
    """Return whether a body is valid; None where the validators disagree, or one of them cannot read it.

    A body that was constructed to be valid, or not to be, is not validated by jsonschema, which is slow.
    `surrogates` tells whether it may hold a lone surrogate.
    """
    try:
        if surrogates:
            json.dumps(body, ensure_ascii=False, default=str).encode()  # a lone surrogate is no text to a validator
        decided = validator.is_valid(body)
        other = constructed if constructed is not None else validator.is_valid_by_jsonschema(body)
    except Exception:  # noqa: BLE001  (what no validator can read, none can label)
        return None
    return decided if decided is other else None


def read_answer(contract: Contract, answer: Json) -> Reading:
    """Return what both validators make of a response; nothing where jsonschema-rs finds it right."""
    validator = contract.response_validator
    return (
        Reading() if validator is None or contract.response is None else read_body(contract.response, validator, answer)
    )


def read_body(root: Node, validator: BodyValidator, answer: Json) -> Reading:
    """Return what both validators make of a body whose schema has the tree `root`, as `read_answer`."""
    try:
        valid = validator.is_valid(answer)
    except UnicodeEncodeError:
        # JSON can write lone surrogates as escapes, and the validator in Rust has no texts that hold them.
        valid = validator.is_valid(_mended(answer))
    if valid:
        return _VALID
    answer = _mended(answer)
    violations: list[Violation] = []
    disputed: list[tuple[str, str]] = []
    for each in _explained(validator, answer):
        text = get(answer, each.pointer)
        if each.keyword != "format" or not isinstance(text, str) or not keeps_format(str(each.expected), text):
            violations.append(each)
        elif known(str(each.expected), text) is None:
            reason = f"no {each.expected} by jsonschema, one by jsonschema-rs: {_cut(text, 100)}"
            disputed.append((each.pointer, reason))
    spoken = {each.pointer for each in violations if each.keyword == "format"}
    for pointer, name, text in _formatted(root, answer):
        if pointer in spoken or keeps_format(name, text):
            continue
        if known(name, text) is not None:
            violations.append(Violation(pointer, "format", f"{_cut(text, 100)!r} is no {name}", expected=name))
        else:
            disputed.append((pointer, f"a {name} by jsonschema, none by jsonschema-rs: {_cut(text, 100)}"))
    if not violations and not disputed:
        heard = next((f"{each.keyword} at {each.pointer!r}" for each in validator.fast_violations(answer)), "nothing")
        disputed.append(("", _cut(f"jsonschema-rs finds {heard} wrong, jsonschema nothing")))
    return Reading(_of_type_first(violations), tuple(disputed), answer)


def _of_type_first(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return the violations; a value of a wrong type breaks nothing else, though validators say that it does."""
    mistyped = {each.pointer for each in violations if each.keyword == "type"}
    return tuple(each for each in violations if each.keyword == "type" or each.pointer not in mistyped)


@cache
def disagreements() -> tuple[Disagreement, ...]:
    """Return the known disagreements of the validators."""
    data = (files(DATA) / "disagreements.yaml").read_bytes()
    return tuple(msgspec.convert(parse_yaml(data, "disagreements.yaml"), list[Disagreement]))


def known(name: str, text: str) -> Disagreement | None:
    """Return the known disagreement on a text of the format `name`, whose verdict is that of jsonschema-rs."""
    decided = keeps_format(name, text)
    rows = (each for each in disagreements() if each.format == name and each.valid is decided)
    return next((each for each in rows if re.search(each.pattern, text)), None)


def _cut(text: str, limit: int = 1_000) -> str:
    return text if len(text) <= limit else text[:limit] + " ..."


def _mended(value: Json) -> Json:
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {SURROGATE.sub("\ufffd", name): _mended(item) for name, item in value.items()}
    return [_mended(item) for item in value] if isinstance(value, list) else value


def _explained(validator: BodyValidator, answer: Json) -> tuple[Violation, ...]:
    """Return why a response is wrong, by jsonschema; by jsonschema-rs where that fails on a value of the target."""
    try:
        return tuple(islice(validator.violations(answer), MANY))
    except Exception:  # noqa: BLE001  (it computes with numbers of any size, and says so by many exceptions)
        return tuple(islice(validator.fast_violations(answer), MANY))


def _formatted(root: Node, answer: Json) -> Iterator[tuple[str, str, str]]:
    """Yield pointer, format and text of each text whose place states a format."""
    for node, pointer, value in occurrences(root, answer):
        shapes = [shape for shape in node.shapes if shape.type == "string"]
        name = shapes[0].value("format") if len(shapes) == 1 else None
        if isinstance(name, str) and isinstance(value, str):
            yield pointer, name, value
