"""Answers of HTTP clients, read as exchanges: by what they offer, so that no client needs to be installed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from conformance.checks.shared.request_parts import path_parameters
from conformance.contract.contract import Contract
from conformance.model.case import Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Response

Fields: TypeAlias = tuple[tuple[str, str], ...]

CODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""What tells of the body on its way, and no longer of one whose coding was undone."""

KNOWN = "httpx, httpx2, requests, aiohttp, Schemathesis"


def response_of(answer: object, body: bytes | None = None) -> Response:
    """Return what a client received; `body` is what it read, where `answer` does not hold it.

    Raises:
        UsageError: it is no response of a client that is known, or its body was not read yet.

    """
    held: Any = answer
    if isinstance(answer, Response):
        return answer
    status = getattr(held, "status_code", None) or getattr(held, "status", None)
    if not isinstance(status, int) or not hasattr(held, "headers"):
        what = f"{type(answer).__module__}.{type(answer).__name__}"
        raise UsageError(f"{what} is not a supported response", f"pass one of {KNOWN}")
    content = body if body is not None else _content(held)
    reason = getattr(held, "reason_phrase", None) or getattr(held, "reason", None) or getattr(held, "message", None)
    headers = _headers(held)
    if any(name.lower() == "content-encoding" for name, _ in headers):
        headers = tuple(pair for pair in headers if pair[0].lower() not in CODED)
    return Response(status, headers, content, reason if isinstance(reason, str) else "")


def request_of(contract: Contract, sent: object) -> Request | None:
    """Return the request that a client sent, None where it cannot be told; its target begins where the contract's does.

    `sent` is a request of a client, or a response that holds one.

    Raises:
        UsageError: it is something else.

    """
    if isinstance(sent, Request):
        return sent
    held = _inner_request(sent)
    if held is None:
        return None
    method, url = getattr(held, "method", None), getattr(held, "url", None)
    if not isinstance(method, str) or url is None:
        what = f"{type(sent).__module__}.{type(sent).__name__}"
        raise UsageError(f"{what} is not a supported request", f"pass one of {KNOWN}")
    headers = _pairs(getattr(held, "headers", ()))
    return Request(method.upper(), _target(contract, url), headers, _sent_body(held))


def _inner_request(sent: object) -> object | None:
    """Return the request in a response; httpx raises where there is none."""
    if hasattr(sent, "method") and not hasattr(sent, "status"):
        return sent
    for name in ("request", "request_info"):
        try:
            found = getattr(sent, name, None)
        except RuntimeError:
            continue
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def _content(held: Any) -> bytes:  # noqa: ANN401 (a response of any client)
    try:
        content = getattr(held, "content", None)
    except Exception as error:
        raise UsageError(f"the body of the response was not read: {error}", "read it first") from error
    if not isinstance(content, bytes):
        # aiohttp keeps the bytes here once `await response.read()` is done; its `content` is the stream.
        content = getattr(held, "_body", None)
    if not isinstance(content, bytes):
        raise UsageError("the body of the response was not read", "read it first, or pass it as body=")
    return content


def _headers(held: Any) -> Fields:  # noqa: ANN401 (a response of any client)
    raw = getattr(held, "raw_headers", None)
    if raw is not None:
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    lists = getattr(getattr(held, "raw", None), "headers", None)
    if lists is not None and hasattr(lists, "getlist"):
        return tuple((name, value) for name in dict.fromkeys(lists) for value in lists.getlist(name))
    return _pairs(held.headers)


def _pairs(headers: Any) -> Fields:  # noqa: ANN401 (headers of any client)
    items: Callable[[], Iterable[tuple[Any, Any]]] | None = getattr(headers, "multi_items", None)
    listed = items() if items else headers.items() if isinstance(headers, Mapping) else headers
    found: list[tuple[str, str]] = []
    for name, value in listed:
        found.extend((_text(name), _text(each)) for each in (value if isinstance(value, list) else [value]))
    return tuple(found)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _target(contract: Contract, url: object) -> str:
    raw = getattr(url, "raw_path", None)
    if isinstance(raw, bytes):
        target = raw.decode("ascii", "replace")
    else:
        parts = urlsplit(str(url))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
    path, mark, query = target.partition("?")
    pieces = path.split("/")
    for number in range(1, len(pieces)):
        below = "/" + "/".join(pieces[number:])
        if path_parameters(contract.operation.path, below) is not None:
            return below + mark + query
    return target or "/"


def _sent_body(held: Any) -> bytes | None:  # noqa: ANN401 (a request of any client)
    for name in ("content", "body"):
        try:
            found = getattr(held, name, None)
        except Exception:  # noqa: BLE001, S112 (a stream that was not read: the body is not known)
            continue
        if isinstance(found, str):
            return found.encode()
        if isinstance(found, bytes):
            return found
    return None
