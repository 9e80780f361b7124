"""The key is in no file and on no screen, wherever and however a target sends it back."""

import base64
import html
import json
import socket
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from ..journals import events  # noqa: TID252 - test modules are found by path

KEY = "sk-Live/94+tZ=q8Rk&xVw7"
OUT = Path("conformance-report")


def spellings(key: str) -> list[str]:
    """Return the key in the spellings that a server may echo it in."""
    encoded = base64.b64encode(key.encode()).decode()
    return [
        key,
        quote(key, safe=""),
        quote(quote(key, safe=""), safe=""),
        "".join(f"%{ord(c):02x}" for c in key),
        "".join(f"\\u{ord(c):04x}" for c in key),
        json.dumps(key).replace("/", "\\/"),
        html.escape(key),
        html.escape(html.escape(key)),
        encoded,
        encoded.rstrip("="),
        base64.b64encode(encoded.encode()).decode(),
        base64.b64encode(f"Bearer {key}".encode()).decode(),
        base64.urlsafe_b64encode(f"user:{key}".encode()).decode(),
        quote(encoded, safe=""),
        key.encode().hex(),
    ]


def traces(key: str) -> list[bytes]:
    """Return what must stand in no file: the spellings, and the middle of each that an encoding could shift."""
    found = {spelling.strip('"') for spelling in spellings(key)}
    found |= {spelling[8:28] for spelling in spellings(key) if len(spelling) > 40}
    return [each.encode() for each in found]


@pytest.mark.slow
def test_the_key_is_in_no_file_of_a_run(command, serve, monkeypatch):
    """Echoed in header names, values, reasons, redirects and bodies, in every spelling, the key is replaced."""
    monkeypatch.setenv("MY_KEY", KEY)
    seen = []
    told = spellings(KEY)

    def echo(handler, _):
        seen.append(handler.headers.get("Authorization", ""))
        spelling = told[len(seen) % len(told)]
        body = json.dumps({"error": f"no such key: {KEY}", "message": spelling}) + spelling
        headers = {
            "X-Echo": f"<{spelling}>",
            f"X-{KEY.replace('/', '').replace('=', '')}": "name",
            "Location": f"https://example.com/?key={spelling}",
            "WWW-Authenticate": f'Bearer realm="{KEY}"',
        }
        return (200, 302, 401, 500)[len(seen) % 4], headers, body.encode()

    server = serve(echo)
    ended = command("run", "--target", server.url, "--profile", "smoke", "--api-key-env", "MY_KEY", "--repeats", "1")
    assert any(KEY in header for header in seen)
    assert 1 == ended.status
    for path in [*OUT.iterdir()]:
        content = path.read_bytes()
        assert [] == [(path.name, trace) for trace in traces(KEY) if trace in content]
    assert KEY not in ended.out + ended.err
    bodies = b"".join(
        base64.b64decode(event["response"].get("body", ""))
        for event in events(OUT, "exchange")
        if event.get("response")
    )
    assert bodies.count(b"$API_KEY") >= len(seen)
    assert [] == [trace for trace in traces(KEY) if trace in bodies]


def test_the_key_is_not_in_what_a_broken_transport_says(command, monkeypatch):
    """An answer that is no HTTP and repeats the key is told without it."""
    monkeypatch.setenv("MY_KEY", KEY)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(f"HTTP/1.1 {KEY} {KEY}\r\n{KEY}\r\n\r\n".encode())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended = command("run", "--target", url, "--only", "accept.all.null", "--api-key-env", "MY_KEY")
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert 1 == ended.status
    assert KEY not in ended.out + ended.err
    assert [] == [path.name for path in OUT.iterdir() if KEY.encode() in path.read_bytes()]
