"""Checks of an answer that a user obtained in any way, with or without the request."""

import re
from collections.abc import Iterator, Sequence
from typing import overload

from msgspec.structs import replace

from conformance.checks.judging import judge
from conformance.checks.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.integrations.calls import CaseToSend
from conformance.integrations.explaining import STRENGTHS, explained
from conformance.integrations.recognising import recognised
from conformance.integrations.responses import request_of, response_of
from conformance.model.case import KEY, Case, Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Strength
from conformance.runner.redaction import Redaction, redact

ABOUT_REQUEST = "semantics."
"""Requirements that compare an answer with its request begin so."""

UNKNOWN = "unknown"


class NotConformingError(AssertionError):
    """An answer breaks the contract; the text says which requirements, and shows the exchange."""


class Findings(Sequence[Finding]):
    """What is wrong with an answer; empty, and so false, where nothing is.

    `notes` are findings of advisory requirements, which are no fault; `passed` the ids of the requirements that the
    answer showed to hold; `doubts` what could not be judged.
    """

    def __init__(self, contract: Contract, exchange: Exchange, judged: Sequence[Judgement | Doubt]) -> None:
        self._contract = contract
        self._exchange = exchange
        found = [each for each in judged if isinstance(each, Finding)]
        failed = {each.requirement for each in found}
        self._found = sorted(
            (each for each in found if self.strength(each) is not Strength.ADVISORY),
            key=lambda each: STRENGTHS.index(self.strength(each)),
        )
        self.notes = tuple(each for each in found if self.strength(each) is Strength.ADVISORY)
        self.doubts = tuple(each for each in judged if isinstance(each, Doubt))
        self.passed = tuple(
            dict.fromkeys(e.requirement for e in judged if isinstance(e, Pass) and e.requirement not in failed)
        )

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        """Return a finding, the strongest first."""
        return self._found[index]

    def __len__(self) -> int:
        """Return how many findings there are."""
        return len(self._found)

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings, the strongest first."""
        return iter(self._found)

    def __str__(self) -> str:
        """Return the findings with what was sent and what came; empty without findings."""
        return explained(self._contract, [*self._found, *self.doubts], [self._exchange])

    def strength(self, finding: Finding) -> Strength:
        """Return the strength of the requirement that a finding is about."""
        return self._contract.by_id[finding.requirement].strength

    def at_least(self, strength: Strength | str) -> tuple[Finding, ...]:
        """Return the findings of requirements that weigh as much, or more: `must`, `should`, `advisory`."""
        limit = STRENGTHS.index(Strength(strength))
        return tuple(each for each in (*self._found, *self.notes) if STRENGTHS.index(self.strength(each)) <= limit)

    def raise_for(self, strength: Strength | str = Strength.MUST) -> None:
        """Raise where a requirement is broken that weighs as much as `strength`, or more.

        Raises:
            NotConformingError: one is.

        """
        found = self.at_least(strength)
        if found:
            raise NotConformingError("\n" + explained(self._contract, found, [self._exchange]))


class CheckedContract:
    """One operation of an OpenAPI document, to check answers against.

    Args:
        contract: the operation.
        stateless: the server does not repeat what it is sent: what compares answer and request is left out.

    """

    def __init__(self, contract: Contract, *, stateless: bool = False) -> None:
        self.contract = contract
        self._stateless = stateless

    @property
    def operation(self) -> str:
        """The method and the path of the operation."""
        return self.contract.operation.name

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements that follow from the document and the data beside it."""
        return self.contract.requirements

    def check(
        self,
        response: object,
        *,
        request: object = None,
        case: Case | CaseToSend | None = None,
        body: bytes | None = None,
        key: str = "",
        loopback: bool = True,
    ) -> Findings:
        """Return what is wrong with an answer.

        Args:
            response: a response of httpx, httpx2, requests, aiohttp (its body read) or Schemathesis, or `Response`.
            request: what was sent, where the response does not hold it, or holds no body: a request of the client,
                or `Request`. Without it what compares the answer with the request is left out.
            case: the case that was sent, so that it is known what to expect. Without it that is told by the request.
            body: the bytes of the answer's body, where the response does not hold them.
            key: the real credential: it is looked for in the answer, and never shown.
            loopback: the server is one on this machine, which is held to the document alone, not to the pages beside.

        Raises:
            UsageError: the response or the request is of no known kind, or the body was not read.

        """
        answer = response_of(response, body)
        if isinstance(case, CaseToSend):
            key, case = key or case.key, case.case
        if request is not None and request_of(self.contract, request) is None:
            what = f"{type(request).__module__}.{type(request).__name__}"
            raise UsageError(f"{what} is no request that is known", "hand over what the client sent")
        sent = self._sent(request if request is not None else response, case)
        whole = case if case is not None else recognised(self.contract, sent) if sent else _unknown(self.contract)
        whole = replace(whole, request=_without_key(sent or whole.request, key))
        exchange = Exchange(whole.request, answer)
        settings = Settings(loopback=loopback, stateless=self._stateless, key=key, proven=True)
        judged = judge(Subject(self.contract, whole, exchange, settings))
        if whole.id == UNKNOWN:
            judged = tuple(each for each in judged if not each.requirement.startswith(ABOUT_REQUEST))
        shown = redact(exchange, key)
        if key:
            hide = Redaction((key, KEY))
            judged = tuple(each if isinstance(each, Pass) else hide.texts_of(each) for each in judged)
        return Findings(self.contract, shown, judged)

    def _sent(self, held: object, case: Case | None) -> Request | None:
        """Return what was sent; of a case, its own bytes where the client does not tell them."""
        found = request_of(self.contract, held)
        if case is None:
            return found if found is None or found.body is not None or _bodiless(held) else None
        if found is None:
            return case.request
        return found if found.body is not None or case.request.body is None else replace(found, body=case.request.body)


def _bodiless(held: object) -> bool:
    """Tell whether a request without a body is known to have none: aiohttp's answers do not hold what was sent."""
    return not hasattr(held, "request_info")


def _unknown(contract: Contract) -> Case:
    """Return the case for an answer of which nothing is known but that the operation gave it."""
    operation = contract.operation
    target = re.sub(r"\{[^{}]*\}", "x", operation.path)
    return Case(UNKNOWN, Expectation.OBSERVED, (), Request(operation.method, target))


def _without_key(request: Request, key: str) -> Request:
    if not key:
        return request
    headers = tuple((name, value.replace(key, KEY)) for name, value in request.headers)
    return replace(request, headers=headers, target=request.target.replace(key, KEY))
