"""Secrets that a server gives back in every place of an answer: none is in any file or stream of a run."""

import base64
import gzip
import html
import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pytest

from .killing import MAIN

KEY = 'sk-Live/94+tZ="q8\\Rk&xVw7'
GATE = 'gate-Pass/17+uY="k3\\Wd&mBn5'
SECRETS = {"the key": KEY, "a secret header": GATE}
OUT = Path("out")
MAX_BODY = 5_000


def whole(body: bytes, *fields: str, status: str = "422 Unprocessable") -> bytes:
    """Return an answer with its length."""
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*pieces: bytes, trailer: str = "") -> bytes:
    """Return an answer in chunks."""
    head = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + f"0\r\n{trailer}\r\n".encode()


def coded(text: str) -> bytes:
    """Return a text in Base64."""
    return base64.b64encode(text.encode())


PLACES: dict[str, Callable[[str], bytes]] = {
    "header": lambda s: whole(b"{}", f"X-Echo: <{s}>"),
    "cookie": lambda s: whole(b"{}", f"Set-Cookie: s={quote(s, safe='')}; Path=/"),
    "challenge": lambda s: whole(b"{}", f"WWW-Authenticate: Api-Key realm={s}", status="401 No"),
    "redirect": lambda s: whole(b"", f"Location: https://example.com/?k={quote(s, safe='')}", status="307 There"),
    "reason": lambda s: whole(b"{}", status=f"400 not {s}"),
    "body": lambda s: whole(b"it is " + s.encode()),
    "success": lambda s: whole(json.dumps({"name": s}).encode(), "Content-Type: application/json", status="200 OK"),
    "error text": lambda s: whole(json.dumps({"error": {"message": f"no such key: {s}"}}).encode()),
    "two chunks": lambda s: chunked(b"it is " + s[:9].encode(), s[9:].encode()),
    "trailer": lambda s: chunked(b"{}", trailer=f"X-Echo: {s}\r\n"),
    "base64": lambda s: whole(coded(s)),
    "base64 with its scheme": lambda s: whole(b"<" + coded(f"Api-Key {s}") + b">"),
    "base64 twice": lambda s: whole(base64.b64encode(coded(s))),
    "percent-encoded": lambda s: whole(quote(s, safe="").encode()),
    "percent-encoded twice": lambda s: whole(quote(quote(s, safe=""), safe="").encode()),
    "HTML": lambda s: whole(html.escape(s).encode()),
    "compressed": lambda s: whole(gzip.compress(s.encode()), "Content-Encoding: gzip"),
    "undeclared gzip": lambda s: whole(gzip.compress(f"it is {s}".encode())),
    "unknown coding": lambda s: whole(s.encode(), "Content-Encoding: br"),
    "UTF-16": lambda s: whole(s.encode("utf-16")),
    "Base64 in lines": lambda s: whole(base64.encodebytes(b"-" * 48 + s.encode())),
    "other letter case": lambda s: whole(s.swapcase().encode()),
    "two header fields": lambda s: whole(b"{}", f"X-One: {s[:9]}", f"X-Two: {s[9:]}"),
    "cut by the limit": lambda s: whole(b"x" * (MAX_BODY - 9) + s.encode()),
    "cut body": lambda s: whole(s.encode() + b"..").replace(b"Content-Length: ", b"Content-Length: 1")[:-1],
    "no HTTP": lambda s: f"HTTP/1.1 {s} {s}\r\n{s}\r\n\r\n".encode(),
}


