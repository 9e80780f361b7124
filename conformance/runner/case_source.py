"""What a run sends next, from the catalogue and then from the phases after it."""

from collections.abc import Callable, Iterable, Sequence

from conformance.journal.events import Made, PhaseEnded
from conformance.model.case import Case, Relation
from conformance.strategies.catalogue.catalogue import Item, size
from conformance.strategies.random.batches import GenerationError
from conformance.strategies.random.case_queue import CaseQueue
from conformance.strategies.random.labelling import fingerprint

REMEDY = "run without it (--phases), or report this as a fault of the suite"
"""What to do where a library cannot go on."""


class CaseSource:
    """Hands out items to the workers of a run, each once, and no case that equals one which was handed out before.

    Args:
        planned: the items of the catalogue.
        feeds: the phases after it, in their order.
        admits: tells whether a case may be sent to this target.
        ended: is told when a phase is over.
        elsewhere: items that other runs hand out.

    """

    def __init__(
        self,
        planned: Iterable[Item],
        feeds: Sequence[CaseQueue],
        admits: Callable[[Case], bool],
        ended: Callable[[PhaseEnded], None],
        elsewhere: Iterable[Item] = (),
    ) -> None:
        own = tuple(planned)
        self._planned = iter(own)
        self._all = (*own, *elsewhere)
        self._feeds = list(feeds)
        self._admits = admits
        self._ended = ended
        self._known: set[str] | None = None
        self._left_out = 0
        self._kinds: dict[str, Made] = {}
        self.reached = 0
        """Requests of the catalogue that were handed out."""

    async def next(self) -> Item | None:
        """Return the next item, None when there are no more."""
        for item in self._planned:
            self.reached += size(item)
            return item
        while self._feeds:
            feed = self._feeds[0]
            case = await feed.next()
            if case is None:
                self._close(feed)
            elif self._wanted(case):
                return case
        return None

    def finish(self) -> None:
        """Hand out what is left of the catalogue, and nothing after it."""
        for feed in self._feeds:
            feed.finish()

    def stop(self) -> None:
        """Hand out nothing more, and tell how far the phases came."""
        self._planned = iter(())
        while self._feeds:
            feed = self._feeds[0]
            feed.close()
            self._close(feed)

    def _close(self, feed: CaseQueue) -> None:
        if feed not in self._feeds:
            return  # another worker has seen its end as well
        self._feeds.remove(feed)
        kinds, left_out = self._kinds, self._left_out
        self._kinds, self._left_out = {}, 0
        made, repeated = sum(each.made for each in kinds.values()), sum(each.repeated for each in kinds.values())
        error = "; ".join(explained(each) for each in feed.errors)
        self._ended(
            PhaseEnded(phase=feed.phase, made=made, repeated=repeated, left_out=left_out, error=error, kinds=kinds)
        )

    def _wanted(self, case: Case) -> bool:
        if self._known is None:
            self._known = {fingerprint(each.request) for item in self._all for each in _cases(item)}
        mark = fingerprint(case.request)
        repeated = mark in self._known
        kind = f"{case.phase}, {case.expectation.value}"
        before = self._kinds.get(kind, Made(0, 0))
        self._kinds[kind] = Made(before.made + 1, before.repeated + repeated)
        if repeated:
            return False
        self._known.add(mark)
        if not self._admits(case):
            self._left_out += 1
            return False
        return True


def explained(error: Exception) -> str:
    """Return in one line what a library says, and what to do."""
    if isinstance(error, GenerationError):
        return f"{error}; {REMEDY}"
    text = " ".join(str(error).split())[:500] or "it gives no reason"
    return f"{type(error).__name__}: {text}; {REMEDY}"


def _cases(item: Item) -> tuple[Case, ...]:
    return item.cases if isinstance(item, Relation) else (item,)
