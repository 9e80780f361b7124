"""The scope of a check: what an exchange must be for the check to say anything of it.

Most checks say nothing of most exchanges. A scope states what can be told before a body is read, so that a check whose
scope an exchange is outside of need not be asked; the check itself may ask for more.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

import msgspec

from conformance.checks.shared.subject import Check, Subject
from conformance.model.exchange import Failure
from conformance.model.vocabulary import Expectation

MOST_FACTS = 1_024
"""For so many sorts of exchange it is known which checks are asked."""


class ScopeFacts(msgspec.Struct, frozen=True):
    """What scopes go by: `requirements` are those of the case that a scope names, and so is `keyword`."""

    expectation: Expectation
    status: int
    responded: bool
    failure: Failure | None
    requirements: frozenset[str]
    keyword: str


class CheckScope(msgspec.Struct, frozen=True):
    """Which exchanges a check speaks of: all that is stated must hold, and what is empty holds of any.

    `expectations` are those of the case, `statuses` those of a response that came, be it complete or not. `complete`
    asks for a complete response, `failures` for one of these ways to end (None is a complete response). The case has
    one of `requirements`, and its story has the `keyword`.
    """

    expectations: frozenset[Expectation] = frozenset()
    statuses: range = range(0)
    complete: bool = False
    failures: frozenset[Failure | None] = frozenset()
    requirements: frozenset[str] = frozenset()
    keyword: str = ""

    def holds(self, facts: ScopeFacts) -> bool:
        """Tell whether an exchange is within the scope."""
        return (
            (not self.expectations or facts.expectation in self.expectations)
            and (not self.statuses or (facts.responded and facts.status in self.statuses))
            and (not self.complete or (facts.responded and facts.failure is None))
            and (not self.failures or facts.failure in self.failures)
            and (not self.requirements or not self.requirements.isdisjoint(facts.requirements))
            and (not self.keyword or self.keyword == facts.keyword)
        )


CheckScopes: TypeAlias = Mapping[Check, CheckScope]
"""The checks of a module, in order, each with its scope."""

ANY = CheckScope()
"""The scope of a check that may speak of any exchange."""

ONLY_ACCEPTED = frozenset({Expectation.ACCEPTED})
ONLY_REJECTED = frozenset({Expectation.REJECTED})
NOT_REJECTED = frozenset(Expectation) - ONLY_REJECTED

CLIENT_ERRORS = range(400, 500)

SUCCESS = CheckScope(expectations=NOT_REJECTED, statuses=range(200, 300), complete=True)
"""The scope of what the document says of a success response: `Subject.promised` asks for more."""

REJECTION = CheckScope(statuses=CLIENT_ERRORS, complete=True)
"""The scope of what a rejection contains."""


class ScopedChecks:
    """Checks in order, and which of them are asked about an exchange."""

    def __init__(self, *scopes: CheckScopes) -> None:
        self.scopes = {check: scope for each in scopes for check, scope in each.items()}
        self._requirements = frozenset(name for scope in self.scopes.values() for name in scope.requirements)
        self._keywords = frozenset(scope.keyword for scope in self.scopes.values())
        self._within = lru_cache(MOST_FACTS)(self._find)

    def __iter__(self) -> Iterator[Check]:
        """Yield every check, in order."""
        return iter(self.scopes)

    def __len__(self) -> int:
        """Return how many checks there are."""
        return len(self.scopes)

    @property
    def kept(self) -> int:
        """How many sorts of exchange are known so far."""
        return self._within.cache_info().currsize

    def of(self, subject: Subject) -> tuple[Check, ...]:
        """Return the checks whose scope an exchange is within."""
        return self._within(self.facts(subject))

    def facts(self, subject: Subject) -> ScopeFacts:
        """Return what the scopes of these checks go by."""
        case, exchange = subject.case, subject.exchange
        keyword = case.story.keyword if case.story is not None else ""
        return ScopeFacts(
            case.expectation,
            subject.status,
            exchange.response is not None,
            exchange.failure,
            self._requirements.intersection(case.requirements),
            keyword if keyword in self._keywords else "",
        )

    def _find(self, facts: ScopeFacts) -> tuple[Check, ...]:
        return tuple(check for check, scope in self.scopes.items() if scope.holds(facts))
