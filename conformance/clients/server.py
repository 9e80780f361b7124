"""The server of scenarios: each has its own base URL, so that several can be played at once."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from conformance.clients.replying import NOT_FOUND, located, reply_at, respond
from conformance.clients.scenarios.scenario import Scenario
from conformance.mock.server import LOOPBACK, BackgroundServer
from conformance.mock.transmission import Message, Receive, Send, serve_lifespan
from conformance.model.case import Request

PREFIX = "scenario-"
TOKEN = re.compile(rf"{PREFIX}\d{{1,9}}")
"""The first part of the path of each base URL."""

OTHER_NAME = "localhost"
"""Another name of this machine, which a client takes for another host."""

LARGEST = 32 * 2**20
"""The largest body of a request, in bytes, that is kept."""


class LiveScenario:
    """A scenario that is being played: its base URL, and the requests that have arrived."""

    def __init__(self, scenario: Scenario, base_url: str) -> None:
        self.scenario = scenario
        self.base_url = base_url
        self.requests: list[tuple[Request, float]] = []
        """The requests that arrived, with targets relative to the base URL, each with the time in seconds."""


class ScenarioServer:
    """Serves scenarios on a free port of this machine, for as long as the context lasts."""

    def __init__(self) -> None:
        self._live: dict[str, LiveScenario] = {}
        self._numbers = itertools.count(1)
        self._newest = 0
        """The number of the newest base URL that was used."""
        self._server = BackgroundServer(self)

    def __enter__(self) -> Self:
        """Start the server; raises as `BackgroundServer`."""
        self._server.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop the server."""
        self._server.__exit__(*raised)

    @contextmanager
    def playing(self, scenario: Scenario) -> Iterator[LiveScenario]:
        """Serve a scenario below its own base URL, for as long as the context lasts."""
        token = f"{PREFIX}{next(self._numbers)}"
        live = LiveScenario(scenario, f"{self._server.url}/{token}")
        self._live[token] = live
        try:
            yield live
        finally:
            del self._live[token]

    def _found(self, target: str) -> tuple[LiveScenario | None, str]:
        """Return the scenario that a target is below the base URL of, and the target relative to that."""
        token, slash, rest = target.removeprefix("/").partition("/")
        number = int(token.removeprefix(PREFIX)) if TOKEN.fullmatch(token) else 0
        only = next(iter(self._live.values())) if len(self._live) == 1 else None
        current, self._newest = number >= self._newest, max(self._newest, number)
        if token in self._live:
            return self._live[token], slash + rest
        if not number:
            # A client that drops the path of its base URL is served where only one scenario is played.
            return only, target
        # So is one whose base URL can be set once, and that never used a newer one.
        return (only if current else None), slash + rest

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Respond with the reply of the scenario that the base URL of the request names."""
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        target = scope["raw_path"].decode("latin-1")
        target += f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        live, rest = self._found(target)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        body = await _body(receive)
        reply = NOT_FOUND
        if live is not None:
            live.requests.append((Request(scope["method"], rest, headers, body), time.time()))
            reply = located(reply_at(live.scenario.reply, rest), live.base_url.replace(LOOPBACK, OTHER_NAME))
        await respond(reply, headers, scope, receive, send)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")[: LARGEST - len(body)]
        more = message.get("more_body", False)
    return body
