"""Where bodies of random cases that failed are kept: a folder, or a Redis server that several machines share."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from conformance.model.errors import UsageError, os_errors_as

SUFFIX = ".body"

LONGEST = 1_000_000
"""How many bytes a body may have."""

REMEDY = "name a folder that can be read and written with --example-db"
SERVER_REMEDY = "name a Redis server that can be reached with --example-db, or a folder"

PASSWORD = "CONFORMANCE_EXAMPLE_DB_PASSWORD"  # noqa: S105 (the name of a variable)
"""The variable that has the password of the server: the place itself is written into the journal."""

KEPT = timedelta(days=90)
"""How long a server keeps bodies of a phase that no run asks for."""

SERVER = re.compile(r"(rediss?|unix):/+")
"""How a place that is a server begins; a path holds the slashes as one."""


class Store(Protocol):
    """Keeps bodies, by the phase of their cases."""

    def bodies(self, phase: str) -> Iterable[bytes]:
        """Return the bodies that are kept of a phase; raises UsageError where they cannot be read."""

    def add(self, phase: str, body: bytes) -> bool:
        """Keep a body; tells whether it was not kept before. Raises UsageError where it cannot be kept."""

    def remove(self, phase: str, body: bytes) -> None:
        """Keep a body no longer, if that can be done."""


def store_at(place: Path) -> Store:
    """Return what keeps bodies at a place: a folder, or the URL of a server.

    Raises:
        UsageError: what has its name is no folder; or the server cannot be reached.

    """
    text = str(place)
    found = SERVER.match(text)
    if found is not None:
        return _ServerStore(f"{found[1]}://{text[found.end() :]}")
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place} is no folder", REMEDY)
    return _FolderStore(place)


class _FolderStore:
    """A folder for each phase, and a file for each body; they are made when there is something to keep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def bodies(self, phase: str) -> Iterable[bytes]:
        """Read all files of the phase that are not too long."""
        folder = self._folder / phase
        with os_errors_as(UsageError, str(folder), REMEDY):
            files = [each for each in sorted(folder.glob(f"*{SUFFIX}")) if each.stat().st_size <= LONGEST]
            return [each.read_bytes() for each in files]

    def add(self, phase: str, body: bytes) -> bool:
        """Write a file."""
        file = self._file(phase, body)
        with os_errors_as(UsageError, str(file), REMEDY):
            if file.exists():
                return False
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        return True

    def remove(self, phase: str, body: bytes) -> None:
        """Remove the file."""
        with suppress(OSError):
            self._file(phase, body).unlink()

    def _file(self, phase: str, body: bytes) -> Path:
        return self._folder / phase / f"{hashlib.sha256(body).hexdigest()[:16]}{SUFFIX}"


class _ServerStore:
    """A Redis server, through the database of examples that Hypothesis has for it: a set for each phase."""

    def __init__(self, url: str) -> None:
        if "@" in url:
            problem = "the URL of --example-db holds a credential, which would be written into the journal"
            raise UsageError(problem, f"set the password as {PASSWORD}")
        try:
            from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415 (an optional dependency)
            from redis import Redis, RedisError  # noqa: PLC0415 (an optional dependency)
        except ImportError as error:
            raise UsageError(
                "--example-db needs the package redis", "install environment-conformance[redis]"
            ) from error
        self._url, self._errors = url, (RedisError, ValueError, OSError)
        with self._reaching():
            redis = Redis.from_url(url, password=os.environ.get(PASSWORD) or None)
            redis.ping()
        self._database = RedisExampleDatabase(redis, expire_after=KEPT, key_prefix=b"conformance:")

    def bodies(self, phase: str) -> Iterable[bytes]:
        """Read the members of the set."""
        with self._reaching():
            return list(self._database.fetch(phase.encode()))

    def add(self, phase: str, body: bytes) -> bool:
        """Add a member to the set."""
        if body in self.bodies(phase):
            return False
        with self._reaching():
            self._database.save(phase.encode(), body)
        return True

    def remove(self, phase: str, body: bytes) -> None:
        """Remove the member from the set."""
        with suppress(UsageError), self._reaching():
            self._database.delete(phase.encode(), body)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise UsageError(f"{self._url}: {error}", SERVER_REMEDY) from error
