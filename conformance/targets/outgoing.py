"""What leaves for the target: the request with the key in place of its placeholder, checked to be HTTP."""

import re
from functools import lru_cache
from urllib.parse import quote

import msgspec

from conformance.model.case import KEY, OTHER_KEY, Request
from conformance.model.errors import UsageError

BODILESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that announce no length when they have no body (RFC 9110 section 8.6)."""

OTHER_HOST = "conformance.invalid"
"""A host that is not the target (RFC 6761 section 6.4)."""

_NOT_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_NOT_VALUE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_NOT_TARGET = re.compile("[\x00-\x20\x7f\ud800-\udfff]")
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class Sending(msgspec.Struct, frozen=True):
    """A request with the key in it. It must not be kept, logged or shown."""

    method: str
    target: str
    fields: tuple[tuple[str, str], ...]
    body: bytes | None
    chunked: bool
    hosts: int = 1


def prepare(request: Request, key: str) -> Sending:
    """Return `request` with `key` in place of `KEY`: as it is in header values, percent-encoded in the target.

    Raises:
        ValueError: the method or a header's name is no token, the target does not begin with a slash, a control
            character or a lone surrogate stands somewhere, or a framing header is given.
        UsageError: the key holds a control character.

    """
    if _NOT_VALUE.search(key):
        raise UsageError("the API key has a control character", "check for a line break at its end")
    if not request.method or _NOT_TOKEN.search(request.method):
        raise ValueError(f"not a method: {request.method!r}")
    if not request.target.startswith("/") or _NOT_TARGET.search(request.target):
        raise ValueError(f"not a request target below a base URL: {request.target!r}")
    _check_headers(request.headers)
    target = request.target
    if "$" in target:
        target = OTHER_KEY.sub(KEY, target).replace(KEY, quote(key, safe=""))
    fields = _filled(request.headers, key)
    body = b"" if request.chunked and request.body is None else request.body
    return Sending(request.method, target, fields, body, request.chunked, request.hosts)


@lru_cache(maxsize=32)
def _filled(headers: tuple[tuple[str, str], ...], key: str) -> tuple[tuple[str, str], ...]:
    """Return header fields with the key in them."""
    return tuple(
        (name, OTHER_KEY.sub(KEY, value).replace(KEY, key) if "$" in value else value) for name, value in headers
    )


@lru_cache(maxsize=256)
def _check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    """Check header fields, which nearly all requests of a run have alike; raises as `prepare`."""
    for name, value in headers:
        if not name or _NOT_TOKEN.search(name):
            raise ValueError(f"not a header name: {name!r}")
        if _NOT_VALUE.search(value):
            raise ValueError(f"not a value of header {name}: {value!r}")
        if name.lower() in _FRAMING:
            raise ValueError(f"the header {name} is set by the transport")


def hosts_of(count: int, host: str) -> tuple[str, ...]:
    """Return the values of as many `Host` fields as a request has: that of the target, and others."""
    return (host, *[OTHER_HOST] * (count - 1))[:count]


def redacted(text: str, key: str) -> str:
    """Return `text` in one line, with `KEY` wherever it holds `key`, plain or percent-encoded."""
    if not text:
        return text
    for secret in (key, quote(key, safe="")) if key else ():
        text = text.replace(secret, KEY)
    return " ".join(text.split())
