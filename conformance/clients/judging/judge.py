"""The judge: compares what a client sent, and what it made of the response, with the contract. All of it is pure."""

from collections.abc import Iterator, Sequence

from conformance.checks.shared.findings import brief, finding
from conformance.checks.shared.subject import Judged
from conformance.clients.judging import messages
from conformance.clients.judging.judged_redirect import judge_redirect
from conformance.clients.judging.judged_request import judge_key, judge_request
from conformance.clients.judging.judged_result import Baseline, is_whole, judge_invalid, judge_right, type_named
from conformance.clients.judging.returned import is_envelope
from conformance.clients.replying import accepts_gzip
from conformance.clients.scenarios.scenario import CODED, CallResult, Fate, Raised, Scenario, Sort
from conformance.clients.scenarios.sending import DOTS, EMPTY, KEY_CONTROL, KEY_FIELD
from conformance.contract.contract import Contract
from conformance.model.case import Request
from conformance.model.finding import UNPARSED, Doubt, Finding, Judgement, Pass, Symptom
from conformance.model.json_values import MISSING
from conformance.model.jsontext import JsonFault, equal, read_text

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods of requests that may be sent again (RFC 9110 section 9.2.2)."""

CREATED = "client-error.created"
STATUS_KEPT = "client-error.status-kept"

RAISED = frozenset({DOTS, EMPTY, KEY_CONTROL, KEY_FIELD})
"""Requirements that a client keeps that raises an exception before it sends anything."""

THE_BODY = "the body"

INVITED = frozenset({"fail.status-429", "fail.status-503"})
"""Scenarios whose response says that nothing was done, and when to send the request again."""


def judge(
    contract: Contract, scenario: Scenario, requests: Sequence[Request], made: CallResult, base: Baseline, key: str
) -> tuple[Judgement | Doubt, ...]:
    """Judge one scenario by the requirements that `contract` has.

    `requests` are those that reached the scenario, with targets relative to its base URL; `key` is the credential that
    the client was given.

    Raises:
        LookupError: a judgement names a requirement that no contract has.

    """
    judged = _judge(contract, scenario, requests, made, base, key)
    return tuple(each for each in judged if contract.asks(each.requirement))


def _judge(
    contract: Contract, scenario: Scenario, requests: Sequence[Request], made: CallResult, base: Baseline, key: str
) -> Judged:
    focus = scenario.requirements[0]
    if scenario.sort is Sort.SENDING:
        yield from _sent(contract, scenario, requests, made, key)
        if scenario.key_end:
            return
    if made.trouble:
        yield Doubt(focus, made.trouble)
        return
    if not requests:
        if scenario.sort is not Sort.SENDING:
            raised = messages.NOT_CALLED.format(error=type_named(made.raised)) if made.raised else ""
            yield Doubt(focus, raised or messages.NOT_CALLED_RETURNED)
        return
    if scenario.reply.fate in CODED and not any(accepts_gzip(each.headers) for each in requests):
        return
    if scenario.sort in {Sort.SENDING, Sort.READING}:
        yield from judge_right(contract, scenario, made, base)
    elif scenario.sort is Sort.REJECTING:
        yield from judge_invalid(contract, scenario, made, base)
    else:
        followed = judge_redirect(scenario, requests, made, key) if scenario.reply.onward else None
        yield from followed or _failed(contract, scenario, made, base)
        yield from _again(scenario, requests)
        if made.raised is not None:
            yield _key_shown(made, key)


def _sent(contract: Contract, scenario: Scenario, requests: Sequence[Request], made: CallResult, key: str) -> Judged:
    focus = scenario.requirements[0]
    if requests and scenario.key_end:
        yield judge_key(contract, scenario, requests[0])
        return
    if requests:
        found = list(judge_request(contract, scenario, requests[0], key))
        yield from found
        if not any(isinstance(each, Finding) and each.requirement == focus for each in found):
            yield Pass(focus)
        yield from _once(requests, scenario.reply.status)
        return
    if made.trouble:
        return
    if focus in RAISED and made.raised is not None:
        yield Pass(focus)
        return
    name = type_named(made.raised) if made.raised else ""
    kind = f"a request with {scenario.kind}" if scenario.key_end else scenario.kind or "a valid body"
    wording = messages.UNSENT_RAISED if name else messages.UNSENT
    what = messages.planted(scenario.story, contract.request)
    yield finding(
        focus,
        Symptom("sends", kind, f"raises {name}" if name else "returns without a request"),
        **wording.filled(error=name, kind=kind, what=what),
        pointer=scenario.story.pointer,
        expected="a request",
        actual=f"{made.raised.type}: {made.raised.message}" if made.raised else brief(made.returned),
    )


def _once(requests: Sequence[Request], status: int) -> Iterator[Judgement]:
    if len(requests) == 1:
        yield Pass("client-request.once")
        return
    yield finding(
        "client-request.once",
        Symptom("once", "a success response", "sent again"),
        **messages.SENT_AGAIN.filled(count=len(requests), status=status),
        expected="1 request",
        actual=f"{len(requests)} requests",
    )


def _failed(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> Judged:
    focus, *others = scenario.requirements
    if made.raised is not None:
        if base.raised == type_named(made.raised) and scenario.reply.fate is not Fate.RESET:
            yield Doubt(focus, messages.ALWAYS_RAISES.format(error=base.raised))
            return
        yield from map(Pass, (each for each in scenario.requirements if each != STATUS_KEPT))
        if STATUS_KEPT in scenario.requirements:
            yield from _status_kept(scenario, made.raised, base)
        return
    returned, body = _value(made.returned or ""), _value(scenario.reply.body.decode("utf-8", "replace"))
    observed = _observed(returned, body, scenario)
    if observed != THE_BODY and contract.response is not None and is_envelope(returned, contract.response):
        yield Doubt(focus, messages.ENVELOPE_RETURNED)
        return
    if focus == CREATED and is_whole(contract, scenario, made, base):
        yield Pass(focus)
        yield finding(
            others[0],
            Symptom("undeclared status", "a success response", "accepted"),
            **messages.UNDECLARED_STATUS.filled(status=scenario.reply.status),
            pointer="status",
            expected="an error",
            actual=made.returned or "",
        )
        return
    what = messages.received(scenario.reply)
    yield finding(
        focus,
        Symptom(UNPARSED if scenario.story.keyword == UNPARSED else "error", scenario.kind, f"returns {observed}"),
        **messages.ERROR_RETURNED.filled(returned=observed, kind=scenario.kind, what=what),
        pointer="status",
        expected="an error",
        actual=made.returned or "",
    )


def _status_kept(scenario: Scenario, raised: Raised, base: Baseline) -> Iterator[Judgement]:
    """Judge whether an error says its status, or is of the type that the client has for this status otherwise."""
    status, name = scenario.reply.status, type_named(raised)
    usual = base.errors.get(status)
    if str(status) in raised.message or name == usual:
        yield Pass(STATUS_KEPT)
    elif usual is not None:
        yield finding(
            STATUS_KEPT,
            Symptom("status", "an error with a body that cannot be parsed", f"raises {name}"),
            **messages.STATUS_LOST.filled(error=name, status=status, usual=usual),
            pointer="status",
            expected=usual,
            actual=f"{raised.type}: {raised.message}",
        )


def _value(text: str) -> object:
    """Return the value of a JSON text, MISSING where it is none."""
    try:
        return read_text(text).value
    except JsonFault:
        return MISSING


def _observed(returned: object, body: object, scenario: Scenario) -> str:
    if returned is None:
        return "`null`"
    if returned is MISSING:
        return "text that is not JSON"
    plain = scenario.reply.body.decode("utf-8", "replace")
    if returned == plain or (body is not MISSING and equal(returned, body)):  # type: ignore[arg-type]
        return THE_BODY
    return "an empty value" if returned in ("", {}, []) else messages.type_of(returned)


def _again(scenario: Scenario, requests: Sequence[Request]) -> Iterator[Judgement]:
    method = requests[0].method
    if method in IDEMPOTENT or scenario.id in INVITED:
        return
    same = [each for each in requests if each.method == method and each.target == requests[0].target]
    if len(same) == 1:
        yield Pass("client-error.retry")
        return
    yield finding(
        "client-error.retry",
        Symptom("retry", scenario.kind, "sent again"),
        **messages.RETRIED.filled(
            method=method, kind=scenario.kind, count=len(same), what=messages.received(scenario.reply)
        ),
        expected="1 request",
        actual=f"{len(same)} requests",
    )


def _key_shown(made: CallResult, key: str) -> Judgement:
    if made.raised is None or not key or key not in made.raised.message:
        return Pass("client-error.key-shown")
    return finding(
        "client-error.key-shown",
        Symptom("key", "an error message", "the key"),
        **messages.KEY_SHOWN.filled(error=type_named(made.raised)),
        expected="an error message without the key",
        actual=made.raised.message,
    )
