"""How a run gets in: keys from files and commands, headers, certificates, proxies; and that none of it is told."""

import base64
import os
import shlex
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
import uvicorn

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.model.errors import UsageError
from conformance.workflow.setup.credentials.key_sources import key_from_command

from ..journals import events  # noqa: TID252 - test modules are found by path

KEY = "a-key-of-the-test-1"
OUT = Path("conformance-report")
HOST = "api.staging.invalid"


def written() -> dict[str, bytes]:
    """Return what a run has written, by file, bodies in the journal decoded beside it."""
    found = {path.name: path.read_bytes() for path in OUT.iterdir()}
    sent = [event["case"]["request"] for event in events(OUT, "request.sent")]
    received = [event.get("response") or {} for event in events(OUT, "exchange")]
    bodies = [base64.b64decode(message.get("body") or "") for message in (*sent, *received)]
    return {**found, "bodies": b"\n".join(bodies)}


def held(secret: str, ended) -> list[str]:
    """Return where a secret stands, of all that a run has said and written."""
    streams = {"stdout": ended.out.encode(), "stderr": ended.err.encode()}
    return [name for name, content in {**written(), **streams}.items() if secret.encode() in content]


class Recorded:
    """The reference server, and the headers of all requests that it was sent."""

    def __init__(self, contract, keys=(KEY,)) -> None:
        self.headers: list[dict[str, str]] = []
        self.keys = list(keys)
        self._contract = contract
        self._apps = {key: reference_app(contract, key=key) for key in keys}

    async def __call__(self, scope, receive, send) -> None:
        """Note the headers, and hand the request on to the server that knows the key of the moment."""
        if scope["type"] == "http":
            self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await self._apps[self.key()](scope, receive, send)

    def key(self) -> str:
        """Return the key that is right now: each of them for 20 requests, the last for ever."""
        return self.keys[min(len(self.headers) // 20, len(self.keys) - 1)]


def test_the_key_from_a_file(command, contract):
    """The file holds the key and a line break; one that cannot be read is told."""
    Path("key.txt").write_text(f"{KEY}\n", encoding="utf-8")
    app = Recorded(contract)
    with BackgroundServer(app) as server:
        ended = command("run", "--target", server.url, "--profile", "smoke", "--api-key-file", "key.txt")
        assert 0 == ended.status
        assert f"Api-Key {KEY}" in {each.get("authorization") for each in app.headers}
        assert [] == held(KEY, ended)
        missing = command("run", "--target", server.url, "--api-key-file", "none.txt")
    assert 2 == missing.status
    assert "cannot read the key from none.txt: No such file or directory" in missing.complaint


COMMAND = """
import pathlib
file = pathlib.Path("count")
count = int(file.read_text()) + 1 if file.exists() else 0
file.write_text(str(count))
print(KEYS[min(count, len(KEYS) - 1)])
"""


def key_command(keys) -> str:
    """Return a command that writes the next of `keys` each time."""
    return shlex.join([sys.executable, "-c", COMMAND.replace("KEYS", repr(keys))])


def test_a_key_that_expires(command, contract):
    """A right request that is answered 401 has the command make a new key, once for all that are in flight."""
    keys = ["first-key-of-the-test", "second-key-of-the-test"]
    app = Recorded(contract, keys)
    with BackgroundServer(app) as server:
        arguments = ("--profile", "smoke", "--api-key-command", key_command(keys))
        ended = command("run", "--target", server.url, *arguments)
    assert 0 == ended.status
    assert "1" == Path("count").read_text(encoding="utf-8")
    seen = {each.get("authorization") for each in app.headers}
    assert {f"Api-Key {key}" for key in keys} <= seen
    assert [[], []] == [held(key, ended) for key in keys]


def test_a_key_that_is_never_right(command, contract):
    """A new key that is refused as well is the last one: the command is called twice in all."""
    app = Recorded(contract)
    with BackgroundServer(app) as server:
        wrong = key_command(["wrong-key-1", "wrong-key-2", "wrong-key-3"])
        ended = command("run", "--target", server.url, "--profile", "smoke", "--api-key-command", wrong)
    assert ended.status in {1, 3}
    assert "1" == Path("count").read_text(encoding="utf-8")


CHILDREN = """
import os, subprocess, sys, time
CHILD = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", CHILD])
while not os.path.exists("child") or not open("child").read(): time.sleep(0.01)
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"{CHILDREN}time.sleep(600)", "took more than 1 seconds; make it end, and faster"),
        (f"{CHILDREN}print('a-key-that-is-right')", "took more than 1 seconds; make it end, and faster"),
        (f"{CHILDREN}os.close(1); time.sleep(600)", "took more than 1 seconds; make it end, and faster"),
        (f"{CHILDREN}\nwhile True: print('k' * 1000)", "prints more than 65536 bytes; print the key alone"),
    ],
    ids=["sleeps", "leaves a child", "closes its output", "floods"],
)
def test_what_a_command_started_ends_with_its_time_limit(monkeypatch, script, said):
    """Its children end as well, also where it has ended itself and one of them holds its output."""
    monkeypatch.setattr("conformance.workflow.setup.credentials.key_command.COMMAND_SECONDS", 1.0)
    Path("key.py").write_text(script)
    began = time.monotonic()
    with pytest.raises(UsageError, match=said):
        key_from_command(f"{sys.executable} key.py")
    child = int(Path("child").read_text())
    # By itself it would go on for ten minutes.
    while time.monotonic() - began < 300:
        try:
            os.kill(child, 0)
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.02)
    pytest.fail("the child is still there")


def test_headers_of_every_request(command, contract, monkeypatch):
    """They are sent with every request; the value of a secret one, from wherever it comes, is nowhere to be read."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    monkeypatch.setenv("TOKEN_OF_THE_GATE", "open-sesame-1")
    app = Recorded(contract)
    with BackgroundServer(app) as server:
        ended = command(
            "run", "--target", server.url, "--profile", "smoke",
            "--header", "X-Team: platform",
            "--header", "X-Session: session-secret-1", "--secret-header", "X-Session",
            "--secret-header", "X-Gate=TOKEN_OF_THE_GATE",
        )  # fmt: skip
    assert 0 == ended.status
    own = {(each["x-team"], each["x-session"], each["x-gate"]) for each in app.headers}
    assert {("platform", "session-secret-1", "open-sesame-1")} == own
    assert [] == held("session-secret-1", ended) + held("open-sesame-1", ended)
    journal = written()["journal.ndjson"]
    for shown in (b'"platform"', b'"$X_SESSION"', b'"$TOKEN_OF_THE_GATE"'):
        assert shown in journal


class Certified:
    """A server over TLS with a certificate of an authority of its own, which may ask for one of the client."""

    def __init__(self, contract, *, mutual: bool = False) -> None:
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path("ca.pem")
        own = self.authority.issue_cert("localhost", "127.0.0.1")
        own.private_key_and_cert_chain_pem.write_to_path("server.pem")
        client = self.authority.issue_cert("client@test")
        client.private_key_pem.write_to_path("client.key")
        client.cert_chain_pems[0].write_to_path("client.pem")
        client.private_key_and_cert_chain_pem.write_to_path("both.pem")
        config = uvicorn.Config(
            reference_app(contract, key=KEY), port=0, log_level="critical", lifespan="off",
            ssl_certfile="server.pem", ssl_ca_certs="ca.pem" if mutual else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if mutual else ssl.CERT_NONE,
        )  # fmt: skip
        self.server = uvicorn.Server(config)

    @contextmanager
    def serving(self):
        """Serve, and give the URL."""
        thread = threading.Thread(target=self.server.run, daemon=True)
        thread.start()
        try:
            while not self.server.started:
                thread.join(0.01)
                assert thread.is_alive()
            port = self.server.servers[0].sockets[0].getsockname()[1]
            yield f"https://localhost:{port}"
        finally:
            self.server.should_exit = True
            thread.join(10)


def test_an_authority_of_ones_own(command, contract, monkeypatch):
    """A certificate of an authority that nobody knows is refused, and trusted with `--ca-bundle`."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    with Certified(contract).serving() as url:
        refused = command("run", "--target", url, "--profile", "smoke")
        trusted = command("run", "--target", url, "--profile", "smoke", "--ca-bundle", "ca.pem")
    assert 3 == refused.status
    assert "TLS failure" in refused.out + refused.err
    assert 0 == trusted.status


@pytest.mark.slow
@pytest.mark.parametrize("files", [("client.pem", "client.key"), ("both.pem",)])
def test_a_certificate_of_the_client(command, contract, monkeypatch, files):
    """A server that asks for one is shown it, with its key in the same file or in another; without it nothing goes."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    options = dict(zip(("--client-cert", "--client-key"), files, strict=False))
    shown = [word for pair in options.items() for word in pair]
    with Certified(contract, mutual=True).serving() as url:
        arguments = ("run", "--target", url, "--profile", "smoke", "--ca-bundle", "ca.pem")
        refused = command(*arguments)
        assert 3 == refused.status
        assert "3 consecutive times; if it requires a client certificate, set --client-cert" in refused.err
        assert 0 == command(*arguments, *shown).status


class Proxy:
    """A proxy for plain HTTP that answers for the server by itself; it keeps what it was sent."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.signs: set[str | None] = set()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.lines.append(self.requestline)
                proxy.signs.add(self.headers.get("Proxy-Authorization"))
                password = f"not {PASSWORD}".encode()
                self.send_response(403)
                self.send_header("Content-Length", str(len(password)))
                self.end_headers()
                self.wfile.write(password)

            do_GET = do_POST  # noqa: N815 (as the library names it)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]

    @contextmanager
    def serving(self):
        """Serve."""
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://me:{PASSWORD}@127.0.0.1:{self.port}"
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()


PASSWORD = "password-of-the-proxy"  # noqa: S105 (made up)


def test_a_proxy_of_the_environment(command, monkeypatch):
    """It is asked for what is a remote host, unless NO_PROXY says otherwise; its password is told nowhere."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    proxy = Proxy()
    arguments = ("run", "--target", f"http://{HOST}", "--model-id", "m", "--allow-host", HOST, "--allow-plaintext")
    with proxy.serving() as url:
        monkeypatch.setenv("http_proxy", url)
        ended = command(*arguments, "--only", "accept.all.null")
        assert {f"POST http://{HOST}/v1/models/m/environments HTTP/1.1"} == set(proxy.lines)
        assert {"Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()} == proxy.signs
        assert [] == held(PASSWORD, ended)
        asked = len(proxy.lines)
        monkeypatch.setenv("no_proxy", HOST)
        without = command(*arguments, "--only", "accept.all.null")
    assert asked == len(proxy.lines)
    assert 3 == without.status
    assert "host name not resolved" in without.out + without.err
