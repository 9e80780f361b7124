"""A run against each hostile server, in a process of its own, and a table of what it came to.

`python -m tests.safety.hostile_runs [NAME ...] [--out FILE]`, from the root of the tree. The exit status is 1 where a
promise is not kept.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from .heavy_servers import KEY
from .hostile import HostileServer, serving
from .killing import HOST, HOST_MAIN
from .servers import SERVERS

BUDGET = 8.0
ALLOWANCE = 15.0
"""What a run with `--time-budget` takes beyond it at most, in seconds: as docs/running.md promises."""

PATIENCE = 6
"""A run is killed after so many times its promised time: what else the machine is busy with does not do that."""

MOST_MEMORY = 300.0
MOST_DISK = 20.0
MOST_CREATIONS = 15

# The most that the process itself ever held: what it inherits from the one that started it does not count.
MEASURED = f"""
import atexit
from pathlib import Path

def tell():
    status = Path("/proc/self/status")
    if status.exists():
        print("VmHWM", status.read_text().split("VmHWM:")[1].split()[0], flush=True)

atexit.register(tell)
{HOST_MAIN}
"""


class Outcome(msgspec.Struct, frozen=True):
    """What a run came to: `seconds` of the clock, `memory` and `disk` in MB, and promises that it broke.

    `memory` is 0 where the system does not tell it; `status` is None where the run was killed.
    """

    server: HostileServer
    seconds: float
    promised: float
    memory: float
    disk: float
    status: int | None
    broken: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether it took longer than promised: on a machine that is busy with other things that proves nothing."""
        return self.seconds > self.promised


def command(url: str, *more: str) -> list[str]:
    """Return the command of a run that measures its memory."""
    return [
        sys.executable, "-c", MEASURED, "run", "--target", url, "--out", "out", "--api-key-env", "MY_KEY",
        "--model-id", "m", *more,
    ]  # fmt: skip


def environment() -> dict[str, str]:
    """Return the environment of such a command."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CONFORMANCE_")}
    return {**ours, "MY_KEY": KEY}


def attack(server: HostileServer, folder: Path) -> Outcome:
    """Run against a server, in an empty folder."""
    options = ("--timeout", "1", "--max-requests", "12", "--time-budget", f"{BUDGET:g}", *server.options)
    # Valid requests alone: what is made of the others depends on which of them come first.
    where = (
        ("--allow-host", HOST, "--allow-plaintext", "--max-requests", "60")
        if server.remote
        else ("--only", "accept.*", "--skip", "relate.*")
    )
    promised = float(options[len(options) - 1 - options[::-1].index("--time-budget") + 1]) + ALLOWANCE
    with serving(server.behave()) as url:
        arguments = command(url.replace("127.0.0.1", HOST) if server.remote else url, *options, *where)
        begun = time.monotonic()
        run = subprocess.Popen(  # noqa: S603 (our own command)
            arguments, env=environment(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            said, complained = run.communicate(timeout=promised * PATIENCE)
        except subprocess.TimeoutExpired:
            run.kill()
            said, complained = run.communicate()
        seconds = time.monotonic() - begun
    memory = float(said.rpartition("VmHWM ")[2] or 0) / 1000 if "VmHWM" in said else 0.0
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    disk = sum(path.stat().st_size for path in files) / 1e6
    status = run.returncode if run.returncode >= 0 else None
    broken = (
        *(["was killed"] if status is None else []),
        *(["another exit status than documented"] if status not in {*server.status, None} else []),
        *([f"more than {MOST_MEMORY:g} MB of memory"] if memory > MOST_MEMORY else []),
        *([f"more than {MOST_DISK:g} MB of files"] if disk > MOST_DISK else []),
        *(["an error of the suite on the screen"] if "Traceback" in complained or "internal" in complained else []),
        *(["the key in a file or on the screen"] if _leaks((said + complained).encode(), files) else []),
        *_of_results(folder / "out" / "results.json", server),
    )
    return Outcome(server, seconds, promised, memory, disk, status, broken)


def _leaks(said: bytes, files: list[Path]) -> bool:
    texts = [said, *(path.read_bytes() for path in files)]
    forms = (KEY.encode(), json.dumps(KEY)[1:-1].encode(), KEY.encode("utf-16-le"))
    return any(form.lower() in text.lower() for text in texts for form in forms)


def _of_results(path: Path, server: HostileServer) -> Iterator[str]:
    """Yield what the results of a run do not have as promised."""
    if not path.exists():
        yield "no results.json"
        return
    results = json.loads(path.read_bytes())
    outcomes = {row["outcome"] for row in results["requirements"]}
    if "error" in outcomes:
        yield "an error of the suite in results.json"
    if not (outcomes & {"failed", "warned", "inconclusive"} or results["reason"]):
        yield "nothing is reported"
    if server.remote and results["counts"]["creations"] > MOST_CREATIONS:
        yield f"more than {MOST_CREATIONS} creations"


HEADING = (
    "| server | what it does | seconds | promised | peak MB | exit status | as documented |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | --- |"
)


def line(outcome: Outcome) -> str:
    """Return the row of a run in the table."""
    documented = " or ".join(map(str, sorted(outcome.server.status)))
    broken = [*outcome.broken, *(["late"] if outcome.late else [])]
    told = f"yes ({documented})" if not broken else f"no ({documented}): {'; '.join(broken)}"
    status = "killed" if outcome.status is None else outcome.status
    figures = f"{outcome.seconds:.1f} | {outcome.promised:g} | {outcome.memory:.0f} | {status}"
    return f"| {outcome.server.name} | {outcome.server.does} | {figures} | {told} |"


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the table, and write it where that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.safety.hostile_runs", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="servers to run against; all where none is named")
    parser.add_argument("--out", type=Path, help="file to write the table to")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - {each.name for each in SERVERS}
    if unknown:
        parser.error(f"no server is called {', '.join(sorted(unknown))}")
    lines, kept = [HEADING], True
    tell(HEADING)
    for server in SERVERS:
        if chosen.names and server.name not in chosen.names:
            continue
        with TemporaryDirectory() as folder:
            outcome = attack(server, Path(folder))
        kept = kept and not (outcome.broken or outcome.late)
        lines.append(line(outcome))
        tell(lines[-1])
    if chosen.out is not None:
        chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
