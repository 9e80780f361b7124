"""`conformance.run(target=client)`: a run through a client of the user's."""

import json
from urllib.parse import quote

import httpx
import httpx2
import pytest
import respx

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import Mock, reference_app
from conformance.mock.server import BackgroundServer
from conformance.mock.transaction import Transaction
from conformance.model.errors import UsageError
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY
from conformance.workflow.setup.phases import DEFAULT_PHASES

LOCAL = "http://localhost:4010"
OWN_KEY = "key-of-the-client"
FAULT = "echo.CreateEnvironmentRequestV1.name.other"


@pytest.fixture(scope="module")
def contract():
    """Return the contract of the published document."""
    return load_contract()


def wsgi(mock: Mock):
    """Return the mock as a WSGI application."""

    def app(environ, start_response):
        named = {"CONTENT_TYPE", "CONTENT_LENGTH"}
        fields = [(name.removeprefix("HTTP_"), value) for name, value in environ.items()
                  if name in named or name.startswith("HTTP_")]  # fmt: skip
        headers = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in fields]
        path, query = quote(environ["PATH_INFO"]).encode(), environ["QUERY_STRING"].encode()
        tx = Transaction(environ["REQUEST_METHOD"], path, query, headers, environ["wsgi.input"].read())
        mock.handle(tx)
        start_response(f"{tx.status} X", list(tx.response_headers))
        return [tx.response_body]

    return app


def against(results):
    """Return what a run found that is no mere note."""
    return [cause.sentence for cause in results.causes if cause.strength.value != "advisory"]


ONLY = ["*credential*", "*path*", "*method*", "accept.all.*"]

CLIENTS = {
    "wsgi": lambda app: httpx.Client(transport=httpx.WSGITransport(wsgi(app)), base_url="http://testserver"),
    "wsgi2": lambda app: httpx2.Client(transport=httpx2.WSGITransport(wsgi(app))),
    "asgi": lambda app: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://any.example"),
    "asgi2": lambda app: httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver"),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", CLIENTS)
def test_a_right_application_in_this_process(contract, tmp_path, way):
    """The reference behaviour behind the transports of both libraries conforms."""
    app = reference_app(contract, key=LOCAL_KEY)
    result = conformance.run(target=CLIENTS[way](app), profile="smoke", out=tmp_path)
    assert ([], "conforming", 0) == (against(result.results), result.results.verdict, result.exit_status)


@pytest.mark.parametrize(
    ("options", "phases"),
    [
        pytest.param({"profile": "smoke", "phases": DEFAULT_PHASES[:2]}, DEFAULT_PHASES[:2], marks=pytest.mark.slow),
        pytest.param({"profile": "standard"}, DEFAULT_PHASES, marks=pytest.mark.slow),
    ],
)
def test_random_cases_before_a_right_application(contract, tmp_path, options, phases):
    """They are sent through the client as well, and conform; what a WSGI application cannot be sent is told."""
    app = reference_app(contract, key=LOCAL_KEY)
    result = conformance.run(target=CLIENTS["wsgi"](app), out=tmp_path, **options)
    assert ([], "conforming", 0) == (against(result.results), result.results.verdict, result.exit_status)
    reasons = {row.id: row.reason for row in result.results.requirements}
    assert "httpx does not pass a chunked body to a WSGI application" == reasons["transport.chunked"]
    lines = map(json.loads, (tmp_path / "journal.ndjson").read_bytes().splitlines())
    assert {None, *phases[1:]} == {each["case"].get("phase") for each in lines if each["event"] == "request.sent"}


