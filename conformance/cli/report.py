"""`conformance report`: make the reports of a run again."""

import os
from pathlib import Path

import click

from conformance.cli.run import UNITS, listed
from conformance.cli.screen import plain
from conformance.model.vocabulary import JunitBy, Strength


@click.command(short_help="Make the reports of a run again from its journal.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--report", "reports", metavar="LIST", callback=listed, show_default="all", help="Kinds of reports, between commas."
)
@click.option(
    "--fail-on",
    type=click.Choice([Strength.MUST.value, Strength.SHOULD.value]),
    show_default="as in the run",
    help="The weakest strength that fails.",
)
@click.option("--junit-by", type=UNITS, show_default="as in the run", help="What a test case of junit.xml stands for.")
def report(folder: Path, reports: tuple[str, ...] | None, fail_on: str | None, junit_by: str | None) -> int:
    """Make the reports of the run in FOLDER again from its journal; the exit status is that of the run."""
    from conformance.workflow.reporting import append_summary, report_again  # noqa: PLC0415  (loads what reports need)

    result = report_again(
        folder,
        kinds=reports,
        fail_on=Strength(fail_on) if fail_on else None,
        junit_by=JunitBy(junit_by) if junit_by else None,
    )
    append_summary(result.out, os.environ)
    click.echo(f"{result.results.verdict.value}: reports in {result.out}")
    for line in result.waivers:
        click.echo(plain(line), err=True)
    return result.exit_status
