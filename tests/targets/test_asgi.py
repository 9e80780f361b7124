"""An ASGI application as a target."""

import asyncio
import gzip

import pytest

from conformance.model.case import KEY, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.targets.asgi import AsgiTarget
from conformance.targets.loading import App, Message, Receive, Send
from conformance.targets.target import ExchangeLimits

POST = Request("POST", "/", body=b"{}")


def exchanged(app: App, request: Request = POST, *, limits: ExchangeLimits | None = None, key: str = "") -> Exchange:
    """Send one request to `app`."""

    async def run() -> Exchange:
        target = AsgiTarget(app, limits)
        exchange = await target.send(request, key=key)
        await target.close()
        return exchange

    return asyncio.run(run())


def scripted(*events: Message | Exception | float) -> App:
    """Return an application that sends these events; an exception is raised, a number waited for."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await receive()
        for event in events:
            if isinstance(event, Exception):
                raise event
            if isinstance(event, float):
                await asyncio.sleep(event)
            else:
                await send(event)

    return app


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Message:
    """Return the event that begins an answer."""
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: bytes, *, more: bool = False) -> Message:
    """Return an event of the body."""
    return {"type": "http.response.body", "body": data, "more_body": more}


def seen(request: Request, key: str = "") -> tuple[Message, list[Message]]:
    """Return the scope and the events that an application gets for `request`."""
    scopes: list[Message] = []
    events: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        scopes.append(scope)
        events.append(await receive())
        await send(start())
        await send(body(b""))
        events.append(await receive())

    exchange = exchanged(app, request, key=key)
    assert exchange.failure is None
    assert exchange.request == request
    assert not key or key not in repr(exchange)
    return scopes[0], events


def test_scope_is_what_a_server_makes_of_the_request() -> None:
    """Path decoded and raw, query, headers in order and in lower case, the length of the body at the end."""
    scope, events = seen(
        Request("PoST", "/v1/%C3%BC%2F../a%3Fb?x=%23&&", (("X-B", "1"), ("x-A", "é"), ("X-B", "")), b"[]")
    )
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "PoST",
        "scheme": "http",
        "path": "/v1/ü/../a?b",
        "raw_path": b"/v1/%C3%BC%2F../a%3Fb",
        "query_string": b"x=%23&&",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"x-b", b"1"),
            (b"x-a", "é".encode()),
            (b"x-b", b""),
            (b"content-length", b"2"),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }
    assert events == [{"type": "http.request", "body": b"[]", "more_body": False}, {"type": "http.disconnect"}]


@pytest.mark.parametrize(
    ("request_", "framing"),
    [
        (Request("POST", "/"), [(b"content-length", b"0")]),
        (Request("GET", "/"), []),
        (Request("GET", "/", body=b""), [(b"content-length", b"0")]),
        (Request("POST", "/", body=b"{}", chunked=True), [(b"transfer-encoding", b"chunked")]),
    ],
)
def test_framing_is_as_on_the_wire(request_: Request, framing: list[tuple[bytes, bytes]]) -> None:
    """The framing header is the one that the wire target would send."""
    assert seen(request_)[0]["headers"] == [(b"host", b"127.0.0.1"), *framing]


def test_key_is_put_in_and_never_shown() -> None:
    """The application gets the key; the exchange has the placeholder."""
    scope, _ = seen(Request("GET", f"/?k={KEY}", (("Host", "h"), ("A", f"Bearer {KEY}"))), key="se/cret")
    assert scope["query_string"] == b"k=se%2Fcret"
    assert scope["headers"] == [(b"host", b"h"), (b"a", b"Bearer se/cret")]


def test_answer_is_as_sent() -> None:
    """Status, headers and the pieces of the body come together."""
    exchange = exchanged(
        scripted(start((b"X-a", b"\xff"), (b"x-A", b"2"), status=299), body(b"a", more=True), body(b"b"))
    )
    assert exchange.response == Response(299, (("X-a", "ÿ"), ("x-A", "2")), b"ab")
    assert (exchange.failure, exchange.detail) == (None, "")
    assert exchange.started > 1_600_000_000


def test_content_coding_is_undone() -> None:
    """The body is decoded as on the wire."""
    exchange = exchanged(scripted(start((b"content-encoding", b"gzip")), body(gzip.compress(b"{}"))))
    assert exchange.response is not None
    assert exchange.response.body == b"{}"


@pytest.mark.parametrize(
    ("events", "failure", "received"),
    [
        ([ValueError("secret")], Failure.CLOSED, None),
        ([], Failure.CLOSED, None),
        ([body(b"")], Failure.CLOSED, None),
        ([start(), ValueError("secret")], Failure.TRUNCATED, b""),
        ([start(), body(b"a", more=True), ValueError("secret")], Failure.TRUNCATED, b"a"),
        ([start(), body(b"a", more=True)], Failure.TRUNCATED, b"a"),
        ([start(), start()], Failure.TRUNCATED, b""),
        ([start((b"Content-Length", b"3")), body(b"ab")], Failure.TRUNCATED, b"ab"),
        ([start((b"content-length", b"3")), body(b"ab", more=True), body(b"cd")], Failure.EXCESS, b"abc"),
        ([start(status=204), body(b"a")], Failure.EXCESS, b""),
        ([start((b"content-length", b"x"))], Failure.MALFORMED, None),
        ([start((b"content-length", b"1"), (b"content-length", b"2"))], Failure.MALFORMED, None),
        ([{"type": "http.response.start", "status": "abc"}], Failure.CLOSED, None),
        ([5.0], Failure.TIMEOUT, None),
        ([start(), body(b"a", more=True), 5.0], Failure.TOO_SLOW, b"a"),
        (
            [start(), body(b"a" * 60, more=True), body(b"b" * 60, more=True), 5.0],
            Failure.TOO_LARGE,
            b"a" * 60 + b"b" * 40,
        ),
        ([start(), body(b"a"), ValueError("secret")], None, b"a"),
        ([start(), body(b"a"), body(b"b")], None, b"a"),
        ([start(), body(b"a"), 300.0], None, b"a"),
        ([TimeoutError("its own")], Failure.CLOSED, None),
    ],
)
def test_faults_are_what_a_client_would_see(
    events: list[Message | Exception | float], failure: Failure | None, received: bytes | None
) -> None:
    """Exceptions, early ends, wrong lengths and delays give the failures that a socket would show."""
    exchange = exchanged(scripted(*events), limits=ExchangeLimits(timeout_seconds=0.2, max_body_bytes=100))
    assert exchange.failure is failure
    assert (exchange.response.body if exchange.response else None) == received
    assert bool(exchange.detail) == (failure is not None)
    assert "secret" not in exchange.detail
    assert exchange.seconds < 300


def test_exception_is_named_by_its_type() -> None:
    """The detail is the type of the exception, and nothing of its text."""
    assert exchanged(scripted(KeyError("secret"))).detail == "KeyError"


def test_head_has_no_body() -> None:
    """What an application sends as the body of an answer to HEAD is dropped, as servers do."""
    exchange = exchanged(scripted(start((b"content-length", b"3")), body(b"abc")), Request("HEAD", "/"))
    assert exchange.failure is None
    assert exchange.response is not None
    assert exchange.response.body == b""


def test_disconnect_comes_after_the_answer() -> None:
    """An application that listens for the disconnect while it answers is not disturbed."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await receive()
        listening = asyncio.ensure_future(receive())
        await send(start())
        await asyncio.sleep(0)
        await send(body(b"gone" if listening.done() else b"there"))
        assert (await listening)["type"] == "http.disconnect"

    exchange = exchanged(app)
    assert exchange.response is not None
    assert exchange.response.body == b"there"


