"""The exceptions of the suite: which step may raise which.

==================  =====================================================  ===========
exception           raised by                                              exit status
==================  =====================================================  ===========
`UsageError`        reading what the user gave: options, files, variables  2
`ContractError`     loading the OpenAPI document and its data              2
`JournalError`      reading a journal back                                 2
`TargetLostError`   the runner, when the target cannot be reached          3
`RunStoppedError`   a job that has sent, when it cannot record or report   3
==================  =====================================================  ===========

A transport that fails is no exception but an exchange; a check that fails is a doubt of the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class ConformanceError(Exception):
    """Base of all. `problem` says what is wrong, `remedy` what to do; `str` joins them in one line."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}; {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(ConformanceError):
    """An option, a file or a variable that the user gave is wrong."""


class ContractError(UsageError):
    """The OpenAPI document, or the data beside it, cannot be used."""


class JournalError(UsageError):
    """A journal cannot be read."""


class TargetLostError(ConformanceError):
    """The target could not be reached, or stopped answering, so that the run cannot go on."""


class RunStoppedError(ConformanceError):
    """Requests were sent, and what comes of them cannot be recorded: a full disk, a lost file, Ctrl-C."""


@contextmanager
def os_errors_as(kind: type[ConformanceError], problem: str, remedy: str = "") -> Iterator[None]:
    """Raise an error of a kind, with the reason, where the operating system cannot do what stands in the context."""
    try:
        yield
    except OSError as error:
        raise kind(f"{problem}: {error.strerror or error}", remedy) from error
