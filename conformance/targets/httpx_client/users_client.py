"""What a client of httpx or httpx2 brings with it: where it goes, what it adds, and how it authenticates."""

import base64
import binascii
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import msgspec

from conformance.contract.contract import Contract
from conformance.model.case import KEY, Request
from conformance.model.errors import UsageError
from conformance.targets.addresses import is_loopback
from conformance.targets.resolving import leaves
from conformance.targets.target import Traits

if TYPE_CHECKING:
    import httpx

LIBRARIES = frozenset({"httpx", "httpx2"})
KINDS = frozenset({"Client", "AsyncClient"})
IN_PROCESS = frozenset({"ASGITransport", "MockTransport", "WSGITransport"})
"""Transports of the libraries that never reach for a network."""

WITH_SOCKETS = frozenset({"AsyncHTTPTransport", "HTTPTransport"})

PLAIN = frozenset(
    {"accept", "accept-charset", "accept-language", "accept-encoding", "connection", "content-type", "user-agent"}
)
"""Headers whose value is no secret."""

SHORT = 6
"""Fewer characters than this are no secret: they stand in other texts by chance."""

KEPT = "The key of the client object's authentication is unknown"
"""Why nothing is sent that holds the key anywhere but in its place."""

IN_THIS_PROCESS = "http://127.0.0.1"
"""The base URL of a client that has none, and reaches nothing but this process."""


def is_client(target: object) -> bool:
    """Tell whether `target` is a `Client` or an `AsyncClient` of httpx or httpx2, or of a class made from one."""
    return _library(target) is not None


class OwnCredential(msgspec.Struct, frozen=True):
    """A credential that the client brings: `key` where it shows, `header` where it stands among the client's.

    With `auth` the client's own authentication is what puts it on a request.
    """

    key: str = ""
    header: str = ""
    auth: bool = False


