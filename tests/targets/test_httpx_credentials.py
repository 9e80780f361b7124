"""What a client of the user's adds to a request by itself: credentials, other secrets, and hooks."""

import asyncio

import httpx
import pytest

from conformance.model.case import KEY, Request
from conformance.targets.httpx_client.target import OVERRULED, HttpxTarget
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import NotCarriedError

from .httpx_clients import KEYLESS, POST, echoing, mocked, sent


def bearer(request):
    """Authenticate as a client of a user's does."""
    request.headers["Authorization"] = "Bearer made-of-nothing"
    return request


OWN = {
    "key in a header": ({"headers": {"Authorization": "Api-Key abcdefgh"}}, "abcdefgh", "Api-Key abcdefgh"),
    "another header": ({"headers": {"Authorization": "Bearer abcdefgh"}}, "", "Bearer abcdefgh"),
    "authentication": ({"auth": bearer}, "", "Bearer made-of-nothing"),
    "basic": ({"auth": ("me", "pass-word")}, "", "Basic bWU6cGFzcy13b3Jk"),
}


@pytest.mark.parametrize("way", OWN)
def test_a_credential_of_the_clients_own(contract, way):
    """Right requests carry it, others do not; its parts are secrets; a key that does not show is spelled nowhere."""
    settings, key, value = OWN[way]
    seen: list[str | None] = []
    client = mocked(echoing(seen), **settings)
    users = UsersClient(client, contract)
    assert users.credential is not None
    assert key == users.credential.key
    sent(contract, client, POST, key)
    sent(contract, client, KEYLESS, key)
    wrong = Request("POST", "/", (("Authorization", "Api-Key wrong"),))
    sent(contract, client, wrong, key)
    assert [value, None, "Api-Key wrong"] == seen
    secrets = {secret for secret, _ in users.secrets()}
    assert {value, value.partition(" ")[2]} <= secrets
    assert ("pass-word" in secrets) is (way == "basic")
    elsewhere = Request("POST", f"/?key={KEY}")
    assert bool(users.why_not(elsewhere)) is not bool(key)


def test_a_credential_for_something_else(contract):
    """Headers, cookies and parameters that are not the credential go with every request, and may be secrets."""
    settings = {"headers": {"X-Gate": "open-sesame"}, "cookies": {"s": "session-1"}, "params": {"tenant": "acme-corp"}}
    users = UsersClient(mocked(echoing([]), **settings), contract)
    assert None is users.credential
    assert (("X-Gate", "open-sesame"), ("Cookie", "s=session-1")) == users.headers
    assert {("acme-corp", "$TENANT")} == set(users.secrets())
    assert b"/a?b&tenant=acme-corp" == users.path_of("/a?b")


def test_what_authentication_makes_up_is_told(contract):
    """A token that shows only on its way is made known before the exchange is returned."""

    class Fetching(httpx.Auth):
        def auth_flow(self, request):
            answer = yield httpx.Request("POST", "http://localhost:1/token")
            request.headers["Authorization"] = f"Bearer {answer.headers['x-token']}"
            yield request

    learned: list[str] = []

    async def go():
        client = mocked(lambda _: httpx.Response(200, headers={"x-token": "fetched-1"}), auth=Fetching())
        return await HttpxTarget(UsersClient(client, contract), learn=learned.append).send(POST)

    assert None is asyncio.run(go()).failure
    assert ["Bearer fetched-1", "fetched-1"] == learned


def test_authentication_that_fails(contract):
    """What a client raises before it sends anything is no fault of the target."""

    def fail(_):
        raise LookupError("no token")

    with pytest.raises(NotCarriedError, match="raised LookupError before it sent"):
        sent(contract, mocked(echoing([]), auth=fail))


def test_a_hook_that_overrules_the_credential(contract):
    """Where a hook authenticates every request, those without a credential say nothing."""

    def hook(request):
        request.headers["Authorization"] = "Api-Key of-the-hook"

    client = mocked(echoing([]), event_hooks={"request": [hook]})
    assert None is sent(contract, client).failure
    with pytest.raises(NotCarriedError, match=OVERRULED):
        sent(contract, client, KEYLESS)
