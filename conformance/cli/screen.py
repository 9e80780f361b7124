"""What a run shows: a progress bar on a terminal, plain lines otherwise."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from conformance.runner.engine import Progress as Step
    from conformance.workflow.preparation import Prepared
    from conformance.workflow.running import RunResult

LINE_EVERY_SECONDS = 5.0
CAUSES_SHOWN = 10


class Screen:
    """Shows one run."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._last = time.monotonic()

    def __enter__(self) -> "Screen":
        """Return the screen."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.stop()

    def started(self, prepared: "Prepared", url: str) -> None:
        """Say what is about to be sent where."""
        if self._quiet:
            return
        plan = prepared.plan
        click.echo(f"{prepared.contract.operation.name} at {url}")
        click.echo(
            f"{prepared.profile.value}: {plan.requests} requests, up to {plan.creations} creations, "
            f"{len(prepared.contract.requirements)} requirements"
        )
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                TimeElapsedColumn(), TextColumn("{task.fields[found]}"), console=self._console, transient=True,
            )
            self._task = self._bar.add_task("sending", total=plan.requests, found="")
            self._bar.start()

    def progress(self, step: "Step") -> None:
        """Show how far the run is."""
        found = f"{step.failed} failures, {step.warned} warnings" if step.failed or step.warned else ""
        if self._bar is not None and self._task is not None:
            total = max(step.planned, step.sent)
            self._bar.update(self._task, completed=step.sent, total=total, found=found)
        elif not self._quiet and time.monotonic() - self._last >= LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            click.echo(f"{step.sent} of {step.planned} requests{', ' + found if found else ''}")

    def plan(self, prepared: "Prepared") -> None:
        """Say what would be sent."""
        plan = prepared.plan
        click.echo(f"{prepared.contract.operation.name} at {prepared.options.target}: nothing is sent")
        click.echo(
            f"{prepared.profile.value}: {plan.cases} cases, {plan.requests} requests, up to {plan.creations} creations "
            "(a failure of a new kind is sent again)"
        )
        if plan.skipped:
            click.echo(f"{len(plan.skipped)} requirements lose all their cases:")
            for requirement, reason in sorted(plan.skipped.items()):
                click.echo(f"  {requirement}: {reason}")

    def verdict(self, result: "RunResult") -> None:
        """Say what the run came to."""
        results = result.results
        counts = ", ".join(f"{count} {outcome}" for outcome, count in results.counts.requirements.items() if count)
        for cause in results.causes[:CAUSES_SHOWN] if not self._quiet else ():
            if cause.strength.value != "advisory":
                click.echo(f"  {cause.strength.value:6} {_plain(cause.sentence)} ({cause.count}x, e.g. {cause.case})")
        more = sum(cause.strength.value != "advisory" for cause in results.causes[CAUSES_SHOWN:])
        if more and not self._quiet:
            click.echo(f"  and {more} more causes in the report")
        colour = {"conforming": "green", "not conforming": "red"}.get(results.verdict.value, "yellow")
        click.echo(click.style(results.verdict.value, fg=colour, bold=True) + f": requirements {counts}")
        if results.reason:
            click.echo(f"the run is not whole: {_plain(results.reason)}", err=True)
        if not self._quiet:
            click.echo(f"report: {result.out / 'report.html'}")
        sys.stdout.flush()


def _plain(text: str) -> str:
    """Return a text from a target without control characters, for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
