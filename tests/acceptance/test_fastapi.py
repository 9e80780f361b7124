"""The suite against FastAPI, as a generator makes it of the document: its real faults, each as one cause."""

import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import conformance
from tests.acceptance.matrix import listed, told
from tests.acceptance.servers import FASTAPI_APP

CONVERTED = (
    "a boolean where an integer is required, a quoted number where an integer is required,"
    " 0 or 1 where a boolean is required, a quoted boolean where a boolean is required"
)
REJECTED = (
    "a large integer with a zero fraction: `min_replica`, a large negative integer in exponent form: `min_replica`"
)
CAUSES = [
    ("must", "Accepts a missing or wrong credential"),
    ("must", "Returns 500 for a number beyond double precision"),
    ("must", "Returns 500 for a body with NaN or Infinity"),
    ("must", "Returns 500 for a string with an escaped lone surrogate: `name`"),
    ("must", "Returns 500 for a body with the bytes of a surrogate (ED A0 80 to ED BF BF)"),
    ("should", f"Converts values to the required type: accepts {CONVERTED}"),
    ("should", "Returns 422 for a body that is not JSON"),
    ("should", "Accepts an encoding other than UTF-8"),
    ("should", "Accepts a fraction that double precision rounds to an integer where an integer is required"),
    ("should", f"Rejects {REJECTED} with 422"),
]

JSON = "application/json"
SHOWN: list[tuple[bytes, dict[str, str], int]] = [
    (b'{"name": "a"}', {}, 200),
    (b'{"name": "a"}', {"Authorization": "Basic YTpi"}, 200),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": 1e400}}', {}, 500),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": NaN}}', {}, 500),
    (b'{"name": "\\ud800"}', {}, 500),
    (b'{"name": "\xed\xa0\x80"}', {}, 500),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": true}}', {}, 200),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": "1"}}', {}, 200),
    (b'{"name": "a", "promotion_settings": {"rolling_deploy": 1}}', {}, 200),
    (b'{"name": "a", "promotion_settings": {"rolling_deploy": "true"}}', {}, 200),
    ('{"name": "a"}'.encode("utf-16"), {}, 200),
    (b'{"name": "a"', {}, 422),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": 1.0000000000000000000001}}', {}, 200),
    (b'{"name": "a", "autoscaling_settings": {"min_replica": 1000000000000000000001.0}}', {}, 422),
]
"""The faults by request and answer, sent by hand: body, header fields, status."""


def test_the_causes_are_the_real_faults(fastapi: str, tmp_path: Path) -> None:
    """Each fault is one cause, and nothing else is told."""
    result = conformance.run(target=fastapi, out=tmp_path, **FASTAPI_APP.options)
    assert listed(FASTAPI_APP.name) == told(result.results)
    against = [cause for cause in result.results.causes if cause.strength != "advisory"]
    assert sorted(CAUSES) == sorted((cause.strength.value, cause.sentence) for cause in against)
    assert 1 == result.exit_status


@pytest.mark.parametrize(("body", "fields", "status"), SHOWN)
def test_the_faults_are_there(fastapi: str, body: bytes, fields: dict[str, str], status: int) -> None:
    """What the suite tells is so, by a client that knows nothing of it."""
    connection = HTTPConnection(urlsplit(fastapi).netloc, timeout=10)
    connection.request("POST", "/v1/models/m/environments", body, {"Content-Type": JSON, **fields})
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    assert status == answer.status
    if b"min_replica" in body and status == 200:
        assert 1 == json.loads(told)["autoscaling_settings"]["min_replica"]
