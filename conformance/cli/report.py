"""`conformance report`: make the reports of a run again."""

from pathlib import Path

import click

from conformance.model.vocabulary import Strength


@click.command(short_help="Make the reports of a run again from its journal.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=True, exists=False))
@click.option("--report", "reports", metavar="LIST", help="Kinds of reports, separated by commas.  [default: all]")
@click.option("--fail-on", type=click.Choice(["must", "should"]), default="must", show_default=True, help="The weakest strength that fails.")
def report(folder: Path, reports: str | None, fail_on: str) -> int:
    """Make the reports of the run in FOLDER again from its journal; the exit status is that of the run."""
    from conformance.reports.outcomes import exit_status  # noqa: PLC0415  (loads what only reports need)
    from conformance.reports.writing import write_reports  # noqa: PLC0415  (loads what only reports need)
    from conformance.runner.journal import read_journal  # noqa: PLC0415  (loads what only reports need)

    kinds = tuple(each.strip() for each in reports.split(",")) if reports else None
    out = folder if folder.is_dir() else folder.parent
    results = write_reports(read_journal(folder), out, kinds=kinds, fail_on=Strength(fail_on))
    click.echo(f"{results.verdict.value}: reports in {out}")
    return exit_status(results, Strength(fail_on))
