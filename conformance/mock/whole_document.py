"""All operations of a document on one server: each as its own contract has it, with a state of its own."""

from collections.abc import Sequence
from urllib.parse import quote

from conformance.mock.app import Mock
from conformance.mock.compiled_contract import Route
from conformance.mock.transmission import Message, Receive, Send


class WholeDocument:
    """An ASGI application that hands each request to the mock of its operation.

    Of several paths that fit, the one with the fewest parameters counts (OpenAPI, "Path Templating Matching"). What
    fits none gets 404, and another method of a path 405 with the methods of all its operations.
    """

    def __init__(self, mocks: Sequence[Mock]) -> None:
        self.mocks = tuple(sorted(mocks, key=_generality))
        for each in self.mocks:
            path, method = each.contract.operation.path, each.contract.operation.method
            same = (other.contract.operation for other in self.mocks if other.contract.operation.path == path)
            each.beside = tuple(other.method for other in same if other.method != method)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        chosen = self.mocks[0]
        if scope["type"] == "http":
            path = bytes(scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]
            chosen = self.of(scope["method"], path, bytes(scope.get("query_string", b"")))
        await chosen(scope, receive, send)

    def of(self, method: str, path: bytes, query: bytes = b"") -> Mock:
        """Return the mock that a request is for."""
        fitting = [each for each in self.mocks if any(_fits(route, path, query) for route in each.compiled.routes)]
        first = (fitting or self.mocks)[0]
        same = (each for each in fitting if each.contract.operation.path == first.contract.operation.path)
        return next((each for each in same if each.contract.operation.method == method), first)


def _generality(mock: Mock) -> tuple[int, int]:
    """Return what orders mocks: those whose path says most come first."""
    route = mock.compiled.routes[0]
    return len(route.parameters), -len(route.query)


def _fits(route: Route, path: bytes, query: bytes) -> bool:
    return route.expression.fullmatch(path) is not None and route.query <= set(query.split(b"&"))
