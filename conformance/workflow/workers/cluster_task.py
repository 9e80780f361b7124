"""What a worker of a cluster carries out: one part of a run, whose journal goes line by line to who shares it out."""

import tempfile
import threading
from contextlib import suppress
from multiprocessing.connection import Client
from pathlib import Path

from msgspec.structs import replace

from conformance.journal.writing import FILE_NAME
from conformance.model.errors import ConformanceError
from conformance.workflow.interruption import Canceller
from conformance.workflow.sending import Hooks, carry_out
from conformance.workflow.workers.messages import Failed, Job, Message, PartEnded, Written
from conformance.workflow.workers.process import watch_line


def carry_out_part(host: str, port: int, secret: str, number: int) -> None:
    """Carry out the part `number` of the run that is shared out at an address; `secret` proves that it is of that run.

    Every line of the journal is on its way before the request that it tells of is sent, so that it arrives even if this
    process is killed. Keys are read here, from what the options name.

    Raises:
        OSError: the address cannot be reached any more; the part is to be carried out again.

    """
    with Client((host, port), authkey=bytes.fromhex(secret)) as line, tempfile.TemporaryDirectory() as folder:
        line.send(number)
        job: Job = line.recv()
        out = Path(folder)
        if job.journal:
            (out / FILE_NAME).write_bytes(job.journal)
        options = replace(job.options, out=out, resume=bool(job.journal))
        canceller = Canceller()
        watch = threading.Thread(target=watch_line, args=(line, canceller), daemon=True)

        def tell(message: Message) -> None:
            with suppress(OSError):  # the journal notices as well, and ends the run
                line.send(message)

        hooks = Hooks(
            report=tell,
            started=lambda *_: watch.start(),
            canceller=canceller,
            mirror=lambda lines: line.send(Written(lines)),
        )
        try:
            line.send(PartEnded(carry_out(options, hooks, str)))
        except ConformanceError as error:
            line.send(Failed(type(error).__name__, error.problem, error.remedy))
