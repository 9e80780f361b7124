"""What the phases after the catalogue will send: their cases are made as in the run, and counted."""

import asyncio

import msgspec
from msgspec.structs import replace

from conformance.journal.events import PhaseEnded
from conformance.model.case import Case
from conformance.runner.case_source import CaseSource
from conformance.runner.follow_up import FollowUpPhases
from conformance.strategies.catalogue.catalogue import creations
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.setup.random_phases import follow_up_phases


class PhasePreview(msgspec.Struct, frozen=True):
    """What a phase will send, and how many objects a right server creates of that at most.

    `error` says why the phase will not go on to its end.
    """

    phase: str
    requests: int
    creations: int
    error: str = ""


def preview(prepared: PreparedRun) -> tuple[PhasePreview, ...]:
    """Return what each phase after the catalogue will send, repeats aside; sends nothing.

    A campaign is not among them: it goes on until its time is over.
    """
    following = follow_up_phases(prepared)
    endless = following.seconds is not None
    return () if endless or not following.generator.phases else asyncio.run(_preview(prepared, following))


async def _preview(prepared: PreparedRun, following: FollowUpPhases) -> tuple[PhasePreview, ...]:
    ended: list[PhaseEnded] = []
    sent = (*prepared.plan.items, *following.elsewhere)
    items = CaseSource((), replace(following, elsewhere=sent), ended.append)
    cases: list[Case] = []
    found: list[PhasePreview] = []
    try:
        while True:
            item = await items.next()
            # The phases that are over by now end before the case at hand.
            while len(found) < len(ended):
                event = ended[len(found)]
                found.append(PhasePreview(event.phase, len(cases), sum(map(creations, cases)), event.error))
                cases.clear()
            if item is None:
                return tuple(found)
            if isinstance(item, Case):
                cases.append(item)
    finally:
        await following.generator.close()
