"""Hostile servers that send much, that send the key, or that create objects and do not say so."""

import base64
import gzip
import json

from .hostile import INCONCLUSIVE, HostileServer, resets, says, says_one_of, whole

KEY = 'sk-Live/94+tZ="q8\\Rk&xVw7'
SIZE = 9_000_000
"""Bytes of a heavy body: within the default of `--max-body`."""


def _key_in_many_forms() -> tuple[bytes, ...]:
    key, lines = KEY.encode(), base64.encodebytes(KEY.encode() * 5)
    return (
        whole(json.dumps({"name": KEY}).encode(), f"X-Echo: {KEY}"),
        whole(KEY.encode("utf-16"), status="400 Bad"),
        whole(KEY.encode("utf-32"), status="400 Bad"),
        whole(KEY.upper().encode(), status="400 Bad"),
        whole(lines, status="400 Bad"),
        whole(gzip.compress(key), status="400 Bad"),
        whole(gzip.compress(key), "Content-Encoding: br", status="400 Bad"),
        whole(b"{}", f"X-One: {KEY[:12]}", f"X-Two: {KEY[12:]}", status="400 Bad"),
    )


LONG = ("--timeout", "10")
HEAVY = (
    HostileServer("9 MB of arrays", "sends 4,500,000 arrays within each other", lambda: says(
        whole(b"[" * (SIZE // 2) + b"]" * (SIZE // 2))), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB of empty arrays", "sends an array of 3,000,000 arrays", lambda: says(
        whole(b"[" + b"[]," * (SIZE // 3) + b"[]]")), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB integer", "sends an integer of 9,000,000 digits", lambda: says(
        whole(b'{"name": ' + b"9" * SIZE + b"}")), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB of fractions", "sends an array of 2,250,000 fractions", lambda: says(
        whole(b"[" + b"1.5," * (SIZE // 4) + b"1]")), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB string", "sends a string of 9,000,000 characters", lambda: says(
        whole(b'{"name": "' + b"x" * SIZE + b'"}')), INCONCLUSIVE, options=LONG),
    HostileServer("500,000 properties", "sends 500,000 properties", lambda: says(
        whole(json.dumps({f"k{i}": i for i in range(500_000)}).encode())), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB of controls", "sends 9,000,000 control characters", lambda: says(
        whole(b"\x01" * SIZE)), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB of escapes", "sends 3,000,000 times `%25`", lambda: says(
        whole(b"%25" * (SIZE // 3))), INCONCLUSIVE, options=LONG),
    HostileServer("9 MB rejection", "sends 9 MB with status 422", lambda: says(
        whole(b'{"error": "' + b"x" * SIZE + b'"}', status="422 Unprocessable")), options=LONG),
    HostileServer("200 times 9 MB", "sends 9 MB in each of 200 responses", lambda: says(
        whole(b'{"name": "' + b"x" * SIZE + b'"}')), INCONCLUSIVE,
        options=(*LONG, "--max-requests", "200", "--time-budget", "40")),
)  # fmt: skip

SECRETS = (
    HostileServer(
        "backslashes", "sends 20,000 backslashes beside the key", lambda: says(
            whole(b"\\" * 20_000 + KEY.replace("/", "\\/").encode())),
    ),
    HostileServer("key in many forms", "echoes the key in eight forms", lambda: says_one_of(*_key_in_many_forms())),
    HostileServer(
        "key at the cut", "sends the key across the maximum of a body", lambda: says(
            whole(b"x" * 99_988 + KEY.encode())), INCONCLUSIVE, options=("--max-body", "100000"),
    ),
)  # fmt: skip

GATEWAYS = (
    HostileServer(
        "gateway 502", "creates and sends 502", lambda: says(whole(b"{}", status="502 Bad Gateway")), remote=True
    ),
    HostileServer("gateway closes", "creates and closes", lambda: says(b""), remote=True),
    HostileServer("gateway resets", "creates and resets", lambda: resets(b""), remote=True),
    HostileServer("gateway 303", "creates and redirects", lambda: says(
        whole(b"", "Location: /", status="303 See Other")), remote=True),
    HostileServer("gateway 202", "creates and sends 202", lambda: says(
        whole(b"{}", status="202 Accepted")), remote=True),
)  # fmt: skip
