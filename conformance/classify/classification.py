"""Classification: a request body held against its contract, once for everybody who has to know what to expect of it."""

import re

import msgspec

from conformance.classify.dual_validation import verdict
from conformance.classify.kinds import NO_BODY, NOT_JSON
from conformance.classify.requirements import BEYOND_PROSE, combination_id, held_ids
from conformance.classify.traits import JSON_TEXT, Trait, defects, explained, oddities
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import has_hidden
from conformance.model.jsontext import Json, JsonFault, read
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Expectation, Group, Strength

UNREADABLE = {
    "empty": "reject.json-text",
    "not JSON": "reject.json-text",
    "trailing bytes": "reject.json-text",
    "not UTF-8": "reject.utf-8",
}
"""The requirement that speaks of bytes which are no JSON text, by what is wrong with them."""

NO_BODY_REJECTED = requirement_id(Group.REJECTION, "body.required")
NO_BODY_ACCEPTED = requirement_id(Group.ACCEPTANCE, "body.optional")

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""The escape of a surrogate: nothing else in a JSON text is read as one that has no other half."""

EXPECTATIONS = {True: Expectation.ACCEPTED, False: Expectation.REJECTED, None: Expectation.OBSERVED}


class Classification(msgspec.Struct, frozen=True):
    """What a contract says of a body.

    `valid` is None where that is open: the validators disagree, one cannot read the body, or the bytes say it in two
    ways. `defects` are what is wrong with an invalid body, the strongest first, `oddities` what is odd about a valid
    one, and `beyond` the requirements whose documented range or rule it leaves. `requirements` are those that it
    exercises, the first of which speaks when the expectation is not met: of an invalid body that of its first defect,
    of a valid one those of what is odd, and only where nothing is those of all that it holds.
    """

    valid: bool | None
    body: Json = None
    requirements: tuple[str, ...] = ()
    defects: tuple[Trait, ...] = ()
    oddities: tuple[Trait, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def expectation(self) -> Expectation:
        """What is expected of the response."""
        return EXPECTATIONS[self.valid]

    @property
    def focus(self) -> Trait | None:
        """What the first requirement speaks of; None where it is the body as a whole."""
        return next((each for each in (*self.defects, *self.oddities) if each.requirement in self.requirements), None)


def classify(contract: Contract, data: bytes, *, constructed: bool | None = None) -> Classification:
    """Return what a contract says of the bytes of a request body.

    `constructed` tells a body that was made to be valid, or to be invalid (see `verdict`).
    """
    try:
        text = read(data)
    except JsonFault as fault:
        return _unreadable(contract, data, fault)
    body = text.value
    # What a server does with a read-only property is its own matter: it may ignore or reject it (Validation 9.4).
    doubtful = text.duplicates or text.byte_order_mark or has_hidden(contract.request, body)
    lone = SURROGATE.search(data) is not None
    valid = None if doubtful else verdict(contract.request_validator, body, constructed, surrogates=lone)
    if valid is None:
        return Classification(valid=None, body=body)
    return _valid(contract, body) if valid else _invalid(contract, body)


def _unreadable(contract: Contract, data: bytes, fault: JsonFault) -> Classification:
    requirement = UNREADABLE.get(fault.kind) if data else NO_BODY_REJECTED
    if requirement is None or not (data or contract.operation.request_required):
        return Classification(valid=None)  # a parser may bound depth and length (RFC 8259 section 9)
    found = (Trait("", JSON_TEXT, NOT_JSON if data else NO_BODY, requirement),)
    return Classification(valid=False, requirements=contract.asked((requirement,)), defects=found)


def _invalid(contract: Contract, body: Json) -> Classification:
    found = list(defects(contract.request, body))
    if not contract.asked(each.requirement for each in found if each.requirement):
        found += explained(contract, body)
    rows = contract.by_id
    found.sort(key=lambda each: rows[each.requirement].strength.rank if each.requirement in rows else len(Strength))
    speaking = [each.requirement for each in found if each.requirement in rows]
    return Classification(valid=False, body=body, requirements=tuple(speaking[:1]), defects=tuple(found))


def _valid(contract: Contract, body: Json) -> Classification:
    root = contract.request
    beyond = contract.prose.beyond(body)
    odd = tuple(each for each in oddities(root, body) if each.requirement in contract.by_id)
    if beyond or odd:
        speaking = [*([BEYOND_PROSE] if beyond else []), *(each.requirement for each in odd[:1])]
    else:
        speaking = [combination_id(root), *held_ids(root, body)]
    return Classification(valid=True, body=body, requirements=contract.asked(speaking), oddities=odd, beyond=beyond)
