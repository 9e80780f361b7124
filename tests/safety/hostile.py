"""A server that is hostile in a way of one's choice: what it sends in answer to a request, byte for byte."""

import gzip
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

KEY_ECHO = b"X-Filler: 1\r\n"
SECONDS = 3.0
"""How long a hostile answer goes on, unless the client hangs up: longer than the client waits."""

Behaviour = Callable[[socket.socket], None]


def _head(*fields: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{''.join(f'{each}' + chr(13) + chr(10) for each in fields)}\r\n".encode("latin-1")


def _whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    kind = "Content-Type: application/json"
    return _head(kind, f"Content-Length: {len(body)}", *fields, status=status) + body


def says(*pieces: bytes) -> Behaviour:
    """Return the behaviour that sends some bytes and closes."""

    def behave(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def floods(first: bytes, again: bytes) -> Behaviour:
    """Return the behaviour that sends `first`, and then `again` until the client hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            connection.sendall(again)

    return behave


def drips(first: bytes, again: bytes) -> Behaviour:
    """Return the behaviour that sends `again` slowly."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            connection.sendall(again)
            time.sleep(0.05)

    return behave


def hangs(first: bytes) -> Behaviour:
    """Return the behaviour that sends something and then nothing."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(SECONDS)
        connection.recv(1)

    return behave


def resets(first: bytes) -> Behaviour:
    """Return the behaviour that sends something and resets the connection."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def _bomb(layers: int = 1, size: int = 50_000_000) -> bytes:
    body = gzip.compress(bytes(size), 9)
    for _ in range(layers - 1):
        body = gzip.compress(body, 9)
    return body


CHUNKED = _head("Content-Type: application/json", "Transfer-Encoding: chunked")
BIG = b"a" * 65_536

BEHAVIOURS: dict[str, Callable[[], Behaviour]] = {
    "nothing": lambda: says(b""),
    "silence": lambda: hangs(b""),
    "reset at once": lambda: resets(b""),
    "no HTTP": lambda: says(b"\x16\x03\x01\x00\xff" * 100),
    "another protocol": lambda: says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "HTTP of the future": lambda: says(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "a status of no number": lambda: says(b"HTTP/1.1 two OK\r\n\r\n"),
    "a status of many digits": lambda: says(b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n"),
    "status 999": lambda: says(_whole(b"{}", status="999 What")),
    "status 100 for ever": lambda: floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "status 102 slowly for ever": lambda: drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a reason without end": lambda: floods(b"HTTP/1.1 200 ", BIG),
    "a header without end": lambda: floods(b"HTTP/1.1 200 OK\r\nX-A: ", BIG),
    "headers without end": lambda: floods(b"HTTP/1.1 200 OK\r\n", KEY_ECHO * 4000),
    "headers slowly": lambda: drips(b"HTTP/1.1 200 OK\r\n", KEY_ECHO),
    "ten thousand short headers": lambda: says(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 10_000 + b"\r\n"),
    "a header with a nul": lambda: says(_whole(b"{}", "X-A: a\0b")),
    "a header with a control character": lambda: says(_whole(b"{}", "X-A: a\x1b[31mb\x07")),
    "a header without a colon": lambda: says(_whole(b"{}", "X-A")),
    "bare line feeds": lambda: says(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
    "two lengths": lambda: says(_head("Content-Length: 2", "Content-Length: 5") + b"{}xxx"),
    "a negative length": lambda: says(_head("Content-Length: -5") + b"{}"),
    "a length beyond all": lambda: hangs(_head("Content-Length: " + "9" * 30) + b"{}"),
    "length and chunks": lambda: says(
        _head("Content-Length: 2", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "a body shorter than announced": lambda: says(_head("Content-Length: 500") + b"{}"),
    "a body longer than announced": lambda: says(_whole(b"{}") + b"garbage" * 1000),
    "a second answer unasked for": lambda: says(_whole(b"{}") + _whole(b'{"smuggled": true}')),
    "a body without end": lambda: floods(_head("Content-Type: application/json", "Connection: close"), BIG),
    "a body slowly": lambda: drips(_head("Content-Length: 100000"), b" "),
    "chunks without end": lambda: floods(CHUNKED, b"10000\r\n" + BIG + b"\r\n"),
    "chunks of one byte": lambda: floods(CHUNKED, b"1\r\na\r\n" * 5000),
    "a chunk of a size beyond all": lambda: hangs(CHUNKED + b"f" * 40 + b"\r\nabc"),
    "a chunk size without end": lambda: floods(CHUNKED, b"0" * 65_536),
    "a chunk extension without end": lambda: floods(CHUNKED + b"1;", b"x=y;" * 16_384),
    "trailers without end": lambda: floods(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-T: 1\r\n" * 8000),
    "a chunk size of no number": lambda: says(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "reset within the body": lambda: resets(_head("Content-Length: 500") + b'{"a": '),
    "a gzip bomb": lambda: says(_whole(_bomb(), "Content-Encoding: gzip")),
    "a gzip bomb in a gzip bomb": lambda: says(_whole(_bomb(2), "Content-Encoding: gzip, gzip")),
    "many codings": lambda: says(_whole(b"{}", "Content-Encoding: " + ", ".join(["gzip"] * 50))),
    "a deflate bomb": lambda: says(_whole(zlib.compress(bytes(50_000_000), 9), "Content-Encoding: deflate")),
    "gzip that is none": lambda: says(_whole(b"not gzip", "Content-Encoding: gzip")),
    "gzip that is torn": lambda: says(_whole(gzip.compress(b"{}" * 1000)[:20], "Content-Encoding: gzip")),
    "many gzip members": lambda: says(_whole(gzip.compress(b"") * 5000, "Content-Encoding: gzip")),
    "half a million gzip members": lambda: says(_whole(gzip.compress(b"") * 495_000, "Content-Encoding: gzip")),
    "backslashes beside the key": lambda: says(_whole(b"\\" * 20_000 + b"key")),
    "a lone surrogate for a time": lambda: says(_whole(b'{"name": "a", "created_at": "\\ud800"}')),
    "JSON of arrays a hundred thousand deep": lambda: says(_whole(b"[" * 100_000 + b"]" * 100_000)),
    "JSON of objects deep": lambda: says(_whole(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)),
    "a number of a hundred thousand digits": lambda: says(_whole(b'{"name": ' + b"9" * 100_000 + b"}")),
    "a number with a huge exponent": lambda: says(_whole(b'{"name": 1e999999999, "a": 1E-99999999999}')),
    "a fraction of many digits": lambda: says(_whole(b'{"name": 0.' + b"1" * 100_000 + b"e-99999}")),
    "a hundred thousand members": lambda: says(
        _whole(json.dumps({str(number): number for number in range(100_000)}).encode())
    ),
    "a member a hundred thousand times": lambda: says(_whole(b"{" + b'"a":1,' * 100_000 + b'"a":1}')),
    "a name of a megabyte": lambda: says(_whole(b'{"' + b"n" * 900_000 + b'": 1}')),
    "NaN and lone surrogates": lambda: says(_whole(b'{"name": NaN, "a": "\\ud800", "b": Infinity}')),
    "invalid UTF-8": lambda: says(_whole(b'{"name": "\xff\xfe\xed\xa0\x80"}')),
    "script in every text": lambda: says(_whole(b'{"name": "</script><script>alert(1)</script>"}', "X-A: <script>")),
    "a redirect to itself": lambda: says(_whole(b"", "Location: /", status="307 Temporary Redirect")),
    "a redirect to another host": lambda: says(_whole(b"", "Location: http://192.0.2.1/", status="308 Permanent")),
    "a wait of a year": lambda: says(_whole(b'{"retry_after": 31536000}', status="429 Too Many Requests")),
    "unavailable for a year": lambda: says(
        _whole(b"{}", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", status="503 Service Unavailable")
    ),
    "a wait of no number": lambda: says(
        _whole(b'{"retry_after": "soon"}', "Retry-After: -5", status="429 Too Many Requests")
    ),
    "a hundred cookies": lambda: says(_whole(b"{}", *(f"Set-Cookie: c{n}=" + "v" * 400 for n in range(100)))),
    "a switch of protocols": lambda: hangs(_head("Upgrade: websocket", status="101 Switching Protocols")),
}


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve; every request, as far as it is there, is met with the behaviour. Give the URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:

        def meet(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(SECONDS)
                connection.recv(65_536)
                behaviour(connection)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=meet, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
