"""`conformance spec drift`: what changed between two documents, and whom it breaks."""

from pathlib import Path

import click

from conformance.cli.options import DOCUMENT, with_options
from conformance.model.errors import UsageError, os_errors_as

FORMATS = ("text", "json", "markdown", "html")


@click.command(short_help="List what changed between two documents, and whom it breaks.")
@click.argument("documents", nargs=-1, required=True, metavar="[OLD] NEW", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print the changes. Markdown is a table for a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the same as --format json.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE instead of printing."
)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "any"]),
    help="Exit with status 1 if there is a breaking change, or any change.  [default: never]",
)
@click.option(
    "--reader",
    type=click.Choice(["server", "client", "mock"]),
    help="Whose breaking changes --fail-on looks at.  [default: all]",
)
@with_options(DOCUMENT[1])
def drift(
    *,
    documents: tuple[Path, ...],
    format_: str,
    as_json: bool,
    out: Path | None,
    fail_on: str | None,
    reader: str | None,
    operation: str | None,
) -> int:
    """List what changed in the operation from the document OLD to NEW. OLD is the built-in document by default.

    Each change is breaking, compatible or a note for three readers: the author of a server, of a client library, and of
    a mock server. The order of properties, comments, titles, examples, and which schemas are components make no
    difference.

    \b
    Examples:
      conformance spec drift newer.yaml --fail-on breaking --reader client
      conformance spec drift old.yaml new.yaml --format markdown --out drift.md
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    from conformance.reports.formats.drift import as_json as json_of  # noqa: PLC0415  (loads what only this needs)
    from conformance.reports.formats.drift import as_lines, as_markdown  # noqa: PLC0415  (beside the rest)
    from conformance.workflow.documents.drift import drift_of  # noqa: PLC0415  (loads what only this needs)

    if len(documents) > 2:  # noqa: PLR2004 (the older and the newer)
        raise UsageError(f"{len(documents)} documents are given", "name OLD and NEW, or NEW alone")
    found = drift_of(documents[0] if len(documents) > 1 else None, documents[-1], operation)
    wanted = "json" if as_json else format_
    if wanted == "json":
        text = json_of(found)
    elif wanted == "markdown":
        text = as_markdown(found)
    elif wanted == "html":
        from conformance.reports.pages.drift import render  # noqa: PLC0415  (loads what only the page needs)

        text = render(found)
    else:
        text = ("\n".join(as_lines(found)) + "\n").encode(errors="backslashreplace")
    if out is None:
        click.echo(text.decode(), nl=False)
    else:
        with os_errors_as(UsageError, f"cannot write {out}", "name another file with --out"):
            out.write_bytes(text)
    if fail_on == "any":
        return int(bool(found.changes))
    return int(fail_on == "breaking" and found.level(reader or "") == "breaking")
