"""A client of httpx or httpx2 as a target: what it sends, what it brings back, and what it cannot do."""

import asyncio
import gzip
import threading

import httpx
import httpx2
import pytest
import respx

from conformance.model.case import KEY, Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Failure
from conformance.targets.httpx_client.target import HttpxTarget
from conformance.targets.httpx_client.users_client import UsersClient, is_client
from conformance.targets.target import IDLE_CLOSED, ExchangeLimits, NotCarriedError

from .httpx_clients import BASE, KEYLESS, POST, echoing, mocked, sent

LIBRARIES = {"httpx": httpx, "httpx2": httpx2}
KINDS = [(library, kind) for library in LIBRARIES for kind in ("Client", "AsyncClient")]


@pytest.mark.parametrize(("library", "kind"), KINDS)
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_sent_is_exact(contract, serve, library, kind, chunked):
    """Method, target, names, order and number of fields are as they were given; nothing is added but the framing."""
    fields = (("x-b", "2"), ("X-A", "1"), ("x-a", "1"))
    request = Request("post", "/v1/../a%2Fb//?", fields, b"body", chunked)

    async def go():
        async def answer(connection):
            await connection.request()
            await connection.send(b"HTTP/1.1 299 Fine\r\nContent-Length: 2\r\nX-C: c\r\n\r\nok")

        async with serve(answer) as server:
            client = getattr(LIBRARIES[library], kind)(base_url=f"{server.url}/base", headers={"X-Own": "not a case's"})
            target = HttpxTarget(UsersClient(client, contract))
            exchange = await target.send(request)
            await target.close()
            assert not client.is_closed
            await client.aclose() if kind == "AsyncClient" else client.close()
            return server.port, server.requests, exchange

    port, requests, exchange = asyncio.run(go())
    framing = "Transfer-Encoding: chunked" if chunked else "Content-Length: 4"
    head = f"post /base/v1/../a%2Fb//? HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nx-b: 2\r\nX-A: 1\r\nx-a: 1\r\n{framing}"
    body = "4\r\nbody\r\n0\r\n\r\n" if chunked else "body"
    assert [f"{head}\r\n\r\n{body}".encode()] == requests
    assert exchange.response is not None
    assert (299, "Fine", "1.1", b"ok") == (
        exchange.response.status, exchange.response.reason, exchange.response.version, exchange.response.body,
    )  # fmt: skip
    assert (("Content-Length", "2"), ("X-C", "c")) == exchange.response.headers


RAISED = {
    "ConnectError": Failure.REFUSED,
    "ProxyError": Failure.REFUSED,
    "ConnectTimeout": Failure.UNCONNECTED,
    "PoolTimeout": Failure.UNCONNECTED,
    "ReadTimeout": Failure.TIMEOUT,
    "WriteTimeout": Failure.TIMEOUT,
    "ReadError": Failure.CLOSED,
    "RemoteProtocolError": Failure.MALFORMED,
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", RAISED)
def test_what_a_client_raises_is_how_the_transport_failed(contract, library, name):
    """Every exception of a transport is a failure, which does not tell the key."""
    module = LIBRARIES[library]

    def answer(request):
        raise getattr(module, name)("about k-secret", request=request)

    client = module.Client(transport=module.MockTransport(answer), base_url=BASE)
    exchange = sent(contract, client)
    assert (RAISED[name], f"about {KEY}") == (exchange.failure, exchange.detail)
    assert exchange.response is None


def test_a_server_that_hangs_up(contract):
    """A connection that ends before an answer is told as such; the text alone tells it from what is not HTTP."""

    def answer(request):
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)

    assert Failure.CLOSED == sent(contract, mocked(answer)).failure


def test_an_application_that_raises(contract):
    """What code in this process raises is a closed connection, as a server would have it; its text is not told."""

    def answer(_):
        raise ZeroDivisionError("secret")

    exchange = sent(contract, mocked(answer))
    assert (Failure.CLOSED, "ZeroDivisionError") == (exchange.failure, exchange.detail)


