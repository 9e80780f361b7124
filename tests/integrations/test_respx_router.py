"""The reference behaviour in a user's own respx-mocked test."""

import asyncio

import httpx
import pytest

import conformance
from conformance.integrations.respx_router import answered, respx_router
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import faults
from conformance.model.errors import UsageError

URL = "https://api.baseten.co/v1/models/m/environments"
HEADERS = {"Authorization": "Api-Key x"}


def create(name="a", headers=HEADERS):
    """Send one request."""
    return httpx.post(URL, json={"name": name}, headers=headers)


def test_the_operation_is_mocked_with_its_state():
    """What was created exists; the mock tells what it was asked."""
    with conformance.respx_router(base_url="https://api.baseten.co") as router:
        assert [200, 409, 200] == [create(name).status_code for name in ("a", "a", "b")]
        assert 401 == create("c", {}).status_code
        assert 2 == router.mock.creations
        assert 4 == router.calls.call_count


def test_a_client_that_is_asynchronous():
    """Both kinds of clients of httpx are answered."""

    async def call():
        async with httpx.AsyncClient() as client:
            return await client.post(URL, json={"name": "a"}, headers=HEADERS)

    with respx_router():
        assert "a" == asyncio.run(call()).json()["name"]


def test_it_is_wrong_in_the_ways_that_are_named():
    """A fault of the catalogue shows in the answers."""
    with respx_router(
        faults=["echo.CreateEnvironmentRequestV1.name.other"], base_url="https://api.baseten.co"
    ) as router:
        assert "a" != create().json()["name"]
        assert router.mock.fired


def test_what_is_elsewhere_is_not_answered():
    """Requests to another base than the one named are not mocked, as respx has it."""
    with respx_router(base_url="https://other.example") as router, pytest.raises(AssertionError):
        create()
    assert 0 == router.mock.requests


def test_a_base_below_a_path():
    """The path of the base URL is not part of the operation's."""
    with respx_router(base_url="https://x.example/api"):
        answer = httpx.post("https://x.example/api/v1/models/m/environments", json={"name": "a"}, headers=HEADERS)
        assert 200 == answer.status_code


def test_the_right_key_and_what_is_unknown():
    """One key alone is right where one is named, and a path parameter may name nothing."""
    with respx_router(key="right", unknown=["m"]):
        assert 401 == create().status_code
        assert 404 == create(headers={"Authorization": "Api-Key right"}).status_code


FAILURES = {
    "drop.": httpx.RemoteProtocolError,
    "cut": httpx.RemoteProtocolError,
    "stall": httpx.ReadTimeout,
}


@pytest.mark.parametrize("way", FAILURES)
def test_a_connection_that_breaks_off(way, contract):
    """Faults of the transport are raised as httpx raises them."""
    raised = set()
    for fault in faults(contract):
        if fault.family not in {"drop", "http", "crash"}:
            continue
        mock = Mock(contract, faults=[fault])
        for witness in fault.requests(contract):
            sent = httpx.Request(
                witness.method, "https://x.example" + witness.target, headers=witness.headers, content=witness.body
            )
            try:
                answered(mock, sent).read()
            except httpx.RequestError as error:
                raised.add(type(error))
    assert FAILURES[way] in raised


def test_a_fault_that_there_is_not():
    """An unknown fault is told."""
    with pytest.raises(UsageError, match="there is no fault 'x'"):
        respx_router(faults=["x"])
