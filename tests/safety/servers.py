"""The hostile servers that a run is pointed at: what each does, and the exit status that is documented for it."""

import gzip
import json
import zlib

from .heavy_servers import GATEWAYS, HEAVY, SECRETS
from .hostile import INCONCLUSIVE, HostileServer, drips, floods, hangs, head, resets, says, whole

BIG = b"a" * 65_536
FIELD = b"X-Filler: 1\r\n"
CHUNKED = head("Content-Type: application/json", "Transfer-Encoding: chunked")


def _bomb(layers: int = 1, size: int = 50_000_000) -> bytes:
    body = gzip.compress(bytes(size), 9)
    for _ in range(layers - 1):
        body = gzip.compress(body, 9)
    return body


def _gzip(body: bytes) -> bytes:
    return whole(body, "Content-Encoding: gzip")


NO_HTTP = (
    HostileServer("nothing", "closes each connection without a byte", lambda: says(b"")),
    HostileServer("silence", "accepts connections and never sends a byte", lambda: hangs(b"")),
    HostileServer("reset", "resets each connection at once", lambda: resets(b"")),
    HostileServer("no HTTP", "sends 500 bytes of TLS", lambda: says(b"\x16\x03\x01\x00\xff" * 100)),
    HostileServer("SSH", "sends the greeting of SSH", lambda: says(b"SSH-2.0-OpenSSH_9.6\r\n")),
    HostileServer("HTTP 9.9", "answers in HTTP/9.9", lambda: says(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
    HostileServer("switch", "switches to WebSocket", lambda: hangs(head("Upgrade: websocket", status="101 Switch"))),
)

STATUS_LINES = (
    HostileServer("status word", "sends a status that is a word", lambda: says(b"HTTP/1.1 two OK\r\n\r\n")),
    HostileServer(
        "status digits", "sends a status of 5,000 digits", lambda: says(b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n")
    ),
    HostileServer("status 999", "sends status 999", lambda: says(whole(b"{}", status="999 What"))),
    HostileServer(
        "100 without end", "sends status 100 without end", lambda: floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500)
    ),
    HostileServer(
        "102 slowly", "sends status 102 slowly without end", lambda: drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n")
    ),
    HostileServer("long reason", "sends a reason phrase without end", lambda: floods(b"HTTP/1.1 200 ", BIG)),
)

HEADERS = (
    HostileServer("long field", "sends a header field without end", lambda: floods(b"HTTP/1.1 200 OK\r\nX-A: ", BIG)),
    HostileServer(
        "many fields", "sends header fields without end", lambda: floods(b"HTTP/1.1 200 OK\r\n", FIELD * 4000)
    ),
    HostileServer("slow fields", "sends header fields slowly", lambda: drips(b"HTTP/1.1 200 OK\r\n", FIELD)),
    HostileServer(
        "10,000 fields",
        "sends 10,000 short header fields",
        lambda: says(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 10_000 + b"\r\n"),
    ),
    HostileServer("NUL in a field", "sends a NUL in a header field", lambda: says(whole(b"{}", "X-A: a\0b"))),
    HostileServer(
        "control in a field", "sends ANSI escapes in a header field", lambda: says(whole(b"{}", "X-A: a\x1b[31mb\x07"))
    ),
    HostileServer("no colon", "sends a header field without a colon", lambda: says(whole(b"{}", "X-A"))),
    HostileServer("line feeds", "ends lines with LF alone", lambda: says(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}")),
    HostileServer(
        "100 cookies",
        "sets 100 cookies of 400 bytes",
        lambda: says(whole(b"{}", *(f"Set-Cookie: c{n}=" + "v" * 400 for n in range(100)))),
    ),
)

FRAMING = (
    HostileServer(
        "two lengths", "sends two lengths", lambda: says(head("Content-Length: 2", "Content-Length: 5") + b"{}xxx")
    ),
    HostileServer("negative length", "sends a negative length", lambda: says(head("Content-Length: -5") + b"{}")),
    HostileServer(
        "huge length", "announces 10^30 bytes and sends two", lambda: hangs(head("Content-Length: " + "9" * 30) + b"{}")
    ),
    HostileServer(
        "length and chunks",
        "sends Content-Length beside Transfer-Encoding",
        lambda: says(head("Content-Length: 2", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n"),
    ),
    HostileServer(
        "short body",
        "announces 500 bytes and sends two",
        lambda: says(head("Content-Length: 500") + b"{}"),
        INCONCLUSIVE,
    ),
    HostileServer(
        "long body", "sends 7,000 bytes after the body", lambda: says(whole(b"{}") + b"garbage" * 1000), INCONCLUSIVE
    ),
    HostileServer(
        "second response",
        "sends a second response that nobody asked for",
        lambda: says(whole(b"{}") + whole(b'{"smuggled": true}')),
        INCONCLUSIVE,
    ),
    HostileServer(
        "endless body",
        "sends a body without end",
        lambda: floods(head("Content-Type: application/json", "Connection: close"), BIG),
        INCONCLUSIVE,
    ),
    HostileServer("slow body", "sends a body slowly", lambda: drips(head("Content-Length: 100000"), b" ")),
    HostileServer(
        "reset body", "resets within the body", lambda: resets(head("Content-Length: 500") + b'{"a": '), INCONCLUSIVE
    ),
    HostileServer(
        "endless chunks",
        "sends chunks without end",
        lambda: floods(CHUNKED, b"10000\r\n" + BIG + b"\r\n"),
        INCONCLUSIVE,
    ),
    HostileServer(
        "1-byte chunks", "sends chunks of one byte without end", lambda: floods(CHUNKED, b"1\r\na\r\n" * 5000)
    ),
    HostileServer("huge chunk", "announces a chunk of 16^40 bytes", lambda: hangs(CHUNKED + b"f" * 40 + b"\r\nabc")),
    HostileServer("long chunk size", "sends a chunk size without end", lambda: floods(CHUNKED, b"0" * 65_536)),
    HostileServer(
        "long extension", "sends a chunk extension without end", lambda: floods(CHUNKED + b"1;", b"x=y;" * 16_384)
    ),
    HostileServer(
        "endless trailers",
        "sends trailers without end",
        lambda: floods(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-T: 1\r\n" * 8000),
    ),
    HostileServer(
        "chunk size word", "sends a chunk size that is no number", lambda: says(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n")
    ),
)

CODINGS = (
    HostileServer("gzip bomb", "sends 50 MB of zeros in gzip", lambda: says(_gzip(_bomb())), INCONCLUSIVE),
    HostileServer(
        "nested bomb",
        "sends 50 MB of zeros in gzip in gzip",
        lambda: says(whole(_bomb(2), "Content-Encoding: gzip, gzip")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "deflate bomb",
        "sends 50 MB of zeros in deflate",
        lambda: says(whole(zlib.compress(bytes(50_000_000), 9), "Content-Encoding: deflate")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "50 codings",
        "names 50 content codings",
        lambda: says(whole(b"{}", "Content-Encoding: " + ", ".join(["gzip"] * 50))),
    ),
    HostileServer("no gzip", "sends text as gzip", lambda: says(_gzip(b"not gzip"))),
    HostileServer(
        "torn gzip",
        "sends the first 20 bytes of gzip",
        lambda: says(_gzip(gzip.compress(b"{}" * 1000)[:20])),
        INCONCLUSIVE,
    ),
    HostileServer("5,000 members", "sends 5,000 empty gzip members", lambda: says(_gzip(gzip.compress(b"") * 5000))),
    HostileServer(
        "495,000 members", "sends 495,000 empty gzip members", lambda: says(_gzip(gzip.compress(b"") * 495_000))
    ),
)

JSON_TEXTS = (
    HostileServer(
        "deep arrays",
        "sends 100,000 arrays within each other",
        lambda: says(whole(b"[" * 100_000 + b"]" * 100_000)),
        INCONCLUSIVE,
    ),
    HostileServer(
        "deep objects",
        "sends 50,000 objects within each other",
        lambda: says(whole(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)),
        INCONCLUSIVE,
    ),
    HostileServer(
        "long integer",
        "sends an integer of 100,000 digits",
        lambda: says(whole(b'{"name": ' + b"9" * 100_000 + b"}")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "huge exponent", "sends 1e999999999", lambda: says(whole(b'{"name": 1e999999999, "a": 1E-99999999999}'))
    ),
    HostileServer(
        "long fraction",
        "sends a fraction of 100,000 digits",
        lambda: says(whole(b'{"name": 0.' + b"1" * 100_000 + b"e-99999}")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "100,000 properties",
        "sends 100,000 properties",
        lambda: says(whole(json.dumps({str(number): number for number in range(100_000)}).encode())),
    ),
    HostileServer(
        "one property",
        "sends one property 100,000 times",
        lambda: says(whole(b"{" + b'"a":1,' * 100_000 + b'"a":1}')),
        INCONCLUSIVE,
    ),
    HostileServer(
        "long name", "sends a property name of 900 kB", lambda: says(whole(b'{"' + b"n" * 900_000 + b'": 1}'))
    ),
    HostileServer(
        "NaN",
        "sends NaN, Infinity and lone surrogates",
        lambda: says(whole(b'{"name": NaN, "a": "\\ud800", "b": Infinity}')),
    ),
    HostileServer(
        "surrogate time",
        "sends a lone surrogate as `created_at`",
        lambda: says(whole(b'{"name": "a", "created_at": "\\ud800"}')),
    ),
    HostileServer(
        "no UTF-8", "sends invalid UTF-8", lambda: says(whole(b'{"name": "\xff\xfe\xed\xa0\x80"}')), INCONCLUSIVE
    ),
    HostileServer(
        "script",
        "sends HTML with a script in a string and a header field",
        lambda: says(whole(b'{"name": "</script><script>alert(1)</script>"}', "X-A: <script>")),
    ),
    HostileServer(
        "controls",
        "sends bidirectional and ANSI controls in strings",
        lambda: says(whole('{"name": "\u202e\u2066\u061c\\u001b[2J\\u0000"}'.encode())),
    ),
)

ROUTES = (
    HostileServer(
        "redirect loop",
        "redirects to itself",
        lambda: says(whole(b"", "Location: /", status="307 Temporary Redirect")),
    ),
    HostileServer(
        "redirect away",
        "redirects to another host",
        lambda: says(whole(b"", "Location: http://192.0.2.1/", status="308 Permanent")),
    ),
    HostileServer(
        "wait of a year",
        "sends 429 with a wait of a year",
        lambda: says(whole(b'{"retry_after": 31536000}', status="429 Too Many Requests")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "503 until 9999",
        "sends 503 with a date of the year 9999",
        lambda: says(whole(b"{}", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", status="503 Service Unavailable")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "no wait",
        "sends 429 with a wait that is no number",
        lambda: says(whole(b'{"retry_after": "soon"}', "Retry-After: -5", status="429 Too Many Requests")),
        INCONCLUSIVE,
    ),
    HostileServer(
        "429 without end",
        "sends 429 with a wait of a second to every request",
        lambda: says(whole(b"{}", "Retry-After: 1", status="429 Too Many Requests")),
        INCONCLUSIVE,
    ),
)

SERVERS = (
    *NO_HTTP, *STATUS_LINES, *HEADERS, *FRAMING, *CODINGS, *JSON_TEXTS, *ROUTES, *HEAVY, *SECRETS, *GATEWAYS,
)  # fmt: skip
