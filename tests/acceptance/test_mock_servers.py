"""The suite against mock servers of other makers: their real faults, and nothing else."""

import re
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import conformance
from tests.acceptance.conftest import Serve
from tests.acceptance.matrix import listed, told
from tests.acceptance.servers import MOCKOON, MOCKOON_CLI, PRISM, PRISM_DYNAMIC, PRISM_STATIC, ServerTarget

PRISM_CAUSES = [
    ("must", "Returns 500 for a request in which the header field `content-type` is `nonsense`"),
    ("must", "Returns 500 for arrays nested 100,000 deep"),
    ("should", "Returns 401 without `WWW-Authenticate`"),
    ("should", "Returns 405 without `Allow`"),
    ("should", "Accepts a credential without the documented scheme"),
    ("should", "Accepts bytes that are not UTF-8"),
    ("must", "Accepts a request with two `Host`"),
    ("must", "Accepts an empty key"),
    ("should", "Accepts a fraction that double precision rounds to an integer where an integer is required"),
]

DEEP = b'{"name": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
JSON = "application/json"
SHOWN: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("POST", b'{"name": "a"}', {"Content-Type": "nonsense", "Authorization": "Api-Key a"}, 500, ""),
    ("POST", DEEP, {"Content-Type": JSON, "Authorization": "Api-Key a"}, 500, ""),
    ("POST", b'{"name": "a"}', {"Content-Type": JSON, "Authorization": "Basic a"}, 200, ""),
    ("POST", b'{"name": "\x80"}', {"Content-Type": JSON, "Authorization": "Api-Key a"}, 200, ""),
    ("POST", b'{"name": "a"}', {"Content-Type": JSON}, 401, "WWW-Authenticate"),
    ("GET", b"", {"Authorization": "Api-Key a"}, 405, "Allow"),
]
"""The faults by request and answer, sent by hand: method, body, fields, status, and the field that is missing."""


@pytest.mark.parametrize(("known", "mode"), [(PRISM_STATIC, ()), (PRISM_DYNAMIC, ("-d",))], ids=["static", "dynamic"])
def test_prism(serve: Serve, tmp_path: Path, known: ServerTarget, mode: tuple[str, ...]) -> None:
    """Static or dynamic, Prism has these faults, one cause each, and nothing else is told of it.

    A path that cannot be decoded ends its process: the suite sends such ones when all else is done.
    """
    target = serve("prism", *PRISM, *mode)
    result = conformance.run(target=target, out=tmp_path, **known.options)
    assert listed(known.name) == told(result.results)
    against = [cause for cause in result.results.causes if cause.strength != "advisory"]
    assert sorted(PRISM_CAUSES) == sorted((cause.strength.value, cause.sentence) for cause in against)
    assert re.search(r"cannot be reached: .* after [\d,]{4,} responses", result.results.reason)
    target = serve("prism", *PRISM, *mode)
    for method, body, fields, status, missing in SHOWN:
        answer = sent(target, method, body, fields)
        assert (status, None) == (answer.status, answer.headers[missing] if missing else None)
    with pytest.raises(ConnectionError):
        sent(target, "POST", b"", {"Authorization": "Api-Key a"}, "/v1/models/%zz/environments")


def test_mockoon_dates_are_one_cause_at_created_at(serve: Serve, tmp_path: Path) -> None:
    """Dates of Mockoon that are no date-time are one cause; that it accepts every request is the other."""
    target = serve("mockoon-cli", *MOCKOON)
    result = conformance.run(target=target, out=tmp_path, **MOCKOON_CLI.options)
    assert listed(MOCKOON_CLI.name) == told(result.results)
    dates = [cause for cause in result.results.causes if "date-time" in cause.sentence]
    assert result.exit_status == 1
    assert len(dates) == 1
    assert "/created_at" in dates[0].pointers
    against = [cause.sentence for cause in result.results.causes if cause.strength != "advisory"]
    path = "Returns 500 for a path with invalid percent-encoding"
    assert ["Accepts every invalid request", path, dates[0].sentence] == sorted(against)


def sent(
    target: str, method: str, body: bytes, fields: dict[str, str], path: str = "/v1/models/m/environments"
) -> HTTPResponse:
    """Return the answer to a request that is sent by hand."""
    connection = HTTPConnection(urlsplit(target).netloc, timeout=10)
    connection.request(method, path, body, fields)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer
