"""How a client follows a redirect: with which method and body, to which host, and what it calls a result."""

from collections.abc import Iterator, Sequence

from conformance.checks.shared.findings import finding
from conformance.checks.shared.messages import Wording
from conformance.clients.judging import messages
from conformance.clients.scenarios.redirecting import BODY, ELSEWHERE, GET, KEEPING, KEY, SEE_OTHER
from conformance.clients.scenarios.scenario import CallResult, Scenario
from conformance.model.case import Request
from conformance.model.finding import Judgement, Pass, Symptom
from conformance.model.header_fields import values_of

SAFE = frozenset({"GET", "HEAD"})


def judge_redirect(
    scenario: Scenario, requests: Sequence[Request], made: CallResult, key: str
) -> Iterator[Judgement] | None:
    """Return the judgements of a client that followed a redirect, or None of one that did not."""
    first = requests[0]
    followed = [each for each in requests[1:] if each.target.partition("?")[0].endswith(f"/{ELSEWHERE}")]
    return _judged(scenario, first, followed[0], made, key) if followed else None


def _judged(scenario: Scenario, first: Request, second: Request, made: CallResult, key: str) -> Iterator[Judgement]:
    status, focus = scenario.reply.status, scenario.requirements[0]
    kept = second.method == first.method and second.body == first.body
    wrong = {
        GET: made.raised is None and second.method in SAFE and first.method not in SAFE,
        SEE_OTHER: second.method not in SAFE,
    }.get(focus, not kept)
    wording = messages.REDIRECT_METHOD if status in KEEPING else messages.REDIRECT_GET
    yield _found(
        focus,
        messages.REDIRECT_SEE_OTHER if focus == SEE_OTHER else wording,
        wrong=wrong,
        status=status,
        method=second.method,
        first=first.method,
    )
    if _host(first) == _host(second):
        return
    sent = [f"`{name}`" for name, value in second.headers if key in value]
    sent += ["the path"] if key in second.target else []
    yield _found(KEY, messages.REDIRECT_KEY, wrong=bool(sent), status=status, place=", ".join(sent))
    if BODY in scenario.requirements:
        yield _found(BODY, messages.REDIRECT_BODY, wrong=bool(second.body), status=status)


def _found(requirement: str, wording: Wording, *, wrong: bool, status: int, **values: str) -> Judgement:
    if not wrong:
        return Pass(requirement)
    symptom = Symptom("redirect", requirement.rpartition(".")[2], "followed")
    return finding(
        requirement,
        symptom,
        **wording.filled(status=status, **values),
        pointer="status",
        actual=values.get("method", ""),
    )


def _host(request: Request) -> str:
    return next(iter(values_of(request.headers, "host")), "")
