"""The command `conformance`: options and screen only."""

import sys

import click

from conformance.cli.configuration import defaults
from conformance.cli.mock import mock
from conformance.cli.report import report
from conformance.cli.run import run
from conformance.cli.spec import spec
from conformance.model.errors import ConformanceError
from conformance.model.version import VERSION


class _Group(click.Group):
    """Lists commands in the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="conformance")
def cli() -> None:
    """Test one operation of an HTTP API against its OpenAPI document, and report on every requirement.

    Without options, `conformance run` tests the reference server that it starts on this machine, and writes a report
    into conformance-report/.
    """


for command in (run, report, spec, mock):
    cli.add_command(command)


def main() -> None:
    """Run the command line; a mistake of the user's is one line and exit status 2."""
    try:
        status = cli.main(standalone_mode=False, default_map=defaults(run))
    except click.exceptions.Abort:
        status = 3
    except click.ClickException as error:
        error.show()
        status = 2
    except ConformanceError as error:
        click.echo(f"conformance: {error}", err=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
