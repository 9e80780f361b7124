"""A whole run in this process: the suite against the reference server of a contract."""

import asyncio

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import DoubtRaised, FindingMade
from conformance.journal.writing import MemorySink
from conformance.mock.app import Mock
from conformance.model.case import Need
from conformance.model.finding import Doubt, Finding
from conformance.model.vocabulary import Profile, Strength
from conformance.runner.engine import Engine
from conformance.runner.plan import make_plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.targets.asgi import AsgiTarget

SECRET = "a-key-for-tests"  # noqa: S105 (no secret)
UNKNOWN = "names-nothing"


def run_against_reference(
    contract: Contract, profile: Profile = Profile.STANDARD
) -> tuple[int, list[Finding], list[Doubt]]:
    """Return how many requests a run took, its findings of strength must and should, and its doubts."""
    names = contract.operation.path_parameters
    known = Knowledge(dict.fromkeys(names, "abcd1234"), dict.fromkeys(names, UNKNOWN))
    plan = make_plan(contract, catalogue(contract, profile, known), frozenset(Need))
    sink = MemorySink()
    target = AsgiTarget(Mock(contract, key=SECRET, unknown=frozenset({UNKNOWN})))
    settings = Settings(loopback=True, stateless=False, key=SECRET, max_response_seconds=None)

    async def go() -> int:
        session = Session(contract, target, sink, SessionOptions(run_id="00000000", settings=settings))
        diagnoser = Diagnoser(session, DiagnosisOptions(repeats=0, known=plan.known))
        ended = await Engine(session, diagnoser).run(plan)
        await target.close()
        return ended.requests

    requests = asyncio.run(go())
    findings = [event.finding for event in sink.events if isinstance(event, FindingMade)]
    strong = [each for each in findings if contract.by_id[each.requirement].strength is not Strength.ADVISORY]
    return requests, strong, [event.doubt for event in sink.events if isinstance(event, DoubtRaised)]
