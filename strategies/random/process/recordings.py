"""Where generated cases are kept from one run to the next: the same configuration always gives the same ones.

A recording is a file of the user's cache folder. Nothing depends on one: what cannot be read is generated again, and
what cannot be written is not kept.
"""

import hashlib
import importlib.util
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from conformance.strategies.random.process.messages import Fuzz, GeneratorConfig, Result, unframed

VARIABLE = "CONFORMANCE_CACHE_DIR"
"""The variable that names another folder; empty, nothing is kept."""

SUFFIX = ".cases"

MOST_BYTES = 16_000_000
"""The largest recording: the cases of a large schema take a few megabytes."""

MOST_RECORDINGS = 40
"""How many recordings there are; beyond them the oldest is removed."""

MARK = b"conformance cases 1\n"

SOURCES = tuple(
    f"conformance.{name}" for name in ("strategies", "classify", "contract", "model", "spec", "integrations")
)
"""The packages whose files decide which cases there are; the last registers a profile with Hypothesis."""

UNFINISHED = ".part"
UNFINISHED_SECONDS = 3600
"""After so long a file that was not finished belongs to a run that was killed."""

DIGEST_BYTES = 32


class Recording:
    """A file that has, or will have, everything that one configuration generates."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, config: GeneratorConfig) -> Self | None:
        """Return the recording of a configuration, None where none is kept.

        That is so for a campaign, which has no end, for parameters that the user has given values of, for a document
        that is not known by its SHA-256, and where there is no folder.
        """
        endless = any(isinstance(phase, Fuzz) for phase in config.phases.values())
        if endless or config.fixed or not config.document:
            return None
        with suppress(OSError, RuntimeError, ValueError):  # no home directory; a file that cannot be read
            if (folder := cache_folder()) is not None:
                known = msgspec.msgpack.encode(msgspec.structs.replace(config, spec=None, unasked=None))
                return cls(folder / f"{_digest(known, _environment()).hex()}{SUFFIX}")
        return None

    def read(self) -> list[Result] | None:
        """Return the results that are kept, None where there are none, or where they are damaged."""
        data = _read(self.path)
        payload = data[len(MARK) + DIGEST_BYTES :]
        if data[: len(data) - len(payload)] != self._seal(payload):
            return None
        try:
            return list(unframed(payload))
        except ValueError:
            return None

    def write(self, payload: bytes) -> None:
        """Keep the frames of results, unless they are too many or the folder cannot be written to."""
        if len(payload) > MOST_BYTES:
            return
        with suppress(OSError):
            folder = self.path.parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(suffix=UNFINISHED, dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self._seal(payload) + payload)
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _remove_oldest(folder)

    def _seal(self, payload: bytes) -> bytes:
        """Return what comes before the results: they are these, and of this configuration."""
        return MARK + _digest(self.path.name.encode(), payload)


def cache_folder() -> Path | None:
    """Return the folder of recordings: as the variable says, else in the cache folder of the user.

    Raises:
        RuntimeError: the user has no home directory.

    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named).expanduser() if named else None
    from platformdirs import user_cache_path  # noqa: PLC0415 (most runs have no use of it)

    found = user_cache_path("environment-conformance", appauthor=False)
    return found if found.is_absolute() else None


def _read(path: Path) -> bytes:
    """Return the bytes of a regular file that belongs to this user and is not too large; nothing of another."""
    with suppress(OSError), open(path, "rb", opener=_unblocked) as file:
        found = os.fstat(file.fileno())
        mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        if mine and stat.S_ISREG(found.st_mode):
            data = file.read(MOST_BYTES + len(MARK) + DIGEST_BYTES + 1)
            return data if len(data) <= MOST_BYTES + len(MARK) + DIGEST_BYTES else b""
    return b""


def _unblocked(path: str, flags: int) -> int:
    """Open a file without waiting: what is at its place may be a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _remove_oldest(folder: Path) -> None:
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    late = time.time() - UNFINISHED_SECONDS
    left = [path for path in folder.glob(f"*{UNFINISHED}") if path.stat().st_mtime < late]
    for path in (*files[MOST_RECORDINGS:], *left):
        path.unlink(missing_ok=True)


def _environment() -> bytes:
    """Return a digest of all that decides which cases a configuration has, beside itself and its document."""
    return _digest(sys.version.encode(), *_distributions(), *_sources())


def _distributions() -> Iterator[bytes]:
    """Yield the names and versions of what is installed."""
    for place in sys.path:
        with suppress(OSError):
            yield from sorted(os.fsencode(each.name) for each in Path(place).iterdir() if each.name.endswith("-info"))


def _sources() -> Iterator[bytes]:
    """Yield the source of the suite: in a clone it changes without its version."""
    for package in SOURCES:
        found = importlib.util.find_spec(package)
        for folder in (found and found.submodule_search_locations) or ():
            for path in sorted(Path(folder).rglob("*.*")):
                if path.is_file() and path.suffix != ".pyc":
                    yield os.fsencode(path.name)
                    yield path.read_bytes()


def _digest(*parts: bytes) -> bytes:
    found = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.digest()
