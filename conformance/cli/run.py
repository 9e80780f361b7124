"""`conformance run`: test an endpoint."""

from pathlib import Path

import click

from conformance.cli.screen import Screen
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile, Strength
from conformance.workflow.options import DEFAULT_KEY_VARIABLE, DEFAULT_OUT, MOCK, RunOptions

POSITIVE = click.IntRange(min=1)
SECONDS = click.FloatRange(min=0, min_open=True)


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


@click.command(short_help="Test an endpoint and write a conformance report.")
@click.option("--target", default=MOCK, show_default=True, metavar="URL", help="http(s)://..., asgi:MODULE:APP, or mock.")
@click.option("--model-id", metavar="ID", help="Value of the path parameter. Needed for a target elsewhere.")
@click.option(
    "--path-param", "path_params", multiple=True, metavar="NAME=VALUE", callback=path_parameters,
    help="Value of a path parameter, by name. Repeatable.",
)
@click.option("--unknown-model-id", metavar="ID", help="A value of the path parameter that names nothing.")
@click.option(
    "--api-key-env", metavar="NAME",
    help=f"Environment variable with the key.  [default: {DEFAULT_KEY_VARIABLE}; on this machine a made-up key]",
)
@click.option(
    "--profile", type=click.Choice([each.value for each in Profile if each is not Profile.FUZZ]),
    help="How much to send.  [default: standard on this machine, smoke elsewhere]",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_OUT, show_default=True, help="Folder for journal and reports.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of everything random.")
@click.option("--only", multiple=True, metavar="GLOB", help="Keep only cases or requirements whose id fits. Repeatable.")
@click.option("--skip", multiple=True, metavar="GLOB", help="Leave out cases or requirements whose id fits. Repeatable.")
@click.option("--rate", type=SECONDS, metavar="N", help="Requests a second, at most.")
@click.option("--concurrency", type=POSITIVE, default=4, show_default=True, help="Requests in flight, at most.")
@click.option("--timeout", type=SECONDS, default=10.0, show_default=True, metavar="S", help="Seconds for one exchange.")
@click.option("--max-response-time", type=SECONDS, metavar="S", help="Seconds after which an answer is a finding.")
@click.option("--max-failures", type=POSITIVE, metavar="N", help="End the run after so many findings of strength must.")
@click.option("--max-requests", type=POSITIVE, metavar="N", help="Requests, at most.")
@click.option("--max-creations", type=POSITIVE, metavar="N", help="Objects created, at most.")
@click.option("--time-budget", type=SECONDS, metavar="S", help="Seconds for the whole run.")
@click.option("--repeats", type=click.IntRange(min=0), default=3, show_default=True, help="How often a new kind of failure is sent again.")
@click.option("--allow-host", "allow_hosts", multiple=True, metavar="HOST", help="A host elsewhere that may be sent to. Repeatable.")
@click.option("--allow-plaintext", is_flag=True, help="Send the key to such a host over http.")
@click.option("--stateless", is_flag=True, help="The target neither remembers nor echoes (a static mock).")
@click.option("--probes", is_flag=True, help="Read what was created, by the operations beside this one.")
@click.option(
    "--fail-on", type=click.Choice([Strength.MUST.value, Strength.SHOULD.value]), default=Strength.MUST.value,
    show_default=True, help="The weakest strength that fails the run.",
)
@click.option("--report", "reports", metavar="LIST", help="Kinds of reports, separated by commas.  [default: all]")
@click.option("--spec", type=click.Path(path_type=Path, dir_okay=False), help="Another OpenAPI 3.1 document.")
@click.option("--operation", metavar="'METHOD /path'", help="The operation in it.")
@click.option("--plan", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Only the verdict.")
def run(*, plan: bool, quiet: bool, profile: str | None, fail_on: str, reports: str | None, **values: object) -> int:
    """Test an endpoint against the contract and write a conformance report.

    \b
    Examples:
      conformance run
      conformance run --target http://127.0.0.1:4010 --stateless
      conformance run --target https://api.example.com --allow-host api.example.com --model-id abc123 \\
          --api-key-env API_KEY --max-creations 15

    Exit status: 0 nothing failed; 1 a requirement failed; 2 the call or a file is wrong; 3 the run is inconclusive
    (the target was lost, or a limit cut the plan short).
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    options = RunOptions(
        profile=Profile(profile) if profile else None,
        fail_on=Strength(fail_on),
        reports=tuple(each.strip() for each in reports.split(",")) if reports else None,
        **values,  # type: ignore[arg-type]
    )
    screen = Screen(quiet=quiet)
    if plan:
        return _show_plan(options, screen)
    from conformance.reports.writing import REPORTS  # noqa: PLC0415  (loads what only a run needs)
    from conformance.workflow.running import run as carry_out  # noqa: PLC0415  (loads what only a run needs)

    for kind in options.reports or ():
        if kind not in REPORTS:
            raise UsageError(f"no report is called {kind!r}", f"choose from {', '.join(REPORTS)}")
    with screen:
        result = carry_out(options, report=screen.progress, started=screen.started)
    screen.verdict(result)
    return result.exit_status


def _show_plan(options: RunOptions, screen: Screen) -> int:
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a plan needs)
    from conformance.workflow.preparation import prepare  # noqa: PLC0415  (loads what only a plan needs)

    prepared = prepare(load_contract(options.spec, options.operation), options)
    screen.plan(prepared)
    return 0
