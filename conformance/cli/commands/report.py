"""`conformance report`: recreate the reports of a run, merge shards, or compare runs."""

import os
from pathlib import Path

import click

from conformance.cli.options import unset, with_options
from conformance.cli.screen import plain
from conformance.model.errors import UsageError
from conformance.model.vocabulary import JunitBy, Strength
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import DEFAULT_OUT, RunOptions

RUN = rows(RunOptions)


@click.command(short_help="Recreate the reports of a run, merge shards, or compare runs.")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path))
@with_options(RUN["reports"], unset(RUN["fail_on"], "as in the run"), unset(RUN["junit_by"], "as in the run"))
@click.option("--matrix", is_flag=True, help="Write matrix.html: requirements by targets, for any number of runs.")
@click.option(
    "--compare",
    is_flag=True,
    help="Write compare.html about two runs, OLD NEW: failures that are new, unchanged, fixed or gone.",
)
@click.option("--history", is_flag=True, help="Write history.html: the trend over all runs in and below the folders.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    show_default=str(DEFAULT_OUT),
    help="Directory of the page, or of the merged shards.",
)
def report(
    *,
    folders: tuple[Path, ...],
    reports: str | None,
    fail_on: str | None,
    junit_by: str | None,
    out: Path | None,
    **pages: bool,
) -> int:
    """Recreate the reports of the run in FOLDER from its journal, merge shards, or write a page about several runs.

    \b
    Examples:
      conformance report conformance-report
          all reports of a run, from its journal
      conformance report one two three
          the shards of one run, merged
      conformance report one two three --matrix
          matrix.html: requirements by targets
      conformance report old new --compare
          compare.html: failures that are new, unchanged, fixed or gone
      conformance report runs --history
          history.html: the trend over the runs below a folder

    The exit status is that of the run. With --matrix it is 1 if a target does not conform, with --compare 1 if there is
    a new failure.
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    about = _page(pages)
    if about:
        return _several(about, folders, out or DEFAULT_OUT, Strength(fail_on) if fail_on else Strength.MUST)
    folder = folders[0]
    if len(folders) > 1:
        from conformance.workflow.records.merge import merge  # noqa: PLC0415  (loads what only shards need)

        folder = merge(folders, out or DEFAULT_OUT)
    return _again(folder, read_options(RunOptions, {"reports": reports}).reports, fail_on, junit_by)


def _page(pages: dict[str, bool]) -> str:
    """Return which page about several runs is asked for, empty where none is."""
    asked = [name for name, wanted in pages.items() if wanted]
    if len(asked) > 1:
        named = " and ".join(f"--{name}" for name in asked)
        raise UsageError(f"{named} exclude each other", "choose one")
    return asked[0] if asked else ""


def _several(about: str, folders: tuple[Path, ...], out: Path, fail_on: Strength) -> int:
    from conformance.workflow import comparison  # noqa: PLC0415  (loads what only reports need)

    if about == "matrix":
        written = comparison.write_matrix(folders, out)
    elif about == "history":
        written = comparison.write_history(folders, out)
    elif len(folders) == 2:  # noqa: PLR2004  (the old one and the new one)
        written = comparison.write_comparison(*folders, out, fail_on)
    else:
        raise UsageError(f"--compare needs two runs, not {len(folders)}", "name the old one and the new one")
    click.echo(f"{written.said}: {written.path}")
    return written.exit_status


def _again(folder: Path, reports: tuple[str, ...] | None, fail_on: str | None, junit_by: str | None) -> int:
    from conformance.workflow.reporting import append_summary, report_again  # noqa: PLC0415  (loads what reports need)

    result = report_again(
        folder,
        kinds=reports,
        fail_on=Strength(fail_on) if fail_on else None,
        junit_by=JunitBy(junit_by) if junit_by else None,
    )
    warning = append_summary(result.out, os.environ)
    click.echo(f"{result.results.verdict.value}: reports in {result.out}")
    reason = f"the run is incomplete: {result.results.reason}" if result.results.reason else ""
    for line in filter(None, (reason, *result.waivers, warning)):
        click.echo(plain(line), err=True)
    return result.exit_status
