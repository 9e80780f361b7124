"""A document at a URL: fetched once, where its host is allowed, and read as a file from then on."""

import atexit
import http.client
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec.structs import replace

from conformance.contract.reading.document import MAX_BYTES, url_of
from conformance.model.errors import UsageError
from conformance.model.version import VERSION
from conformance.targets.addresses import ssl_context
from conformance.workflow.setup.opening import tls_of
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.time_limit import unless_done

Options = TypeVar("Options", bound=RunOptions)

SECONDS = 30.0
"""How long it may take to fetch a document, all in all."""

REMEDY = "download it, and name the file with --spec"

CHUNK = 65_536


def with_local_document(options: Options) -> Options:
    """Return options whose document is a file: one at a URL is fetched.

    Raises:
        UsageError: the URL is not https, its host is not allowed, or the document cannot be fetched.

    """
    url = url_of(options.spec) if options.spec is not None else None
    if url is None:
        return options
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or "@" in parts.netloc:
        raise UsageError("--spec takes a file, or an https URL without credentials", REMEDY)
    if host not in {each.lower() for each in options.allow_hosts}:
        raise UsageError(f"the document is on the host {host}", f"allow it with --allow-host {host}")
    folder = Path(tempfile.mkdtemp(prefix="conformance-document-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / (PurePosixPath(unquote(parts.path)).name or "openapi.yaml")
    path.write_bytes(_fetched(url, parts, options))
    return replace(options, spec=path)


def _fetched(url: str, parts: SplitResult, options: RunOptions) -> bytes:
    """Return what is at a URL; redirects are not followed."""
    context = ssl_context(tls_of(options))
    late = threading.Event()
    with closing(
        http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=context)
    ) as held:
        try:
            held.connect()
            with _limited(held.sock, late):
                target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
                held.request("GET", target, headers={"User-Agent": f"environment-conformance/{VERSION}"})
                with held.getresponse() as response:
                    data = response.read(MAX_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            within = f" within {SECONDS:g} s" if late.is_set() else f": {str(error) or type(error).__name__}"
            raise UsageError(f"cannot fetch {url}{within}", REMEDY) from error
    if late.is_set():
        raise UsageError(f"cannot fetch {url} within {SECONDS:g} s", REMEDY)
    if response.status != http.client.OK:
        location = response.getheader("Location")
        where = f", a redirect to {location}" if location else ""
        raise UsageError(f"{url} returns status {response.status}{where}", REMEDY)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{url} is larger than {MAX_BYTES} bytes", REMEDY)
    if not _is_whole(response, data):
        raise UsageError(f"{url} ends early", REMEDY)
    return data


@contextmanager
def _limited(connected: socket.socket, late: threading.Event) -> Iterator[None]:
    """End a connection when its time is over, however slowly its bytes come; `late` then says so."""

    def interrupt() -> None:
        late.set()
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    with unless_done(SECONDS, interrupt):
        yield


def _is_whole(response: http.client.HTTPResponse, data: bytes) -> bool:
    """Tell whether a body is as long as its response says."""
    length = response.getheader("Content-Length")
    return length is None or not length.isdecimal() or int(length) == len(data)
