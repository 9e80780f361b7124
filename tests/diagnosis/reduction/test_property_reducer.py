"""A failure that a combination of members brings about is cut down to exactly those members."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import AnyEvent, FindingMade, RequestSent
from conformance.journal.writing import MemorySink
from conformance.mock.app import reference_app
from conformance.model.case import Need
from conformance.model.vocabulary import Profile
from conformance.runner.engine import Engine
from conformance.runner.plan import make_plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.targets.asgi import AsgiTarget

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Condition = Callable[[dict[str, Any]], bool]

SETTINGS = "autoscaling_settings"
PROMOTION = "promotion_settings"


class Wrong:
    """The reference server, but for one answer to bodies that fulfil a condition."""

    def __init__(self, contract: Contract, condition: Condition, status: int) -> None:
        self.right = reference_app(contract)
        self.condition = condition
        self.status = status

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.right(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if self._applies(body):
            headers = [(b"date", b"Mon, 05 Jan 2026 00:00:00 GMT"), (b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"no"})
            return
        whole = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(whole, {"type": "http.disconnect"})

        await self.right(scope, again, send)

    def _applies(self, body: bytes) -> bool:
        try:
            value = json.loads(body)
            return isinstance(value, dict) and isinstance(value.get("name"), str) and self.condition(value)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return False


def findings(
    contract: Contract, condition: Condition, status: int, profile: Profile
) -> tuple[list[AnyEvent], list[str]]:
    """Run the suite against a wrong server; returns the events and the sentences that weigh."""
    items = catalogue(contract, profile, Knowledge({"model_id": "abc"}))
    plan = make_plan(contract, items, frozenset(Need), only=("accept.*",), known=items)
    sink = MemorySink()
    target = AsgiTarget(Wrong(contract, condition, status))
    options = SessionOptions(run_id="0" * 8, settings=Settings(key="a-key-of-the-test"))
    session = Session(contract, target, sink, options)
    diagnoser = Diagnoser(session, DiagnosisOptions(repeats=1, known=plan.known))
    asyncio.run(Engine(session, diagnoser, concurrency=1).run(plan))
    made = [event for event in sink.events if isinstance(event, FindingMade)]
    weighty = [each for each in made if contract.by_id[each.finding.requirement].strength != "advisory"]
    return list(sink.events), sorted({each.finding.sentence for each in weighty})


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The published contract."""
    return load_contract()


@pytest.mark.slow
def test_two_members_are_told_as_the_cause(contract: Contract) -> None:
    """A crash on one value beside a null is told as that, in `standard`."""

    def together(body: dict[str, Any]) -> bool:
        promotion = body.get(PROMOTION) or {}
        return promotion.get("rolling_deploy") is True and promotion.get("rolling_deploy_config", 1) is None

    _, sentences = findings(contract, together, 500, Profile.STANDARD)
    assert sentences == ["Returns 500 for a body in which `rolling_deploy` is true and `rolling_deploy_config` is null"]


@pytest.mark.slow
def test_three_members_are_told_as_the_cause(contract: Contract) -> None:
    """A refusal of three values together is found in `full`, and told as those three."""

    def together(body: dict[str, Any]) -> bool:
        settings, promotion = body.get(SETTINGS) or {}, body.get(PROMOTION) or {}
        return (
            settings.get("min_replica") == 0
            and promotion.get("rolling_deploy") is False
            and promotion.get("promotion_cleanup_strategy") == "DEACTIVATE"
        )

    _, sentences = findings(contract, together, 400, Profile.FULL)
    assert len(sentences) == 1
    assert all(word in sentences[0] for word in ("min_replica", "rolling_deploy", "DEACTIVATE"))


@pytest.mark.slow
def test_one_member_is_told_by_its_own_requirement(contract: Contract) -> None:
    """A value that is refused alone is told as the case that holds it alone, also where a full body met it first."""
    events, _ = findings(
        contract, lambda body: (body.get(SETTINGS) or {}).get("scale_down_delay", 0) is None, 400, Profile.STANDARD
    )
    made = [event for event in events if isinstance(event, FindingMade)]
    weighty = {e.finding.requirement for e in made if contract.by_id[e.finding.requirement].strength == "must"}
    assert weighty == {"accept.UpdateAutoscalingSettingsV1.scale_down_delay"}


