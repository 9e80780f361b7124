"""`conformance spec which`: the newest of some documents that a target keeps."""

from pathlib import Path

import click

from conformance.cli.options import REACHING, ConfiguredCommand, with_options
from conformance.cli.screen import plain
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import RunOptions

RUN = rows(RunOptions)
SHOWN = 3
"""How many causes are printed for a document that is not kept."""


@click.command(
    cls=ConfiguredCommand,
    owner=RunOptions,
    own=("spec", "profile"),
    short_help="Find the newest of some documents that a target keeps.",
)
@click.argument("documents", nargs=-1, required=True, metavar="OLDEST... NEWEST", type=click.Path(path_type=Path))
@with_options(
    RUN["target"], *REACHING, RUN["operation"], RUN["stateless"], RUN["any_key"], RUN["max_creations"], RUN["out"]
)
def which(documents: tuple[Path, ...], **values: object) -> int:
    """Find the newest of some documents that a target keeps. Name the documents from the oldest to the newest.

    A smoke run (at most 150 requests, 15 of which create an object) is made for each document from the newest on, until
    one is kept: the target accepts all that it allows and returns nothing that it forbids. Each run writes its reports
    to a folder in --out.

    \b
    Example:
      conformance spec which 2026-06.yaml 2026-08.yaml --target http://127.0.0.1:4010

    \b
    Exit status:
      0  the target keeps a document, which is printed last
      1  the target keeps none of them
      2  an option or a file is invalid; nothing was sent
      3  inconclusive: the target stopped responding, or a limit ended a run early
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    from conformance.model.vocabulary import Verdict  # noqa: PLC0415  (beside the rest)
    from conformance.workflow.documents.which import which as find  # noqa: PLC0415  (loads what only sending needs)

    status = 1
    for tried in find(documents, read_options(RunOptions, values, prefix="--")):
        if tried.verdict is Verdict.INCONCLUSIVE:
            status = 3
        spent = f"{tried.requests} requests, {tried.creations} of which may have created an object"
        why = f": {tried.reason}" if tried.reason and not tried.kept else ""
        verdict = tried.verdict.value if tried.kept or tried.verdict is not Verdict.CONFORMING else "not kept"
        click.echo(plain(f"{tried.document}: {verdict}{why} ({spent}; {tried.out})"))
        for cause in tried.causes[:SHOWN]:
            click.echo(plain(f"  {cause}"))
        if len(tried.causes) > SHOWN:
            click.echo(f"  and {len(tried.causes) - SHOWN} more")
        if tried.kept:
            click.echo(plain(f"the target keeps {tried.document}"))
            return 0
    if status == 1:
        click.echo("the target keeps none of the documents")
    return status
