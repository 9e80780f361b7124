"""`conformance spec`: requirements and cases of a document, and documents compared."""

import json
from pathlib import Path

import click

from conformance.cli.commands.drift import drift
from conformance.cli.commands.relations import relations
from conformance.cli.commands.which import which
from conformance.cli.document_warnings import warn_of_document
from conformance.cli.options import DOCUMENT, with_options
from conformance.model.vocabulary import Profile


@click.group(short_help="List requirements and cases, compare documents, find the one that a target keeps.")
def spec() -> None:
    """List the requirements and the cases of a run, compare documents, or find the one that a target keeps."""


for command in (drift, relations, which):
    spec.add_command(command)


@spec.command(short_help="List the requirements with strength and source.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_options(*DOCUMENT)
def requirements(*, as_json: bool, spec: Path | None, operation: str | None) -> int:
    """List the requirements: id, strength, number, source, title."""
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only this needs)

    contract = load_contract(spec, operation)
    warn_of_document(contract)
    if as_json:
        import msgspec  # noqa: PLC0415  (beside the rest)

        rows = [msgspec.structs.asdict(row) for row in contract.requirements]
        for each in rows:
            del each["echo"]  # for the suite's own use
        click.echo(json.dumps(rows, indent=2))
        return 0
    from rich.console import Console  # noqa: PLC0415  (loads what only a table needs)
    from rich.table import Table  # noqa: PLC0415  (loads what only a table needs)

    console = Console()
    if not console.is_terminal:
        for row in contract.requirements:
            click.echo("\t".join((row.id, row.strength.value, row.alias or "-", ", ".join(row.source), row.title)))
        return 0
    table = Table("id", "strength", "number", "title", box=None, header_style="bold")
    for row in contract.requirements:
        table.add_row(row.id, row.strength.value, row.alias or "", row.title.replace("[", "\\["))
    console.print(table)
    return 0


@spec.command(short_help="List the cases of the catalogue.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the requests.")
@click.option(
    "--profile",
    type=click.Choice(["smoke", "standard", "full"]),
    default="standard",
    show_default=True,
    help="How much to send.",
)
@click.option(
    "--model-id",
    default="conformance",
    show_default=True,
    metavar="ID",
    help="Model id: the value of the path parameter.",
)
@with_options(*DOCUMENT)
def cases(*, as_json: bool, profile: str, model_id: str, spec: Path | None, operation: str | None) -> int:
    """List the cases of the catalogue in the order of a run: id, expectation, requirements, description.

    Cases of the phases schemathesis and hypothesis are generated during a run and not listed.
    """
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only this needs)
    from conformance.workflow.documents.listing import describe_case, list_cases  # noqa: PLC0415  (loads what only this needs)

    contract = load_contract(spec, operation)
    warn_of_document(contract)
    found = list_cases(contract, Profile(profile), model_id)
    if as_json:
        click.echo(json.dumps([describe_case(case) for case in found], indent=2))
        return 0
    for case in found:
        says = case.story.says if case.story else ""
        click.echo("\t".join((case.id, case.expectation.value, ",".join(case.requirements), says)))
    return 0