def test_a_reused_connection_that_is_closed(contract, serve):
    """What an idle connection that is gone has cost is nobody's fault; on a new one it is the server's."""

    async def go():
        async def answer(connection):
            if connection.number:
                await connection.head()
                return
            await connection.request()
            await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await connection.head()

        async with serve(answer) as server:
            target = HttpxTarget(UsersClient(httpx.AsyncClient(base_url=server.url), contract))
            found = [await target.send(KEYLESS) for _ in range(3)]
            await target.close()
            return [(each.failure, each.detail) for each in found]

    first, second, third = asyncio.run(go())
    assert (None, "") == first
    assert (Failure.CLOSED, IDLE_CLOSED) == second
    assert Failure.CLOSED == third[0]
    assert IDLE_CLOSED != third[1]


def test_an_answer_without_end_is_cut(contract):
    """No more of a body is kept than the limit allows."""

    def endless():
        while True:
            yield b"x" * 1000

    exchange = sent(contract, mocked(lambda _: httpx.Response(200, content=endless())), max_body_bytes=2500)
    assert Failure.TOO_LARGE == exchange.failure
    assert exchange.response is not None
    assert 2500 == len(exchange.response.body)


@pytest.mark.parametrize("within", [False, True])
def test_a_synchronous_call_that_hangs(contract, within):
    """A call that does not return is left behind, and the next one goes on in a new thread."""
    go_on = threading.Event()

    def stuck():
        yield b"begun"
        go_on.wait(20)

    def answer(request):
        if request.method == "GET":
            return httpx.Response(200)
        if within:
            return httpx.Response(200, content=stuck())
        go_on.wait(20)
        return httpx.Response(200)

    async def go():
        target = HttpxTarget(UsersClient(mocked(answer), contract), ExchangeLimits(timeout_seconds=0.2))
        late = await target.send(POST)
        then = await target.send(Request("GET", "/"))
        await target.close()
        return late, then

    try:
        late, then = asyncio.run(go())
    finally:
        go_on.set()
    assert (Failure.TOO_SLOW if within else Failure.TIMEOUT) == late.failure
    assert (None if not within else b"begun") == (late.response and late.response.body)
    assert None is then.failure


def test_an_asynchronous_call_that_hangs(contract):
    """A call that is awaited is cancelled when its time is up."""

    async def answer(_):
        await asyncio.sleep(60)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url=BASE)
    assert Failure.TIMEOUT == sent(contract, client, timeout_seconds=0.1).failure


@pytest.mark.parametrize("location", ["/elsewhere", "http://[bad", "http://other.example/"])
def test_redirects_are_not_followed(contract, location):
    """Not even where the client is set to; and one that the client could not read is an answer as any other."""
    seen = []

    def answer(request):
        seen.append(request.url.path)
        return httpx.Response(307, headers={"Location": location})

    exchange = sent(contract, mocked(answer, follow_redirects=True))
    assert exchange.response is not None
    assert (307, location) == (exchange.response.status, exchange.response.header("location"))
    assert 1 == len(seen)


def test_the_client_stays_as_it_was(contract):
    """Hooks, cookies and headers of the client are untouched, and its response hooks are not called."""
    called = []

    def refuse(response):
        response.raise_for_status()

    client = mocked(
        lambda _: httpx.Response(500, headers={"Set-Cookie": "a=b"}),
        event_hooks={"request": [called.append], "response": [refuse]},
    )
    exchange = sent(contract, client)
    assert exchange.response is not None
    assert 500 == exchange.response.status
    assert 1 == len(called)
    assert {} == dict(client.cookies)
    assert {"request": [called.append], "response": [refuse]} == client.event_hooks
    assert not client.is_closed


CODED = gzip.compress(b"plain")


