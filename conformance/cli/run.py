"""`conformance run`: test an endpoint."""

import os
from functools import partial
from pathlib import Path

import click

from conformance.cli.options import GroupedCommand, option
from conformance.cli.reaching import SECONDS, judging, pace, reaching, safety, target
from conformance.cli.screen import Screen
from conformance.model.vocabulary import JunitBy, Profile, Strength
from conformance.workflow.setup.options import DEFAULT_OUT, MOCK, RunOptions

POSITIVE = click.IntRange(min=1)
PROFILES = click.Choice([each.value for each in Profile])
UNITS = click.Choice([each.value for each in JunitBy])
STRENGTHS = click.Choice([Strength.MUST.value, Strength.SHOULD.value])

plan = partial(option, "What is sent")
screen = partial(option, "Screen")


def path_parameters(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return `NAME=VALUE` options as a mapping."""
    del context, parameter
    found = {}
    for value in values:
        name, separator, text = value.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
        found[name] = text
    return found


def listed(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Return what stands between commas."""
    del context, parameter
    return tuple(each.strip() for each in value.split(",") if each.strip()) if value else None


@click.command(
    cls=GroupedCommand,
    short_help="Test an endpoint and write a conformance report.",
    epilog="Every option may stand in conformance.toml, or under [tool.conformance] in pyproject.toml, without its "
    'dashes: `max-creations = 15`, `only = ["reject.*"]`. The command line wins.',
)
@target(
    "--target",
    default=MOCK,
    metavar="URL",
    help="http(s)://..., asgi:MODULE:APP, or mock: a right server, started on this machine.",
)
@target("--model-id", metavar="ID", help="Value of the path parameter. A target elsewhere needs it.")
@target(
    "--path-param",
    "path_params",
    multiple=True,
    metavar="NAME=VALUE",
    callback=path_parameters,
    help="Value of a path parameter, by name. Repeatable.",
)
@target("--unknown-model-id", metavar="ID", help="A value of the path parameter that names nothing there.")
@target("--stateless", is_flag=True, help="The target neither remembers nor repeats what it is sent (a static mock).")
@target("--probes", is_flag=True, help="Read what was created, by the operations beside this one.")
@target(
    "--spec",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Another OpenAPI 3.1 document than the one built in.",
)
@target("--operation", metavar="'METHOD /path'", help="The operation in it, where it has several.")
@reaching
@safety(
    "--allow-name-edges", is_flag=True, help="Send odd names to such a host. They cannot be told from names of others."
)
@safety(
    "--max-creations",
    type=POSITIVE,
    metavar="N",
    show_default="15 for smoke elsewhere than on this machine",
    help="Objects created, at most.",
)
@safety("--cleanup", is_flag=True, help="Remove what was created, at the end.")
@safety("--max-requests", type=POSITIVE, metavar="N", help="Requests, at most.")
@plan(
    "--profile",
    type=PROFILES,
    show_default="standard on this machine, smoke elsewhere",
    help="How much to send.",
)
@plan("--only", multiple=True, metavar="GLOB", help="Send only cases whose id, or a requirement's, fits. Repeatable.")
@plan("--skip", multiple=True, metavar="GLOB", help="Leave out cases whose id, or a requirement's, fits. Repeatable.")
@plan("--shard", metavar="I/N", help="Send only part I of N; `conformance report` brings the parts together.")
@plan("--seed", type=int, default=0, metavar="N", help="Seed of everything random.")
@plan(
    "--phases",
    metavar="LIST",
    callback=listed,
    show_default="all for standard and full on this machine, the last two for fuzz, else catalogue",
    help="What to send, between commas: catalogue, schemathesis, hypothesis.",
)
@plan(
    "--example-db",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for failures of random cases; a run begins with them.",
)
@plan(
    "--repeats",
    type=click.IntRange(min=0),
    default=3,
    metavar="N",
    help="How often a failure of a new kind is sent again.",
)
@plan("--plan", "show_plan", is_flag=True, help="Say what would be sent, and send nothing.")
@pace("--concurrency", type=POSITIVE, default=4, metavar="N", help="Requests in flight, at most.")
@pace("--time-budget", type=SECONDS, metavar="S", help="Seconds for the whole run; fuzz goes on for so long (60).")
@pace("--max-failures", type=POSITIVE, metavar="N", help="End the run after so many findings of strength must.")
@judging(
    "--out", type=click.Path(path_type=Path), default=DEFAULT_OUT, metavar="DIR", help="Folder for journal and reports."
)
@judging("--resume", is_flag=True, help="Go on with the run in --out that was cut off, if there is one.")
@safety(
    "--resend-interrupted",
    is_flag=True,
    help="With --resume: send again what was in flight. On this machine it always is.",
)
@judging(
    "--report", "reports", metavar="LIST", callback=listed, show_default="all", help="Kinds of reports, between commas."
)
@judging(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Failures that somebody answers for until a day (TOML).",
)
@judging("--waivers-update", is_flag=True, help="Draft waivers in that file for the failures that are not waived.")
@judging("--junit-by", type=UNITS, default=JunitBy.CASE.value, help="What a test case of junit.xml stands for.")
@judging("--fail-on", type=STRENGTHS, default=Strength.MUST.value, help="The weakest strength that fails the run.")
@judging(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail when less of the request schema was exercised (valid and invalid side of each keyword).",
)
@judging("--max-response-time", type=SECONDS, metavar="S", help="Seconds after which an answer is a finding.")
@screen("--quiet", "-q", is_flag=True, help="Only the verdict.")
def run(*, show_plan: bool, quiet: bool, profile: str | None, fail_on: str, junit_by: str, **values: object) -> int:
    """Test an endpoint against the contract and write a conformance report.

    \b
    Examples:
      conformance run
          the reference server: what a report looks like
      conformance run --target http://127.0.0.1:4010 --stateless
          a static mock on this machine
      conformance run --target asgi:main:app
          an application of yours, without a socket
      conformance run --target https://api.example.com --allow-host api.example.com \\
          --model-id abc123 --api-key-env API_KEY --max-creations 15 --plan
          what would be sent to a live host; without --plan it is sent

    \b
    Exit status:
      0  nothing failed
      1  a requirement failed, or a whole run stayed below --min-coverage
      2  the call or a file is wrong; nothing was sent
      3  nobody can tell: the target was lost, a limit or Ctrl-C cut the run short,
         or the suite itself failed
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    options = RunOptions(
        profile=Profile(profile) if profile else None,
        fail_on=Strength(fail_on),
        junit_by=JunitBy(junit_by),
        **values,  # type: ignore[arg-type]
    )
    shown = Screen(quiet=quiet)
    if show_plan:
        return _show_plan(options, shown)
    from conformance.workflow.reporting import append_summary  # noqa: PLC0415  (loads what only a run needs)
    from conformance.workflow.run import Hooks  # noqa: PLC0415  (loads what only a run needs)
    from conformance.workflow.run import run as carry_out  # noqa: PLC0415  (loads what only a run needs)

    with shown:
        result = carry_out(options, Hooks(report=shown.progress, started=shown.started))
    warning = append_summary(result.out, os.environ)
    shown.verdict(result)
    if warning:
        shown.warn(warning)
    return result.exit_status


def _show_plan(options: RunOptions, shown: Screen) -> int:
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a plan needs)
    from conformance.workflow.setup.plan_preview import preview  # noqa: PLC0415  (loads what only a plan needs)
    from conformance.workflow.setup.preparation import prepare  # noqa: PLC0415  (loads what only a plan needs)

    prepared = prepare(load_contract(options.spec, options.operation), options)
    shown.plan(prepared, preview(prepared))
    return 0
