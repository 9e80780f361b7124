"""Each fault changes only what it names: run through the whole catalogue, and through values that programs trip over.

A fault is held to four things. It raises nothing. The responses that differ from those of the reference server are
those in which it says that it showed. It shows only where its requirement applies. What differs is what the
requirement is about.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TypeAlias

import msgspec
import pytest

from conformance.classify.coercion import is_rounded_integer
from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import Node
from conformance.mock.faults.catalogue import faults
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.transaction import Transaction
from conformance.model.json_values import body_value, leaves
from tests.proof.differential import DifferentialRun, Exchange, Outcome, changes

When: TypeAlias = Callable[[Fault, Exchange, Outcome], bool]
Then: TypeAlias = Callable[[Outcome, Transaction], bool]

EVERYTHING = ("*",)


def accepted(_: Fault, __: Exchange, outcome: Outcome) -> bool:
    """The reference server creates an object."""
    return outcome.rejected_at is None and outcome.action == "create"


def passed(fault: Fault, _: Exchange, outcome: Outcome) -> bool:
    """The reference server does not reject the request up to the stage of the fault."""
    return outcome.passes(fault.stage)


def rejected_here(fault: Fault, _: Exchange, outcome: Outcome) -> bool:
    """The reference server rejects the request at the stage of the fault."""
    return outcome.rejected_at is fault.stage


def rejected(_: Fault, __: Exchange, outcome: Outcome) -> bool:
    """The reference server rejects the request."""
    return outcome.rejected_at is not None


def reached(fault: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The reference server does not reject the request before the stage of the fault."""
    return passed(fault, exchange, outcome) or rejected_here(fault, exchange, outcome)


