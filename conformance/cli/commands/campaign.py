"""`conformance campaign`: many targets, one matrix."""

from pathlib import Path

import click

from conformance.cli.screen import Screen, plain


@click.command(short_help="Test many targets from a file and write one matrix.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@click.option("--only", multiple=True, metavar="GLOB", help="Test only targets whose name matches. Repeatable.")
@click.option("--resume", is_flag=True, help="Keep complete runs and continue the others.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the verdicts.")
def campaign(*, file: Path, only: tuple[str, ...], resume: bool, quiet: bool) -> int:
    """Run the suite against each target of FILE.toml, one after the other, and write matrix.html about all.

    The file has a table [targets.NAME] for each target, and [defaults] for all, with the options of a run without the
    dashes, and the directory for all runs as out. Keys are named by variable, file or command, as for a run. The file
    is trusted.

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
    from conformance.workflow.campaign import carry_out, chosen_targets, exit_status, matrix_of  # noqa: PLC0415  (loads what only sending needs)
    from conformance.workflow.run import Hooks  # noqa: PLC0415  (as above)
    from conformance.workflow.setup.campaign_file import read_campaign  # noqa: PLC0415  (as above)
    from conformance.workflow.setup.options import RunOptions  # noqa: PLC0415  (as above)

    found = read_campaign(file)
    names = chosen_targets(found, only)
    screens: list[Screen] = []

    def begin(name: str, options: RunOptions) -> Hooks:
        screens.append(Screen(quiet=quiet))
        if not quiet:
            click.echo(plain(f"{name} ({names.index(name) + 1} of {len(names)}): {options.target}"), err=True)
        return Hooks(report=screens[-1].progress, started=screens[-1].started)

    done = []
    for each in carry_out(found, names, begin, resume=resume):
        screens[-1].__exit__()
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
