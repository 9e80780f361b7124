"""Documents at a URL: fetched over TLS from a host that is allowed, within bounds, and told in one line where not."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from conformance.contract.reading.document import load_document
from conformance.model.errors import ContractError, UsageError
from conformance.workflow.setup import fetching
from conformance.workflow.setup.fetching import with_local_document
from conformance.workflow.setup.options import RunOptions

DOCUMENT = b"openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves a document, and what is none."""

    def do_GET(self) -> None:
        """Return what the path asks for."""
        status, headers, body = 200, {"Content-Length": str(len(DOCUMENT))}, DOCUMENT
        if self.path == "/gone":
            status = 404
        elif self.path == "/moved":
            status, headers = 302, {"Location": "https://other.example/api.yaml", "Content-Length": "0"}
        elif self.path == "/cut":
            headers = {"Content-Length": str(len(DOCUMENT) + 9)}
        elif self.path == "/large":
            headers, body = {}, b"#" * 5_000
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.path == "/slow":
            for byte in DOCUMENT:
                self.wfile.write(bytes([byte]))
                if self.server.ended.wait(0.1):  # type: ignore[attr-defined]
                    return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a server over TLS, and the certificate of its authority."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ended = threading.Event()  # type: ignore[attr-defined]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}", folder / "ca.pem"
    server.ended.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join(10)
    server.server_close()


def options(url: str, authority: Path | None, *hosts: str) -> RunOptions:
    """Return options with a document at a URL, as the command line makes them."""
    return RunOptions(spec=Path(url), ca_bundle=authority, allow_hosts=hosts)


def test_a_document_at_a_url(served: tuple[str, Path]) -> None:
    """It is a file from then on, with its own name."""
    url, authority = served
    local = with_local_document(options(f"{url}/v1/api.yaml?raw=1", authority, "LOCALHOST"))
    assert local.spec is not None
    assert ("api.yaml", DOCUMENT) == (local.spec.name, local.spec.read_bytes())
    assert local == with_local_document(local)


def problem_of(asked: RunOptions) -> str:
    """Return what is said of a document that is not fetched."""
    with pytest.raises(UsageError) as raised:
        with_local_document(asked)
    return f"{raised.value.problem}; {raised.value.remedy}"


def test_only_an_allowed_host_over_tls(served: tuple[str, Path]) -> None:
    """Nothing is sent to another host, in plain text, with credentials, or to whom nobody trusts."""
    url, authority = served
    host = "the document is on the host localhost; allow it with --allow-host localhost"
    assert host == problem_of(options(f"{url}/api.yaml", authority))
    assert host == problem_of(options(f"{url}/api.yaml", authority, "localhost.example"))
    plain = "--spec takes a file, or an https URL without credentials; download it, and name the file with --spec"
    assert plain == problem_of(options("http://localhost/api.yaml", authority, "localhost"))
    assert plain == problem_of(options("https://me:secret@localhost/api.yaml", authority, "localhost"))
    untrusted = problem_of(options(f"{url}/api.yaml", None, "localhost"))
    assert untrusted.startswith(f"cannot fetch {url}/api.yaml: [SSL: CERTIFICATE_VERIFY_FAILED]")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/gone", "returns status 404"),
        ("/moved", "returns status 302, a redirect to https://other.example/api.yaml"),
        ("/large", "is larger than 1000 bytes"),
        ("/cut", "ends early"),
    ],
)
def test_what_is_no_document(served: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, path: str, says: str) -> None:
    """It is said in one line, with what to do."""
    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000)
    url, authority = served
    told = problem_of(options(f"{url}{path}", authority, "localhost"))
    assert f"{url}{path} {says}; download it, and name the file with --spec" == told


def test_a_slow_document_is_given_up(served: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """All in all there is so much time, however often a byte comes."""
    monkeypatch.setattr(fetching, "SECONDS", 0.4)
    url, authority = served
    told = problem_of(options(f"{url}/slow", authority, "localhost"))
    assert f"cannot fetch {url}/slow within 0.4 s; download it, and name the file with --spec" == told


def test_other_commands_take_files_alone() -> None:
    """They say so, and name the URL as it was given."""
    with pytest.raises(ContractError) as raised:
        load_document(Path("https://api.example.com/api.yaml"))
    assert "https://api.example.com/api.yaml is a URL" == raised.value.problem
