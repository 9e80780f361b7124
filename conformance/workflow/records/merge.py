"""Shards brought together: several journals of parts of one plan become the journal of the whole."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from conformance.journal import events
from conformance.journal.copying import Renumbering, copy_events
from conformance.journal.events import AnyEvent, RunEnded, RunResumed, RunStarted
from conformance.journal.folder_lock import folder_lock
from conformance.journal.reading import FILE_NAME, read_lines
from conformance.journal.writing import Journal
from conformance.model.errors import UsageError, os_errors_as
from conformance.runner.shards import Shard
from conformance.targets.addresses import is_loopback
from conformance.workflow.records.run_folder import set_aside

APART = frozenset({"shard", "resume", "out", "max_creations", "max_requests", "concurrency", "rate"})
"""Options in which shards of one run may differ."""


_REQUEST = b'{"event":"request.sent","seq":'
_SEND = re.compile(rb'[^,]*,"seq":\d{1,15},"time":[\d.]{1,22},"send":(\d{1,15})')
_SKIPPED = tuple(b'{"event":"%b","seq":' % kind for kind in (b"exchange", b"judged", b"finding", b"creation"))
"""The beginning of lines that need not be read to know how a journal is divided."""


class ShardJournal(msgspec.Struct, frozen=True):
    """The journal of one shard: its header, how it was resumed, its end, and the number of its last request."""

    path: Path
    header: RunStarted
    shard: Shard
    resumed: tuple[RunResumed, ...]
    ended: RunEnded | None
    last: int


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
        _write(path, parts, ready=lambda: set_aside(out))
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


def _write(
    path: Path, parts: Sequence[ShardJournal], whole: RunStarted | None = None, ready: Callable[[], object] = int
) -> RunEnded:
    """Write the journal of the whole; where a part is damaged there is none, and `ready` is not called."""
    footer = _footer(parts) if whole is None else _footer_of_one(parts, whole)
    written = path.with_suffix(".merging")
    try:
        with Journal(written) as journal:
            for event in _beginning(parts, whole):
                journal.append(event)
            for part, before in _placed(parts):
                judged_from = part.resumed[-1].seq if part.resumed else 0
                copy_events(part.path, journal, Renumbering(before, f"{part.shard.number}.", judged_from))
            ended = journal.append(footer)
        ready()
        with os_errors_as(UsageError, f"cannot write {path}", "name another folder with --out"):
            written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    return ended


def _part(folder: Path) -> ShardJournal:
    header, ended, last = None, None, 0
    resumed: list[RunResumed] = []

    def took(line: bytes, _: int) -> bool:
        """Skip a line that tells of no more than a request; it is checked when it is copied."""
        nonlocal last
        if line.startswith(_REQUEST) and (send := _SEND.match(line)):
            last = max(last, int(send[1]))
            return True
        return line.startswith(_SKIPPED) and line.endswith(b"}\n")

    for event in (event for _, found in read_lines(folder, took) for event in found):
        match event:
            case RunStarted():
                header = header or event
            case RunResumed():
                resumed.append(event)
                ended = None
            case RunEnded():
                ended = event
            case events.RequestSent() | events.ExchangeEnded() | events.Judged() | events.DoubtRaised():
                last = max(last, event.send)
            case _:
                pass
    if header is None or "shard" not in header.options:
        problem = f"{folder} is a complete run, not a shard"
        raise UsageError(problem, "choose --matrix, --compare or --history; --shard creates shards")
    return ShardJournal(folder, header, Shard.parse(header.options["shard"]), tuple(resumed), ended, last)


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


def _beginning(parts: Sequence[ShardJournal], whole: RunStarted | None) -> Iterator[AnyEvent]:
    first = min(parts, key=lambda part: part.header.time).header
    run_id = joined_id(part.header for part in parts)
    if whole is not None:
        yield replace(whole, run_id=run_id, time=first.time, target=first.target)
    else:
        planned = sum(part.header.planned for part in parts)
        yield replace(first, run_id=run_id, options=_common(first), planned=planned)
    resumed = [(event, before) for part, before in _placed(parts) for event in part.resumed]
    if resumed:
        interrupted = tuple(number + before for event, before in resumed for number in event.interrupted)
        yield RunResumed(
            suite_version=first.suite_version, kept=sum(event.kept for event, _ in resumed), interrupted=interrupted
        )


def _placed(parts: Sequence[ShardJournal]) -> Iterator[tuple[ShardJournal, int]]:
    """Yield each shard with the number of requests before it."""
    before = 0
    for part in parts:
        yield part, before
        before += part.last


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
