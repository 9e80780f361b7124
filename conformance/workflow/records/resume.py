"""Going on with a run that was cut off."""

from pathlib import Path

from conformance.journal.events import RunStarted
from conformance.journal.resuming import ResumedRun
from conformance.model.errors import UsageError
from conformance.workflow.records.run_folder import began

SAME = (
    "target",
    "model_id",
    "path_params",
    "unknown_model_id",
    "stateless",
    "any_key",
    "probes",
    "relations",
    "only",
    "skip",
    "repeats",
    "shard",
)
"""Options that decide what is sent where: those of the first part hold."""


def read_resumed_run(path: Path, header: RunStarted, key: str) -> ResumedRun | None:
    """Return what the journal at `path` tells of the run that `header` describes, None where nothing was begun.

    Raises:
        JournalError: the file is damaged.
        UsageError: it tells of another run.

    """
    if not path.exists() or not began(path):
        return None
    past = ResumedRun.read(path, key)
    if past.header is not None:
        if "+" in past.header.run_id and not past.finished:
            # Its parts go on by themselves: a name of a new object has the id of one of them.
            remedy = "use as many --workers as that run, or resume each shard in its own directory"
            raise UsageError(f"{path} is joined from the parts of a run", remedy)
        _compare(past.header, header, path)
    return past


def _compare(past: RunStarted, present: RunStarted, path: Path) -> None:
    for what, then, now in (
        ("OpenAPI document", past.sha256, present.sha256),
        ("operation", past.operation, present.operation),
        ("profile", past.profile, present.profile),
        ("seed", past.seed, present.seed),
        ("choice of phases", ", ".join(past.phases), ", ".join(present.phases)),
        ("suite's version", past.suite_version, present.suite_version),
        *((name.replace("_", "-"), past.options.get(name, ""), present.options.get(name, "")) for name in SAME),
    ):
        if then != now:
            raise UsageError(
                f"{path} is a run with another {what}: {_said(then)}, not {_said(now)}",
                "use the options of that run, or start a new run without --resume",
            )


def _said(value: object) -> str:
    return str(value) if value != "" else "none"
