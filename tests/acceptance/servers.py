"""Servers of other makers: how each is started, which version it is, and with which options it is tested."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from conformance.workflow.api import RunKeywords

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "spec" / "openapi.yaml"
FASTAPI = HERE / "fastapi"
STARTUP_SECONDS = 60.0
INSTALL_SECONDS = 240.0

PRISM = ("mock", "-h", "127.0.0.1", "-p", "{port}", "{document}")
MOCKOON = (
    "start", "--data", "{document}", "--port", "{port}", "--hostname", "127.0.0.1",
    "--disable-log-to-file", "--disable-admin-api",
)  # fmt: skip


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Tell whether an HTTP server answers at `url`, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  (a server that this test started)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[str]:
    """Run a server, `{port}` and `{document}` of its command filled in; yields its URL once it answers."""
    port = free_port()
    filled = [each.format(port=port, document=DOCUMENT) for each in command]
    process = subprocess.Popen(filled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)  # noqa: S603
    try:
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + STARTUP_SECONDS
        while not answers(url):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} did not start (exit status {process.poll()})")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def npm(program: str, *arguments: str) -> AbstractContextManager[str]:
    """Run a program of the npm packages, or a script with `node`, as `running` does."""
    if program == "node":
        return running((program, *arguments), HERE)
    path = HERE / "node_modules" / ".bin" / program
    if shutil.which("node") is None or not path.exists():
        raise RuntimeError(f"{program} is not installed: run `npm install` in {HERE.name}/")
    return running((str(path), *arguments), HERE)


@contextmanager
def fastapi(folder: Path) -> Iterator[str]:
    """Run a FastAPI server that was generated from the document, with the smallest handler in it.

    Generator and server are installed into an environment of their own: their pins bind nobody else.
    """
    tools = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    call([sys.executable, "-m", "venv", "venv"], folder)
    call([str(tools / "python"), "-m", "pip", "install", "--quiet", "-r", str(FASTAPI / "requirements.txt")], folder)
    options = ("--output-model-type", "pydantic_v2.BaseModel", "--python-version", "3.11")
    call([str(tools / "fastapi-codegen"), "--input", str(DOCUMENT), "--output", "gen", *options], folder)
    shutil.copy(FASTAPI / "handler.py", folder / "gen" / "handler.py")
    main = folder / "gen" / "main.py"
    made = main.read_text(encoding="utf-8")
    handled = made.replace("    pass\n", "    return answer(model_id, body)\n")
    handled = handled.replace("\nfrom .models", "\nfrom .handler import answer\nfrom .models")
    assert handled.count("answer") == 2
    main.write_text(handled, encoding="utf-8")
    with running((str(tools / "uvicorn"), "gen.main:app", "--host", "127.0.0.1", "--port", "{port}"), folder) as url:
        yield url


def call(command: Sequence[str], folder: Path) -> None:
    """Run a command in a folder to its end."""
    ended = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def npm_version(package: str) -> str:
    """Return the version of an npm package that is installed."""
    path = HERE / "node_modules" / package / "package.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["version"])


def pinned(package: str) -> str:
    """Return the version of a package that the environment of FastAPI has."""
    lines = (FASTAPI / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2] for line in lines if line.partition("==")[0] == package)


class ServerTarget(msgspec.Struct, frozen=True):
    """A server: its name in the matrix, its version, how it is started (in a folder), and the options of its run."""

    name: str
    version: Callable[[], str]
    start: Callable[[Path], AbstractContextManager[str]]
    options: RunKeywords


STATELESS = RunKeywords(stateless=True, repeats=0)
PRISM_STATIC, PRISM_DYNAMIC, MOCKOON_CLI, FASTAPI_APP, FASTIFY = SERVERS = (
    ServerTarget(
        "Prism, static", lambda: npm_version("@stoplight/prism-cli"), lambda _: npm("prism", *PRISM), STATELESS
    ),
    ServerTarget(
        "Prism, dynamic", lambda: npm_version("@stoplight/prism-cli"), lambda _: npm("prism", *PRISM, "-d"), STATELESS
    ),
    ServerTarget("Mockoon", lambda: npm_version("@mockoon/cli"), lambda _: npm("mockoon-cli", *MOCKOON), STATELESS),
    ServerTarget("FastAPI", lambda: pinned("fastapi"), fastapi, RunKeywords(profile="standard", repeats=1)),
    ServerTarget(
        "Fastify",
        lambda: npm_version("fastify"),
        lambda _: npm("node", "fastify/server.mjs", "{port}", "{document}"),
        RunKeywords(any_key=True, repeats=0),
    ),
)
