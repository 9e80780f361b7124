"""Following a run: its journal is indexed as it is written, so that its reports need not read it again."""

from pathlib import Path
from zlib import crc32

from conformance.journal.events import AnyEvent
from conformance.reports.folding.journal_index import JournalIndex

AT_ONCE = 1 << 20
"""How many bytes of a journal are read at once."""

MOST_WAITING, MOST_BYTES = 256, 1 << 18
"""How many events are indexed together, and how many bytes the lines of all but the last of them have: one by one they
take a tenth more time of a case, as sending and judging lie between."""


class FollowedJournal:
    """The index of a journal that is being written; none where the journal is to be read.

    It is where a line was missed, as Ctrl-C came between its writing and its indexing, or within either; where the run
    went on from an earlier one; and where the file is no longer what was written.
    """

    def __init__(self) -> None:
        self._index: JournalIndex | None = JournalIndex()
        self._last: int | None = 0
        """The number of the last line, None while one is taken."""
        self._crc = 0
        self._waiting: list[AnyEvent] = []
        """The latest events, which are not indexed yet."""
        self._bytes = 0
        """How long their lines are."""

    def take(self, number: int, line: bytes | bytearray, events: tuple[AnyEvent, ...]) -> None:
        """Take the next line of the journal, by its number, and the events that it stands for."""
        last, self._last = self._last, None
        if self._index is None:
            return
        if last is None or number != last + 1:
            self._give_up()
            return
        self._crc = crc32(line, self._crc)
        self._waiting += events
        self._bytes += len(line)
        if len(self._waiting) >= MOST_WAITING or self._bytes >= MOST_BYTES:
            self._catch_up()
        self._last = number

    def index(self, path: Path) -> JournalIndex | None:
        """Return the index of the journal at `path`, None where that has to be read; it is handed out once."""
        last, self._last = self._last, None
        if last is not None:
            self._catch_up()
        index, self._index = self._index, None
        if index is None or index.header is None or index.ended is None or last is None:
            return None
        if _checksum(path) != self._crc:
            return None
        index.settle()
        return index

    def _catch_up(self) -> None:
        """Index the events that wait."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if self._index is None:
            return
        try:
            for event in waiting:
                self._index.add(event)
        except Exception:  # noqa: BLE001 (the run goes on, and who reads the journal is told of it)
            self._give_up()

    def _give_up(self) -> None:
        self._index, self._waiting = None, []


def _checksum(path: Path) -> int | None:
    """Return the CRC-32 of a file, None where it cannot be read."""
    crc = 0
    try:
        with path.open("rb") as file:
            while read := file.read(AT_ONCE):
                crc = crc32(read, crc)
    except OSError:
        return None
    return crc