def broken(fault: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The body violates the requirement of the fault, which is why the reference server rejects it."""
    return rejected_here(fault, exchange, outcome) and fault.requirement in outcome.violated


def without_body(fault: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The request has no body."""
    return rejected_here(fault, exchange, outcome) and not exchange.body


def chunked(fault: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The request has no Content-Length."""
    return passed(fault, exchange, outcome) and any(name == b"transfer-encoding" for name, _ in exchange.headers)


def encoded(fault: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The path has percent-encoded characters."""
    return passed(fault, exchange, outcome) and b"%" in exchange.path


def imprecise(_: Fault, exchange: Exchange, outcome: Outcome) -> bool:
    """The request is rejected, and its body has a fraction that double precision rounds to an integer."""
    numbers = (value for _, value in leaves(body_value(exchange.body)) if isinstance(value, Decimal))
    return with_status(422)(_, exchange, outcome) and any(is_rounded_integer({"integer"}, number) for number in numbers)


def read(_: Fault, __: Exchange, outcome: Outcome) -> bool:
    """The request reads an object."""
    return outcome.action == "read"


def anything(_: Fault, __: Exchange, ___: Outcome) -> bool:
    """Any request."""
    return True


def with_status(*statuses: int) -> When:
    """The reference server returns one of these statuses."""
    return lambda _, __, outcome: outcome.status in statuses


def same(outcome: Outcome, tx: Transaction) -> bool:
    """The status is the same."""
    return tx.status == outcome.status


def other(outcome: Outcome, tx: Transaction) -> bool:
    """The status is another one."""
    return tx.status != outcome.status


def closed(_: Outcome, tx: Transaction) -> bool:
    """The connection ends without a whole response, or does not end."""
    return tx.delivery.dropped or tx.delivery.stall is not None


def returns(*statuses: int) -> Then:
    """The mock returns one of these statuses."""
    return lambda _, tx: tx.status in statuses


CLIENT_ERROR, SERVER_ERROR, SUCCESS = returns(*range(400, 500)), returns(*range(500, 600)), returns(*range(200, 300))


class Rule(msgspec.Struct, frozen=True):
    """What a fault may do: by requirement and fault (globs), when, to what status, and what may differ (globs)."""

    requirement: str
    fault: str
    when: When
    then: Then
    parts: tuple[str, ...] = EVERYTHING


STATUS = ("status", "location", "www-authenticate", "allow")
TEXT = ("text", "content-type", "/*")
PLACE = ("{place}", "{place}/*")

RULES = (
    Rule("response.*", "http.*", accepted, same, ("text",)),
    Rule("response.*", "*", accepted, same, PLACE),
    Rule("semantics.isolation", "state.responses-swapped", accepted, same, ("delivery",)),
    Rule("semantics.isolation", "*", accepted, same, ("/*",)),
    Rule("semantics.distinct", "*", passed, returns(409)),
    Rule("semantics.visible", "*", read, same, ("/*",)),
    Rule("semantics.same-name-settings", "*", with_status(409), SUCCESS),
    Rule("semantics.*", "*", accepted, same, PLACE),
    Rule("reject.*", "error.*", rejected_here, SUCCESS, STATUS),
    Rule("reject.body.required", "*", without_body, other),
    Rule("reject.*", "accepts.number.rounded-fraction", imprecise, other),
    Rule("reject.*", "accepts.*", broken, other),
    Rule("reject.json-text", "*", with_status(400), other),
    Rule("reject.utf-8", "*", with_status(400), other),
    Rule("reject.duplicate-names", "*", with_status(400), other),
    Rule("reject.media-type", "*", with_status(415), other),
    Rule("reject.no-media-type", "*", with_status(415), other),
    Rule("reject.json-media-type", "*", with_status(415), other),
    Rule("reject.content-coding", "*", with_status(415), other),
    Rule("accept.*", "*", passed, CLIENT_ERROR),
    Rule("authentication.*", "auth.status-*", with_status(401), other, STATUS),
    Rule("authentication.challenge", "*", with_status(401), same, ("www-authenticate",)),
    Rule("authentication.key-echo", "*", anything, same, ("/message", "/request_credential", "x-request-credential")),
    Rule("authentication.order", "*", with_status(401), CLIENT_ERROR),
    Rule("authentication.valid", "*", passed, returns(401)),
    Rule("authentication.scheme-case", "*", passed, returns(401)),
    Rule("authentication.*", "*", with_status(401), other),
    Rule("error.status", "*", rejected_here, CLIENT_ERROR, STATUS),
    Rule("error.status-class", "*", rejected_here, returns(302), STATUS),
    Rule("error.duplicate", "*", with_status(409), other, STATUS),
    Rule("error.unknown-resource", "*", with_status(404), other, STATUS),
    Rule("error.rate-limit", "*", passed, returns(429)),
    Rule("error.leaves-nothing", "*", passed, returns(409)),
    Rule("error.representation", "*", rejected, same, TEXT),
    Rule("error.json", "*", rejected, same, TEXT),
    Rule("error.no-page", "*", rejected, same, TEXT),
    Rule("advisory.error-shape", "*", rejected, same, ("/*",)),
    Rule("error.server-error", "*", reached, SERVER_ERROR),
    Rule("transport.dropped", "*", reached, closed),
    Rule("transport.retries", "*", passed, returns(429)),
    Rule("transport.accept", "*", passed, returns(406)),
    Rule("transport.chunked", "*", chunked, CLIENT_ERROR),
    Rule("transport.target", "*", encoded, returns(404)),
    Rule("transport.status", "http.status-204", accepted, returns(204)),
    Rule("transport.status", "*", accepted, other, ("status", "location")),
    Rule("transport.media-type", "*", accepted, same, ("content-type",)),
    Rule("transport.json-text", "http.falsely-encoded", accepted, same, ("content-encoding",)),
    Rule("transport.json-text", "*", accepted, same, ("text",)),
    Rule("transport.utf-8", "*", accepted, same, ("text",)),
    Rule("transport.unique-names", "*", accepted, same, ("text",)),
    Rule("transport.framing", "*", accepted, same, ("delivery", "content-length")),
    Rule("transport.date", "*", accepted, same, ("date",)),
    Rule("transport.response-time", "*", accepted, same, ("delivery",)),
    Rule("transport.host", "*", with_status(400), other),
    Rule("transport.allow", "*", with_status(405), same, ("allow",)),
    Rule("transport.other-path", "*", with_status(404), other),
    Rule("transport.method-not-allowed", "method.without-allow", with_status(405), same, ("allow",)),
    Rule("transport.method-not-allowed", "*", with_status(405), other),
)
"""The first rule that matches a fault holds for it."""

IDS = tuple(fault.id for fault in faults(load_contract()))
PART = 100
"""So many faults are one test, so that the tests can be shared among processes."""


@pytest.fixture(scope="module")
def run() -> Iterator[DifferentialRun]:
    """The run of the reference server."""
    with pytest.MonkeyPatch.context() as patch:
        yield DifferentialRun(patch)


@pytest.mark.parametrize("first", range(0, len(IDS), PART))
def test_a_fault_changes_only_what_it_names(run: DifferentialRun, first: int) -> None:
    """Over the whole catalogue and the hostile values, no fault of this part does more, or other, than it says."""
    chosen = [fault for fault in faults(run.contract) if fault.id in IDS[first : first + PART]]
    assert [] == [problem for fault in chosen for problem in problems(run, fault)]


def test_there_is_a_rule_for_every_fault(run: DifferentialRun) -> None:
    """A fault of a new requirement needs a rule that says what it may change."""
    assert [] == [fault.id for fault in faults(run.contract) if rule_of(fault) is None]


def rule_of(fault: Fault) -> Rule | None:
    """Return the rule for a fault."""
    matching = (
        rule for rule in RULES if fnmatchcase(fault.requirement, rule.requirement) and fnmatchcase(fault.id, rule.fault)
    )
    return next(matching, None)


def problems(run: DifferentialRun, fault: Fault) -> Iterator[str]:
    """Yield in what a fault does more, or other, than it says."""
    rule = rule_of(fault)
    assert rule is not None
    places = tuple(part.format(place=place) for place in places_of(run.contract, fault) for part in rule.parts)
    shown, unit = False, 0
    for exchange, outcome, tx in run.against(fault):
        about = f"{fault.id} on {exchange.id}:"
        shown, unit = shown and unit == exchange.unit, exchange.unit
        if not isinstance(tx, Transaction):
            yield f"{about} raises {tx!r}"
            continue
        differing = changes(outcome, tx)
        if not tx.fired:
            # What a fault did to a request has consequences for those that belong together with it.
            if differing and not shown:
                yield f"{about} changes {sorted(differing)} and does not show"
            continue
        shown = True
        if not differing:
            yield f"{about} shows and changes nothing"
        elif not rule.when(fault, exchange, outcome):
            yield f"{about} shows, where its requirement says nothing: {outcome.status} became {tx.status}"
        elif not rule.then(outcome, tx):
            yield f"{about} makes {tx.status} of {outcome.status}"
        elif strange := [part for part in differing if not any(fnmatchcase(part, place) for place in places)]:
            yield f"{about} changes {sorted(strange)} as well"


def places_of(contract: Contract, fault: Fault) -> list[str]:
    """Return the pointers of what the requirement of a fault is about in the response; the whole of it otherwise."""
    group, _, rest = fault.requirement.partition(".")
    label = rest.rpartition(".")[0]
    if group == "response" and contract.response is not None:
        return [node.path for node in contract.response.walk() if label in {node.label, _owner(node)}]
    if rest == "created":
        return [contract.prose.created]
    if group == "semantics" and label.startswith("path."):
        return [contract.echoed_parameters[label.removeprefix("path.")]]
    if rest == "prose-defaults":
        label = fault.id.removeprefix("default.").rpartition(".")[0]
    crossed = fault.id.partition("swapped-with-")[2]
    labels = {label, f"{label.rpartition('.')[0]}.{crossed}"}
    return [returned.path for sent, returned in contract.echoes if sent.label in labels] or [""]


def _owner(node: Node) -> str:
    shape = node.shape("object")
    return shape.owner if shape else ""
