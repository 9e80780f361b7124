"""What a run shows: a progress bar on a terminal, plain lines otherwise."""

import sys
import time
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import Progress as Bar

    from conformance.journal.resuming import ResumedRun
    from conformance.runner.engine import RunProgress as Step
    from conformance.workflow.run import RunResult
    from conformance.workflow.setup.preparation import PreparedRun
    from conformance.workflow.setup.random_phases import PhasePreview

LINE_EVERY_SECONDS = 5.0
COLOURS = {"conforming": "green", "not conforming": "red"}


class Screen:
    """Shows one run."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Bar | None = None
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        """Return the screen."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the progress bar."""
        if self._bar is not None:
            self._bar.stop()

    def started(self, prepared: "PreparedRun", url: str, past: "ResumedRun | None") -> None:
        """Print the target and the plan."""
        self.document(prepared)
        if self._quiet:
            return
        plan = prepared.plan
        self._say(f"{prepared.contract.operation.name} at {url}")
        self._say(
            f"{prepared.profile.value}: {plan.requests} planned requests, {_most(prepared)}"
            f"{len(prepared.contract.requirements)} requirements"
        )
        self._random(prepared)
        if past is not None:
            lost = len(past.interrupted)
            self._say(f"resumed: {past.kept} responses kept, {lost} requests were in flight at the interruption")
        if sys.stderr.isatty():
            self._bar = bar()
            self._bar.add_task("sending", total=plan.requests, found="")
            self._bar.start()

    def document(self, prepared: "PreparedRun") -> None:
        """Print what is wrong in the document, or not covered of it."""
        for each in prepared.contract.warnings:
            self.warn(f"warning: {prepared.contract.document.name}: {each}")
        if prepared.plan.left:
            self.warn(f"the schema is large: {prepared.plan.left} cases are left to --profile full")
        if prepared.plan.unproven:
            self._say(f"{prepared.plan.unproven} cases are not sent: the schema forbids more than they are about")

    def progress(self, step: "Step") -> None:
        """Show how far the run is."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=step.reached, found=beside_plan(step))
        elif not self._quiet and time.monotonic() - self._last >= LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            self._say(_listed(f"{step.reached} of {step.planned} planned requests", beside_plan(step)))

    def plan(self, prepared: "PreparedRun", more: "Sequence[PhasePreview]" = ()) -> None:
        """Print what would be sent, by the plan and by the phases after it."""
        plan = prepared.plan
        self.document(prepared)
        self._say(f"{prepared.contract.operation.name} at {prepared.options.target}: nothing is sent")
        self._say(
            f"{prepared.profile.value}: {plan.cases} cases, {plan.requests} requests, "
            f"{_most(prepared)}each new kind of failure is sent again"
        )
        for each in more:
            short = f"; stopped: {each.error}" if each.error else ""
            bound = "at most " if each.at_most else ""
            self._say(f"{each.phase}: {bound}{each.requests} requests{short}")
        if not more:
            self._random(prepared)
        if plan.skipped:
            self._say(f"{len(plan.skipped)} requirements will not be exercised:")
            for requirement, reason in sorted(plan.skipped.items()):
                self._say(f"  {requirement}: {reason}")

    def _random(self, prepared: "PreparedRun") -> None:
        """Print the phases whose cases are not part of the plan."""
        more = prepared.phases[1:] if "catalogue" in prepared.phases else prepared.phases
        if more:
            end = " until the time budget ends" if prepared.profile.value == "fuzz" else ""
            self._say(f"then random cases{end}: {', '.join(more)} (seed {prepared.options.seed})")

    def verdict(self, result: "RunResult") -> None:
        """Print causes, verdict and counts."""
        from conformance.reports.formats.terminal import cause_lines, counted, outcome_counts, sent_and_found  # noqa: PLC0415  (loaded by the run already)

        results = result.results
        if not self._quiet:
            for line in cause_lines(results):
                self._say(line)
            for phase in results.phases:
                share = f"{phase.duplicates} duplicates, {phase.skipped} skipped"
                self._say(f"{phase.phase}: {phase.generated} cases generated, {share}, {phase.sent} sent")
        verdict = click.style(results.verdict.value, fg=COLOURS.get(results.verdict.value, "yellow"), bold=True)
        self._say(f"{verdict}: {outcome_counts(results)}", styled=True)
        if not self._quiet:
            self._say(sent_and_found(results))
        for line in result.waivers:
            self._say(line, err=True)
        if results.reason:
            self._say(f"the run is incomplete: {results.reason}", err=True)
        if results.coverage is not None and not results.coverage.enough:
            self._say(results.coverage.shortfall, err=True)
        unknown = results.coverage.request.unknown if results.coverage is not None else ()
        if unknown and not self._quiet:
            self._say(f"{counted(len(unknown), 'keyword')} of the request schema not tested: {', '.join(unknown)}")
        if result.clean_up:
            self._say(result.clean_up)
        if result.hint and not self._quiet:
            self._say(f"hint: {result.hint}")
        if not self._quiet:
            self._say(f"report: {result.out / 'report.html'}")

    def warn(self, line: str) -> None:
        """Print a problem that is not one of the run."""
        self._say(line, err=True)

    def _say(self, line: str, *, err: bool = False, styled: bool = False) -> None:
        click.echo(line if styled else plain(line), err=err)


def _most(prepared: "PreparedRun") -> str:
    """Return the bound of what may be created, whatever the target does; empty where there is none."""
    most = prepared.most_creations
    return "" if most is None else f"at most {most} creations, "


def beside_plan(step: "Step") -> str:
    """Return how many requests a run has sent, if more than of the plan, and how many findings it has."""
    more = f"{step.sent} requests sent" if step.sent > step.reached else ""
    found = f"findings: {step.failed} must, {step.warned} should" if step.failed or step.warned else ""
    return _listed(more, found)


def _listed(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def bar() -> "Bar":
    """Return a progress bar without a task, for a terminal."""
    # Loaded here, because only a terminal needs it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[found]}"),
        console=Console(stderr=True, highlight=False),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def plain(text: str) -> str:
    """Return a text, which may hold what a target sent, without control characters."""
    return "".join(c if c.isprintable() else "?" for c in text)
