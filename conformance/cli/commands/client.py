"""`conformance client`: test a client library."""

import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from msgspec.structs import replace

from conformance.cli.options import ConfiguredCommand, with_options
from conformance.cli.screen import LINE_EVERY_SECONDS, Screen, plain
from conformance.model.errors import UsageError
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import ClientCommandOptions, ClientOptions

if TYPE_CHECKING:
    from conformance.clients.playing import Progress
    from conformance.contract.contract import Contract


class Template(NamedTuple):
    """A harness to begin with: its text, the file that it becomes, what runs that, and what is changed in the text."""

    text: str
    path: Path
    starter: str
    changes: tuple[tuple[str, str], ...] = ()


ASYNCHRONOUS = (("def call(", "async def call("), ("httpx.Client", "httpx.AsyncClient"), ("= http.", "= await http."))

TEMPLATES = {
    "python": Template("python.txt", Path("harness.py"), "python"),
    "python-async": Template("python.txt", Path("harness.py"), "python", ASYNCHRONOUS),
    "typescript": Template("javascript.txt", Path("harness.mts"), "npx tsx"),
    "javascript": Template("javascript.txt", Path("harness.mjs"), "node"),
    "curl": Template("curl.txt", Path("harness.sh"), "sh"),
}
"""The languages that harnesses can be begun in."""


@click.command(
    cls=ConfiguredCommand,
    owner=ClientCommandOptions,
    short_help="Test a client library: what it sends, and what it makes of each response.",
)
@click.argument("command", nargs=-1, metavar="-- COMMAND...", type=click.UNPROCESSED)
@with_options(*rows(ClientCommandOptions).values())
def client(*, command: tuple[str, ...], **values: object) -> int:
    """Test a client library. COMMAND is a harness: a short program that makes the calls of the suite with the client.

    \b
    Examples:
      conformance client --init python
          write harness.py, to be completed with the call of your client
      conformance client -- python harness.py
          play all scenarios and write conformance-client/report.html

    \b
    Exit status:
      0  no requirement failed
      1  a requirement failed
      2  an option, a file or the harness is invalid
      3  inconclusive: the harness exited, or Ctrl-C ended the run early

    Options can also be set in [client] of conformance.toml, or [tool.conformance.client] of pyproject.toml.
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    options = replace(read_options(ClientCommandOptions, values, prefix="--"), command=command)
    if options.init is not None:
        return _init(options.init, options)
    if options.show_list:
        return _list(options)
    if not command:
        raise UsageError("no harness is given", "`conformance client --init python` writes one")
    from conformance.workflow.client import run_client  # noqa: PLC0415  (loads what only a run needs)

    lines = _Lines(quiet=options.quiet)
    result = run_client(options, report=lines.progress, started=lines.started, tell=lines.tell)
    Screen(quiet=options.quiet).verdict(result)
    return result.exit_status


class _Lines:
    """The progress of a run: plain lines on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = time.monotonic()

    def started(self, name: str, count: int) -> None:
        if not self._quiet:
            click.echo(plain(f"{name}: {count} scenarios"), err=True)

    def progress(self, step: "Progress") -> None:
        if not self._quiet and time.monotonic() - self._last >= LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            click.echo(f"{step.played} of {step.planned} scenarios, {step.failed} findings", err=True)

    def tell(self, line: str) -> None:
        click.echo(plain(f"conformance client: {line}"), err=True)


def _init(language: str, options: ClientOptions) -> int:
    """Write the template of a harness in a language, for the operation of the contract."""
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only this needs)

    template = TEMPLATES[language]
    path = template.path
    text = text_of(template, load_contract(options.spec, options.operation))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} already exists", "move it, or change to another folder") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "change to another folder") from error
    click.echo(f"{path}: fill in the call of your client, then run: conformance client -- {template.starter} {path}")
    return 0


def text_of(template: Template, contract: "Contract") -> str:
    """Return the text of a harness that calls the operation of a contract."""
    security, operation = contract.operation.security, contract.operation
    header = security.name if security and security.location == "header" else "Authorization"
    scheme = f"{contract.scheme} " if contract.scheme else ""
    text = (files("conformance.clients") / "harnesses" / template.text).read_text(encoding="utf-8")
    filled = {"@PATH@": operation.path, "@METHOD@": operation.method, "@HEADER@": header, "@SCHEME@": scheme}
    for name, value in (*template.changes, *filled.items()):
        text = text.replace(name, value)
    return text


def _list(options: ClientOptions) -> int:
    from conformance.clients.scenarios.catalogue import scenarios  # noqa: PLC0415  (loads what only a list needs)
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a list needs)

    for each in scenarios(load_contract(options.spec, options.operation), options.profile):
        click.echo(f"{each.id}\t{each.requirements[0]}\t{plain(each.story.says)}")
    return 0