class UsersClient:
    """A client of a user's, read once before it is used; it is never changed, and never closed.

    Raises:
        UsageError: the client is closed, has no base URL, or its URL holds credentials.

    """

    def __init__(self, given: object, contract: Contract) -> None:
        library = _library(given)
        if library is None:
            what = f"{type(given).__module__}.{type(given).__name__}"
            raise UsageError(f"the target is a {what}", "pass a URL, or a client of httpx or httpx2")
        client = cast("httpx.Client | httpx.AsyncClient", given)
        self.library: Any = sys.modules[library]
        self.client = client
        self.asynchronous = any(kind.__name__ == "AsyncClient" for kind in type(client).__mro__)
        if client.is_closed:
            raise UsageError("the client is closed", "pass an open client")
        transport = _transport(client, self._base(IN_THIS_PROCESS))
        in_process = _is_library(transport) and type(transport).__name__ in IN_PROCESS
        self.exact = _is_library(transport) and type(transport).__name__ in WITH_SOCKETS
        self.wsgi = in_process and type(transport).__name__ == "WSGITransport"
        self.base = self._base(IN_THIS_PROCESS if in_process else "")
        direct = transport is getattr(client, "_transport", None)
        self.traits = Traits(
            host=self.base.raw_host.decode().lower(),
            loopback=in_process or (direct and is_loopback(self.base.host) and not leaves(self.base.host)),
            secure=self.base.scheme == "https",
            lasting=not in_process,
        )
        kind = type(client).__name__
        shown = f"({type(transport).__name__})" if in_process else ""
        url = str(self.base).rstrip("/")
        self.name = f"{library}.{kind}{shown} at {url}"
        self.url = self.name if in_process else url
        self.security = contract.operation.security
        self.form = f"{contract.scheme} {KEY}".strip()
        self.headers, self.query = self._own()
        self.credential = self._credential()

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be shown, and what stands for it: values in the query, and what authentication adds."""
        for name, value in self.client.params.multi_items():
            if len(value) >= SHORT:
                yield value, f"${_variable(name)}"
        if self.credential is not None:
            for value in (self.credential.header, self.credential.key):
                for each in inner(value):
                    yield each, KEY

    def why_not(self, request: Request) -> str:
        """Return why a request cannot be sent as it stands, empty where it can."""
        if request.hosts != 1:
            return "httpx sends `Host` itself"
        if self.wsgi:
            names = [name.lower() for name, _ in request.headers]
            if request.chunked:
                return "httpx does not pass a chunked body to a WSGI application"
            if len(set(names)) < len(names) or not all(value.isascii() for _, value in request.headers):
                return "httpx does not pass such header fields to a WSGI application"
        if self.exact and any(value != value.strip(" \t") for _, value in request.headers):
            return "httpx sends no header field that begins or ends with a space"
        if self.credential is not None and not self.credential.key:
            right = self.is_right(request)
            held = [value for name, value in request.headers if not (right and self.carries(name))]
            if any(KEY in value for value in (*held, request.target)):
                return KEPT
        if not self.exact:
            try:
                url = self.url_of(request.target)
            except Exception as error:  # noqa: BLE001 (InvalidURL of either library)
                return f"httpx rejects the URL: {error}"
            if url.raw_path != self.path_of(request.target):
                return "httpx sends a different path"
        return ""

    def carries(self, name: str) -> bool:
        """Tell whether a header is the one of the credential."""
        return bool(self.header) and name.lower() == self.header

    def is_right(self, request: Request) -> bool:
        """Tell whether a request carries the credential in its documented form, so that the client may put its own."""
        return [value for name, value in request.headers if self.carries(name)] == [self.form]

    def url_of(self, target: str) -> "httpx.URL":
        """Return where a request target below the base URL is found; the client's own parameters are added."""
        return self.base.copy_with(raw_path=self.path_of(target))

    def path_of(self, target: str) -> bytes:
        """Return the request target as it is sent."""
        own = ("&" if "?" in target else "?") + self.query if self.query else ""
        return self.base.raw_path.rstrip(b"/") + (target + own).encode()

    @property
    def header(self) -> str:
        """The name of the header of the credential, in lower case; empty where it travels elsewhere."""
        return self.security.name.lower() if self.security is not None and self.security.location == "header" else ""

    def _base(self, default: str) -> "httpx.URL":
        base = self.client.base_url
        if not base.host and default:
            base = self.library.URL(default)
        if not base.host or base.scheme not in {"http", "https"}:
            raise UsageError("the client has no base URL", f"use {self.library.__name__}.Client(base_url=...)")
        if base.username or base.password:
            raise UsageError("the client's base URL holds credentials", "pass them to the client as auth=")
        return base

    def _own(self) -> tuple[tuple[tuple[str, str], ...], str]:
        """Return the headers, cookies among them, and the query that the client adds to every request."""
        request = self.client.build_request("GET", self.base)
        usual = self.library.Client(transport=self.library.BaseTransport(), trust_env=False).headers
        skipped = {"host", *(name for name, value in usual.items() if self.client.headers.get(name) == value)}
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        return tuple(pair for pair in pairs if pair[0].lower() not in skipped), request.url.query.decode()

    def _credential(self) -> OwnCredential | None:
        if self.security is None:
            return None
        if self.security.location != "header":
            if self.security.name in self.client.params or self.security.name in self.client.cookies:
                problem = f"the client has the credential {self.security.name!r} in its {self.security.location}"
                raise UsageError(problem, "remove it there, and set the key in an environment variable")
            return None
        given = [value for name, value in self.headers if self.carries(name)]
        self.headers = tuple(pair for pair in self.headers if not self.carries(pair[0]))
        auth = self.client.auth
        if auth is not None:
            value = self._put_by(auth)
            if self.header == "authorization" or value:
                return OwnCredential(self._key_in(value), value, auth=True)
        return OwnCredential(self._key_in(given[0]), given[0]) if given else None

    def _put_by(self, auth: "httpx.Auth") -> str:
        """Return what the client's authentication puts into the credential's header, as far as it shows beforehand."""
        probe = self.client.build_request("POST", self.base)
        before = probe.headers.get(self.header)
        with suppress(Exception):
            flow = auth.auth_flow(probe)
            first = next(flow)
            flow.close()
            if first.url == probe.url and first.headers.get(self.header) not in {None, before}:
                return str(first.headers[self.header])
        return ""

    def _key_in(self, value: str) -> str:
        scheme = self.form.removesuffix(KEY)
        return value.removeprefix(scheme) if value.startswith(scheme) else ""


def inner(value: str) -> Iterator[str]:
    """Yield the secrets in the value of a header: all of it, what follows its scheme, the password of Basic."""
    token = value.rpartition(" ")[2]
    for each in dict.fromkeys((value, token)):
        if len(each) >= SHORT:
            yield each
    if value[:6].lower() == "basic ":
        with suppress(binascii.Error, UnicodeDecodeError):
            password = base64.b64decode(token).decode().partition(":")[2]
            if len(password) >= SHORT:
                yield password


def shown(name: str, value: str) -> str:
    """Return what stands for the value of a header of the client's in all that is written."""
    return value if name.lower() in PLAIN or len(value) < SHORT else f"${_variable(name)}"


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _library(target: object) -> str | None:
    for kind in type(target).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in LIBRARIES and kind.__name__ in KINDS:
            return library
    return None


def _is_library(transport: object) -> bool:
    return type(transport).__module__.partition(".")[0] in LIBRARIES


def _transport(client: "httpx.Client | httpx.AsyncClient", url: "httpx.URL") -> object:
    """Return the transport that requests to `url` take; None, and so nothing that is known, where it does not show."""
    find = getattr(client, "_transport_for_url", None)
    return find(url) if find is not None else None