@pytest.mark.slow
def test_a_right_server_on_a_socket(contract, tmp_path):
    """Over a socket, the whole of the plan is carried but what httpx does not send."""
    with (
        BackgroundServer(reference_app(contract, key=LOCAL_KEY)) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        result = conformance.run(target=client, only=ONLY, phases="catalogue", out=tmp_path)
        assert ([], "conforming", 0) == (against(result.results), result.results.verdict, result.exit_status)
        assert 401 == client.post("/v1/models/m/environments").status_code
        assert server.url == result.results.target


@pytest.mark.parametrize(
    ("asynchronous", "profile"),
    [(False, "smoke"), (True, "smoke"), pytest.param(False, "standard", marks=pytest.mark.slow)],
)
def test_a_client_that_respx_mocks(tmp_path, asynchronous, profile):
    """The reference behaviour in a user's mocked test conforms."""
    client = (httpx.AsyncClient if asynchronous else httpx.Client)(base_url=LOCAL)
    with conformance.respx_router(base_url=LOCAL, key=LOCAL_KEY):
        result = conformance.run(target=client, profile=profile, phases="catalogue", out=tmp_path)
    assert ([], "conforming", 0) == (against(result.results), result.results.verdict, result.exit_status)


@pytest.mark.slow
def test_a_mock_that_is_wrong(tmp_path):
    """A fault of a router of respx is found."""
    with conformance.respx_router(base_url=LOCAL, key=LOCAL_KEY, faults=[FAULT]):
        result = conformance.run(target=httpx.Client(base_url=LOCAL), profile="smoke", out=tmp_path)
    assert ("not conforming", 1) == (result.results.verdict, result.exit_status)
    assert ["Returns a different string than was sent: `name`"] == against(result.results)


def test_a_mock_of_one_answer(tmp_path):
    """A mock that answers everything alike fails; what it has no route for is not held against it."""
    with respx.mock(assert_all_called=False) as router:
        router.post(url__regex=rf"{LOCAL}/v1/models/[^/]+/environments").respond(200, json={})
        client = httpx.Client(base_url=LOCAL)
        result = conformance.run(target=client, stateless=True, profile="smoke", out=tmp_path)
    assert 1 == result.exit_status
    outcomes = {row.id: row.outcome.value for row in result.results.requirements}
    assert "failed" == outcomes["response.EnvironmentV1.name.required"]
    assert "not exercised" == outcomes["transport.method-not-allowed"]
    assert "not exercised" == outcomes["transport.date"]
    assert "passed" == outcomes["transport.dropped"]


def test_a_mock_of_nothing(tmp_path):
    """Where no request is answered at all, the run says so and comes to nothing."""
    with respx.mock:
        result = conformance.run(target=httpx.Client(base_url=LOCAL), out=tmp_path)
    assert ("inconclusive", 3) == (result.results.verdict, result.exit_status)
    assert "the client's mock has no route for this request" in result.results.reason


def bearer(request):
    """Authenticate as no document says."""
    request.headers["Authorization"] = f"Bearer {OWN_KEY}"
    return request


def told(out):
    """Return all that a run has written."""
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def test_the_key_in_a_header_of_the_client(contract, tmp_path, monkeypatch):
    """The client's key is the key of the run, and shows in no file; the one in the environment is not asked for."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "another")
    app = reference_app(contract, key=OWN_KEY)
    headers = {"Authorization": f"Api-Key {OWN_KEY}", "X-Team": "confidential"}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), headers=headers)
    only = ["accept.smallest", "*credential*", "authentication.*"]
    result = conformance.run(target=client, only=only, phases="catalogue", out=tmp_path)
    assert ([], 0) == (against(result.results), result.exit_status)
    outcomes = {row.id: row.outcome.value for row in result.results.requirements}
    assert "passed" == outcomes["authentication.location"]
    for name, content in told(tmp_path).items():
        assert OWN_KEY.encode() not in content, name
        assert b"confidential" not in content, name
    assert b"$X_TEAM" in told(tmp_path)["journal.ndjson"]


def test_an_authentication_that_hides_its_key(contract, tmp_path):
    """Right requests are authenticated by the client, wrong ones are not, and what needs the key's text is left out."""

    class Translating:
        async def __call__(self, scope, receive, send):
            bare = f"Bearer {OWN_KEY}".encode()
            fields = [(n, b"Api-Key " + OWN_KEY.encode() if v == bare else v) for n, v in scope["headers"]]
            await app({**scope, "headers": fields}, receive, send)

    app = reference_app(contract, key=OWN_KEY)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(Translating()), auth=bearer)
    only = ["accept.smallest", "*credential*", "authentication.*"]
    result = conformance.run(target=client, profile="standard", phases="catalogue", only=only, out=tmp_path)
    assert ([], 0) == (against(result.results), result.exit_status)
    rows = {row.id: row for row in result.results.requirements}
    assert "passed" == rows["authentication.missing"].outcome
    assert "passed" == rows["authentication.wrong"].outcome
    for each in ("authentication.location", "authentication.key-echo", "authentication.bare-key"):
        assert "not exercised" == rows[each].outcome
        assert "The key of the client object's authentication is unknown" == rows[each].reason
    for name, content in told(tmp_path).items():
        assert OWN_KEY.encode() not in content, name


@pytest.mark.slow
def test_a_host_that_is_not_this_machine(tmp_path):
    """It is to be allowed by name even where it is mocked, and plain text as well; smoke is sent then."""
    base = "http://api.example"
    client = httpx.Client(base_url=base, headers={"Authorization": "Api-Key abcdefgh"})
    with conformance.respx_router(base_url=base, key="abcdefgh") as router:
        with pytest.raises(UsageError, match=r"api\.example is a remote host; allow it with --allow-host"):
            conformance.run(target=client, out=tmp_path)
        with pytest.raises(UsageError, match="in plain text"):
            conformance.run(target=client, allow_hosts="api.example", out=tmp_path)
        with pytest.raises(UsageError, match="'model_id' has no value"):
            conformance.run(target=client, allow_hosts="api.example", allow_plaintext=True, out=tmp_path)
        assert 0 == router.mock.requests
        result = conformance.run(
            target=client, allow_hosts="api.example", allow_plaintext=True, model_id="m", rate=1000, out=tmp_path,
            cleanup=True,
        )  # fmt: skip
    assert ("smoke", base) == (result.results.profile, result.results.target)
    assert 0 == result.exit_status
    created = result.results.counts.creations
    assert created
    assert f"removed {created} of {created}" == result.clean_up


def test_two_sources_of_the_key(tmp_path, monkeypatch):
    """A client with a credential and an option for the key do not go together."""
    monkeypatch.setenv("K", "abcdefgh")
    client = httpx.Client(base_url=LOCAL, auth=bearer)
    with pytest.raises(UsageError, match="the key has two sources: the client and --api-key-env"):
        conformance.run(target=client, api_key_env="K", out=tmp_path)


def test_the_har_of_answers_that_no_server_sent(contract, tmp_path):
    """What is answered in this process is told as HTTP/1.1 where a report must name a version."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(reference_app(contract, key=LOCAL_KEY)))
    result = conformance.run(target=client, only="accept.smallest", out=tmp_path, reports=["har"])
    entries = json.loads((result.out / "exchanges.har").read_bytes())["log"]["entries"]
    assert {"HTTP/1.1"} == {entry["response"]["httpVersion"] for entry in entries}
