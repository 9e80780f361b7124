"""`conformance run --operation all`: every operation of a document, and one matrix."""

import os
from collections.abc import Callable

import click

from conformance.cli.screen import Screen, plain
from conformance.workflow.campaign import TargetResult, exit_status, matrix_of
from conformance.workflow.operations import Operations, carry_out_all, every_operation
from conformance.workflow.reporting import append_summary
from conformance.workflow.run import Hooks
from conformance.workflow.setup.options import RunCommandOptions, RunOptions


def run_all(options: RunCommandOptions, plan: Callable[[RunOptions], int]) -> int:
    """Test every operation of a document, or print the plan of each; returns the exit status of a campaign."""
    found = every_operation(options)
    for why in found.untested:
        click.echo(plain(f"warning: not tested: {why}"), err=True)
    names = list(found.runs.targets)
    if options.plan:
        return max(plan(each) for each in found.runs.targets.values())
    done: list[TargetResult] = []
    begin = _Begin(names, quiet=options.quiet)
    for each in carry_out_all(found.runs, begin):
        begin.shown.__exit__()
        done.append(each)
        click.echo(plain(_said(found, each)))
        if each.result is not None and (warning := append_summary(each.result.out, os.environ)):
            click.echo(warning, err=True)
    path = matrix_of(found.runs)
    if path is not None:
        click.echo(f"matrix: {path}")
    if len(done) < len(names):
        click.echo(f"{len(names) - len(done)} operations were not reached; the same command with --resume goes on")
    return exit_status(done, len(names))


class _Begin:
    """Says which operation is next, and shows its run."""

    def __init__(self, names: list[str], *, quiet: bool) -> None:
        self._names = names
        self._quiet = quiet
        self.shown = Screen(quiet=quiet)

    def __call__(self, name: str, options: RunOptions) -> Hooks:
        """Say which operation is next; returns who shows its run."""
        if not self._quiet:
            place = f"{self._names.index(name) + 1} of {len(self._names)}"
            click.echo(plain(f"{options.operation} ({place})"), err=True)
        self.shown = Screen(quiet=self._quiet)
        return Hooks(report=self.shown.progress, started=self.shown.started)


def _said(found: Operations, each: TargetResult) -> str:
    operation = found.runs.targets[each.name].operation
    if each.result is None:
        return f"{operation}: not tested: {each.problem}"
    results = each.result.results
    return f"{operation}: {results.verdict.value}{f' ({results.reason})' if results.reason else ''}"
