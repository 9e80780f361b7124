"""The folder of a run: its records, and those of earlier runs that were set aside because objects are left of them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from conformance.journal.events import RunStarted
from conformance.journal.ledger import standing
from conformance.journal.reading import FILE_NAME, read_journal
from conformance.model.errors import ConformanceError, JournalError, UsageError, os_errors_as
from conformance.targets.addresses import parse_url
from conformance.targets.opening import is_openable, traits_of
from conformance.targets.resolving import is_gone
from conformance.workflow.records.header import header_of_record, recorded_contract

REPLAYS = "replay-*.ndjson"
"""The files in the folder of a run that record what its replays may have left."""

LEFTOVERS = "leftovers.txt"

RUN_ID = re.compile(r"[0-9a-f]{8}(\+[0-9a-f]{8})*")


def began(path: Path) -> bool:
    """Tell whether the first line of a journal is whole: a run that was killed before that has sent nothing."""
    remedy = "name the folder of a run with --out"
    with os_errors_as(JournalError, f"cannot read {path}", remedy), path.open("rb") as file:
        return file.readline().endswith(b"\n")


def outlives(header: RunStarted) -> bool:
    """Tell whether the target of a run has outlived it, and may hold what it created."""
    return is_openable(header.target) and traits_of(header.target).lasting


def records_in(folder: Path) -> Iterator[Path]:
    """Yield the journal in a folder, and the records of the replays beside it."""
    if (folder / FILE_NAME).is_file():
        yield folder / FILE_NAME
    yield from sorted(folder.glob(REPLAYS))


def earlier_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders beside `folder` where records of its earlier runs were set aside."""
    whole = folder.resolve()
    with suppress(OSError):
        for each in sorted(whole.parent.iterdir()):
            id_ = each.name.removeprefix(f"{whole.name}.")
            if id_ != each.name and RUN_ID.fullmatch(id_) and each.is_dir() and _is_of(each, id_):
                yield folder.with_name(each.name) if folder.name else each


def set_aside(folder: Path, target: str = "") -> str:
    """Move the records of an earlier run out of a folder, where objects of it may be left; returns what to tell.

    Records that were set aside before are removed where nothing is left any more. `target` is what is tested now. The
    caller holds the lock of the folder.

    Raises:
        UsageError: they cannot be moved.

    """
    for each in earlier_folders(folder):
        # What is left of them changes only by a cleanup, which removes the records itself, or ends with the target.
        if _have_ended(each, target):
            for path in list(records_in(each)):
                forget(path)
    left, id_ = _left_of(folder, target)
    if not left:
        return ""
    whole = folder.resolve()
    aside = whole.with_name(f"{whole.name}.{id_}") if id_ else _free(whole)
    remedy = f"remove what it left with `conformance cleanup {folder}`, or name another folder with --out"
    with os_errors_as(UsageError, f"cannot set the journal of the earlier run aside as {aside}", remedy):
        aside.mkdir(exist_ok=True)
        # The journal goes last: whoever is interrupted before that finds it where it was.
        for each in (folder / LEFTOVERS, *reversed(list(records_in(folder)))):
            if each.exists():
                each.rename(aside / each.name)
    remedy = f"; `conformance cleanup {folder}` removes them" if id_ else ""
    return f"the journal of the earlier run is in {aside}: {left}{remedy}"


def forget(path: Path) -> None:
    """Remove a record that was set aside for the objects which are gone now, and its folder with the last one."""
    with os_errors_as(JournalError, f"cannot remove {path}"):
        path.unlink()
        (path.parent / LEFTOVERS).unlink(missing_ok=True)
        if not any(records_in(path.parent)):
            for each in path.parent.glob(".lock"):
                each.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def _ended(header: RunStarted, target: str) -> bool:
    """Tell whether what a run created ended with its target: a server of this machine, at which nothing listens now.

    Where it is tested again, it may be that it was not started yet, or is the end of a tunnel that is not open.
    """
    if not outlives(header):
        return True
    here = traits_of(header.target).loopback
    return here and header.target != target and is_gone(parse_url(header.target, "target"))


def _have_ended(folder: Path, target: str) -> bool:
    """Tell whether the objects of all records in a folder ended with their targets; what cannot be read stays."""
    try:
        return all(not began(path) or _ended(header_of_record(path), target) for path in records_in(folder))
    except ConformanceError:
        return False


def _left_of(folder: Path, target: str) -> tuple[str, str]:
    """Return what is left of the run in a folder, empty where nothing is, and its id, empty where it has none."""
    objects, id_, unread = 0, "", False
    for path in records_in(folder):
        if not began(path):
            continue
        try:
            header = header_of_record(path)
            if path.name == FILE_NAME and RUN_ID.fullmatch(header.run_id):
                id_ = header.run_id
            if _ended(header, target):
                continue
            loopback = traits_of(header.target).loopback
            if not (loopback and "stateless" in header.options):
                objects += len(standing(recorded_contract(header), read_journal(path), loopback=loopback))
        except ConformanceError:
            unread = True
    if unread:
        return "it cannot be read, and objects may be left", id_
    return f"{objects} objects may be left" if objects else "", id_


def _is_of(folder: Path, id_: str) -> bool:
    try:
        return header_of_record(folder / FILE_NAME).run_id == id_
    except JournalError:
        return False


def _free(whole: Path) -> Path:
    return next(path for number in count(1) if not (path := whole.with_name(f"{whole.name}.{number}")).exists())
