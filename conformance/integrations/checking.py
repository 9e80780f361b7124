"""Checks of a response from any source, with or without its request."""

import re
import time
from collections.abc import Sequence

from msgspec.structs import replace

from conformance.checks.judging import judge, judge_relation
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.integrations.calls import CaseToSend
from conformance.integrations.findings import Findings
from conformance.integrations.responses import request_of, response_of
from conformance.journal.redaction import Redaction, redact
from conformance.mock.recognising import recognised
from conformance.model.case import KEY, Case, Relation, Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation

UNKNOWN = "unknown"


class CheckedContract:
    """One operation of an OpenAPI document, to check responses against.

    Args:
        contract: the operation.
        stateless: the server does not store or echo values: response and request are not compared.

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
        """Return the findings on a response.

        Args:
            response: a response of httpx, httpx2, requests, aiohttp (its body read) or Schemathesis, or `Response`.
            request: what was sent, where the response does not hold it, or holds no body: a request of the client,
                or `Request`. Without it the response is not compared with the request.
            case: the case that was sent, with its expectation. Without it the expectation is derived from the request.
            body: the bytes of the response body, where the response object does not have them.
            key: the real credential: the response is searched for it, and it is never shown.
            loopback: the server is one on this machine, which is held to the document alone, not to the pages beside.

        Raises:
            UsageError: the response or the request is of no known kind, or the body was not read.

        """
        if isinstance(case, CaseToSend):
            key, case = key or case.key, case.case
        subject = self._subject(response, request=request, case=case, body=body, key=key, loopback=loopback)
        judged = judge(subject)
        if subject.case.id == UNKNOWN:
            # What compares a response with its request says nothing.
            rows = self.contract.by_id
            judged = tuple(each for each in judged if not rows[each.requirement].compares)
        return self._findings([subject], judged, key)

    def check_together(
        self, relation: Relation, answers: Sequence[tuple[object, Case]], *, key: str = "", loopback: bool = True
    ) -> Findings:
        """Return the findings of a relation, from the responses to all its cases.

        Args:
            relation: the relation.
            answers: a response for each of its cases, in their order, and the case as it was sent, its slot filled.
            key: the real credential, as for `check`.
            loopback: as for `check`.

        Raises:
            UsageError: a response is of no known kind, or its body was not read.

        """
        subjects = [self._subject(answer, case=case, key=key, loopback=loopback) for answer, case in answers]
        return self._findings(subjects, judge_relation(relation, subjects), key)

    def _subject(
        self,
        response: object,
        *,
        case: Case | None,
        key: str,
        loopback: bool,
        request: object = None,
        body: bytes | None = None,
    ) -> Subject:
        answer = response_of(response, body)
        if request is not None and request_of(self.contract, request) is None:
            what = f"{type(request).__module__}.{type(request).__name__}"
            raise UsageError(f"{what} is not a supported request", "pass the request that the client sent")
        sent = self._sent(request if request is not None else response, case)
        whole = case if case is not None else recognised(self.contract, sent) if sent else _unknown(self.contract)
        whole = replace(whole, request=_without_key(sent or whole.request, key))
        settings = Settings(loopback=loopback, stateless=self._stateless, key=key, proven=True)
        # The time of sending is unknown: a response is checked soon after it was received.
        exchange = Exchange(whole.request, answer, started=time.time())
        return Subject(self.contract, whole, exchange, settings)

    def _findings(self, subjects: Sequence[Subject], judged: Sequence[Judgement | Doubt], key: str) -> Findings:
        shown = [redact(subject.exchange, key) for subject in subjects]
        if key:
            hide = Redaction((key, KEY))
            judged = tuple(
                hide.finding(each)
                if isinstance(each, Finding)
                else hide.doubt(each)
                if isinstance(each, Doubt)
                else each
                for each in judged
            )
        return Findings(self.contract, shown, judged)

    def _sent(self, held: object, case: Case | None) -> Request | None:
        """Return what was sent; of a case, its own bytes where the client does not tell them."""
        found = request_of(self.contract, held)
        if case is None:
            # Responses of aiohttp do not have the body that was sent: without it, nothing is known.
            return None if found and found.body is None and hasattr(held, "request_info") else found
        if found is None:
            return case.request
        return found if found.body is not None or case.request.body is None else replace(found, body=case.request.body)


def _unknown(contract: Contract) -> Case:
    """Return the case for a response of which only the operation is known."""
    operation = contract.operation
    target = re.sub(r"\{[^{}]*\}", "x", operation.path)
    return Case(UNKNOWN, Expectation.OBSERVED, (), Request(operation.method, target))


def _without_key(request: Request, key: str) -> Request:
    if not key:
        return request
    headers = tuple((name, value.replace(key, KEY)) for name, value in request.headers)
    return replace(request, headers=headers, target=request.target.replace(key, KEY))
