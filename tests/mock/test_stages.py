"""Each stage of the reference server: what it lets pass, and what it refuses."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from conformance.mock.app import Mock
from conformance.mock.stages import MAX_BODY_BYTES
from conformance.model.jsontext import read
from conformance.strategies.path_values import UNKNOWN_VALUES

Fixture: TypeAlias = Callable[..., Any]


def test_a_right_request_is_answered_with_the_declared_status_and_media_type(post: Fixture) -> None:
    """A creation gets 200, JSON, a Date, and a Content-Length that is that of the body."""
    answer = post({"name": "a"})
    assert (200, "whole") == (answer.status, answer.ending)
    assert "application/json" == answer.header("content-type")
    assert "Wed, 06 May 2026 07:08:09 GMT" == answer.header("date")
    assert str(len(answer.body)) == answer.header("content-length")


@pytest.mark.parametrize("path", ["/", "/v1/models/abc", "/v1/models//environments", "/v1/models/a/b/environments"])
def test_another_path_is_not_found(post: Fixture, path: str) -> None:
    """A path that the template does not fit gets 404; a parameter is one segment and never empty."""
    assert 404 == post({"name": "a"}, path=path).status


@pytest.mark.parametrize(
    ("segment", "meant"),
    [
        ("a%2Fb", "a/b"),
        ("a%20b", "a b"),
        ("%C3%A9", "é"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a+b"),
        ("..", ".."),
        ("%00", "\0"),
    ],
)
def test_a_path_parameter_is_decoded_once_and_repeated(post: Fixture, segment: str, meant: str) -> None:
    """Percent-encoding is undone once, as UTF-8, whatever the parameter holds."""
    answer = post({"name": "a"}, path=f"/v1/models/{segment}/environments")
    assert (200, meant) == (answer.status, answer.json()["model_id"])


@pytest.mark.parametrize("segment", ["%FF", "%zz", "%"])
def test_a_path_that_is_no_percent_encoding_is_a_bad_request(post: Fixture, segment: str) -> None:
    """What cannot be decoded gets 400 and no crash."""
    assert 400 == post({"name": "a"}, path=f"/v1/models/{segment}/environments").status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "NONSENSE"])
def test_an_unsupported_method_is_told_what_is_allowed(post: Fixture, method: str) -> None:
    """Other methods get 405 and Allow, before any credential is looked at."""
    answer = post({"name": "a"}, method=method, drop=["authorization"])
    assert (405, "POST") == (answer.status, answer.header("allow"))


@pytest.mark.parametrize(
    "value", ["Api-Key right-key", "api-key right-key", "API-KEY right-key", "Api-Key  right-key "]
)
def test_the_right_credential_is_taken_in_any_letter_case_of_its_scheme(post: Fixture, value: str) -> None:
    """The scheme is matched without regard to case (RFC 9110 section 11.1)."""
    assert 200 == post({"name": "a"}, headers=[("Authorization", value)]).status


@pytest.mark.parametrize(
    "value",
    ["", "Api-Key", "Api-Key ", "right-key", "Bearer right-key", "Basic right-key", "Api-Keyright-key", "Api-Key wrong",
     "Api-Key right-keyx", "Api-Key RIGHT-KEY", "Api-Key right-key x"],
)  # fmt: skip
def test_any_other_credential_is_refused_with_a_challenge(post: Fixture, value: str) -> None:
    """A credential in another form, with another scheme or key, gets 401 and WWW-Authenticate."""
    answer = post({"name": "a"}, headers=[("Authorization", value)])
    assert 401 == answer.status
    assert 'Api-Key realm="mock"' == answer.header("www-authenticate")


def test_no_credential_and_two_credentials_are_refused(post: Fixture) -> None:
    """Exactly one credential is taken."""
    assert 401 == post({"name": "a"}, drop=["authorization"]).status
    twice = [("Authorization", "Api-Key right-key"), ("Authorization", "Api-Key right-key")]
    assert 401 == post({"name": "a"}, headers=twice).status


def test_a_key_elsewhere_is_no_credential(post: Fixture) -> None:
    """The key in the query, a cookie or another field is not looked at."""
    path = "/v1/models/abc/environments?api_key=right-key&Authorization=Api-Key+right-key"
    elsewhere = [("Cookie", "Authorization=right-key"), ("X-API-Key", "right-key")]
    assert 401 == post({"name": "a"}, path=path, drop=["authorization"], headers=elsewhere).status


def test_without_a_key_of_its_own_the_mock_takes_every_key(make_mock: Fixture, post_anywhere: Fixture) -> None:
    """A mock that was given no key takes any that is not empty."""
    app = make_mock(key=None)
    assert 200 == post_anywhere(app, {"name": "a"}, headers=[("Authorization", "Api-Key anything")]).status
    assert 401 == post_anywhere(app, {"name": "b"}, headers=[("Authorization", "Api-Key ")]).status


@pytest.mark.parametrize(
    "value",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_the_media_type_is_taken_in_any_spelling(post: Fixture, value: str) -> None:
    """Letter case and parameters of the media type do not matter (RFC 9110 section 8.3.1)."""
    assert 200 == post({"name": "a"}, headers=[("Content-Type", value)]).status


@pytest.mark.parametrize("value", ["text/plain", "application/jsonx", "application/vnd.a+json", "", "json"])
def test_another_media_type_is_refused(post: Fixture, value: str) -> None:
    """What is not declared gets 415."""
    assert 415 == post({"name": "a"}, headers=[("Content-Type", value)]).status


def test_no_media_type_and_two_are_refused(post: Fixture) -> None:
    """Exactly one media type is taken."""
    assert 415 == post({"name": "a"}, drop=["content-type"]).status
    twice = [("Content-Type", "application/json"), ("Content-Type", "application/json")]
    assert 415 == post({"name": "a"}, headers=twice).status


def test_a_compressed_body_is_refused(post: Fixture) -> None:
    """A content coding is not supported, and says so."""
    assert 415 == post(b"\x1f\x8b", headers=[("Content-Encoding", "gzip")]).status
    assert 200 == post({"name": "a"}, headers=[("Content-Encoding", "identity")]).status


def test_a_very_large_body_is_refused_and_one_below_the_limit_is_not(post: Fixture) -> None:
    """More than 20 MB gets 413; a large body of white space and one member is taken."""
    assert 413 == post(b" " * (MAX_BODY_BYTES + 1)).status
    assert 200 == post(b" " * 1_000_000 + b'{"name": "a"}').status


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b'{"name": "a"', b'{"name": "a",}', b"{'name': 'a'}", b'{"name": "a"} {}', b'{"name": "a"}x',
     b'{"name": NaN}', b'\xef\xbb\xbf{"name": "a"}', b'{"name": "\xff"}', b'{"name": "a", "name": "b"}',
     '{"name": "a"}'.encode("utf-16"), b'{"name": "a\nb"}', b'{"name": 01}', b"[" * 100_000, b"[" * 500 + b"]" * 500,
     b'{"name": ' + b"1" * 5_000 + b"}", b'{"name": 1e999999999999999999999}', b"\0", b"null x"],
)  # fmt: skip
def test_a_body_that_is_not_one_json_text_is_a_bad_request(post: Fixture, body: bytes) -> None:
    """Whatever is no JSON in UTF-8, repeats members or goes too deep gets 400 and an explanation in JSON."""
    answer = post(body)
    assert (400, "whole") == (answer.status, answer.ending)
    assert ["code", "message"] == list(answer.json())


@pytest.mark.parametrize(
    ("body", "place"),
    [({}, "the body"), ([], "the body"), (None, "the body"), ("text", "the body"), ({"name": None}, "/name"),
     ({"name": 3}, "/name"), ({"name": "a", "autoscaling_settings": {"x": 1}}, "/autoscaling_settings"),
     ({"name": "a", "promotion_settings": {"rolling_deploy": "yes"}}, "/promotion_settings")],
)  # fmt: skip
def test_a_body_that_breaks_the_schema_is_told_where(post: Fixture, body: object, place: str) -> None:
    """A JSON text that the schema forbids gets 422 and the place in the message."""
    answer = post(body)
    assert 422 == answer.status
    assert answer.json()["message"].startswith(f"{place}:")


def test_numbers_come_back_exactly(post: Fixture) -> None:
    """An integer of any size, written as it may be, comes back as the same number."""
    for number, spelled in (
        (10**30, "1000000000000000000000000000000"),
        (2**53 + 1, "9007199254740993.0"),
        (1000, "1e3"),
    ):
        body = f'{{"name": "n{number}", "autoscaling_settings": {{"min_replica": {spelled}}}}}'
        value = read(post(body.encode()).body).value
        assert isinstance(value, dict)
        assert isinstance(value["autoscaling_settings"], dict)
        assert Decimal(number) == value["autoscaling_settings"]["min_replica"]


def test_any_text_comes_back_character_by_character(post: Fixture) -> None:
    """NUL, surrogates alone, composed and astral characters come back as they were."""
    for name in ("a\0b", "\u00e9", "e\u0301", "\U0001f600", "a\ud800b", "</script>", "\uff41\u2460"):
        answer = post({"name": name})
        assert (200, name) == (answer.status, read(answer.body).value["name"])


def test_an_undeclared_member_with_a_surrogate_in_its_name_is_taken(post: Fixture) -> None:
    """A name that the fast validator cannot read is left to the other one."""
    assert 200 == post(b'{"name": "a", "x\\ud800": 1}').status
    assert 422 == post(b'{"name": 1, "x\\ud800": 1}').status


def test_refusals_come_in_the_order_of_the_stages(post: Fixture) -> None:
    """A request that is wrong in every way is refused by the first stage that sees it."""
    wrong = [("Authorization", "none"), ("Content-Type", "text/plain")]
    assert 401 == post(b"{", headers=wrong).status
    assert 415 == post(b"{", headers=wrong[1:]).status
    assert 405 == post(b"{", headers=wrong, method="PUT").status
    assert 404 == post(b"{", headers=wrong, method="PUT", path="/nothing").status


def test_an_unknown_resource_is_not_found(post: Fixture) -> None:
    """A path parameter that the mock was told names nothing gets 404."""
    assert 404 == post({"name": "a"}, path=f"/v1/models/{UNKNOWN_VALUES[0]}/environments").status


def test_a_mock_answers_its_lifespan_and_closes_websockets(mock: Mock) -> None:
    """Startup and shutdown are acknowledged; other protocols are turned away."""

    async def talk(kind: str, coming: list[dict[str, str]]) -> list[str]:
        sent: list[str] = []

        async def receive() -> dict[str, str]:
            return coming.pop(0)

        async def send(message: dict[str, str]) -> None:
            sent.append(message["type"])

        await mock({"type": kind}, receive, send)  # type: ignore[arg-type]
        return sent

    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == asyncio.run(talk("lifespan", events))
    assert ["websocket.close"] == asyncio.run(talk("websocket", []))


def test_a_client_that_goes_away_leaves_nothing_behind(mock: Mock) -> None:
    """A request whose body never ends is no request."""
    sent: list[object] = []
    coming = [{"type": "http.request", "body": b'{"name"', "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, object]:
        return coming.pop(0)

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/models/abc/environments", "headers": []}
    asyncio.run(mock(scope, receive, send))
    assert ([], 0) == (sent, mock.requests)


def test_a_server_that_gives_no_raw_path_is_served(mock: Mock) -> None:
    """The decoded path is enough where a server hands over nothing else."""
    sent: list[dict[str, int]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b'{"name": "a"}'}

    async def send(message: dict[str, int]) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Api-Key right-key"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/models/a b/environments", "headers": headers}
    asyncio.run(mock(scope, receive, send))
    assert 200 == sent[0]["status"]


def test_respond_answers_as_the_application_does(mock: Mock) -> None:
    """Without any transport the answer is the same."""
    headers = [("Authorization", "Api-Key right-key"), ("Content-Type", "application/json")]
    response = mock.respond("POST", "/v1/models/abc/environments", headers, b'{"name": "a"}')
    assert (200, "application/json") == (response.status, response.header("Content-Type"))
    assert b'"name": "a"' in response.body
    assert 401 == mock.respond("POST", "/v1/models/abc/environments").status
