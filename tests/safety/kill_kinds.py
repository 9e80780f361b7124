"""The kinds of kills: what is killed and resumed, and what must come of it."""

import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from .killing import HOST, Recording, comparable, events, seen, sent_again, serving, started
from .kills import Kind, Result, Sequences, compare, count_sent, ended, run_of, struck

FAULTS = (
    "rejects.UpdatePromotionSettingsV1.ramp_up_duration_seconds.beyond-float",
    "echo.UpdateAutoscalingSettingsV1.target_in_flight_tokens.other",
    "accepts.UpdateAutoscalingSettingsV1.concurrency_target.object",
)

FEW = ("--profile", "smoke", "--skip", "observe.merged.unusual-path-and-name")
"""One name cannot be part of a path, so that its object cannot be removed: it is left out."""

REACH = ("--allow-host", HOST, "--allow-plaintext")


def resumed(*options: str, faults: tuple[str, ...] = (), kills: int = 1, limited: bool = False) -> Kind:
    """Return the kind that kills a run, and what resumes it, `kills` times and resumes it to its end."""

    def sequence(make: Sequences, chosen: random.Random, result: Result) -> None:
        unbroken, recording, folder = make.unbroken(*options, faults=faults), make.recording(faults), make.folder()
        with serving(recording) as url:
            for number in range(kills):
                more = ("--resume",) if number else ()
                most = max(1, unbroken.requests // kills)
                result.kills += struck(recording, chosen, most, folder, *run_of(url, *options, *more))
            status = ended(folder, *run_of(url, *options, "--resume"))[0]
        compare(result, unbroken, folder / "out", status, exactly=not limited)
        if not faults:
            count_sent(result, unbroken, recording, folder / "out", limited=limited)
        elif again := sent_again(folder / "out"):
            result.twice += len(again)
            result.notes.append(f"sent again: {again}")

    return sequence


def _cleanup_elsewhere(make: Sequences, chosen: random.Random, result: Result) -> None:
    """Kill smoke with its cleanup on a host that is not this machine, resume, and clean up what may be left."""
    options = (*FEW, "--cleanup", "--rate", "200", "--model-id", "m", *REACH)
    unbroken, recording, folder = make.unbroken(*options, host=HOST), make.recording(), make.folder()
    with serving(recording) as url:
        run = run_of(url.replace("127.0.0.1", HOST), *options)
        result.kills += struck(recording, chosen, unbroken.requests, folder, *run)
        status = ended(folder, *run, "--resume")[0]
        compare(result, unbroken, folder / "out", status, exactly=False)
        ended(folder, "cleanup", "out", *REACH)
    again = sent_again(folder / "out")
    result.twice += len(again)
    result.notes += [f"sent again: {again}"] * bool(again)
    _count_left(result, recording, folder)
    result.miss(f"{recording.creations} creations", wrong=recording.creations > 15)


def _count_left(result: Result, recording: Recording, folder: Path) -> None:
    """Count the objects that nothing lists, and what is reported of a cleanup that was killed."""
    leftovers = folder / "out" / "leftovers.txt"
    listed = leftovers.read_text() if leftovers.exists() else ""
    left = [name for name in recording.left if name not in listed]
    result.lost += len(left)
    result.notes += [f"left: {left}"] * bool(left)
    if (folder / "out" / "journal.ndjson").exists():
        ended(folder, "report", "out", "--report", "results")
        found = json.loads((folder / "out" / "results.json").read_bytes())["findings"]
        wrong = [each["message"] for each in found if each["requirement"] == "drift.clean-up"]
        result.miss(f"findings of the cleanup: {wrong}", wrong=bool(wrong))


def _cleanup(make: Sequences, chosen: random.Random, result: Result) -> None:
    """Kill `cleanup` after a whole run, twice."""
    recording, folder = make.recording(), make.folder()
    with serving(recording) as url:
        ended(folder, *run_of(url, *FEW, "--report", "results"))
        objects = len(recording.left)
        for _ in range(2):
            result.kills += struck(recording, chosen, max(1, objects // 2), folder, "cleanup", "out")
        status = ended(folder, "cleanup", "out")[0]
    # One request at a time: a kill leaves at most one removal without its record.
    again = len(recording.removals) - len(set(recording.removals))
    result.twice += max(0, again - result.kills)
    result.miss(f"exit status {status} of cleanup", wrong=status != 0)
    _count_left(result, recording, folder)


def _reports(make: Sequences, chosen: random.Random, result: Result) -> None:
    """Kill a run while its reports are written, and make them anew."""
    options = ("--profile", "smoke", "--concurrency", "1")
    unbroken, recording, folder = make.unbroken(*options, faults=FAULTS), make.recording(FAULTS), make.folder()
    out = folder / "out"
    with serving(recording) as url:
        process = started(folder, *run_of(url, *options))
        while process.poll() is None and not _has_ended(out):
            time.sleep(0.01)
        time.sleep(chosen.uniform(0.0, 0.5))
        process.kill()
        process.communicate()
        result.kills += process.returncode == -signal.SIGKILL
        before = len(recording.log)
        if (out / "results.json").exists():
            result.miss("results.json is cut off or wrong", wrong=seen(out) != unbroken.seen)
        for command in (("report", "out"), run_of(url, *options, "--resume")):
            compare(result, unbroken, out, ended(folder, *command)[0])
    result.twice += len(recording.log) - before


def _has_ended(out: Path) -> bool:
    journal = out / "journal.ndjson"
    return journal.exists() and b'"run.ended"' in journal.read_bytes()[-2000:]


def _shards(make: Sequences, chosen: random.Random, result: Result) -> None:
    """Kill each of three shards, resume it, and merge them."""

    def never(*_: object) -> bool:
        return False

    def killed(recording: Recording, folder: Path, *run: str) -> bool:
        result.kills += struck(recording, chosen, 45, folder, *run)
        return True

    whole, merged = make.once("shards", lambda: _merged(make, never, result)), _merged(make, killed, result)
    wrong = [name for name in whole if whole[name] != merged[name] and name != "interrupted"]
    result.miss(f"merged shards differ in {wrong}", wrong=bool(wrong))


def _merged(make: Sequences, kill: Callable[..., bool], result: Result) -> dict[str, object]:
    """Return what three shards come to that `kill` may have killed before they are resumed."""
    folder, parts = make.folder(), []
    # It has no threshold: what is sent to find one follows from what its shard saw.
    faults = ("accepts.UpdateAutoscalingSettingsV1.concurrency_target.object",)
    for number in (1, 2, 3):
        part, recording = folder / str(number), make.recording(faults, constant=True)
        part.mkdir()
        parts.append(str(part / "out"))
        with serving(recording) as url:
            run = run_of(url, "--profile", "smoke", "--report", "results", "--shard", f"{number}/3")
            more = ("--resume",) if kill(recording, part, *run) else ()
            ended(part, *run, *more)
        again = sent_again(part / "out")
        result.twice += len(again)
        result.notes += [f"sent again: {again}"] * bool(again)
    ended(folder, "report", *parts, "--out", "merged", "--report", "results")
    return comparable(folder / "merged")


def _folder(make: Sequences, chosen: random.Random, result: Result) -> None:
    """Kill runs, resumed runs and cleanups in one folder, one after another, and clean up once."""
    recording, folder = make.recording(), make.folder()
    with serving(recording) as url:
        run = run_of(url, *FEW, "--report", "results")
        for arguments in [run, *(chosen.choice([run, (*run, "--resume"), ("cleanup", "out")]) for _ in range(3))]:
            requests = len(recording.left) or 1 if arguments[0] == "cleanup" else 140
            result.kills += struck(recording, chosen, requests, folder, *arguments)
        status, said, complained = ended(folder, "cleanup", "out")
    journal = folder / "out" / "journal.ndjson"
    if status == 2:
        # The very first line was never written.
        told = "is empty" in complained or "cannot read" in complained
        result.miss(complained, wrong=not told or (journal.exists() and b"\n" in journal.read_bytes()))
    elif status == 3:
        # A request without a name was in flight: nobody can know what came of it.
        reasons = {line.rpartition(": ")[2] for line in said.splitlines()[1:]}
        result.miss(said, wrong=reasons != {"its name is unknown"})
    else:
        kept = sorted(path.name for path in folder.iterdir())
        result.miss(
            f"{status}: {complained}, {kept}", wrong=(status, complained, set(kept) - {"out"}) != (0, "", set())
        )
    if status != 2:
        result.miss("no header", wrong=events(folder / "out")[0]["event"] != "run.started")
        _count_left(result, recording, folder)
    else:
        result.lost += len(recording.left)


KINDS: dict[str, Kind] = {
    "standard": resumed(),
    "standard, faulty": resumed(faults=FAULTS),
    "smoke, resumed twice": resumed("--profile", "smoke", "--concurrency", "1", kills=3),
    "fuzz": resumed(
        "--profile", "fuzz", "--max-requests", "250", "--time-budget", "3600", "--concurrency", "1", limited=True
    ),
    "cleanup elsewhere": _cleanup_elsewhere,
    "cleanup": _cleanup,
    "reports": _reports,
    "shards": _shards,
    "one folder": _folder,
}
