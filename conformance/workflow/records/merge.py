"""Shards brought together: several journals of parts of one plan become the journal of the whole."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from conformance.journal import events
from conformance.journal.events import AnyEvent, RunEnded, RunResumed, RunStarted
from conformance.journal.folder_lock import folder_lock
from conformance.journal.writing import FILE_NAME, Journal, read_journal
from conformance.model.errors import UsageError
from conformance.runner.shards import Shard
from conformance.targets.addresses import is_loopback
from conformance.workflow.records.run_folder import set_aside

APART = frozenset({"shard", "resume", "out", "max_creations", "max_requests", "concurrency", "rate"})
"""Options in which shards of one run may differ."""


class ShardJournal(msgspec.Struct, frozen=True):
    """The journal of one shard, its header, and where its last part begins if it was resumed."""

    path: Path
    header: RunStarted
    shard: Shard
    resumed: int
    ended: RunEnded | None


def merge(folders: Sequence[Path], out: Path) -> Path:
    """Write the journal of the whole run into `out`, from those of its shards in `folders`; returns the folder.

    Raises:
        JournalError: a folder holds no journal.
        UsageError: they are not shards of one run.

    """
    parts = _parts(folders)
    path = out / FILE_NAME
    if any(path.resolve() == part.path.resolve() for part in parts):
        raise UsageError(f"{out} is the folder of a shard", "name another folder with --out")
    with folder_lock(out):
        set_aside(out)
        _write(path, parts)
    return out


def join(journals: Sequence[Path], path: Path, *, whole: RunStarted | None = None) -> bool:
    """Write the journal of a run to `path`, from those of its workers; tells whether the run is complete.

    `whole` is its header.

    Raises:
        JournalError: one of them is damaged.
        UsageError: they are not shards of one run.

    """
    return not _write(path, _parts(journals), whole).reason


def joined_id(headers: Iterable[RunStarted]) -> str:
    """Return the id of a run whose shards have these headers, in their order."""
    return "+".join(header.run_id for header in headers)


def _parts(folders: Sequence[Path]) -> list[ShardJournal]:
    parts = sorted((_part(folder) for folder in folders), key=lambda part: part.shard.number)
    _compare(parts)
    return parts


def _write(path: Path, parts: Sequence[ShardJournal], whole: RunStarted | None = None) -> RunEnded:
    footer = _footer(parts) if whole is None else _footer_of_one(parts, whole)
    with Journal(path) as journal:
        for event in _merged(parts, whole):
            journal.append(event)
        return journal.append(footer)


def _part(folder: Path) -> ShardJournal:
    header, resumed, ended = None, 0, None
    for event in read_journal(folder):
        if isinstance(event, RunStarted):
            header = header or event
        elif isinstance(event, RunResumed):
            resumed, ended = event.seq, None
        elif isinstance(event, RunEnded):
            ended = event
    if header is None or "shard" not in header.options:
        problem = f"{folder} is a complete run, not a shard"
        raise UsageError(problem, "choose --matrix, --compare or --history; --shard creates shards")
    return ShardJournal(folder, header, Shard.parse(header.options["shard"]), resumed, ended)


def _compare(parts: Sequence[ShardJournal]) -> None:
    first = parts[0]
    seen: set[int] = set()
    for part in parts:
        for what, one, other in (
            ("number of shards", first.shard.count, part.shard.count),
            ("OpenAPI document", first.header.sha256, part.header.sha256),
            ("operation", first.header.operation, part.header.operation),
            ("profile", first.header.profile, part.header.profile),
            ("seed", first.header.seed, part.header.seed),
            ("version of the suite", first.header.suite_version, part.header.suite_version),
            ("options", _common(first.header), _common(part.header)),
        ):
            if one != other:
                raise UsageError(
                    f"{first.path} and {part.path} are of different runs (different {what})", "run one of them again"
                )
        if part.shard.number in seen:
            raise UsageError(f"shard {part.shard.number} is given twice: {part.path}", "name each shard once")
        seen.add(part.shard.number)


def _common(header: RunStarted) -> dict[str, str]:
    common = {name: value for name, value in header.options.items() if name not in APART}
    if is_loopback(urlsplit(header.target).hostname or ""):
        # Each machine has a port of its own for it.
        common.pop("target", None)
    return common


def _merged(parts: Sequence[ShardJournal], whole: RunStarted | None) -> Iterator[AnyEvent]:
    first = min(parts, key=lambda part: part.header.time).header
    run_id = joined_id(part.header for part in parts)
    if whole is not None:
        yield replace(whole, run_id=run_id, time=first.time, target=first.target)
    else:
        planned = sum(part.header.planned for part in parts)
        yield replace(first, run_id=run_id, options=_common(first), planned=planned)
    resumed = [event for event in _events(parts) if isinstance(event, RunResumed)]
    if resumed:
        interrupted = tuple(number for event in resumed for number in event.interrupted)
        yield RunResumed(
            suite_version=first.suite_version, kept=sum(event.kept for event in resumed), interrupted=interrupted
        )
    yield from (event for event in _events(parts) if not isinstance(event, RunResumed))


def _events(parts: Sequence[ShardJournal]) -> Iterator[AnyEvent]:
    """Yield what happened in each shard, requests numbered through; what was judged anew only as it was in the end."""
    before = 0
    for part in parts:
        last = 0
        for event in read_journal(part.path):
            match event:
                case RunStarted() | RunEnded():
                    continue
                case RunResumed():
                    yield replace(event, interrupted=tuple(number + before for number in event.interrupted))
                case events.Judged() | events.DoubtRaised() | events.FindingMade() if event.seq < part.resumed:
                    continue
                case events.FindingMade():
                    yield replace(event, send=event.send + before, id=f"{part.shard.number}.{event.id}")
                case events.RequestSent() | events.ExchangeEnded() | events.Judged() | events.DoubtRaised():
                    last = max(last, event.send)
                    yield replace(event, send=event.send + before)
                case _:
                    send = getattr(event, "send", None)
                    yield event if send is None else replace(event, send=send + before)
        before += last


def _footer_of_one(parts: Sequence[ShardJournal], whole: RunStarted) -> RunEnded:
    """Return the footer of a run whose shards were carried out at once, under the limits of the whole."""
    footer = _footer(parts)
    ends = [part.ended for part in parts if part.ended is not None]
    if len(ends) < parts[0].shard.count:
        return footer
    reasons = dict.fromkeys(_of_whole(end.reason, whole) for end in ends if end.reason)
    return replace(footer, reason="; ".join(reasons), seconds=max(end.seconds for end in ends))


def _of_whole(reason: str, whole: RunStarted) -> str:
    """Return a reason with the limit of the whole run in the place of that of a shard."""
    for name in ("max_requests", "max_creations"):
        flag = f"--{name.replace('_', '-')}"
        reason = re.sub(rf"{flag} \d+", f"{flag} {whole.options.get(name, '')}", reason)
    return reason


def _reason(part: ShardJournal) -> str:
    if part.ended is None:
        return f"the journal of shard {part.shard.number} ends before the end of the run"
    return f"shard {part.shard.number}: {part.ended.reason}" if part.ended.reason else ""


def _footer(parts: Sequence[ShardJournal]) -> RunEnded:
    present = {part.shard.number for part in parts}
    count = parts[0].shard.count
    reasons = [f"shard {number} of {count} is missing" for number in range(1, count + 1) if number not in present]
    reasons += [reason for part in parts if (reason := _reason(part))]
    ends = [part.ended for part in parts if part.ended is not None]
    return RunEnded(
        requests=sum(end.requests for end in ends),
        creations=sum(end.creations for end in ends),
        seconds=round(sum(end.seconds for end in ends), 3),
        reason="; ".join(reasons),
        lost=any(end.lost for end in ends),
    )
