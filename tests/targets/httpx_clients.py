"""Clients of httpx to send through, and what they are sent."""

import asyncio
from collections.abc import Callable

import httpx

from conformance.model.case import KEY, Request
from conformance.model.exchange import Exchange
from conformance.targets.httpx_client.target import HttpxTarget
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import ExchangeLimits

BASE = "http://localhost:1"
POST = Request("POST", "/v1/models/m/environments", (("Authorization", f"Api-Key {KEY}"),), b"{}")
KEYLESS = Request("POST", "/v1/models/m/environments", (), b"{}")


def sent(contract, client, request=POST, key="k-secret", **limits) -> Exchange:
    """Send one request through a client."""

    async def go():
        target = HttpxTarget(UsersClient(client, contract), ExchangeLimits(**limits))
        try:
            return await target.send(request, key=key)
        finally:
            await target.close()

    return asyncio.run(go())


def mocked(handler: Callable, **settings) -> httpx.Client:
    """Return a client whose requests `handler` answers."""
    return httpx.Client(transport=httpx.MockTransport(handler), base_url=BASE, **settings)


def echoing(seen: list[str | None]) -> Callable:
    """Return a handler that notes the credential of each request."""

    def answer(request):
        seen.append(request.headers.get("Authorization"))
        return httpx.Response(200)

    return answer
