"""Examples: bodies of random cases that failed, kept in a folder, so that the next run begins with them.

A file holds the bytes of one body and nothing else. It is labelled anew by the contract that it is sent for, so what
is kept outlives new documents, other path parameters and new versions of the suite.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from conformance.model.case import Case
from conformance.model.errors import UsageError, os_errors_as
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import bytes_case

SUFFIX = ".body"

REMEDY = "name a folder that can be read and written with --example-db"

MOST = 1_000
"""How many bodies of one phase a run begins with at most, the shortest first."""

LONGEST = 1_000_000
"""How many bytes a body may have."""


class Examples:
    """The folder where failures are kept, a folder in it for each phase; it is made when there is something to keep.

    Raises:
        UsageError: what has its name is no folder.

    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is no folder", REMEDY)
        self._folder = folder

    def cases(self, build: Builder, phases: Sequence[str]) -> Iterator[Case]:
        """Yield what is kept of some phases, as cases of a contract.

        Raises:
            UsageError: the folder, or a file in it, cannot be read.

        """
        for phase in phases if build.has_body else ():
            for body in self._bodies(phase):
                yield bytes_case(build, phase, body, None)

    def keep(self, case: Case) -> bool:
        """Keep the body of a case; tells whether it was not kept before.

        Raises:
            UsageError: it cannot be written.

        """
        file = self._file(case)
        if file is None:
            return False
        with os_errors_as(UsageError, str(file), REMEDY):
            if file.exists():
                return False
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(case.request.body or b"")
        return True

    def forget(self, case: Case) -> None:
        """Keep the body of a case no longer."""
        file = self._file(case)
        if file is not None:
            with suppress(OSError):
                file.unlink()

    def _file(self, case: Case) -> Path | None:
        body = case.request.body
        if body is None or len(body) > LONGEST:
            return None
        return self._folder / case.phase / f"{hashlib.sha256(body).hexdigest()[:16]}{SUFFIX}"

    def _bodies(self, phase: str) -> list[bytes]:
        folder = self._folder / phase
        with os_errors_as(UsageError, str(folder), REMEDY):
            files = [each for each in sorted(folder.glob(f"*{SUFFIX}")) if each.stat().st_size <= LONGEST]
            found = [each.read_bytes() for each in files]
        return sorted(found, key=lambda body: (len(body), body))[:MOST]
