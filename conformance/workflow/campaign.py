"""A campaign: a run for each of many targets, one after the other, and one matrix of them all."""

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.journal.reading import FILE_NAME
from conformance.model.errors import ConformanceError, UsageError
from conformance.workflow.comparison import write_matrix
from conformance.workflow.reporting import RunResult
from conformance.workflow.run import Hooks, run
from conformance.workflow.setup.campaign_file import CampaignFile
from conformance.workflow.setup.options import RunOptions

INTERRUPTED = "interrupted"

Begin: TypeAlias = Callable[[str, RunOptions], Hooks]
"""Is told that a target is next; returns who takes part in its run."""


class TargetResult(msgspec.Struct, frozen=True):
    """What came of one target: its result, or why there is none."""

    name: str
    result: RunResult | None = None
    problem: str = ""

    @property
    def exit_status(self) -> int:
        """The exit status of its run; that of what could not be decided where there is none."""
        return self.result.exit_status if self.result is not None else 3

    @property
    def interrupted(self) -> bool:
        """Whether its run was interrupted, so that no other is to begin."""
        return self.result is not None and self.result.results.reason == INTERRUPTED


def chosen_targets(file: CampaignFile, only: Sequence[str] = ()) -> list[str]:
    """Return the names of the targets that any of the globs matches, all without globs.

    Raises:
        UsageError: none does.

    """
    found = [name for name in file.targets if not only or any(fnmatchcase(name, glob) for glob in only)]
    if not found:
        raise UsageError(f"no target matches {' or '.join(only)}", f"targets: {', '.join(file.targets)}")
    return found


def carry_out(
    file: CampaignFile, names: Sequence[str], begin: Begin, *, resume: bool = False
) -> Iterator[TargetResult]:
    """Yield the result of each target as it is done; the directory of each is named after it.

    A target that cannot be tested does not keep the others from it. An interruption ends the campaign. With `resume`,
    runs that are complete are kept, and others go on.
    """
    for name in names:
        folder = file.out / name
        options = replace(file.targets[name], out=folder, resume=resume)
        try:
            result = run(options, begin(name, options))
        except ConformanceError as error:
            yield TargetResult(name, problem=str(error))
            continue
        found = TargetResult(name, result)
        yield found
        if found.interrupted:
            return


def matrix_of(file: CampaignFile) -> Path | None:
    """Write the matrix of all targets that have results; returns its path, None where none has."""
    folders = [folder for name in file.targets if (folder := file.out / name) and (folder / FILE_NAME).is_file()]
    return write_matrix(folders, file.out).path if folders else None


def exit_status(results: Sequence[TargetResult], expected: int) -> int:
    """Return 1 where a target does not conform, else 3 where one could not be decided or was not reached, else 0."""
    statuses = [each.exit_status for each in results]
    if 1 in statuses:
        return 1
    return 3 if any(statuses) or len(results) < expected else 0
