"""What sequences of kills are made of: runs that are killed with SIGKILL at random moments, and what came of them."""

import json
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from conformance.contract.contract import Contract

from .killing import (
    Recording,
    Seen,
    interrupted,
    seen,
    sent_again,
    serving,
    started,
    surplus,
)

T = TypeVar("T")

EARLY = 0.1
"""The part of the kills that come before the first request, as far as a process is that slow."""

PATIENCE = 7200.0
"""Seconds after which a command is hung: one that gets little of a machine is not."""


class Result(msgspec.Struct):
    """What a sequence of kills came to.

    `twice` counts requests that were sent again although they had an answer, `lost` those that were never sent and
    objects that nobody removes, `misreported` what the reports say otherwise than those of an unbroken run; `notes`
    say of these which.
    """

    kills: int = 0
    twice: int = 0
    lost: int = 0
    misreported: int = 0
    notes: list[str] = msgspec.field(default_factory=list)

    def add(self, other: "Result") -> None:
        """Add another."""
        self.kills += other.kills
        self.twice += other.twice
        self.lost += other.lost
        self.misreported += other.misreported
        self.notes += other.notes

    def miss(self, note: str, *, wrong: bool = True) -> None:
        """Count something that is misreported, where it is `wrong`."""
        if wrong:
            self.misreported += 1
            self.notes.append(note)


class Unbroken(msgspec.Struct, frozen=True):
    """A run that nobody killed: its exit status, what it found, and the record of its server."""

    status: int
    seen: Seen
    recording: Recording

    @property
    def requests(self) -> int:
        """How many requests its server was sent."""
        return len(self.recording.log)


class Sequences:
    """Makes sequences of kills in folders of their own.

    Args:
        contract: what the servers serve.
        root: where the folders are made.

    """

    def __init__(self, contract: Contract, root: Path) -> None:
        self._contract = contract
        self._root = root
        self._known: dict[str, Any] = {}
        self._count = 0

    def make(self, kind: str, seed: int, carry_out: "Kind") -> Result:
        """Carry out a sequence of a kind; the same seed chooses the same moments, by the requests that were sent."""
        result = Result()
        carry_out(self, random.Random(f"{kind} {seed}"), result)  # noqa: S311 (no secret)
        result.notes = [f"{kind}, seed {seed}: {note}" for note in result.notes]
        return result

    def folder(self) -> Path:
        """Return an empty folder."""
        self._count += 1
        folder = self._root / str(self._count)
        folder.mkdir()
        return folder

    def recording(self, faults: tuple[str, ...] = (), *, constant: bool = False) -> Recording:
        """Return a server that has a record of its own."""
        return Recording(self._contract, faults, constant=constant)

    def once(self, name: str, work: Callable[[], T]) -> T:
        """Return what `work` comes to, which is done once for all sequences."""
        if name not in self._known:
            self._known[name] = work()
        return self._known[name]

    def unbroken(self, *options: str, faults: tuple[str, ...] = (), host: str = "127.0.0.1") -> Unbroken:
        """Return what a run with these options comes to that nobody kills."""

        def run() -> Unbroken:
            folder, recording = self.folder(), self.recording(faults)
            with serving(recording) as url:
                status = ended(folder, *run_of(url.replace("127.0.0.1", host), *options))[0]
            return Unbroken(status, seen(folder / "out"), recording)

        return self.once(repr((options, faults)), run)


def run_of(url: str, *options: str) -> tuple[str, ...]:
    """Return the arguments of a run."""
    return ("run", "--target", url, "--out", "out", "--quiet", *options)


def ended(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Return how a command ends that nobody kills."""
    process = started(folder, *arguments)
    said, complained = process.communicate(timeout=PATIENCE)
    if b"Traceback" in complained or b"internal error" in complained:
        raise AssertionError(complained.decode())
    return process.returncode, said.decode(), complained.decode()


def struck(recording: Recording, chosen: random.Random, requests: int, folder: Path, *arguments: str) -> bool:
    """Kill a command at one of its first `requests`, or before them; tells whether it was still there."""
    early = chosen.random() < EARLY
    recording.kill_at = 0 if early else len(recording.log) + chosen.randint(1, requests)
    recording.after_answer, recording.delay = chosen.random() < 0.7, chosen.choice((0.0, chosen.uniform(0, 0.03)))
    recording.process = process = started(folder, *arguments)
    try:
        process.communicate(timeout=chosen.uniform(0.05, 2.0) if early else PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    recording.kill_at, recording.process = 0, None
    return process.returncode == -signal.SIGKILL


def compare(result: Result, unbroken: Unbroken, out: Path, status: int, *, exactly: bool = True) -> None:
    """Count what the results of a resumed run say otherwise than those of an unbroken one.

    Where requests in flight are not sent again, or others take their place within a limit, not `exactly` the same
    requirements are decided: then it is counted what is decided otherwise.
    """
    found, flying = seen(out), interrupted(out)
    open_ = set() if exactly or not flying else {"inconclusive", "not exercised"}
    result.miss(f"exit status {status}", wrong=exactly and status != unbroken.status)
    for name, outcome in unbroken.seen.outcomes.items():
        other = found.outcomes[name]
        result.miss(f"{name}: {outcome}, {other}", wrong=outcome != other and not {outcome, other} & open_)
    if exactly:
        result.miss(f"patterns {unbroken.seen.patterns ^ found.patterns}", wrong=unbroken.seen != found)
    told = set(json.loads((out / "results.json").read_bytes())["interrupted"])
    result.miss(f"interrupted: {told}", wrong={event["case"]["id"] for event in flying} != told)


def count_sent(result: Result, unbroken: Unbroken, recording: Recording, out: Path, *, limited: bool = False) -> None:
    """Count what a server was sent twice, or not at all; with a limit, what was in flight may have taken its place."""
    again, flying = sent_again(out), len(interrupted(out))
    twice = len(again) + max(0, surplus(recording, unbroken.recording).total() - flying)
    missing = (Counter(unbroken.recording.log) - Counter(recording.log)).total()
    lost = max(0, missing - flying) if limited else missing
    result.twice, result.lost = result.twice + twice, result.lost + lost
    result.notes += [f"sent again: {again}, {twice}"] * bool(twice) + [f"{lost} requests never sent"] * bool(lost)


Kind = Callable[[Sequences, random.Random, Result], None]
"""Carries out a sequence of kills, and counts."""
