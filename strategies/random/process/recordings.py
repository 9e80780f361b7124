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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from conformance.strategies.random.process.messages import Fuzz, GeneratorConfig, Result, frame, unframed

VARIABLE = "CONFORMANCE_CACHE_DIR"
"""The variable that names another folder; empty, nothing is kept."""

SUFFIX = ".cases"

MOST_BYTES = 16_000_000
"""The largest recording: the cases of a large schema take a few megabytes."""

MOST_RECORDINGS = 40
"""How many recordings there are; beyond them the oldest is removed."""

MARK = b"conformance cases 1\n"

SOURCES = ("conformance.strategies", "conformance.classify", "conformance.contract", "conformance.model")
"""The packages that decide which cases there are."""

DIGEST_BYTES = 32


class Recording:
    """A file that has, or will have, everything that one configuration generates."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, config: GeneratorConfig, document: str) -> Self | None:
        """Return the recording of a configuration, whose document has the SHA-256 `document`; None where none is kept.

        None is kept of a campaign, which has no end, and of parameters that the user has given values of.
        """
        folder = cache_folder()
        if folder is None or config.fixed or any(isinstance(phase, Fuzz) for phase in config.phases.values()):
            return None
        known = msgspec.msgpack.encode((msgspec.structs.replace(config, spec=None), document))
        return cls(folder / f"{_digest(known, _environment()).hex()}{SUFFIX}")

    def read(self) -> list[Result] | None:
        """Return the results that are kept, None where there are none, or where they are damaged."""
        data = _read(self.path)
        payload = data[len(MARK) + DIGEST_BYTES :]
        if data[: len(data) - len(payload)] != MARK + _digest(payload):
            return None
        try:
            return list(unframed(payload))
        except ValueError:
            return None

    def write(self, results: Sequence[Result]) -> None:
        """Keep results, unless they are too many or the folder cannot be written to."""
        payload = b"".join(map(frame, results))
        if len(payload) > MOST_BYTES:
            return
        with suppress(OSError):
            folder = self.path.parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(suffix=".part", dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(MARK + _digest(payload) + payload)
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _remove_oldest(folder)


def cache_folder() -> Path | None:
    """Return the folder of recordings: as the variable says, else in the cache folder of the user."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path  # noqa: PLC0415 (most runs have no use of it)

    return user_cache_path("environment-conformance", appauthor=False)


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
    for path in files[MOST_RECORDINGS:]:
        path.unlink(missing_ok=True)


def _environment() -> bytes:
    """Return a digest of all that decides which cases a configuration has, beside itself and its document."""
    return _digest(sys.version.encode(), *_distributions(), *_sources())


def _distributions() -> Iterator[bytes]:
    """Yield the names and versions of what is installed."""
    for place in sys.path:
        with suppress(OSError):
            yield from sorted(each.name.encode() for each in Path(place).iterdir() if each.name.endswith("-info"))


def _sources() -> Iterator[bytes]:
    """Yield the source of the suite: in a clone it changes without its version."""
    for package in SOURCES:
        found = importlib.util.find_spec(package)
        for folder in (found and found.submodule_search_locations) or ():
            for path in sorted(Path(folder).rglob("*.py")):
                yield path.name.encode()
                yield path.read_bytes()


def _digest(*parts: bytes) -> bytes:
    found = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.digest()
