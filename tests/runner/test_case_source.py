"""What a run sends next: each item once, no case twice, and the end of each phase with its reason."""

import asyncio

import pytest

from conformance.journal.events import PhaseEnded
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation
from conformance.runner.case_source import REMEDY, CaseSource, FollowUpPhases
from conformance.strategies.random.labelling import fingerprint
from conformance.strategies.random.process.messages import Ended, Generated, Result, SourceFailed


class Listed:
    """Hands out results as a generator process does."""

    def __init__(self, **phases: list[Result]) -> None:
        self.phases = tuple(phases)
        self._results = [each for results in phases.values() for each in results]

    async def next(self) -> Result | None:
        """Return the next result."""
        await asyncio.sleep(0)
        return self._results.pop(0) if self._results else None

    def stop(self) -> None:
        """Hand out nothing more."""
        self._results.clear()


def case(number: int) -> Case:
    """Return a case that differs from others by its path; its id ends as that of a random case does."""
    request = Request("POST", f"/{number}")
    return Case(f"c{number}.{fingerprint(request)}", Expectation.ACCEPTED, (), request)


def generated(count: int) -> list[Result]:
    """Return so many cases, each with another path."""
    return [Generated(case(number)) for number in range(count)]


def source(generator: Listed, ended: list[PhaseEnded], *planned: Case, refused: tuple[str, ...] = ()) -> CaseSource:
    """Return a source of planned and of generated cases, but for those of refused paths."""
    later = FollowUpPhases(generator, admits=lambda case: case.request.target not in refused)  # type: ignore[arg-type]
    return CaseSource(planned, later, ended.append)


def handed_out(items: CaseSource, workers: int = 4) -> list[str]:
    """Return the ids of all that several workers are handed out, without what they end with."""
    found: list[str] = []

    async def work() -> None:
        while (item := await items.next()) is not None:
            found.append(item.id.partition(".")[0])

    async def go() -> None:
        await asyncio.gather(*(work() for _ in range(workers)))

    asyncio.run(go())
    return found


@pytest.mark.parametrize(("refused", "left"), [((), 0), (("/1",), 1)])
def test_items_are_handed_out_once_and_what_was_left_out_is_counted(refused, left):
    """A case that equals one of the catalogue or of a phase before is not sent; the end of each phase is told."""
    ended: list[PhaseEnded] = []
    generator = Listed(one=[*generated(3), Ended()], two=[*generated(4), Ended()])
    found = handed_out(source(generator, ended, case(0), refused=refused))
    assert 4 - left == len(found) == len(set(found))
    assert [("one", 3, 1, left), ("two", 4, 3, 0)] == [(e.phase, e.generated, e.duplicates, e.skipped) for e in ended]
    assert [{"catalogue, accepted": (3, 1)}, {"catalogue, accepted": (4, 3)}] == [
        {kind: (of.generated, of.duplicates) for kind, of in each.kinds.items()} for each in ended
    ]


def test_what_ends_some_targets_is_handed_out_when_all_else_is_done():
    """What may take for ever, and then targets that cannot be decoded come after the phases, once released."""
    ended: list[PhaseEnded] = []
    odd = ("/%zz", "/a?b=%ff", "/%", "/%25zz", "/{a}")
    planned = [Case(target, Expectation.OBSERVED, (), Request("POST", target)) for target in odd]
    late = Case("late", Expectation.OBSERVED, (), Request("POST", "/late"), late=True)
    slow = Case("slow", Expectation.OBSERVED, (), Request("POST", "/slow"), seconds=1.0)
    items = source(Listed(one=[*generated(2), Ended()]), ended, late, *planned, slow)
    assert ["/%25zz", "/{a}", "c0", "c1"] == handed_out(items, workers=1)
    items.release()
    assert ["slow", "/%zz", "/a?b=%ff", "/%", "late"] == handed_out(items, workers=1)


def test_errors_of_a_phase_are_told_at_its_end_with_what_to_do():
    """Those of its sources and its own, and none of another phase."""
    ended: list[PhaseEnded] = []
    first = [Generated(case(1)), SourceFailed("A: one"), Generated(case(2)), SourceFailed("B: two"), Ended("C: three")]
    assert ["c1", "c2"] == handed_out(source(Listed(one=first, two=[Ended()]), ended))
    assert [f"A: one; B: two; C: three; {REMEDY}", ""] == [each.error for each in ended]


def test_what_is_finished_hands_out_the_catalogue_alone():
    """A campaign whose time is over."""
    ended: list[PhaseEnded] = []
    items = source(Listed(one=[*generated(3), Ended()]), ended, case(8), case(9))
    items.finish()
    assert ["c8", "c9"] == handed_out(items)
    items.stop()
    assert [("one", 0, "")] == [(each.phase, each.generated, each.error) for each in ended]


def test_what_is_stopped_hands_out_nothing_and_tells_how_far_the_phases_came():
    """Those that have not begun as well."""
    ended: list[PhaseEnded] = []
    items = source(Listed(one=[*generated(3), Ended()], two=generated(1)), ended, case(9))

    async def go() -> list[str]:
        return [item.id.partition(".")[0] for item in [await items.next(), await items.next()] if item is not None]

    assert ["c9", "c0"] == asyncio.run(go())
    items.stop()
    assert [] == handed_out(items)
    assert [("one", 1), ("two", 0)] == [(each.phase, each.generated) for each in ended]


def test_of_a_run_that_is_shared_each_sends_its_own():
    """Of phases that all generate, what is theirs; of one that nobody else generates, all; what is left is counted."""
    ended: list[PhaseEnded] = []
    generator = Listed(all=[*generated(4), Ended()], own=[Generated(case(5)), Generated(case(6)), Ended()])
    later = FollowUpPhases(generator, mine=lambda id_: id_.partition(".")[0] in {"c1", "c3"}, apart=frozenset({"own"}))  # type: ignore[arg-type]
    assert ["c1", "c3", "c5", "c6"] == handed_out(CaseSource((), later, ended.append), workers=1)
    assert [("all", 2), ("own", 0)] == [(each.phase, each.skipped) for each in ended]
