"""Sharing: how many workers a run has, and the part of its plan and of its limits that each gets."""

import os
from collections.abc import Sequence

from msgspec.structs import replace

from conformance.model.errors import UsageError
from conformance.runner.shards import Shard
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun, rate_of

PROCESSES, DASK = "processes", "dask"
"""Executors: processes of this machine, and the workers of a Dask cluster."""

AUTO = "auto"
"""What asks for as many workers as there are processors."""


def number_of(options: RunOptions, client: object = None) -> int:
    """Return how many workers are asked for: 1 where the run is that of this process.

    Raises:
        UsageError: it is no number, or another option excludes workers.

    """
    if options.scheduler and options.executor != DASK:
        raise UsageError("--scheduler needs --executor dask", "add it, or remove --scheduler")
    asked = options.workers or "1"
    if not (asked == AUTO or (asked.isascii() and asked.isdecimal() and int(asked))):
        raise UsageError(f"{asked!r} is no number of workers", f"write a number, or {AUTO}")
    number = min(processors(), options.concurrency) if asked == AUTO else int(asked)
    if number == 1 and not on_cluster(options):
        return 1
    if client is not None:
        raise UsageError("--workers needs a target that each process can reach", "name it by its URL")
    for flag, value in (("shard", options.shard), ("max-failures", number > 1 and options.max_failures)):
        if value:
            raise UsageError(f"--workers and --{flag} exclude each other", "remove one")
    if number > options.concurrency:
        remedy = f"add --concurrency {number}, or use fewer workers"
        raise UsageError(f"{number} workers have at least as many requests in flight", remedy)
    return number


def on_cluster(options: RunOptions) -> bool:
    """Tell whether all of a run is carried out on a cluster that is named, be it in one part."""
    return options.executor == DASK and bool(options.scheduler)


def is_shared(options: RunOptions, client: object = None) -> bool:
    """Tell whether others than this process carry out a run; raises as `number_of`."""
    return number_of(options, client) > 1 or on_cluster(options)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shares(prepared: PreparedRun, number: int) -> tuple[RunOptions, ...]:
    """Return the options of each worker of a run; there may be fewer where there is too little for so many.

    The limits of all together are those of the run. Each gets of a limit what its part of the plan needs, and an equal
    part of the rest.
    """
    options, creations = prepared.options, prepared.most_creations
    most = [each for each in (number, options.max_requests, creations) if each is not None]
    number = next(count for count in range(min(most), 0, -1) if count == 1 or _all_have_cases(prepared, count))
    plans = [Shard(each, number).part(prepared.plan) for each in range(1, number + 1)]
    requests = _split(options.max_requests, [plan.requests for plan in plans])
    created = _split(creations, [plan.creations for plan in plans])
    flying = _split(options.concurrency, [0] * number)
    rate = rate_of(options, loopback=prepared.loopback)
    return tuple(
        replace(
            options,
            workers=None,
            executor=PROCESSES,
            scheduler=None,
            shard=f"{place + 1}/{number}" if number > 1 or on_cluster(options) else None,
            max_requests=requests[place],
            max_creations=created[place],
            concurrency=flying[place] or 1,
            rate=rate and rate / number,
            reports=(),
            waivers=None,
            waivers_update=False,
            also_spec=(),
        )
        for place in range(number)
    )


def _all_have_cases(prepared: PreparedRun, number: int) -> bool:
    items = prepared.plan.items
    return not items or all(Shard(each, number).part(prepared.plan).items for each in range(1, number + 1))


def _split(limit: int | None, needs: Sequence[int]) -> list[int | None]:
    """Return the parts of a limit: none may be 0 where the limit is as large as there are parts."""
    if limit is None:
        return [None] * len(needs)
    total = sum(needs)
    if total <= limit:
        rest = limit - total
        parts = [need + rest // len(needs) + (place < rest % len(needs)) for place, need in enumerate(needs)]
    else:
        left = limit - len(needs)
        parts = [1 + left * need // total for need in needs]
        parts = [part + (place < limit - sum(parts)) for place, part in enumerate(parts)]
    return list(parts)
