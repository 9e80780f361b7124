"""Where a session of pytest keeps what the plugin knows of it. It imports nothing but pytest."""

from pathlib import Path

import pytest

FOLDER: pytest.StashKey[Path] = pytest.StashKey()
"""The folder in which the processes of a session tell one another of the suite; absent where its tests do not run."""

SUMMARY: pytest.StashKey[tuple[str, ...]] = pytest.StashKey()
"""What the run of the suite came to, in lines for the terminal."""

ITEM = "conformance_item"
"""The argument by which a test of the suite is known."""

PREFIX = "--conformance-"
"""What every option of the plugin begins with."""

DEST = "conformance_"
"""What the name of its value begins with."""
