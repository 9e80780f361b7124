"""What the user can get wrong: one line that says what and what to do, exit status 2, and nothing is sent."""

from pathlib import Path

import pytest

from conformance.model.version import VERSION
from conformance.reports.writing import REPORTS

SPEC = """
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /things:
    post:
      requestBody:
        content: {application/json: {schema: %s}}
      responses: {'200': {description: ok}}
"""

SPECS = {
    "absent": (None, "cannot read spec.yaml: No such file or directory; name an OpenAPI document with --spec"),
    "no YAML": ("a: [", "spec.yaml is not YAML"),
    "no UTF-8": (b"\xff\xfe", "spec.yaml is not UTF-8"),
    "empty": ("", "spec.yaml is not an OpenAPI document: it has no member 'openapi'"),
    "a list": ("- 1\n", "spec.yaml is not an OpenAPI document"),
    "OpenAPI 4": ("openapi: 4.0.0\n", "spec.yaml is OpenAPI 4.0.0; convert it to OpenAPI 3.1"),
    "Swagger": ("swagger: '2.0'\n", "spec.yaml is Swagger 2.0; convert it to OpenAPI 3 first"),
    "no operation": ("openapi: 3.1.0\npaths: {}\n", "spec.yaml"),
    "dangling": (SPEC % "{$ref: '#/components/schemas/Gone'}", "reference '#/components/schemas/Gone'"),
    "remote": (SPEC % "{$ref: 'https://example.com/a.yaml'}", "bundle the document into one file first"),
    "circular": (SPEC % "{$ref: '#/paths/~1things/post/requestBody/content/application~1json/schema'}", "itself"),
    "alias to itself": ("openapi: 3.1.0\npaths: &a {b: *a}\n", "alias to itself"),
}


