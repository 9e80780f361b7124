"""Calls of the command that the documents show: what carries them out, and which tests have them."""

from pathlib import Path

import pytest

OUT = Path("conformance-report")
LOCAL = "http://127.0.0.1:4010"
QUICK = ("--profile", "smoke")
FEW = ("--only", "accept.all.*", "--only", "reject.name.*", "--repeats", "0")
TRIED = {"export CONFORMANCE_API_KEY=..."}
"""The calls that a test is about; the variable is set by that of the lines after it."""


def calls(*texts):
    """Have a test carry out calls of the documents, one at a time."""
    TRIED.update(texts)
    return pytest.mark.parametrize("call", texts)
