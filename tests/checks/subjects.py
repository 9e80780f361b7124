"""Subjects for the tests of checks: one right exchange, and whatever a test changes in it."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract, build_contract, load_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import parse_document
from conformance.model.case import Case, Request, Story
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.json_values import MISSING, with_value, without
from conformance.model.vocabulary import Expectation

NAME = "cfm-k3v9q2x7-0005"
TARGET = "/v1/models/abc123/environments"
STARTED = 1_767_225_600.0
"""2026-01-01T00:00:00Z, when every exchange of these tests begins."""

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
JSON = ("Content-Type", "application/json")
DATED = ("Date", DATE)

FOCUS = "accept.CreateEnvironmentRequestV1.required"
REJECT = "reject.UpdateAutoscalingSettingsV1.min_replica.type"

AUTOSCALING = {
    "min_replica": 0,
    "max_replica": 1,
    "autoscaling_window": 60,
    "scale_down_delay": 900,
    "concurrency_target": 1,
    "target_utilization_percentage": 70,
    "target_in_flight_tokens": None,
}
PROMOTION = {
    "redeploy_on_promotion": False,
    "rolling_deploy": False,
    "promotion_cleanup_strategy": "SCALE_TO_ZERO",
    "rolling_deploy_config": None,
    "ramp_up_while_promoting": False,
    "ramp_up_duration_seconds": 600,
}
INSTANCE = {
    "id": "1x2",
    "name": "1x2",
    "memory_limit_mib": 2048,
    "millicpu_limit": 1000,
    "gpu_count": 0,
    "gpu_type": None,
    "gpu_memory_limit_mib": None,
}
DEPLOYMENT = {
    "id": "d1",
    "created_at": "2026-01-01T00:00:00Z",
    "name": "one",
    "model_id": "abc123",
    "is_production": False,
    "is_development": False,
    "status": "ACTIVE",
    "active_replica_count": 1,
    "autoscaling_settings": None,
    "instance_type_name": None,
    "environment": None,
}
ANSWER: dict[str, Any] = {
    "name": NAME,
    "created_at": "2026-01-01T00:00:00Z",
    "model_id": "abc123",
    "current_deployment": None,
    "autoscaling_settings": AUTOSCALING,
    "promotion_settings": PROMOTION,
    "instance_type": INSTANCE,
}
SENT: dict[str, Any] = {"name": NAME}


@cache
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


def contract_of(operation: dict[str, Any], *, path: str = "/things", parameters: bool = False) -> Contract:
    """Return the contract of another document, with one POST operation."""
    stated = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if parameters else []
    content = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"post": {"parameters": stated, **operation}}},
    }
    document = parse_document(json.dumps(content).encode(), "other.json")
    return build_contract(document, pick_operation(document, None), files("conformance.spec"))


def body_of(schema: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    """Return an OpenAPI request body or response with one schema."""
    return {"description": "", "content": {media_type: {"schema": schema}}}


def changed(value: Any, path: str, new: Any = MISSING) -> Any:
    """Return a JSON value with another one at a path of names (`a/b`), or without it."""
    return without(value, f"/{path}") if new is MISSING else with_value(value, f"/{path}", new)


def case(
    expectation: Expectation = Expectation.ACCEPTED,
    *requirements: str,
    sent: Any = SENT,
    method: str = "POST",
    target: str = TARGET,
    headers: Iterable[tuple[str, str]] = (),
    story: Story | None = None,
    slotted: bool = True,
    beyond: tuple[str, ...] = (),
) -> Case:
    """Return a case; `sent` is JSON, or bytes as they are."""
    body = sent if sent is None or isinstance(sent, bytes) else json.dumps(sent).encode()
    request = Request(method, target, tuple(headers), body)
    return Case("a-case", expectation, requirements or (FOCUS,), request, story, slotted=slotted, beyond=beyond)


def subject(
    case_: Case | None = None,
    *,
    status: int = 200,
    answer: Any = ANSWER,
    headers: Sequence[tuple[str, str]] = (JSON, DATED),
    failure: Failure | None = None,
    detail: str = "",
    response: bool = True,
    seconds: float = 0.1,
    started: float = STARTED,
    settings: Settings | None = None,
    of: Contract | None = None,
) -> Subject:
    """Return a case and its exchange; `answer` is JSON, or bytes as they are."""
    chosen = case_ or case()
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    came = Response(status, tuple(headers), body) if response else None
    exchange = Exchange(chosen.request, came, failure, detail, started, seconds)
    return Subject(of or contract(), chosen, exchange, settings or Settings())


def rejected(*requirements: str, story: Story | None = None, **more: Any) -> Case:
    """Return a case that must be rejected."""
    return case(Expectation.REJECTED, *(requirements or (REJECT,)), story=story or a_story(), **more)


def observed(*requirements: str, story: Story | None = None, **more: Any) -> Case:
    """Return a case whose answer is recorded."""
    return case(Expectation.OBSERVED, *requirements, story=story, **more)


def a_story(
    pointer: str = "/autoscaling_settings/min_replica",
    keyword: str = "type",
    kind: str = "a string where it is not due",
) -> Story:
    """Return a story."""
    return Story(pointer, keyword, "0", '"abc"', "min_replica is a string", kind)


Said = Iterable[Judgement | Doubt]


def passed(said: Said) -> list[str]:
    """Return the requirements that were passed; there must be nothing else."""
    found = list(said)
    assert [] == [each for each in found if not isinstance(each, Pass)]
    return [each.requirement for each in found]


def passes(said: Said) -> set[str]:
    """Return the requirements that were passed, among whatever else was said."""
    return {each.requirement for each in said if isinstance(each, Pass)}


def findings(said: Said) -> list[Finding]:
    """Return the findings among what was said."""
    return [each for each in said if isinstance(each, Finding)]


def only(said: Said) -> Finding:
    """Return the one finding; there must be nothing else, and its texts must be short."""
    (found,) = said
    assert isinstance(found, Finding)
    return found


def summary(found: Finding) -> tuple[str, str, str]:
    """Return requirement, pattern and pointer of a finding."""
    return found.requirement, str(found.pattern), found.pointer


def silent(check: Callable[[Subject], Said], *subjects: Subject) -> bool:
    """Tell whether a check says nothing of any of the subjects."""
    return all(not list(check(each)) for each in subjects)
