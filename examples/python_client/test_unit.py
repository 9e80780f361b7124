"""Unit tests of the client: httpx is mocked with the reference server, which keeps its state, and with faulty ones."""

from collections.abc import Iterator

import pytest
from environments import Environments, EnvironmentsError

import conformance

URL = "https://api.baseten.co"


@pytest.fixture
def router() -> Iterator[conformance.ReferenceRouter]:
    """Mock httpx for a test."""
    with conformance.respx_router(base_url=URL, key="a-valid-key") as router:
        yield router


def test_an_environment_is_created(router: conformance.ReferenceRouter) -> None:
    """What was sent is in what is returned."""
    created = Environments(URL, "a-valid-key").create("abc", {"name": "staging"})
    assert ("staging", "abc", 1) == (created["name"], created["model_id"], router.mock.creations)


@pytest.mark.usefixtures("router")
def test_an_error_has_its_status() -> None:
    """A second creation and a wrong key are errors."""
    client = Environments(URL, "a-valid-key")
    client.create("abc", {"name": "staging"})
    with pytest.raises(EnvironmentsError) as conflict:
        client.create("abc", {"name": "staging"})
    with pytest.raises(EnvironmentsError) as unknown_key:
        Environments(URL, "a-wrong-key").create("abc", {"name": "other"})
    assert (409, 401) == (conflict.value.status, unknown_key.value.status)


@pytest.mark.parametrize("fault", ["http.dropped", "http.truncated", "http.cut"])
def test_a_fault_of_the_server_is_an_error(fault: str) -> None:
    """Whatever a faulty server does, the client returns no environment."""
    with conformance.respx_router(base_url=URL, faults=[fault]), pytest.raises(EnvironmentsError):
        Environments(URL, "any").create("abc", {"name": "staging"})
