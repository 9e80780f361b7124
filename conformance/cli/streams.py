"""Where a command writes: to a reader who may have gone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO, cast


class PipeWriter:
    """A text stream to a pipe whose reader may close it: what nobody reads any more is dropped.

    So `conformance ... | head -1` ends as the command ends, with its own status.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        """Return whatever else the stream has."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._drop()

    def _drop(self) -> None:
        # What is held back stays so, and Python writes it at its end: it must find an open file.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


@contextmanager
def ignoring_closed_pipes() -> Iterator[None]:
    """Have the standard streams outlive their readers, as long as the context lasts."""
    with (
        redirect_stdout(cast("TextIO", PipeWriter(sys.stdout))),
        redirect_stderr(cast("TextIO", PipeWriter(sys.stderr))),
    ):
        yield
