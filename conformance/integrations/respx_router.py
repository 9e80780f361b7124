"""The reference behaviour, or any fault, in a user's own respx-mocked test."""

from collections.abc import Iterable
from typing import Any

import httpx
import respx

from conformance.clients.mocking import TruncatedStream
from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import Mock, reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.stages import MAX_BODY_BYTES
from conformance.mock.transaction import Transaction


class ReferenceRouter(respx.MockRouter):
    """A router of respx that responds as the reference server; `mock` is its application, with its state."""

    mock: Mock


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
        faults: ways to be wrong, by id or glob, as `conformance mock --list-faults` lists them.
        base_url: what the URLs of routed requests begin with; by default all are routed.
        key: the accepted key; by default any non-empty key is accepted.
        unknown: values of path parameters that name nothing.
        contract: another contract than the one that is built in.
        settings: `assert_all_called`, `assert_all_mocked` and the like of `respx.mock`.

    Raises:
        UsageError: there is no such fault.

    """
    held = contract or load_contract()
    mock = reference_app(held, faults=pick(held, faults), key=key, unknown=frozenset(unknown))
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
