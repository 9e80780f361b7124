"""`conformance spec relations`: a file of relations, drafted from what a target returns."""

import click

from conformance.cli.options import REACHING, ConfiguredCommand, with_options
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import RunOptions

RUN = rows(RunOptions)


@click.command(
    cls=ConfiguredCommand,
    owner=RunOptions,
    own=("profile", "relations"),
    short_help="Draft the relations between requests and responses of a target.",
)
@with_options(
    RUN["target"], RUN["model_id"], RUN["path_params"], RUN["params"], *REACHING, RUN["spec"], RUN["operation"],
    RUN["max_creations"], RUN["out"],
)  # fmt: skip
def relations(**values: object) -> int:
    """Send at most 24 valid requests to a target, and print the relations that all its responses keep (YAML).

    A response may repeat a property of its request, contain its value, or have a default for an absent one. Correct the
    file: a run with the option --relations tests what it states.

    \b
    Example:
      conformance spec relations --spec api.yaml --target http://127.0.0.1:4010

    \b
    Exit status:
      0  relations were found and printed
      1  the responses show no relation
      2  an option or a file is invalid; nothing was sent
      3  inconclusive: the target accepted fewer than 3 of the requests
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    from conformance.workflow.documents.relations import FEWEST, draft  # noqa: PLC0415  (loads what only sending needs)

    found = draft(read_options(RunOptions, values, prefix="--"))
    click.echo(f"{found.exchanges} valid responses, {len(found.file.relations)} relations", err=True)
    if found.exchanges < FEWEST:
        return 3
    if not found.file.relations:
        return 1
    click.echo(found.text, nl=False)
    return 0
