"""The command line, called in this process."""

import pytest

from conformance.cli import main


def call(*arguments: str) -> int:
    """Call the command line; returns its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)
