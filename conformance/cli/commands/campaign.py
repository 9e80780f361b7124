"""`conformance campaign`: many targets, one matrix."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.screen import Screen, plain
from conformance.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.workflow.campaign import TargetResult
    from conformance.workflow.setup.campaign_file import CampaignFile
    from conformance.workflow.setup.options import RunOptions

DASK = "dask"


@click.command(short_help="Test many targets from a file and write one matrix.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@click.option("--only", multiple=True, metavar="GLOB", help="Test only targets whose name matches. Repeatable.")
@click.option("--resume", is_flag=True, help="Keep complete runs and continue the others.")
@click.option(
    "--executor",
    type=click.Choice(["processes", "dask"]),
    metavar="EXECUTOR",
    help="dask: test targets at the same time, each as tasks of a Dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler (tcp://HOST:PORT). [default: a cluster here]")
@click.option("--workers", metavar="N|auto", help="Tasks of each target, where the file sets no workers. [default: 1]")
@click.option("--quiet", "-q", is_flag=True, help="Print only the verdicts.")
def campaign(
    *,
    file: Path,
    only: tuple[str, ...],
    resume: bool,
    executor: str | None,
    scheduler: str | None,
    workers: str | None,
    quiet: bool,
) -> int:
    """Run the suite against each target of FILE.toml and write matrix.html about all.

    The file has a table [targets.NAME] for each target, and [defaults] for all, with the options of a run without the
    dashes, and the directory for all runs as out. Keys are named by variable, file or command, as for a run. The file
    is trusted. Targets are tested one after the other, and with --executor dask at the same time.

    \b
    Examples:
      conformance campaign targets.toml
      conformance campaign targets.toml --only 'staging-*' --resume

    \b
    Exit status:
      0  every target conforms
      1  a target does not conform
      2  the file or an option is invalid; nothing was sent
      3  no target failed, and one is inconclusive or could not be tested
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    from conformance.workflow.campaign import TargetResult, chosen_targets, exit_status, matrix_of  # noqa: PLC0415  (loads what only sending needs)
    from conformance.workflow.setup.campaign_file import read_campaign  # noqa: PLC0415  (as above)

    found = read_campaign(file)
    names = chosen_targets(found, only)
    if executor == DASK:
        results = _on_cluster(found, names, resume=resume, scheduler=scheduler, workers=workers, quiet=quiet)
    elif scheduler or workers:
        raise UsageError("--scheduler and --workers need --executor dask", "add it, or set them in the file")
    else:
        results = _in_turn(found, names, resume=resume, quiet=quiet)
    done: list[TargetResult] = []
    for each in results:
        done.append(each)
        verdict = each.result.results.verdict.value if each.result else f"not tested: {each.problem}"
        why = f" ({each.result.results.reason})" if each.result and each.result.results.reason else ""
        click.echo(plain(f"{each.name}: {verdict}{why}"))
    path = matrix_of(found)
    if path is not None:
        click.echo(f"matrix: {path}")
    if len(done) < len(names):
        click.echo(f"{len(names) - len(done)} targets were not reached; the same command with --resume goes on")
    return exit_status(done, len(names))


def _in_turn(file: "CampaignFile", names: "Sequence[str]", *, resume: bool, quiet: bool) -> "Iterator[TargetResult]":
    from conformance.workflow.campaign import carry_out  # noqa: PLC0415  (as above)
    from conformance.workflow.run import Hooks  # noqa: PLC0415  (as above)

    screens: list[Screen] = []

    def begin(name: str, options: "RunOptions") -> Hooks:
        screens.append(Screen(quiet=quiet))
        if not quiet:
            click.echo(plain(f"{name} ({names.index(name) + 1} of {len(names)}): {options.target}"), err=True)
        return Hooks(report=screens[-1].progress, started=screens[-1].started)

    for each in carry_out(file, names, begin, resume=resume):
        screens[-1].__exit__()
        yield each


def _on_cluster(
    file: "CampaignFile",
    names: "Sequence[str]",
    *,
    resume: bool,
    scheduler: str | None,
    workers: str | None,
    quiet: bool,
) -> "Iterator[TargetResult]":
    from msgspec.structs import replace  # noqa: PLC0415  (as above)

    from conformance.cli.campaign_screen import CampaignScreen  # noqa: PLC0415  (as above)
    from conformance.workflow.cluster_campaign import carry_out_on_cluster  # noqa: PLC0415  (as above)

    screen = CampaignScreen(quiet=quiet)
    targets = {name: replace(each, workers=each.workers or workers) for name, each in file.targets.items()}
    shared = replace(file, targets=targets)
    try:
        for each in carry_out_on_cluster(
            shared, names, lambda name, _: screen.hooks(name), scheduler=scheduler or "", resume=resume
        ):
            screen.done(each.name)
            with screen.above():
                yield each
    finally:
        screen.end()
