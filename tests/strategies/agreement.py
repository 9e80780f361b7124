"""What must hold of the cases of any document: right labels, and a mock that does as they say."""

from collections.abc import Iterable, Iterator

from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.model.case import KEY, Case
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.label_proof import BY_BODY
from conformance.strategies.random.process.campaign import Campaign

from .contracts import cases_of, standard, value_of, verdicts


def drawn(contract: Contract, count: int, seed: int = 1) -> list[Case]:
    """Return random cases of a contract, two thirds of them meant to be valid."""
    campaign = Campaign(Builder(contract, {}), seed)
    found: list[Case] = []
    for batch in campaign.example(count):
        campaign.draw(batch, found.append)
    return found


def disagreements(contract: Contract, cases: Iterable[Case]) -> list[tuple[str, str]]:
    """Return the cases of whose label a validator or the mock says otherwise, with what they say."""
    mock = Mock(contract)
    return [(case.id, told) for case in cases for told in (*_labels(contract, case), *_answers(contract, mock, case))]


def catalogue_cases(contract: Contract) -> list[Case]:
    """Return the deterministic cases of a contract."""
    return list(cases_of(standard(contract)))


def _labels(contract: Contract, case: Case) -> Iterator[str]:
    if case.expectation is Expectation.OBSERVED or case.request.body is None:
        return
    by_body = case.phase != "catalogue" or (case.story is not None and case.story.keyword in BY_BODY)
    accepted = case.expectation is Expectation.ACCEPTED
    readable, value = value_of(case)
    if readable and (accepted or by_body) and verdicts(contract, value) != (accepted, accepted):
        yield f"labelled {case.expectation}: {verdicts(contract, value)}, {case.request.body[:200]!r}"
    if by_body and not accepted and not case.requirements:
        yield "without a requirement"


def _answers(contract: Contract, mock: Mock, case: Case) -> Iterator[str]:
    request = case.request
    headers = [(name, value.replace(KEY, "key")) for name, value in request.headers]
    answer = mock.respond(request.method, request.target.replace(KEY, "key"), headers, request.body or b"")
    taken = 200 <= answer.status < 300
    if answer.status >= 500 or (case.expectation is Expectation.ACCEPTED and not taken and answer.status != 409):
        yield f"the mock returns {answer.status} to {(request.body or b'')[:200]!r}"
    elsewhere = case.id.startswith(("reject.host", "reject.credential"))
    if case.expectation is Expectation.REJECTED and taken and not elsewhere:
        yield f"the mock accepts {(request.body or b'')[:200]!r}"
    if taken and contract.response_validator is not None and answer.body:
        readable, value = value_of(Case("", case.expectation, (), type(request)("GET", "/", (), answer.body)))
        if not (readable and contract.response_validator.holds(value)):
            yield f"the mock returns {answer.body[:200]!r}"
