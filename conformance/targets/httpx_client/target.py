"""A client of httpx or httpx2 as a target: whatever it reaches, be it mocked, in this process or on the network."""

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure
from conformance.targets.httpx_client.attempt import Attempt, alone, arrived, arrived_async, leaving, leaving_async
from conformance.targets.httpx_client.calling_thread import CallingThread
from conformance.targets.httpx_client.users_client import UsersClient, inner, shown
from conformance.targets.outgoing import Sending, prepare, redacted
from conformance.targets.target import IDLE_CLOSED, ExchangeLimits, NotCarriedError, Target

if TYPE_CHECKING:
    import httpx

LEARNED = 16
"""How many values that a client makes up are told as secrets: where each request has one of its own, as a signature has
it, they are of no use to anybody else."""

OVERRULED = "The client object adds its own credential to every request"


class HttpxTarget(Target):
    """A `Client` or `AsyncClient`; a synchronous one is called from one thread, one request at a time.

    The client itself is neither changed nor closed: a shallow copy of it sends, which shares its transports, its
    authentication and its request hooks. Redirects are never followed; response hooks are not called, since they may
    raise for what is being tested; cookies that answers set are not kept. `learn` is told what the client's
    authentication and hooks add to a request, before the exchange is returned: it may be a secret.
    """

    def __init__(
        self, users: UsersClient, limits: ExchangeLimits | None = None, *, learn: Callable[[str], None] | None = None
    ) -> None:
        self.name = users.name
        self.traits = users.traits
        self._users = users
        self._limits = limits or ExchangeLimits()
        self._learn = learn
        self._learned: set[str] = set()
        self._thread: CallingThread | None = None
        self._copy: httpx.Client | httpx.AsyncClient | None = None

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:
        """Send one request: see `Target.send`.

        Raises:
            NotCarriedError: the client does not send this request, or not as it stands.

        """
        sending = prepare(request, key)
        if reason := self._users.why_not(request):
            raise NotCarriedError(reason)
        right, limits = self._users.is_right(request), self._limits
        built = self._built(sending, right=right)
        attempt = Attempt(built, self._auth(right=right), limits.timeout_seconds, limits.max_body_bytes)
        started, begun = time.time(), time.perf_counter()
        await (self._awaited(attempt) if self._users.asynchronous else self._called(attempt))
        seconds = time.perf_counter() - begun
        if attempt.problem:
            raise NotCarriedError(attempt.problem)
        self._look_at(attempt, right=right)
        response, failure, detail = attempt.whole()
        if failure is Failure.CLOSED and self._users.exact and not (attempt.connected or fresh):
            detail = IDLE_CLOSED
        return Exchange(request, response, failure, redacted(detail, key), started, seconds)

    async def close(self) -> None:
        """Let go of the connections of an asynchronous client, which belong to this loop; the client stays open."""
        if self._thread is not None:
            self._thread.close()
        if self._users.asynchronous and self._users.exact and self._copy is not None:
            find: Any = self._copy._transport_for_url  # noqa: SLF001 (there is no public way)
            await find(self._users.base).aclose()

    def _built(self, sending: Sending, *, right: bool) -> "httpx.Request":
        users, credential = self._users, self._users.credential
        fields = [(name.encode(), value.encode()) for name, value in sending.fields]
        if right and credential is not None and (credential.auth or not credential.key):
            fields = [pair for pair in fields if not users.carries(pair[0].decode())]
            if not credential.auth:
                fields.append((users.header.encode(), credential.header.encode("latin-1")))
        seconds = self._limits.timeout_seconds
        limits = {"connect": self._limits.connect_seconds, "read": seconds, "write": seconds, "pool": seconds}
        built: httpx.Request = users.library.Request(
            sending.method,
            self._url(sending.target),
            headers=fields,
            content=self._content(sending),
            extensions={"target": users.path_of(sending.target), "timeout": limits},
        )
        # In capitals otherwise.
        built.method = sending.method
        return built

    def _url(self, target: str) -> "httpx.URL":
        try:
            return self._users.url_of(target)
        except Exception:
            if not self._users.exact:
                raise
            # What is sent is the extension `target` then; of the URL, only the origin counts.
            return self._users.base

    def _content(self, sending: Sending) -> "bytes | Iterator[bytes] | AsyncIterator[bytes] | None":
        if not sending.chunked:
            return sending.body
        piece = sending.body or b""
        return alone(piece) if self._users.asynchronous else iter((piece,))

    def _auth(self, *, right: bool) -> "httpx.Auth":
        """Return what authenticates a request: nothing where the client's credential is not wanted on it."""
        credential, auth = self._users.credential, self._users.client.auth
        mine = credential is not None and credential.auth
        return self._users.library.Auth() if auth is None or (mine and not right) else auth

    async def _called(self, attempt: Attempt) -> None:
        client: Any = self._prepared()
        thread = self._thread = self._thread or CallingThread()
        if not await thread.call(lambda: attempt.call(client), self._limits.timeout_seconds):
            attempt.late()

    async def _awaited(self, attempt: Attempt) -> None:
        client: Any = self._prepared()
        try:
            async with asyncio.timeout(self._limits.timeout_seconds):
                await attempt.await_(client)
        except TimeoutError:
            attempt.late()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # What was called has cancelled itself.
            attempt.broke(error)

    def _prepared(self) -> "httpx.Client | httpx.AsyncClient":
        """Return the copy that sends; it is made on first use."""
        if self._copy is None:
            users = self._users
            self._copy = copy.copy(users.client)
            last, first = (leaving_async, arrived_async) if users.asynchronous else (leaving, arrived)
            before = users.client.event_hooks["request"]
            self._copy.event_hooks = {"request": [*before, last], "response": [first]}
            self._copy.cookies = users.library.Cookies()
        return self._copy

    def _look_at(self, attempt: Attempt, *, right: bool) -> None:
        """See what the client has added: a secret, or a credential where there was to be none.

        Raises:
            NotCarriedError: a request went out with another credential than it was to have.

        """
        if attempt.sent is None:
            return
        left = tuple(attempt.sent.headers.raw)
        for name, value in (pair for pair in left if pair not in attempt.given):
            text = value.decode("latin-1")
            if shown(name.decode("latin-1"), text) != text:
                self._tell(text)
        if not right and self._credentials(left) != self._credentials(attempt.given):
            raise NotCarriedError(OVERRULED)

    def _tell(self, text: str) -> None:
        for each in inner(text):
            if self._learn is not None and each not in self._learned and len(self._learned) < LEARNED:
                self._learned.add(each)
                self._learn(each)

    def _credentials(self, fields: tuple[tuple[bytes, bytes], ...]) -> list[bytes]:
        return [value for name, value in fields if self._users.carries(name.decode("latin-1"))]
