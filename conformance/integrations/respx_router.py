"""The reference behaviour, or any fault, in a user's own respx-mocked test."""

from collections.abc import Iterable
from typing import Any, Self

import httpx
import respx

from conformance.clients.mocking import TruncatedStream
from conformance.contract.contract import Contract
from conformance.integrations.reference import reference_app
from conformance.mock.app import Mock
from conformance.mock.stages import MAX_BODY_BYTES
from conformance.mock.transaction import Transaction


class ReferenceRouter(respx.MockRouter):
    """A router of respx that responds as the reference server; `mock` is its application, with its state."""

    mock: Mock

    def __enter__(self) -> Self:
        """Mock the requests of httpx until the context ends."""
        super().__enter__()
        return self

    async def __aenter__(self) -> Self:
        """Mock the requests of httpx until the context ends."""
        await super().__aenter__()
        return self


def respx_router(
    *,
    faults: Iterable[str] = (),
    base_url: str = "",
    key: str | None = None,
    unknown: Iterable[str] = (),
    contract: Contract | None = None,
    **settings: Any,  # noqa: ANN401 (respx's own)
) -> ReferenceRouter:
    """Return a router of respx that mocks the operation, statefully, for as long as it is entered.

    Args:
        faults: ids or globs of faults to enable, as `conformance mock --list-faults` lists them.
        base_url: what the URLs of routed requests begin with; by default all are routed.
        key: the one valid key; by default any key that is not empty is valid.
        unknown: values of path parameters that do not exist: 404.
        contract: the operation that is mocked; by default that of the built-in document.
        settings: `assert_all_called`, `assert_all_mocked` and the like of `respx.mock`.

    Raises:
        UsageError: a fault does not exist.

    Examples:
        >>> import httpx
        >>> with respx_router(base_url="https://api.example.com") as router:
        ...     url, headers = "https://api.example.com/v1/models/abc/environments", {"Authorization": "Api-Key any"}
        ...     [httpx.post(url, headers=headers, json={"name": "a"}).status_code for _ in range(2)]
        [200, 409]
        >>> router.mock.creations
        1

    """
    mock = reference_app(contract, faults=faults, key=key, unknown=unknown)
    settings.setdefault("assert_all_called", False)
    router = ReferenceRouter(**settings)
    router.mock = mock
    prefix = httpx.URL(base_url).raw_path.rstrip(b"/") if base_url else b""
    route = router.route(url__startswith=base_url) if base_url else router.route()
    route.mock(side_effect=lambda request: answered(mock, request, prefix))
    return router


def answered(mock: Mock, request: httpx.Request, prefix: bytes = b"") -> httpx.Response:
    """Return the response of the mock to a request of httpx.

    `prefix` is the path of the base URL, which is no part of what the mock is asked. Answers that are only late come at
    once, and those that a server would swap come to whom they belong.

    Raises:
        httpx.RemoteProtocolError: a fault breaks the connection off; within a body, when that is read.
        httpx.ReadTimeout: a fault falls silent.

    """
    path, _, query = request.url.raw_path.removeprefix(prefix).partition(b"?")
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    body = request.content
    tx = Transaction(request.method, path, query, headers, body, too_large=len(body) > MAX_BODY_BYTES)
    mock.handle(tx)
    if tx.delivery.dropped:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    if tx.delivery.stall is not None:
        raise httpx.ReadTimeout("The read operation timed out", request=request)
    if tx.delivery.cut is not None:
        begun = tx.response_body[: tx.delivery.cut]
        return httpx.Response(tx.status, headers=tx.response_headers, stream=TruncatedStream(begun))
    # As a stream: what cannot be decoded is then raised where a client reads it.
    return httpx.Response(tx.status, headers=tx.response_headers, stream=httpx.ByteStream(tx.response_body))
