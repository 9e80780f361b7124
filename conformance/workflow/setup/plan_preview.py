"""What the phases after the catalogue will send: their cases are made as in the run, and counted."""

import asyncio

import msgspec

from conformance.journal.events import PhaseEnded
from conformance.model.case import Case
from conformance.runner.case_source import CaseSource
from conformance.runner.follow_up import FollowUpPhases
from conformance.strategies.catalogue.catalogue import creations
from conformance.workflow.setup.phases import later
from conformance.workflow.setup.preparation import Prepared


class Foreseen(msgspec.Struct, frozen=True):
    """What a phase will send, and how many objects a right server creates of that at most.

    `error` says why the phase will not go on to its end.
    """

    phase: str
    requests: int
    creations: int
    error: str = ""


def foreseen(prepared: Prepared) -> tuple[Foreseen, ...]:
    """Return what each phase after the catalogue will send, repeats aside; sends nothing.

    A campaign is not among them: it goes on until its time is over.
    """
    coming = later(prepared)
    return () if coming.seconds is not None or not coming.feeds else asyncio.run(_counted(prepared, coming))


async def _counted(prepared: Prepared, coming: FollowUpPhases) -> tuple[Foreseen, ...]:
    ended: list[PhaseEnded] = []
    sent = (*prepared.plan.items, *coming.elsewhere)
    items = CaseSource((), coming.feeds, coming.admits, ended.append, sent)
    cases: list[Case] = []
    found: list[Foreseen] = []
    try:
        for before, feed in zip((None, *coming.feeds), coming.feeds, strict=False):
            feed.start(before)
        while True:
            item = await items.next()
            # The phases that are over by now end before the case at hand.
            while len(found) < len(ended):
                event = ended[len(found)]
                found.append(Foreseen(event.phase, len(cases), sum(map(creations, cases)), event.error))
                cases.clear()
            if item is None:
                return tuple(found)
            if isinstance(item, Case):
                cases.append(item)
    finally:
        coming.close()
        items.stop()
