"""Feeds: cases made in a thread, handed over in order, and stopped when nobody wants them."""

import asyncio
import threading

import pytest

from conformance.journal.events import PhaseEnded
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation
from conformance.runner.case_source import CaseSource
from conformance.strategies.random.case_queue import WAITING, CaseQueue, Emit


def _case(number: int) -> Case:
    return Case(f"c{number}", Expectation.ACCEPTED, (), Request("POST", f"/{number}"))


def _produce(count: int):
    def produce(emit: Emit, _: list[Exception]) -> None:
        for number in range(count):
            emit(_case(number))

    return produce


async def _all(feed: CaseQueue, workers: int = 4) -> list[str]:
    found: list[str] = []

    async def work() -> None:
        while (case := await feed.next()) is not None:
            found.append(case.id)

    feed.start()
    await asyncio.gather(*(work() for _ in range(workers)))
    return found


def test_every_case_is_handed_over_once_to_several_workers():
    """More cases than may wait, four workers: nothing is lost, nothing comes twice, and all workers end."""
    count = 3 * WAITING
    assert [f"c{n}" for n in range(count)] == sorted(
        asyncio.run(_all(CaseQueue("x", _produce(count)))), key=lambda s: int(s[1:])
    )


def test_an_error_ends_the_feed_and_is_kept():
    """What was made before it is handed over."""

    def produce(emit: Emit, _: list[Exception]) -> None:
        emit(_case(1))
        raise ValueError("no more")

    feed = CaseQueue("x", produce)
    assert ["c1"] == asyncio.run(_all(feed))
    assert ["no more"] == [str(each) for each in feed.errors]


def test_a_feed_that_is_finished_stops_its_thread():
    """A producer without end is stopped at its next case."""
    stopped = threading.Event()

    def produce(emit: Emit, _: list[Exception]) -> None:
        try:
            number = 0
            while True:
                number += 1
                emit(_case(number))
        finally:
            stopped.set()

    async def go() -> Case | None:
        feed = CaseQueue("x", produce)
        feed.start()
        await feed.next()
        feed.finish()
        return await feed.next()

    assert asyncio.run(go()) is None
    assert stopped.wait(10)


@pytest.mark.parametrize(("refused", "left"), [((), 0), (("/1",), 1)])
def test_items_are_handed_out_once_and_what_was_left_out_is_counted(refused, left):
    """A case that equals one of the catalogue or of a phase before is not sent; the end of each phase is told."""
    ended: list[PhaseEnded] = []

    async def go() -> list[str]:
        feeds = [CaseQueue("one", _produce(3)), CaseQueue("two", _produce(4))]
        for feed in feeds:
            feed.start()
        items = CaseSource([_case(0)], feeds, lambda case: case.request.target not in refused, ended.append)
        found = []
        while (item := await items.next()) is not None:
            found.append(item.id)
        return found

    assert 4 - left == len(asyncio.run(go()))
    assert [("one", 3, 1, left), ("two", 4, 3, 0)] == [(e.phase, e.made, e.repeated, e.left_out) for e in ended]
    assert [{"catalogue, accepted": (3, 1)}, {"catalogue, accepted": (4, 3)}] == [
        {kind: (made.made, made.repeated) for kind, made in each.kinds.items()} for each in ended
    ]


def test_an_error_of_a_phase_says_what_to_do():
    """The event of its end names the error and the remedy, in one line."""
    ended: list[PhaseEnded] = []

    def produce(_: Emit, errors: list[Exception]) -> None:
        errors.append(ValueError("cannot\ngo on"))

    async def go() -> None:
        feed = CaseQueue("one", produce)
        feed.start()
        assert await CaseSource([], [feed], lambda _: True, ended.append).next() is None

    asyncio.run(go())
    assert (
        "ValueError: cannot go on; run without it (--phases), or report this as a fault of the suite" == ended[0].error
    )
