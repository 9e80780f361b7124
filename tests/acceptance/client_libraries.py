"""Client libraries of other makers: how each is installed or generated, and the command of its harness."""

import shutil
import subprocess
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from tests.acceptance.servers import DOCUMENT, HERE, npm_version

CLIENTS = HERE / "clients"
ENVIRONMENTS = CLIENTS / "environments"
GENERATOR = "0.29.1"
"""The version of openapi-python-client."""

Command = tuple[str, ...]


def python(name: str, *packages: str) -> str:
    """Return the interpreter of an environment that holds packages; it is made where there is none."""
    folder = ENVIRONMENTS / name
    interpreter = folder / "bin" / "python"
    mark = folder / "installed.txt"
    wanted = "\n".join(packages)
    if not mark.exists() or mark.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *packages], check=True, timeout=600)  # noqa: S603
        mark.write_text(wanted)
    return str(interpreter)


def node(script: Path | str, *arguments: Path | str) -> Command:
    """Return the command that runs a harness in TypeScript."""
    tsx = HERE / "node_modules" / ".bin" / "tsx"
    if shutil.which("node") is None or not tsx.exists():
        raise RuntimeError(f"tsx is not installed: run `npm install` in {HERE.name}/")
    return (str(tsx), str(CLIENTS / script), *map(str, arguments))


def sample(_: Path) -> Command:
    """Return the harness of the Python that the document shows."""
    return python("sample", "requests==2.34.2", "pyyaml>=6"), str(CLIENTS / "sample.py"), str(DOCUMENT)


def openapi_python_client(folder: Path) -> Command:
    """Return the harness of the client that openapi-python-client generates into a folder."""
    interpreter = python("openapi-python-client", f"openapi-python-client=={GENERATOR}")
    made = [interpreter, "-m", "openapi_python_client", "generate", "--meta", "none", "--path", str(DOCUMENT)]
    package = folder / "generated" / "baseten_management_api_client"
    subprocess.run([*made, "--output-path", str(package)], check=False, timeout=120, capture_output=True)  # noqa: S603
    return interpreter, str(CLIENTS / "generated_python.py"), str(package.parent)


def sdk(version: str, _: Path) -> Command:
    """Return the harness of the official SDK."""
    return python(f"baseten-{version}", f"baseten=={version}"), str(CLIENTS / "baseten_sdk.py")


def hey_api(folder: Path) -> Command:
    """Return the harness of the client that hey-api generates."""
    generated = CLIENTS / "generated"
    shutil.rmtree(generated, ignore_errors=True)
    made = [str(HERE / "node_modules" / ".bin" / "openapi-ts"), "-i", str(DOCUMENT), "-o", str(generated)]
    subprocess.run([*made, "--no-log-file"], check=True, timeout=120, capture_output=True, cwd=folder)  # noqa: S603
    (generated / "package.json").write_text('{"type": "module"}')
    return node("generated_typescript.mts")


class ClientTarget(msgspec.Struct, frozen=True):
    """A client library: its name in the matrix, its version, and how the command of its harness is made."""

    name: str
    version: Callable[[], str]
    command: Callable[[Path], Command]


OLD_SDK, NEW_SDK = "0.10.0", "0.13.1"
SAMPLE, GENERATED_PYTHON, SDK_OLD, SDK_NEW, HEY_API = LIBRARIES = (
    ClientTarget("The sample of the document", lambda: "requests 2.34.2", sample),
    ClientTarget("openapi-python-client", lambda: GENERATOR, openapi_python_client),
    ClientTarget(f"baseten {OLD_SDK}", lambda: OLD_SDK, partial(sdk, OLD_SDK)),
    ClientTarget(f"baseten {NEW_SDK}", lambda: NEW_SDK, partial(sdk, NEW_SDK)),
    ClientTarget("hey-api, fetch", lambda: npm_version("@hey-api/openapi-ts"), hey_api),
)