@pytest.mark.parametrize("kind", SPECS)
def test_a_spec_that_cannot_be_used(command, kind):
    """A document that is absent, damaged, or of another kind is named, with what is wrong about it."""
    content, said = SPECS[kind]
    if content is not None:
        Path("spec.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = command("run", "--spec", "spec.yaml")
    assert 2 == ended.status
    assert said in ended.complaint
    assert "" == ended.out
    assert not Path("conformance-report").exists()


def test_a_spec_that_is_a_folder(command):
    """A folder is no document."""
    Path("folder").mkdir()
    ended = command("run", "--spec", "folder")
    assert (2, "conformance: cannot read folder: Is a directory; name an OpenAPI document with --spec") == (
        ended.status,
        ended.complaint,
    )


def test_an_operation_that_there_is_not(command):
    """An operation that the document has not is named, and those that it has are listed."""
    ended = command("run", "--operation", "PUT /nowhere")
    assert 2 == ended.status
    assert "PUT /nowhere" in ended.complaint
    assert "POST /v1/models/{model_id}/environments" in ended.complaint


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/nowhere/out"])
def test_an_output_folder_that_cannot_be_written(command, out):
    """A folder that is a file, lies below one, or cannot be made is told, and another is asked for."""
    Path("file").write_text("mine")
    ended = command("run", "--out", out)
    assert 2 == ended.status
    assert f"cannot write {out}" in ended.complaint
    assert "name another folder with --out" in ended.complaint
    assert "mine" == Path("file").read_text()


WRONG_OPTIONS = {
    ("--profile", "tiny"): "'smoke', 'standard', 'full'",
    ("--fail-on", "may"): "'must', 'should'",
    ("--report", "pdf"): f"there is no report format 'pdf'; choose from {', '.join(REPORTS)}",
    ("--timeout", "0"): "--timeout",
    ("--timeout", "soon"): "'soon' is not a valid float",
    ("--max-requests", "0"): "--max-requests",
    ("--concurrency", "many"): "'many' is not a valid integer",
    ("--path-param", "x"): "--path-param must be NAME=VALUE or a table of strings, got ('x',)",
    ("--path-param", "x=1"): "has no path parameter 'x'; it has: model_id",
    ("--tagret", "x"): "--target",
    ("--only", "no-such-case"): "no case is selected; loosen --only and --skip",
    ("--target", "localhost:4010"): "write http://",
    ("--target", "ftp://127.0.0.1"): "neither http nor https; write http://host:port",
    ("--target", "http://"): "is not an HTTP URL",
    ("--target", "http://127.0.0.1:99999"): "is not an HTTP URL",
    ("--target", "http://[::1"): "is not an HTTP URL",
    ("--target", "http://user:secret@127.0.0.1"): "the target's URL has credentials",
    ("--target", "http://127.0.0.1/?a=b"): "a query or a fragment",
    ("--target", "asgi:main"): "write MODULE:APP, such as main:app",
    ("--target", "asgi:no_such_module:app"): "cannot import no_such_module: ModuleNotFoundError",
    ("--target", "asgi:json:app"): "module json has no attribute app",
    ("--target", "asgi:json:__name__"): "is not callable",
    ("--api-key-env", "NOT_SET"): "the environment variable NOT_SET is not set",
    ("extra",): "unexpected extra argument",
}


@pytest.mark.parametrize("arguments", WRONG_OPTIONS, ids=" ".join)
def test_options_that_cannot_be_used(command, arguments):
    """An option or a value that there is not is told in one line, with those that there are."""
    ended = command("run", *arguments)
    assert 2 == ended.status
    assert WRONG_OPTIONS[arguments] in ended.complaint
    assert "secret" not in ended.complaint
    assert not Path("conformance-report").exists()


def test_a_key_that_no_header_can_hold(command, monkeypatch):
    """A key with a line break is refused before anything is sent, and is not shown."""
    monkeypatch.setenv("MY_KEY", "hidden-value\n")
    ended = command("run", "--api-key-env", "MY_KEY")
    assert 2 == ended.status
    assert "the key in MY_KEY has a space, a line break" in ended.complaint
    assert "hidden-value" not in ended.complaint


def test_a_secret_that_is_too_short_to_be_hidden(command, monkeypatch):
    """A secret of a few characters is refused: hiding it would damage ids. It is not shown; one of eight will do."""
    Path("key.txt").write_text("abcdef7\n")
    monkeypatch.setenv("SHORT", "abcdef7")
    monkeypatch.setenv("LONG", "abcdefg8")
    for source, what in (
        (("--api-key-env", "SHORT"), "the key in SHORT"),
        (("--api-key-file", "key.txt"), "the key in key.txt"),
        (("--api-key-command", "cat key.txt"), "the key in the output of --api-key-command"),
        (("--secret-header", "X-Token=SHORT"), "the value of the secret header X-Token"),
        (("--header", "X-Token: abcdef7", "--secret-header", "X-Token"), "the value of the secret header X-Token"),
    ):
        ended = command("run", *source)
        assert 2 == ended.status
        assert f"{what} has 7 characters; " in ended.complaint
        assert "use one of at least 8 characters" in ended.complaint
        assert "abcdef7" not in ended.complaint
        assert not Path("conformance-report").exists()
    long = command("run", "--plan", "--phases", "catalogue", "--api-key-env", "LONG", "--secret-header", "X-Token=LONG")
    assert 0 == long.status


REMOTE = ("run", "--target", "https://api.example.com")


def test_hosts_elsewhere_must_be_named(command, monkeypatch):
    """A host that is not this machine needs its name, then a model, then a key, and over http a word more."""
    steps = []
    for more in (
        (),
        ("--allow-host", "api.example.com"),
        ("--allow-host", "api.example.com", "--model-id", "m"),
        ("--allow-host", "API.example.com", "--model-id", "m", "--target", "http://api.example.com"),
    ):
        ended = command(*REMOTE, *more)
        assert 2 == ended.status
        steps.append(ended.complaint)
    assert "allow it with --allow-host api.example.com" in steps[0]
    assert "'model_id' has no value; set it with --model-id ID" in steps[1]
    assert "CONFORMANCE_API_KEY is not set" in steps[2]
    assert "the key would be sent to api.example.com in plain text; use https, or --allow-plaintext" in steps[3]
    monkeypatch.setenv("CONFORMANCE_API_KEY", "a-key-long-enough")
    allowed = command(*REMOTE, "--allow-host", "api.example.com", "--model-id", "m", "--plan")
    assert 0 == allowed.status
    assert "nothing is sent" in allowed.out
    assert "smoke: " in allowed.out


def test_a_plan_sends_nothing(command, serve):
    """`--plan` tells how much would be sent, and no byte leaves, no file is written (test_screen.py: random cases)."""
    server = serve(lambda _, __: (200, {}, b"{}"))
    ended = command("run", "--target", server.url, "--plan", "--phases", "catalogue")
    assert 0 == ended.status
    assert 0 == server.requests
    assert not Path("conformance-report").exists()


def test_what_is_no_command(command):
    """A command that there is not is one line; no command at all is the help."""
    assert "conformance: No such command 'rnu'" in command("rnu").complaint
    nothing = command()
    assert 2 == nothing.status
    assert "Usage: conformance" in nothing.out + nothing.err


def test_a_fault_of_the_suite_is_told_as_one(command, monkeypatch):
    """What nobody foresaw is one line that takes the blame, exit status 3, and the traceback on request alone."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("conformance.workflow.sending.prepare", fail)
    ended = command("run")
    assert 3 == ended.status
    said = f"internal error of the suite (version {VERSION}), not of the target: ZeroDivisionError: by nought at "
    assert said in ended.complaint
    assert "please report it with the output of --debug" in ended.complaint
    shown = command("run", "--debug")
    assert 3 == shown.status
    assert "Traceback (most recent call last)" in shown.err
    monkeypatch.setenv("CONFORMANCE_DEBUG", "1")
    assert "Traceback (most recent call last)" in command("run").err


def test_waivers_that_nobody_answers_for(command):
    """A waiver without an owner is named by its number, with what to do; nothing is sent."""
    Path("waivers.toml").write_text('[[waiver]]\ncause = "a"\nowner = ""\nreason = "b"\nexpires = 2030-01-01\n')
    ended = command("run", "--waivers", "waivers.toml")
    assert (2, "conformance: waivers.toml, waiver 1: `owner` is empty; name the owner") == (
        ended.status,
        ended.complaint,
    )
    assert not Path("conformance-report").exists()
