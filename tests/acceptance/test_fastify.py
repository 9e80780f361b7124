"""The suite against Fastify with the schemas of the document and its settings of Ajv: each fault is one cause."""

import json
import socket
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import conformance
from tests.acceptance.conftest import Serve
from tests.acceptance.matrix import listed, told
from tests.acceptance.servers import FASTIFY

CONVERTED = (
    "a boolean where an integer is required, a quoted number where an integer is required,"
    " 0 or 1 where a boolean is required, a quoted boolean where a boolean is required, an empty string, and 4 more"
)
CAUSES = [
    ("must", f"Converts values to the required type: accepts {CONVERTED}"),
    ("must", "Returns a number rounded in 12 places"),
    ("must", "Accepts an unknown property in `autoscaling_settings`"),
    ("must", "Accepts a request with two `Host`"),
    ("should", "Does not apply the declared default of an absent property: `ramp_up_duration_seconds`"),
    ("should", "Accepts a fraction that double precision rounds to an integer where an integer is required"),
    ("should", "Accepts bytes that are not UTF-8"),
]
"""`coerceTypes: "array"`, `removeAdditional`, numbers of JavaScript, and what Node.js reads."""

SHOWN: list[tuple[bytes, str, Any]] = [
    (b'{"name": 1}', "name", "1"),
    (b'{"name": null}', "name", ""),
    (b'{"name": ["a"]}', "name", "a"),
    (b'{"name": "a", "promotion_settings": 0}', "name", "a"),
    (b'{"name": "a", "autoscaling_settings": ""}', "name", "a"),
    (b'{"name": "a", "autoscaling_settings": {"max_replica": "7"}}', "autoscaling_settings/max_replica", 7),
    (b'{"name": "a", "autoscaling_settings": {"max_replica": true}}', "autoscaling_settings/max_replica", 1),
    (b'{"name": "a", "promotion_settings": {"rolling_deploy": "true"}}', "promotion_settings/rolling_deploy", True),
    (
        b'{"name": "a", "autoscaling_settings": {"max_replica": 9007199254740993}}',
        "autoscaling_settings/max_replica",
        2**53,
    ),
    (b'{"name": "a", "autoscaling_settings": {"unknown": 1}}', "name", "a"),
    (
        b'{"name": "a", "promotion_settings": {"ramp_up_duration_seconds": null}}',
        "promotion_settings/ramp_up_duration_seconds",
        0,
    ),
    (
        b'{"name": "a", "autoscaling_settings": {"max_replica": 1.0000000000000000000001}}',
        "autoscaling_settings/max_replica",
        1,
    ),
    (b'{"name": "\xff"}', "name", "\ufffd"),
]
"""The faults by request, sent by hand: the body, and what comes back with 200 at one place."""


@pytest.fixture(scope="module")
def fastify(serve: Serve) -> str:
    """Return the URL of the server."""
    return serve("node", "fastify/server.mjs", "{port}", "{document}")


def test_the_causes_are_the_real_faults(fastify: str, tmp_path: Path) -> None:
    """Each fault is one cause, nothing else is told, and no two are the same."""
    result = conformance.run(target=fastify, out=tmp_path, **FASTIFY.options)
    assert listed(FASTIFY.name) == told(result.results)
    against = [cause for cause in result.results.causes if cause.strength != "advisory"]
    assert sorted(CAUSES) == sorted((cause.strength.value, cause.sentence) for cause in against)
    assert 1 == result.exit_status


@pytest.mark.parametrize(("body", "place", "found"), SHOWN)
def test_the_faults_are_there(fastify: str, body: bytes, place: str, found: object) -> None:
    """What the suite tells is so, by a client that knows nothing of it."""
    connection = HTTPConnection(urlsplit(fastify).netloc, timeout=10)
    fields = {"Content-Type": "application/json", "Authorization": "Api-Key a"}
    connection.request("POST", "/v1/models/m/environments", body, fields)
    answer = connection.getresponse()
    held = json.loads(answer.read())
    connection.close()
    for name in place.split("/"):
        held = held[name]
    assert (200, found, type(found)) == (answer.status, held, type(held))


def test_two_hosts_are_accepted(fastify: str) -> None:
    """Node.js takes the first `Host` of two, where RFC 9112 section 3.2 wants 400."""
    body = b'{"name": "a"}'
    host, port = urlsplit(fastify).hostname, urlsplit(fastify).port
    with socket.create_connection((host, port), 10) as connection:
        fields = b"Host: a\r\nHost: b\r\nAuthorization: Api-Key a\r\nContent-Type: application/json"
        head = b"POST /v1/models/m/environments HTTP/1.1\r\n%b\r\nContent-Length: %d\r\n\r\n" % (fields, len(body))
        connection.sendall(head + body)
        assert connection.recv(12) == b"HTTP/1.1 200"