def test_application_that_cancels_itself_is_closed() -> None:
    """A CancelledError that nobody asked for is the application's fault."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:  # noqa: ARG001
        raise asyncio.CancelledError

    assert exchanged(app).failure is Failure.CLOSED


def test_cancelling_reaches_the_application() -> None:
    """A send that is cancelled raises CancelledError."""

    async def run() -> None:
        target = AsgiTarget(scripted(5.0))
        task = asyncio.create_task(target.send(POST))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await target.close()

    asyncio.run(run())


def living(log: list[str], *, startup: str = "complete", shutdown: bool = True) -> App:
    """Return an application with a lifespan."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            log.append((await receive())["type"])
            scope["state"]["n"] = 7
            await send({"type": f"lifespan.startup.{startup}", "message": "no database"})
            log.append((await receive())["type"])
            if shutdown:
                await send({"type": "lifespan.shutdown.complete"})
            return
        log.append(str(scope["state"]["n"]))
        scope["state"]["n"] = 8
        await send(start())
        await send(body(b""))

    return app


@pytest.mark.parametrize("shutdown", [True, False])
def test_lifespan_spans_the_requests(*, shutdown: bool) -> None:
    """Startup once before the first request, its state copied into each, shutdown on close."""
    log: list[str] = []

    async def run() -> None:
        target = AsgiTarget(living(log, shutdown=shutdown))
        exchanges = await asyncio.gather(*(target.send(POST) for _ in range(3)))
        assert [exchange.failure for exchange in exchanges] == [None] * 3
        await target.close()

    asyncio.run(run())
    assert log == ["lifespan.startup", "7", "7", "7", "lifespan.shutdown"]


def test_startup_that_fails_refuses() -> None:
    """An application that cannot start is a server that does not listen."""
    exchange = exchanged(living([], startup="failed"))
    assert exchange.failure is Failure.REFUSED
    assert exchange.detail == "startup failed: no database"


def test_startup_that_hangs_refuses() -> None:
    """Startup has the time of a request."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await asyncio.sleep(5)

    assert exchanged(app, limits=ExchangeLimits(timeout_seconds=0.2)).failure is Failure.REFUSED


def test_application_without_lifespan_is_served() -> None:
    """One that takes the lifespan for a request is served all the same."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await receive()
        await send(start())
        await send(body(b"a"))

    assert exchanged(app).failure is None
