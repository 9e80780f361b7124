"""What became of each test of the suite: written by the one process that sends, read by all that wait."""

import os
import time
from pathlib import Path

import msgspec

FILE_NAME = "outcomes.ndjson"
CLAIM = "claimed"
STOP = "stop"

POLL_SECONDS = 0.005
PULSE_SECONDS = 1.0


class ItemOutcome(msgspec.Struct, frozen=True, tag="item"):
    """An item that is done with. `failed` fails its test; `text` tells a person what was found, if anything was."""

    id: str
    failed: bool = False
    text: str = ""


class RunOutcome(msgspec.Struct, frozen=True, tag="end"):
    """The end of the run: what it came to, in lines for the terminal.

    `status` is the exit status of the command; `unsent` says why an item without an outcome was not sent, by item,
    and `reason` why in general. `problem` is what kept the run from beginning.
    """

    status: int
    lines: tuple[str, ...] = ()
    reason: str = ""
    unsent: dict[str, str] = {}
    problem: str = ""


class OutcomeFile:
    """Where the sender of a session writes outcomes; made by whoever claims the folder first."""

    def __init__(self, folder: Path) -> None:
        self._encoder = msgspec.json.Encoder()
        self._file = (folder / FILE_NAME).open("ab")

    def tell(self, line: ItemOutcome | RunOutcome) -> None:
        """Write an outcome; whoever waits for it sees it at once."""
        self._file.write(self._encoder.encode(line) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def claim(folder: Path) -> bool:
    """Tell whether this process is the one to send; it is so for the first that asks."""
    try:
        with (folder / CLAIM).open("x", encoding="ascii") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        return False
    return True


class Outcomes:
    """Reads outcomes as they are written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decoder = msgspec.json.Decoder(ItemOutcome | RunOutcome)
        self._told: dict[str, ItemOutcome] = {}
        self._ended: RunOutcome | None = None
        self._offset = 0
        self._pulse = time.monotonic()

    def wait(self, item: str) -> ItemOutcome | RunOutcome:
        """Return the outcome of an item as soon as there is one; the end of the run if that comes first."""
        while True:
            if item in self._told:
                return self._told[item]
            if self._ended is not None:
                return self._ended
            if not self._read() and not self._sender_lives():
                self._ended = RunOutcome(1, reason="the process that sent the requests of the suite exited")
            if item not in self._told and self._ended is None:
                time.sleep(POLL_SECONDS)

    def end(self) -> RunOutcome | None:
        """Return the end of the run, None while there is none."""
        self._read()
        return self._ended

    def _read(self) -> bool:
        """Take what is new; tells whether there was anything."""
        try:
            with (self._folder / FILE_NAME).open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return False
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            told = self._decoder.decode(line)
            if isinstance(told, RunOutcome):
                self._ended = told
            else:
                self._told[told.id] = told
        return bool(whole)

    def _sender_lives(self) -> bool:
        if time.monotonic() - self._pulse < PULSE_SECONDS or os.name != "posix":
            return True
        self._pulse = time.monotonic()
        try:
            os.kill(int((self._folder / CLAIM).read_text(encoding="ascii") or os.getpid()), 0)
        except FileNotFoundError:
            return True
        except OSError:
            return self._read()
        return True
