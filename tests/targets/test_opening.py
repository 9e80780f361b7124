"""From what a user names to a target."""

import asyncio
from pathlib import Path

import pytest

from conformance.model.case import Request
from conformance.model.errors import UsageError
from conformance.targets.addresses import is_loopback
from conformance.targets.asgi import AsgiTarget
from conformance.targets.loading import load_app
from conformance.targets.opening import is_openable, open_target, traits_of
from conformance.targets.target import Traits
from conformance.targets.wire import WireTarget


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with some modules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("/")
    (tmp_path / "some_app_module.py").write_text(
        "class api:\n    async def app(scope, receive, send): ...\nthing = 1\n"
    )
    (tmp_path / "some_broken_module.py").write_text("raise RuntimeError('one\\ntwo')\n")


def test_application_is_found_in_the_working_directory() -> None:
    """`asgi:MODULE:APP` opens the application; its name is the specification, and it is on this machine."""
    target = open_target("asgi:some_app_module:api.app")
    assert isinstance(target, AsgiTarget)
    assert target.name == "asgi:some_app_module:api.app"
    assert target.traits.loopback


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("main", "'main' does not name an application; write MODULE:APP, such as main:app"),
        (":app", "':app' does not name an application; write MODULE:APP, such as main:app"),
        ("no_such_module:app", "cannot import no_such_module: ModuleNotFoundError: No module named 'no_such_module'"),
        ("some_broken_module:app", "cannot import some_broken_module: RuntimeError: one two"),
        ("some_app_module:missing", "module some_app_module has no attribute missing"),
        ("some_app_module:thing", "some_app_module:thing is not an application: int is not callable"),
    ],
)
def test_what_is_wrong_with_an_application_is_one_line(name: str, message: str) -> None:
    """Each way to misname an application has its own sentence."""
    with pytest.raises(UsageError) as caught:
        load_app(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("spec", "loopback"), [("http://localhost:80/b", True), ("HTTPS://[::1]", True), ("https://api.example.com", False)]
)
def test_url_opens_a_wire_target(spec: str, *, loopback: bool) -> None:
    """A URL is kept as it was written; its host tells whether it is here."""
    target = open_target(spec)
    assert isinstance(target, WireTarget)
    assert target.name == spec
    assert target.traits.loopback == loopback
    assert target.traits == traits_of(spec)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("localhost:8000", "the target 'localhost:8000' has no scheme; write http://localhost:8000 or asgi:MODULE:APP"),
        ("", "the target '' has no scheme; write http://host:port or asgi:MODULE:APP"),
        ("ftp://x", "the target 'ftp://x' is neither http nor https; write http://host:port"),
        ("http://", "the target 'http://' is not an HTTP URL; write http://host:port or https://host"),
        ("http://x:99999", "the target 'http://x:99999' is not an HTTP URL; write http://host:port or https://host"),
        ("http://x?a=b", "the target's URL has a query or a fragment; give only the base URL"),
    ],
)
def test_what_is_wrong_with_a_target_is_one_line(spec: str, message: str) -> None:
    """Each way to misname a target has its own sentence, with what to write."""
    with pytest.raises(UsageError) as caught:
        open_target(spec)
    assert str(caught.value) == message


@pytest.mark.parametrize("spec", ["http://me:secret@x", "me:secret@x", "http://me:secret@"])
def test_credentials_in_a_target_are_refused_and_not_shown(spec: str) -> None:
    """A URL with a password is refused without repeating it."""
    with pytest.raises(UsageError) as caught:
        open_target(spec)
    assert "secret" not in str(caught.value)


def test_key_with_a_line_break_is_the_users_to_mend() -> None:
    """A key that no header can hold is told apart from a wrong request, and is not shown."""
    target = open_target("http://127.0.0.1:1")
    with pytest.raises(UsageError, match="control character") as caught:
        asyncio.run(target.send(Request("GET", "/"), key="secret\n"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        ("http://localhost:80/b", Traits(host="localhost", loopback=True)),
        ("https://API.example.com", Traits(host="api.example.com", secure=True, handshakes=True)),
        ("https://[::1]:4010", Traits(host="::1", loopback=True, secure=True, handshakes=True)),
        ("asgi:no_such_module:app", Traits(loopback=True, lasting=False, server=False)),
    ],
)
def test_what_a_target_is_like_is_known_before_it_is_opened(name: str, traits: Traits) -> None:
    """The name tells: no application is imported, no certificate read."""
    assert traits_of(name) == traits


def test_only_a_named_target_can_be_opened_again() -> None:
    """What the header of a run calls a client, or the reference server, opens nothing."""
    names = ("http://x", "HTTPS://x", "asgi:m:a", "httpx.Client at https://x", "the reference server at http://x", "")
    assert [is_openable(name) for name in names] == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "0:0:0:0:0:0:0:1"]
)
def test_loopback_hosts(host: str) -> None:
    """Names and literals of this machine."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.com", "notlocalhost", "128.0.0.1", "0.0.0.1", "::2", "::ffff:127.0.0.1", "127.0.0.1.nip.io"]
)
def test_other_hosts(host: str) -> None:
    """Everything else is elsewhere: nothing is resolved to find out."""
    assert not is_loopback(host)
