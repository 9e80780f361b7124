"""cURL commands: what a shell sends is what the run sent."""

import shutil
import socket
import subprocess
import threading

import pytest

from conformance.model.case import Request
from conformance.reports.curl import LONGEST, curl, quote

AWKWARD = [
    b'{"name": "it\'s $(touch x) `id` \\" ${HOME} !! \\\\ "}',
    b"@/etc/passwd",
    b"",
    b"\x00\xff\xfe\r\n",
    b'{\r\n\t"a": 1}\n',
    '{"name": "é\u202e日"}'.encode(),
    b'{"name": "$API_KEY"}',
    b"-d",
]


class Listener:
    """A server that keeps the bytes of one request."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.received = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(5)
            while not self._whole():
                self.received += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _whole(self) -> bool:
        head, found, body = self.received.partition(b"\r\n\r\n")
        if b"chunked" in head:
            return body.endswith(b"0\r\n\r\n")
        length = next((line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line), b"0")
        return bool(found) and len(body) >= int(length)

    def close(self) -> None:
        """Wait for the request and stop listening."""
        self._thread.join(10)
        self._socket.close()


def send(request: Request, prefix: str = "") -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Run the command for `request` in a shell; return what arrived: first line, headers, body."""
    listener = Listener()
    command = curl(listener.base + prefix, request)
    subprocess.run(  # noqa: S603 - the command under test
        ["/bin/sh", "-c", command],
        env={"API_KEY": "s3cr3t", "X_TOKEN": 'it\'s $a "secret"', "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    listener.close()
    head, _, body = listener.received.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    pairs = [line.partition(b":") for line in lines]
    return first, {name: value.strip() for name, _, value in pairs}, body


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@needs_curl
@pytest.mark.parametrize("body", AWKWARD, ids=repr)
def test_body_arrives_byte_for_byte(body: bytes) -> None:
    """Any body arrives as it was, whatever a shell or cURL would make of it."""
    assert send(Request("POST", "/v1/x", (("Content-Type", "application/json"),), body))[2] == body


@needs_curl
def test_headers_are_those_of_the_run() -> None:
    """The key comes from the environment; empty headers are sent; cURL's own are not."""
    headers = (("Authorization", "Api-Key $API_KEY"), ("X-Empty", ""), ("X-Odd", 'it\'s "$HOME"'))
    first, sent, _ = send(Request("POST", "/v1/x", headers, b"{}"))
    assert first == b"POST /v1/x HTTP/1.1"
    sent.pop(b"Host")
    assert sent == {
        b"Authorization": b"Api-Key s3cr3t",
        b"X-Empty": b"",
        b"X-Odd": b'it\'s "$HOME"',
        b"Content-Length": b"2",
    }


@needs_curl
@pytest.mark.parametrize("target", ["/v1/../x/%2F//a?b=[1]&c", "/v1/a b", "*", "/x#y", "/é"])
def test_target_arrives_as_it_stands(target: str) -> None:
    """Dots, brackets, spaces and what is no path at all arrive as they stand, below the base's own path."""
    assert send(Request("POST", target), "/base")[0] == f"POST /base{target} HTTP/1.1".encode()


@needs_curl
def test_chunked_body() -> None:
    """A body that was sent in chunks is sent in chunks."""
    _, headers, body = send(Request("POST", "/v1/x", (), b"abc", chunked=True))
    assert headers[b"Transfer-Encoding"] == b"chunked"
    assert body == b"3\r\nabc\r\n0\r\n\r\n"


def test_long_body_is_left_to_replay() -> None:
    """A body beyond what a command line takes is not put on one."""
    assert curl("http://x", Request("POST", "/", (), b"a" * (LONGEST + 1))).startswith("# The body has 32001 bytes")


def test_target_without_address_reads_a_variable() -> None:
    """A target that is no URL, such as an application in the process, leaves the address to the reader."""
    assert curl("asgi:app:app", Request("GET", "/v1/x")).endswith('"$BASE_URL"/v1/x')


def test_quote_leaves_only_the_key_to_the_shell() -> None:
    """Nothing but the key is filled in."""
    assert quote("Api-Key $API_KEY") == "'Api-Key '\"$API_KEY\""
    assert quote("$HOME'") == "'$HOME'\"'\"''"
    assert quote("") == "''"


@needs_curl
def test_a_secret_header_comes_from_its_variable() -> None:
    """What stands for the value of a secret header is filled in by the shell; other values are not."""
    request = Request("GET", "/", (("X-Token", "$X_TOKEN"), ("X-Other", "costs $X_TOKEN"), ("X-Odd", "$X_TOKEN ")))
    headers = send(request)[1]
    assert b'it\'s $a "secret"' == headers[b"X-Token"]
    assert b"costs $X_TOKEN" == headers[b"X-Other"]
    assert b"$X_TOKEN" == headers[b"X-Odd"]
