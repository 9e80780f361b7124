"""Servers of other makers: from the packages that `npm install` put beside this file, and from PyPI."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.acceptance import servers

Serve = Callable[..., str]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Start a program of the npm packages and return its URL once it answers; ends it afterwards."""
    with ExitStack() as stack:
        yield lambda program, *arguments: stack.enter_context(servers.npm(program, *arguments))


@pytest.fixture(scope="module")
def fastapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a FastAPI server that was generated from the document."""
    with servers.fastapi(tmp_path_factory.mktemp("fastapi")) as url:
        yield url
