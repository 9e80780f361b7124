"""What the requests of a run exercised of the request schema, and what its answers showed of the response schema."""

import math
from collections.abc import Iterator
from itertools import islice

from conformance.contract.contract import Contract, contract_of
from conformance.contract.relations import with_relations
from conformance.coverage.keywords import Coverage, request_coverage, response_coverage
from conformance.coverage.tuples import tuple_coverage
from conformance.journal.events import RunStarted
from conformance.model.errors import ContractError, JournalError
from conformance.model.jsontext import Json, try_read
from conformance.model.vocabulary import Expectation, Profile
from conformance.reports.folding.journal_index import JournalIndex
from conformance.reports.results import BodyCoverage, CoverageResult, Sides
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY

MOST = 5_000
"""How many answers are looked into, the first ones: after so many, a run shows nothing new."""

LARGEST = 1_000_000
"""Longer answers, in bytes, are not looked into once more: a target may send a thousand of them."""

MINIMUM = "min_coverage"
"""The option of a run that says how much of the request must be exercised, in percent."""


def coverage_of(index: JournalIndex, contract: Contract | None) -> CoverageResult | None:
    """Return the coverage of a run; None where the document of its journal cannot be read.

    Only what was answered counts: nobody knows whether the rest arrived.
    """
    started = index.started
    if contract is None:
        return None
    answered = {index.case_of[send] for send, sent in index.sends.items() if sent.exchange.response is not None}
    cases = [case for case in index.cases.values() if case.id in answered]
    strengths = (PAIRWISE, THREE_WAY) if started.profile in {Profile.FULL, Profile.FUZZ} else (PAIRWISE,)
    request = request_coverage(contract, cases, index.read)
    answers = islice(_answers(index, contract), MOST)
    least = _percentage(started.options.get(MINIMUM))
    return CoverageResult(
        minimum=least,
        enough=least is None or 100 * request.ratio >= least,
        request=_body(request),
        response=_body(response_coverage(contract, answers)) if contract.response else None,
        combinations=tuple_coverage(contract, cases, strengths, index.read),
    )


def _percentage(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise JournalError(f"the journal asks for a coverage of {text!r}, which is not a number") from error


def contract_of_run(started: RunStarted) -> Contract | None:
    """Return the contract of a run, by the document that its journal holds; None where that cannot be read."""
    try:
        text = started.document.encode(errors="surrogatepass")
        contract = contract_of(text, "the document of the journal", started.operation)
        return with_relations(contract, started.relations)
    except ContractError:
        return None


def _answers(index: JournalIndex, contract: Contract) -> Iterator[tuple[Json, bool]]:
    """Yield the answers that the response schema is about, each with whether it is valid."""
    validator, operation = contract.response_validator, contract.operation
    for sent in index.sends.values():
        response = sent.exchange.response
        case = index.cases[index.case_of[sent.send]]
        asked = case.expectation is not Expectation.REJECTED and sent.exchange.request.method == operation.method
        if not asked or validator is None or response is None or not operation.responses.accepts(response.status):
            continue
        if len(response.body) > LARGEST:
            continue
        text = try_read(response.body)
        if text is not None:
            yield text.value, validator.holds(text.value)


def _body(found: Coverage) -> BodyCoverage:
    def sides(name: str) -> Sides:
        counts = [getattr(row, name) for row in found.rows]
        return Sides(sum(each is not None for each in counts), sum(bool(each) for each in counts))

    return BodyCoverage(
        # Rounded down: what is not whole must not read as 100.
        percent=math.floor(found.ratio * 10_000) / 100,
        valid=sides("valid"),
        invalid=sides("invalid"),
        keywords=found.rows,
        unknown=found.unknown,
    )
