"""`conformance cleanup`: remove the objects that a run created."""

from pathlib import Path

import click

from conformance.cli.options import REACHING, ConfiguredCommand, with_options
from conformance.cli.screen import plain
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import RunOptions

SHOWN = 20


@click.command(
    cls=ConfiguredCommand, owner=RunOptions, short_help="Remove the objects that a run created on its target."
)
@click.argument("folder", type=click.Path(path_type=Path))
@with_options(*REACHING)
def cleanup(folder: Path, **values: object) -> int:
    """Remove the objects that the run in FOLDER created on its target.

    Its replays and earlier runs in FOLDER are included: their journals were set aside as FOLDER.<run>. The key comes
    from the variable or file that the run used, unless another source is given.

    Only objects in its journal are removed, and none with a protected name. Objects that cannot be removed are listed
    in leftovers.txt next to the journal, each with a command; the exit status is then 3.
    """
    from conformance.workflow.cleanup import clean_up  # noqa: PLC0415  (loads what only a clean-up needs)

    done = clean_up(folder, read_options(RunOptions, values, prefix="--"))
    click.echo(done.sentence)
    for command in done.commands[:SHOWN]:
        click.echo(command)
    if len(done.commands) > SHOWN:
        click.echo(f"# and {len(done.commands) - SHOWN} more in {done.path}")
    for line in done.unread:
        click.echo(f"conformance: {plain(line)}", err=True)
    return 3 if done.left or done.unread else 0