@pytest.mark.slow
def test_a_cause_costs_at_most_forty_requests(contract: Contract) -> None:
    """However many combinations fail for one cause, it is cut down once."""

    def broken(body: dict[str, Any]) -> bool:
        return (body.get(PROMOTION) or {}).get("ramp_up_while_promoting") is True

    events, _ = findings(contract, broken, 500, Profile.STANDARD)
    planned = {case.id for case in catalogue(contract, Profile.STANDARD, Knowledge({"model_id": "abc"}))}
    sent = [event for event in events if isinstance(event, RequestSent) and event.case.id.startswith("accept.")]
    once = {event.case.id for event in sent}
    assert once <= planned
    assert len(sent) - len(once) <= 40 + 3


def absences(body: dict[str, Any], holder: str, name: str) -> bool:
    """Tell whether an object of the body is there without one member."""
    held = body.get(holder)
    return isinstance(held, dict) and name not in held


@pytest.mark.slow
@pytest.mark.parametrize("profile", [Profile.SMOKE, Profile.STANDARD])
def test_a_member_that_is_absent_is_told_as_the_cause(contract: Contract, profile: Profile) -> None:
    """A refusal for want of one member is told as that, by the requirement of the member, whatever stands beside."""
    events, sentences = findings(contract, lambda body: absences(body, SETTINGS, "max_replica"), 400, profile)
    made = [event for event in events if isinstance(event, FindingMade)]
    weighty = {e.finding.requirement for e in made if contract.by_id[e.finding.requirement].strength == "must"}
    assert weighty == {"accept.UpdateAutoscalingSettingsV1.max_replica"}
    assert sentences == ["Rejects an absent optional property"]
    assert any("Rejects a body without `max_replica` (400)" in e.finding.message for e in made)


def test_a_member_of_the_body_itself_that_is_absent(contract: Contract) -> None:
    """The smallest body is refused because it lacks a member: the catalogue's first requests say so."""
    events, _ = findings(contract, lambda body: PROMOTION not in body, 400, Profile.SMOKE)
    made = [event for event in events if isinstance(event, FindingMade)]
    weighty = {e.finding.requirement for e in made if contract.by_id[e.finding.requirement].strength == "must"}
    assert weighty == {"accept.CreateEnvironmentRequestV1.promotion_settings"}


@pytest.mark.slow
def test_null_beside_an_absent_member(contract: Contract) -> None:
    """A crash on a null beside a member that is left out is told as both."""

    def together(body: dict[str, Any]) -> bool:
        held = body.get(SETTINGS) or {}
        return "min_replica" in held and held["min_replica"] is None and "max_replica" not in held

    _, sentences = findings(contract, together, 500, Profile.STANDARD)
    assert sentences == ["Returns 500 for a body in which `min_replica` is null and `max_replica` is absent"]


def test_a_server_that_refuses_everything_costs_little(contract: Contract) -> None:
    """Where nothing helps, one cause costs a request or two more, and never more than forty."""
    events, _ = findings(contract, lambda _: True, 500, Profile.SMOKE)
    sent = [event for event in events if isinstance(event, RequestSent)]
    extra = len(sent) - len({event.case.id for event in sent if not event.case.id.endswith(".minimal")})
    assert extra <= 60


@pytest.mark.slow
def test_an_object_that_is_empty_is_told_as_that(contract: Contract) -> None:
    """Where an object fails because it holds nothing, no member of it is told as absent.

    The relation of null and absent sends it as a combination, and is not minimized.
    """
    events, _ = findings(contract, lambda body: body.get(PROMOTION, 1) == {}, 400, Profile.STANDARD)
    made = [event for event in events if isinstance(event, FindingMade)]
    weighty = {e.finding.requirement for e in made if contract.by_id[e.finding.requirement].strength == "must"}
    told = ("promotion_settings", "combination")
    assert weighty == {f"accept.CreateEnvironmentRequestV1.{each}" for each in told}
