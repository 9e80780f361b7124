"""The proof of labels: where a schema says more than its nodes show, each case is held against the validator."""

from collections.abc import Iterable, Iterator

from conformance.contract.contract import Contract
from conformance.contract.derived import BOUNDS
from conformance.model.case import Case, Item
from conformance.model.errors import ContractError
from conformance.model.jsontext import plain_json, try_read
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder

BY_BODY = frozenset({"type", "enum", "required", "additionalProperties", *BOUNDS})
"""What a story is about when it is the schema that forbids the body."""


def proven(build: Builder, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items whose labels hold.

    What follows from the nodes of a schema is right by construction, as long as they say all that the schema says
    (`Node.modelled`); only where they do not, there is something to prove, and to leave out.

    Raises:
        ContractError: not even the smallest body is valid, so that nothing could be said of any other.

    """
    contract = build.contract
    smallest, fullest = plain_json(build.smallest), plain_json(build.fullest)
    if not contract.request_validator.is_valid(smallest):
        unknown = ", ".join(contract.request.unmodelled)
        raise ContractError(
            f"{contract.document.name}: no valid request could be made for {contract.operation.name}",
            f"these keywords are not understood: {unknown}" if unknown else "give the schema an example that is valid",
        )
    if contract.request.modelled and contract.request_validator.is_valid(fullest):
        yield from items
        return
    for item in items:
        if all(_holds(contract, case, alone=item is case) for case in item.cases):
            yield item


def _holds(contract: Contract, case: Case, *, alone: bool) -> bool:
    by_body = not alone or (case.story is not None and case.story.keyword in BY_BODY)
    if case.expectation is Expectation.OBSERVED or case.request.body is None:
        return True
    if case.expectation is Expectation.REJECTED and not by_body:
        return True
    text = try_read(case.request.body)
    valid = text is not None and contract.request_validator.is_valid(text.value)
    return valid is (case.expectation is Expectation.ACCEPTED)
