"""`conformance run`: test an endpoint."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from conformance.cli.options import ConfiguredCommand, with_options
from conformance.cli.screen import Screen
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import RunCommandOptions, RunOptions


@click.command(
    cls=ConfiguredCommand,
    owner=RunCommandOptions,
    short_help="Test an endpoint and write a conformance report.",
    epilog="Options can also be set in conformance.toml, or under [tool.conformance] in pyproject.toml, without the "
    'dashes: `max-creations = 15`, `only = ["reject.*"]`. The command line overrides the file.',
)
@with_options(*rows(RunCommandOptions).values())
def run(**values: object) -> int:
    """Test an endpoint against the contract and write a conformance report.

    \b
    Examples:
      conformance run
          the reference server, to see a report
      conformance run --target http://127.0.0.1:4010 --stateless
          a static mock on this machine
      conformance run --target asgi:main:app
          an ASGI application, without a socket
      conformance run --target https://api.example.com --allow-host api.example.com \\
          --model-id abc123 --api-key-env API_KEY --max-creations 15 --plan
          print what would be sent to a live host; without --plan it is sent

    \b
    Exit status:
      0  no requirement failed
      1  a requirement failed, or coverage is below --min-coverage
      2  an option or a file is invalid; nothing was sent
      3  inconclusive: the target stopped responding, a limit or Ctrl-C ended the run
         early, or the suite failed
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    with _modules_loading():
        from conformance.workflow.setup.fetching import with_local_document  # noqa: PLC0415  (only a run needs it)

    options = with_local_document(read_options(RunCommandOptions, values, prefix="--"))
    shown = Screen(quiet=options.quiet)
    if options.operation == "all":
        from conformance.cli.operations import run_all  # noqa: PLC0415  (loads what only a run needs)

        return run_all(options, lambda each: _show_plan(each, shown))
    if options.plan:
        return _show_plan(options, shown)
    with _modules_loading():
        from conformance.workflow.reporting import append_summary  # noqa: PLC0415  (only a run needs it)
        from conformance.workflow.run import Hooks  # noqa: PLC0415  (only a run needs it)
        from conformance.workflow.run import run as carry_out  # noqa: PLC0415  (only a run needs it)

    with shown:
        result = carry_out(options, Hooks(report=shown.progress, started=shown.started))
    warning = append_summary(result.out, os.environ)
    shown.verdict(result)
    if warning:
        shown.warn(warning)
    return result.exit_status


@contextmanager
def _modules_loading() -> Iterator[None]:
    """Spare the collector of cycles the modules that are loaded meanwhile: they stay, and are a tenth of the start."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if running:
            gc.enable()


def _show_plan(options: RunOptions, shown: Screen) -> int:
    from conformance.workflow.setup.contracts import contract_for  # noqa: PLC0415  (loads what only a plan needs)
    from conformance.workflow.setup.preparation import prepare  # noqa: PLC0415  (loads what only a plan needs)
    from conformance.workflow.setup.random_phases import preview  # noqa: PLC0415  (loads what only a plan needs)

    prepared = prepare(contract_for(options), options)
    shown.plan(prepared, preview(prepared))
    return 0
