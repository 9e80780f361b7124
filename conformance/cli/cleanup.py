"""`conformance cleanup`: remove what a run has created."""

from pathlib import Path

import click

from conformance.cli.configuration import defaults
from conformance.cli.options import HELP, GroupedCommand
from conformance.cli.reaching import reaching
from conformance.cli.run import run
from conformance.workflow.setup.options import RunOptions

SHOWN = 20


class SharedCommand(GroupedCommand):
    """Takes from the file of `conformance run` what it shares with it, but for `own`."""

    own: frozenset[str] = frozenset()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; help is given also where the file is broken."""
        if not set(HELP) & set(args):
            shared = {parameter.name for parameter in self.params} - self.own
            ctx.default_map = {name: value for name, value in defaults(run).items() if name in shared}
        return click.Command.parse_args(self, ctx, args)


@click.command(cls=SharedCommand, short_help="Remove what a run created on its target.")
@click.argument("folder", type=click.Path(path_type=Path))
@reaching
def cleanup(folder: Path, **values: object) -> int:
    """Remove what the run in FOLDER has created on its target.

    Only what its journal holds is removed, and nothing with a protected name. What cannot be removed is listed, with
    the commands that remove it, in leftovers.txt beside the journal; the exit status is then 3.
    """
    from conformance.workflow.cleanup import clean_up  # noqa: PLC0415  (loads what only a clean-up needs)

    done = clean_up(folder, RunOptions(**values))  # type: ignore[arg-type]
    click.echo(done.sentence)
    for command in done.commands[:SHOWN]:
        click.echo(command)
    if len(done.commands) > SHOWN:
        click.echo(f"# and {len(done.commands) - SHOWN} more in {done.path}")
    return 3 if done.left else 0
