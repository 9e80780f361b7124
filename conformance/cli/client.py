"""`conformance client`: test a client library."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.configuration import defaults
from conformance.cli.options import HELP
from conformance.cli.run import listed
from conformance.cli.screen import LINE_EVERY_SECONDS, Screen
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile, Strength

if TYPE_CHECKING:
    from conformance.clients.playing import Progress

LANGUAGES = ("python", "python-async", "typescript", "curl")


class _Configured(click.Command):
    """A command whose defaults may stand in the table `client` of a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; help is given also where the file is broken."""
        own = args[: args.index("--")] if "--" in args else args
        if not set(HELP) & set(own):
            ctx.default_map = defaults(self, client=True)
        return super().parse_args(ctx, args)


@click.command(cls=_Configured, short_help="Test a client library: what it sends, and what it makes of each answer.")
@click.argument("command", nargs=-1, metavar="-- COMMAND...", type=click.UNPROCESSED)
@click.option("--init", type=click.Choice(LANGUAGES), help="Write a harness to fill in, and end.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("conformance-client"),
    show_default=True,
    metavar="DIR",
    help="Folder for journal and reports.",
)
@click.option(
    "--profile",
    type=click.Choice([Profile.STANDARD.value, Profile.FULL.value]),
    default=Profile.STANDARD.value,
    show_default=True,
    help="full: every class of value at every member.",
)
@click.option("--only", multiple=True, metavar="GLOB", help="Play only scenarios whose id, or a requirement's, fits.")
@click.option("--skip", multiple=True, metavar="GLOB", help="Leave out scenarios whose id, or a requirement's, fits.")
@click.option("--list", "show_list", is_flag=True, help="List the scenarios and end.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds for one call.",
)
@click.option(
    "--report", "reports", metavar="LIST", callback=listed, show_default="all", help="Kinds of reports, between commas."
)
@click.option(
    "--fail-on",
    type=click.Choice([Strength.MUST.value, Strength.SHOULD.value]),
    default=Strength.MUST.value,
    show_default=True,
    help="The weakest strength that fails the run.",
)
@click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Failures that somebody answers for until a day (TOML).",
)
@click.option("--waivers-update", is_flag=True, help="Draft waivers in that file for the failures that are not waived.")
@click.option("--spec", type=click.Path(path_type=Path), metavar="FILE", help="Another OpenAPI 3.1 document.")
@click.option("--operation", metavar="'METHOD /path'", help="The operation in it.")
@click.option("--quiet", "-q", is_flag=True, help="Only the verdict.")
def client(
    *,
    init: str | None,
    show_list: bool,
    quiet: bool,
    profile: str,
    fail_on: str,
    spec: Path | None,
    operation: str | None,
    **values: object,
) -> int:
    """Test a client library. COMMAND is a harness: a short program that makes the calls that it is asked to make.

    \b
    Examples:
      conformance client --init python
          writes harness.py: fill in the call of your client
      conformance client -- python harness.py
          plays all scenarios, and writes conformance-client/report.html

    \b
    Exit status:
      0  nothing failed
      1  a requirement failed
      2  the call, a file or the harness is wrong
      3  nobody can tell: the harness died, or Ctrl-C cut the run short

    Options may stand in [client] of conformance.toml, or [tool.conformance.client] of pyproject.toml.
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    if init is not None:
        return _init(init, spec, operation)
    if show_list:
        return _list(spec, operation, Profile(profile))
    if not values["command"]:
        raise UsageError("no harness is named", "`conformance client --init python` writes one to begin with")
    # Loads what only a run needs.
    from conformance.workflow.client import ClientOptions, run_client  # noqa: PLC0415

    options = ClientOptions(
        profile=Profile(profile),
        fail_on=Strength(fail_on),
        spec=spec,
        operation=operation,
        **values,  # type: ignore[arg-type]
    )
    lines = _Lines(quiet=quiet)
    result = run_client(options, report=lines.progress, started=lines.started, tell=lines.tell)
    Screen(quiet=quiet).verdict(result)
    return result.exit_status


class _Lines:
    """What a run shows while it goes on: plain lines on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = time.monotonic()

    def started(self, name: str, count: int) -> None:
        if not self._quiet:
            click.echo(_plain(f"{name}: {count} scenarios"), err=True)

    def progress(self, step: "Progress") -> None:
        if not self._quiet and time.monotonic() - self._last >= LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            click.echo(f"{step.played} of {step.planned} scenarios, {step.failed} failures", err=True)

    def tell(self, line: str) -> None:
        click.echo(_plain(f"conformance client: {line}"), err=True)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _init(language: str, spec: Path | None, operation: str | None) -> int:
    from conformance.clients.templates import template  # noqa: PLC0415  (loads what only this needs)
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only this needs)

    name, text = template(language, load_contract(spec, operation))
    path = Path(name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", "move it away, or go to another folder") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "go to another folder") from error
    click.echo(f"{path}: fill in the call of your client, then run: conformance client -- {_started(path)}")
    return 0


def _started(path: Path) -> str:
    starters = {".py": "python ", ".mts": "npx tsx ", ".sh": "sh "}
    return f"{starters.get(path.suffix, './')}{path}"


def _list(spec: Path | None, operation: str | None, profile: Profile) -> int:
    from conformance.clients.scenarios.catalogue import scenarios  # noqa: PLC0415  (loads what only a list needs)
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a list needs)

    for each in scenarios(load_contract(spec, operation), profile):
        click.echo(f"{each.id}\t{each.requirements[0]}\t{_plain(each.story.says)}")
    return 0
