"""The cases of a profile, described for other programs."""

import base64

import msgspec

from conformance.contract.contract import Contract
from conformance.model.case import Case
from conformance.model.jsontext import SURROGATE, Json, JsonFault, equal, read
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, bounded, catalogue

LONGEST = 20_000
"""Longer texts than this, in characters, are no reading: they travel as Base64."""


def list_cases(contract: Contract, profile: Profile, parameter: str) -> list[Case]:
    """Return the cases of a profile in their order, those of relations among them."""
    knowledge = Knowledge(dict.fromkeys(contract.operation.path_parameters, parameter))
    items = catalogue(contract, profile, knowledge)
    return [case for item in (bounded(items) if profile is Profile.STANDARD else items) for case in item.cases]


def describe_case(case: Case) -> dict[str, object]:
    """Return a case as JSON data: `body` where a float does not damage its JSON, else `body_base64`."""
    story = None
    if case.story is not None:
        story = msgspec.to_builtins(case.story)
        story.pop("kind", None)
    request = case.request
    result: dict[str, object] = {
        "id": case.id,
        "expectation": case.expectation.value,
        "requirements": list(case.requirements),
        "story": story,
        "method": request.method,
        "path": request.target,
        "headers": [list(pair) for pair in request.headers],
    }
    if request.body is not None:
        result |= _body(request.body)
    return result


def _body(data: bytes) -> dict[str, object]:
    """Return the body as data that any JSON program reads back as the same value, if it is such, else as Base64."""
    encoded: dict[str, object] = {"body_base64": base64.b64encode(data).decode()}
    try:
        exact = read(data)
        loose = msgspec.json.decode(data)
        text = data.decode()
    except (JsonFault, msgspec.DecodeError, UnicodeDecodeError):
        return encoded
    spelled_otherwise = exact.duplicates or exact.byte_order_mark or len(text) > LONGEST
    return encoded if spelled_otherwise or not equal(exact.value, loose) or not _safe(exact.value) else {"body": loose}


def _safe(value: Json) -> bool:
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) <= 2**53
    if isinstance(value, str):
        return SURROGATE.search(value) is None
    if isinstance(value, list):
        return all(map(_safe, value))
    if isinstance(value, dict):
        return all(_safe(name) and _safe(item) for name, item in value.items())
    return False
