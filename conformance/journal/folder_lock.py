"""One folder, one run: whoever writes into the folder of a run holds its lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conformance.model.errors import UsageError, os_errors_as

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows has no such locks)
    fcntl = None  # type: ignore[assignment]

FILE_NAME = ".lock"
"""The file in the folder that is locked; it holds the number of the process, and ends with the lock."""


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made where there is none; it ends with the process, however that ends.

    Raises:
        UsageError: another process, or another run in this one, holds it; or the folder cannot be written to.

    """
    path = folder / FILE_NAME
    with os_errors_as(UsageError, f"cannot write {folder}", "name another folder with --out"):
        folder.mkdir(parents=True, exist_ok=True)
        file = _locked(path)
    try:
        yield
    finally:
        # Removed before it is unlocked: who has opened it meanwhile sees that it is gone, and opens the next one.
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _locked(path: Path) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            number = os.read(file, 20).decode("ascii", "replace")
            os.close(file)
            raise UsageError(
                f"another run is using {path.parent} (process {number or 'unknown'})",
                "wait until it has ended, or name another folder",
            ) from error
        except OSError:
            # Some network file systems know no locks: there the user has to see to it.
            return file
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                os.truncate(file, 0)
                os.pwrite(file, str(os.getpid()).encode(), 0)
                return file
        os.close(file)