@pytest.mark.parametrize("whole", [True, False])
def test_content_codings_are_undone(contract, whole):
    """A body is decoded, whether a mock holds it whole or it comes as a stream."""
    content = CODED if whole else iter([CODED[:5], CODED[5:]])
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=content)
    exchange = sent(contract, mocked(lambda _: response))
    assert exchange.response is not None
    assert (None, b"plain") == (exchange.failure, exchange.response.body)


@pytest.mark.parametrize(("length", "failure"), [("3", Failure.EXCESS), ("5", Failure.TRUNCATED), ("4", None)])
def test_the_length_that_was_announced(contract, length, failure):
    """A body that is not as long as its answer says is told, though the client does not mind."""
    stream = httpx.ByteStream(b"body")
    client = mocked(lambda _: httpx.Response(200, headers={"Content-Length": length}, stream=stream))
    assert failure == sent(contract, client).failure


def test_an_answer_that_no_server_sent(contract):
    """Such an answer has no version of HTTP: what servers add to answers is not asked of it."""
    exchange = sent(contract, mocked(lambda _: httpx.Response(200)))
    assert exchange.response is not None
    assert "" == exchange.response.version


def test_what_a_mock_has_no_route_for(contract):
    """A request that respx does not know is no fault of whoever is mocked."""
    with respx.mock, pytest.raises(NotCarriedError, match="no route"):
        sent(contract, httpx.Client(base_url=BASE))


def test_what_is_not_sent_as_it_stands(contract):
    """A path that the client would fold reaches no mock, but goes over a socket as it is."""
    folded = Request("POST", "/v1/models/../environments")
    users = UsersClient(mocked(lambda _: httpx.Response(200)), contract)
    assert "httpx sends a different path" == users.why_not(folded)
    assert "" == users.why_not(POST)
    wired = UsersClient(httpx.Client(base_url=BASE), contract)
    assert "" == wired.why_not(folded)
    assert wired.why_not(Request("POST", "/", (("X", "a "),)))


def test_what_does_not_reach_a_wsgi_application(contract):
    """Chunks, repeated fields and bytes beyond ASCII have no place in WSGI, or none in httpx's."""
    client = httpx.Client(transport=httpx.WSGITransport(lambda *_: []), base_url=BASE)
    users = UsersClient(client, contract)
    for request in (
        Request("POST", "/", (), b"", chunked=True),
        Request("POST", "/", (("A", "1"), ("a", "2"))),
        Request("POST", "/", (("A", "é"),)),
    ):
        assert "WSGI" in users.why_not(request)


def test_clients_that_cannot_be_used(contract):
    """What is no client, is closed, or goes nowhere is told."""
    closed = httpx.Client(base_url=BASE)
    closed.close()
    for client, said in (
        (object(), "the target is a builtins.object"),
        (closed, "the client is closed"),
        (httpx.Client(), "the client has no base URL"),
        (httpx.Client(base_url="http://me:pw@localhost"), "the client's base URL holds credentials"),
    ):
        with pytest.raises(UsageError, match=said):
            UsersClient(client, contract)


def test_where_a_client_goes(contract):
    """What is on this machine is known by the base URL; only what reaches nothing else may name any host."""

    class Mine(httpx.MockTransport):
        pass

    def loopback(client):
        return UsersClient(client, contract).traits.loopback

    transport = httpx.MockTransport(echoing([]))
    assert loopback(httpx.Client(base_url=BASE))
    assert loopback(httpx.Client(transport=transport))
    assert loopback(httpx.Client(transport=transport, base_url="https://api.example"))
    assert not loopback(httpx.Client(base_url="https://api.example"))
    assert not loopback(httpx.Client(transport=Mine(echoing([])), base_url="https://api.example"))
    assert not loopback(httpx.Client(base_url=BASE, proxy="http://proxy.example:1"))
    assert is_client(httpx2.AsyncClient())
    assert not is_client("http://localhost")
