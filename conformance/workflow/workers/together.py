"""A run that several workers carry out: started, attended and stopped together, and their journals made one."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from conformance.journal.events import RunStarted
from conformance.journal.folder_lock import FILE_NAME as LOCK
from conformance.journal.folder_lock import folder_lock
from conformance.journal.reading import FILE_NAME
from conformance.model.errors import RunStoppedError, UsageError, os_errors_as
from conformance.runner.shards import Shard
from conformance.workflow.interruption import interrupt, on_sigterm
from conformance.workflow.records.header import header_of_record
from conformance.workflow.records.merge import join, joined_id
from conformance.workflow.records.run_folder import LEFTOVERS, began, set_aside
from conformance.workflow.reporting import forget_reports
from conformance.workflow.sending import Hooks, carry_out, created
from conformance.workflow.setup.contracts import contract_for
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun, prepare
from conformance.workflow.setup.run_header import run_header
from conformance.workflow.setup.waivers import waivers_of
from conformance.workflow.workers.crew import FOLDER, Crew
from conformance.workflow.workers.processes import ProcessCrew
from conformance.workflow.workers.sharing import DASK, number_of, on_cluster, shares

T = TypeVar("T")

UNFINISHED = "the workers ended before anything was sent"


def carry_out_together(options: RunOptions, hooks: Hooks, finish: Callable[[str], T]) -> T:
    """Carry out a run as `carry_out` does, in several processes.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.
        RunStoppedError: a worker could not record what it sent.

    """
    contract = contract_for(options)
    waivers = waivers_of(options, contract)
    prepared = prepare(contract, options)
    parts = shares(prepared, number_of(options))
    if (len(parts) == 1 and not on_cluster(options)) or _is_of_one_process(options):
        return carry_out(replace(options, workers=None), hooks, finish)
    header = run_header(prepared, options.target, waivers)
    with ExitStack() as stack:
        stack.enter_context(on_sigterm(interrupt))
        stack.enter_context(folder_lock(options.out))
        earlier = _begin(options, len(parts))
        forget_reports(options.out)
        crew = crew_for(parts, prepared, hooks)
        crew.work()
        return finish("; ".join(filter(None, (_joined(prepared, header, crew), earlier))))


def crew_for(parts: Sequence[RunOptions], whole: PreparedRun, hooks: Hooks) -> Crew:
    """Return the workers that a run asks for."""
    if whole.options.executor != DASK:
        return ProcessCrew(parts, whole, hooks)
    from conformance.workflow.workers.cluster import ClusterCrew  # noqa: PLC0415 (Dask is optional, and slow to import)

    return ClusterCrew(parts, whole, hooks)


def _is_of_one_process(options: RunOptions) -> bool:
    """Tell whether the run that goes on is complete, or was begun without workers."""
    return options.resume and not _journals(options.out) and (options.out / FILE_NAME).is_file()


def _journals(out: Path) -> list[Path]:
    """Return the journals of workers in the folder of a run, those that were begun."""
    found = (each / FILE_NAME for each in _folders(out))
    return [each for each in found if each.is_file() and began(each)]


def _folders(out: Path) -> list[Path]:
    """Return the folders of workers; others may be beside them that are the user's."""
    found = (each for each in (out / FOLDER).glob("*") if each.name.isdecimal() and each.is_dir())
    return sorted(found, key=lambda path: int(path.name))


def _begin(options: RunOptions, number: int) -> str:
    """Make the folder of a run ready for its workers; returns what to tell of an earlier run.

    Raises:
        UsageError: the run that goes on has another number of workers; or its folder cannot be used.

    """
    out, journals = options.out, _journals(options.out)
    if options.resume:
        for each in journals:
            count = Shard.parse(header_of_record(each).options.get("shard", "1/1")).count
            if count != number:
                remedy = f"use --workers {count}, or start a new run without --resume"
                raise UsageError(f"the run in {out} has {count} workers, not {number}", remedy)
        return ""
    if journals and not _is_joined(out, journals):
        # They were killed before their journals were joined: what they created is known by these alone.
        set_aside(out)
        join(journals, out / FILE_NAME)
    _clear(out)
    return set_aside(out, options.target)


def _is_joined(out: Path, journals: Sequence[Path]) -> bool:
    path = out / FILE_NAME
    held = header_of_record(path).run_id if path.is_file() and began(path) else ""
    return held == joined_id(map(header_of_record, journals))


def _clear(out: Path) -> None:
    """Remove what workers have written, and folders where nothing else is."""
    with os_errors_as(UsageError, f"cannot clear {out / FOLDER}", "name another folder with --out"):
        for folder in _folders(out):
            for name in (FILE_NAME, LEFTOVERS, LOCK):
                (folder / name).unlink(missing_ok=True)
        for folder in (*_folders(out), out / FOLDER):
            with suppress(OSError):
                folder.rmdir()


def _joined(prepared: PreparedRun, header: RunStarted, crew: Crew) -> str:
    """Join the journals of the workers to that of the run; returns what to tell of what was created."""
    out = prepared.options.out
    journals = _journals(out)
    if crew.failed is not None and not crew.sent and crew.failed.kind != RunStoppedError.__name__:
        raise UsageError(crew.failed.problem, crew.failed.remedy)
    if not journals:
        raise RunStoppedError(UNFINISHED, "run the same command again")
    complete = join(journals, out / FILE_NAME, whole=header)
    if crew.failed is not None:
        raise RunStoppedError(crew.failed.problem, crew.failed.remedy)
    if complete:
        _clear(out)
    told = dict.fromkeys(filter(None, crew.told))
    return "; ".join(told) if prepared.options.cleanup else created(prepared, out / FILE_NAME)
