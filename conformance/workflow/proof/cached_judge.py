"""A judge with a cache: an exchange that was judged before is not judged again.

Checks are pure functions. Nearly all responses of a mock with a fault are those of the reference server, byte for
byte, and need not be judged twice.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from conformance.checks.judging import Judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.case import Case, Relation
from conformance.model.exchange import Failure, Response
from conformance.model.finding import Doubt, Judgement

Found: TypeAlias = tuple[Judgement | Doubt, ...]


class _Seen(msgspec.Struct, frozen=True):
    """All of an exchange that a check uses; of its duration, whether it was too long.

    When it began is left out: a time of creation is compared with the clock of the target as well, which the response
    states.
    """

    case: Case
    response: Response | None
    failure: Failure | None
    detail: str
    late: bool
    settings: Settings


JudgementCache: TypeAlias = dict[str, tuple[tuple[_Seen, ...], Found]]
"""By case or relation: what was seen, and its judgement."""


class CachedJudge(Judge):
    """Judges what is not in the cache, and returns what is; with `learning` it adds the first exchange of each case."""

    def __init__(self, cache: JudgementCache, *, learning: bool = False) -> None:
        self._cache = cache
        self._learning = learning

    def alone(self, subject: Subject) -> Found:
        """Judge one exchange."""
        seen = (_seen(subject),)
        return self._recalled(subject.case.id, seen) or self._learned(subject.case.id, seen, super().alone(subject))

    def together(self, relation: Relation, subjects: Sequence[Subject]) -> Found:
        """Judge the exchanges of a relation."""
        seen, id_ = tuple(map(_seen, subjects)), f"relation {relation.id}"
        return self._recalled(id_, seen) or self._learned(id_, seen, super().together(relation, subjects))

    def _recalled(self, id_: str, seen: tuple[_Seen, ...]) -> Found:
        known, found = self._cache.get(id_, ((), ()))
        return found if known == seen else ()

    def _learned(self, id_: str, seen: tuple[_Seen, ...], found: Found) -> Found:
        if self._learning:
            self._cache.setdefault(id_, (seen, found))
        return found


def _seen(subject: Subject) -> _Seen:
    exchange, limit = subject.exchange, subject.settings.max_response_seconds
    return _Seen(
        subject.case,
        exchange.response,
        exchange.failure,
        exchange.detail,
        limit is not None and exchange.seconds > limit,
        subject.settings,
    )