class Echoing:
    """A server that answers each request with the next secret in the next place; it counts what it gave back."""

    def __init__(self) -> None:
        self.plants = [(place, name) for name in SECRETS for place in PLACES]
        self.given: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve, and give the URL."""
        echoing = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                head = b""
                while (line := self.rfile.readline()).strip():
                    head += line
                length = re.search(rb"(?im)^content-length: *(\d+)", head)
                self.rfile.read(int(length[1]) if length else 0)
                if head:
                    self.wfile.write(echoing.answer())

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        with Server(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()
            thread.join()

    def answer(self) -> bytes:
        """Return the next answer."""
        with self._lock:
            place, name = self.plants[self.given.total() % len(self.plants)]
            self.given[place, name] += 1
        return PLACES[place](SECRETS[name])


BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
DEPTH = 3


def readings(content: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """Yield what can be read in a content: as it is, unescaped, and what stands there in Base64, from any beginning."""
    yield content
    if not depth:
        return
    if b"%" in content:
        yield from readings(unquote_to_bytes(content), depth - 1)
    if b"&" in content:
        yield from readings(html.unescape(content.decode("latin-1")).encode("latin-1", "replace"), depth - 1)
    yield content.replace(b"\0", b"")
    yield from readings(re.sub(rb"[ \r\n]+|\\[nr]", b"", content), 1) if depth == DEPTH else ()
    if b"\\" in content:
        yield re.sub(
            rb"\\(?:u00([0-9a-fA-F]{2})|(.))", lambda m: bytes.fromhex(m[1].decode()) if m[1] else m[2], content
        )
    pieces = []
    for text in BASE64.findall(content):
        for begin in range(4):
            cut = text[begin : begin + (len(text) - begin) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/"))
            pieces.append(base64.b64decode(cut))
    if pieces:
        yield from readings(b"\n".join(pieces), depth - 1)


def signs(secret: str) -> list[bytes]:
    """Return what gives a secret away: it itself, the half of it that no encoding of its ends hides, and its pieces."""
    return [each.lower().encode() for each in (secret, secret[4:-4], secret[:9], secret[9:])]


def holds(content: bytes, secret: str) -> bool:
    """Tell whether a secret can be read in a content."""
    return any(sign in reading.lower() for reading in readings(content) for sign in signs(secret))


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place not in {"two chunks", "compressed", "undeclared gzip"}]
)
def test_the_search_finds_what_is_planted(place):
    """What is looked for is seen in every answer that gives it back, also inside a body that a journal encodes."""
    for secret in SECRETS.values():
        answer = PLACES[place](secret)
        assert holds(answer, secret)
        assert holds(b'{"body": "' + base64.b64encode(answer) + b'"}', secret)
        assert not holds(answer, secret[::-1])


@pytest.mark.slow
def test_no_secret_is_told(capsys):
    """Of the key and the value of a secret header, given back in every place, no file and no stream holds a trace."""
    echoing = Echoing()
    with echoing.serving() as url:
        ended = subprocess.run(  # noqa: S603 (our own command)
            [
                sys.executable, "-c", MAIN, "run", "--target", url, "--out", str(OUT), "--api-key-env", "MY_KEY",
                "--secret-header", "X-Gate=MY_GATE", "--concurrency", "1", "--repeats", "1", "--max-requests", "150",
                "--max-body", str(MAX_BODY),
            ],
            env={**os.environ, "MY_KEY": KEY, "MY_GATE": GATE}, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    assert 1 == ended.returncode, ended.stderr
    assert set(echoing.plants) == set(echoing.given)
    told = {path.name: path.read_bytes() for path in OUT.iterdir()}
    told |= {"stdout": ended.stdout, "stderr": ended.stderr}
    assert {"journal.ndjson", "results.json", "report.html", "junit.xml", "exchanges.har", "summary.md"} <= set(told)
    found = [
        (name, what) for name, content in told.items() for what, secret in SECRETS.items() if holds(content, secret)
    ]
    journal = told["journal.ndjson"]
    assert min(journal.count(b"$API_KEY"), journal.count(b"$MY_GATE")) > len(PLACES)
    with capsys.disabled():
        print(  # noqa: T201 (the figure)
            f"\n  {len(SECRETS)} secrets in {len(PLACES)} places each, given back {echoing.given.total()} times:"
            f" found in {len(found)} of {len(told)} files and streams"
        )
    assert [] == found
