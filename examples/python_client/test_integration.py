"""The client against a mock server that runs as a process of its own: `two_processes.sh` starts both."""

import os

import pytest
from environments import Environments

URL = os.environ.get("MOCK_URL", "")


@pytest.mark.skipif(not URL, reason="MOCK_URL names no mock server")
def test_an_environment_is_created() -> None:
    """Over a socket, as in production."""
    created = Environments(URL, "any-key").create("abc", {"name": "staging", "promotion_settings": None})
    assert "staging" == created["name"]
