"""Examples: bodies of random cases that failed, kept from run to run, so that the next one begins with them.

What is kept are the bytes of a body and nothing else. They are labelled anew by the contract that they are sent for, so
what is kept outlives new documents, other path parameters and new versions of the suite.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.example_stores import LONGEST, store_at
from conformance.strategies.random.labelling import bytes_case

MOST = 1_000
"""How many bodies of one phase a run begins with at most, the shortest first."""


class Examples:
    """What is kept of failures at a place: a folder, or the URL of a Redis server.

    Raises:
        UsageError: what has its name is no folder; or the server cannot be reached.

    """

    def __init__(self, place: Path) -> None:
        self._store = store_at(place)

    def cases(self, build: Builder, phases: Sequence[str]) -> Iterator[Case]:
        """Yield what is kept of some phases, as cases of a contract.

        Raises:
            UsageError: it cannot be read.

        """
        for phase in phases if build.has_body else ():
            bodies = (each for each in self._store.bodies(phase) if len(each) <= LONGEST)
            for body in sorted(bodies, key=lambda body: (len(body), body))[:MOST]:
                yield bytes_case(build, phase, body, None)

    def keep(self, case: Case) -> bool:
        """Keep the body of a case; tells whether it was not kept before.

        Raises:
            UsageError: it cannot be written.

        """
        body = case.request.body
        return body is not None and len(body) <= LONGEST and self._store.add(case.phase, body)

    def forget(self, case: Case) -> None:
        """Keep the body of a case no longer."""
        if case.request.body is not None:
            self._store.remove(case.phase, case.request.body)
