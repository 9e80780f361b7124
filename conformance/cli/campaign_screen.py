"""What a campaign shows that tests several targets at the same time: a bar for each, or plain lines."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from conformance.cli.screen import LINE_EVERY_SECONDS, bar, beside_plan, plain
from conformance.workflow.run import Hooks

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from conformance.runner.engine import RunProgress as Step
    from conformance.workflow.setup.preparation import PreparedRun


class CampaignScreen:
    """Shows the targets of a campaign; their runs are in threads."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._lock = threading.Lock()
        self._bar: Bar | None = bar() if not quiet and sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}
        self._last: dict[str, float] = {}

    def hooks(self, name: str) -> Hooks:
        """Return what shows the run of a target."""
        return Hooks(report=partial(self._progress, name), started=partial(self._started, name))

    @contextmanager
    def above(self) -> Iterator[None]:
        """Have what is printed in the context stand above the bars."""
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
            yield
            if self._bar is not None and self._tasks:
                self._bar.start()

    def done(self, name: str) -> None:
        """Remove the bar of a target."""
        with self._lock:
            if self._bar is not None and name in self._tasks:
                self._bar.remove_task(self._tasks.pop(name))

    def end(self) -> None:
        """Remove all bars."""
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def _started(self, name: str, prepared: "PreparedRun", url: str, _: object) -> None:
        plan = prepared.plan
        with self._lock:
            for each in prepared.contract.warnings:
                self._say(f"{name}: warning: {prepared.contract.document.name}: {each}", err=True)
            if not self._quiet:
                self._say(f"{name}: {plan.requests} planned requests to {url}", err=True)
            self._last[name] = time.monotonic()
            if self._bar is not None:
                self._tasks[name] = self._bar.add_task(plain(name), total=plan.requests, found="")
                self._bar.start()

    def _progress(self, name: str, step: "Step") -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.update(self._tasks[name], completed=step.reached, found=beside_plan(step))
            elif not self._quiet and time.monotonic() - self._last[name] >= LINE_EVERY_SECONDS:
                self._last[name] = time.monotonic()
                more = beside_plan(step)
                sent = f"{step.reached} of {step.planned} planned requests"
                self._say(f"{name}: {sent}, {more}" if more else f"{name}: {sent}", err=True)

    def _say(self, line: str, *, err: bool) -> None:
        if self._bar is not None:
            self._bar.stop()
        click.echo(plain(line), err=err)
        if self._bar is not None and self._tasks:
            self._bar.start()
