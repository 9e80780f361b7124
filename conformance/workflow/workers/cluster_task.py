"""What a worker of a cluster carries out: one part of a run, whose journal goes line by line to who shares it out."""

import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from conformance.journal.reading import FILE_NAME
from conformance.model.errors import ConformanceError
from conformance.runner.engine import RunProgress
from conformance.workflow.interruption import Canceller
from conformance.workflow.sending import Hooks, carry_out
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.workers.lines import PIECE_BYTES, Line, line_to
from conformance.workflow.workers.messages import Failed, PartEnded, Progressed, Written, decoded_options, encoded
from conformance.workflow.workers.pacing import PacedProgress


def carry_out_part(host: str, port: int, secret: str, number: int) -> None:
    """Carry out the part `number` of the run that is shared out at an address; `secret` proves that it is of that run.

    Every line of the journal is on its way before the request that it tells of is sent, so that it arrives even if this
    process is killed. Keys are read here, from what the options name.

    Raises:
        OSError: the address cannot be reached any more; the part is to be carried out again.

    """
    with line_to((host, port), bytes.fromhex(secret)) as line, tempfile.TemporaryDirectory() as folder:
        options = _received(line, number, Path(folder))
        canceller = Canceller()
        watch = threading.Thread(target=_watch, args=(line, canceller), daemon=True)

        def report(progress: RunProgress) -> None:
            with suppress(OSError):  # the journal notices as well, and ends the run
                line.send(encoded(Progressed(progress)))

        def mirror(lines: bytes) -> None:
            for start in range(0, len(lines), PIECE_BYTES):
                line.send(encoded(Written(lines[start : start + PIECE_BYTES])))

        progress = PacedProgress(report)
        hooks = Hooks(report=progress, started=lambda *_: watch.start(), canceller=canceller, mirror=mirror)
        ended: PartEnded | Failed
        try:
            ended = PartEnded(carry_out(options, hooks, str))
        except ConformanceError as error:
            ended = Failed(type(error).__name__, error.problem, error.remedy)
        progress.end()
        line.send(encoded(ended))


def _received(line: Line, number: int, out: Path) -> RunOptions:
    """Ask for a part; returns its options, and writes the journal of whoever began it into `out`.

    That may take as long as somebody else is at it.

    Raises:
        OSError: nobody gives it out any more.

    """
    try:
        line.send(b"%d" % number)
        options = decoded_options(line.receive())
        journal = out / FILE_NAME
        with journal.open("wb") as file:
            while piece := line.receive():
                file.write(piece)
    except EOFError as error:
        raise ConnectionError("the run has ended") from error
    begun = journal.stat().st_size > 0
    if not begun:
        journal.unlink()
    return replace(options, out=out, resume=begun)


def _watch(line: Line, canceller: Canceller) -> None:
    """Cancel when something comes on the line, or its other end is gone."""
    with suppress(EOFError, OSError):
        line.receive()
    canceller.cancel()
