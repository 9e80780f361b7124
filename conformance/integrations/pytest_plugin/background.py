"""The run behind the tests of the suite: one run for the session, in a thread, whichever process asks first."""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.integrations.explaining import explained, waived, weighs
from conformance.integrations.pytest_plugin.outcomes import STOP, ItemOutcome, OutcomeFile, RunOutcome
from conformance.journal.redaction import redact, redact_text
from conformance.model.errors import ConformanceError
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.waiver import Waiver
from conformance.reports.formats.terminal import cause_lines, outcome_counts, sent_and_found
from conformance.reports.safe_text import one_line
from conformance.runner.engine import Answered
from conformance.runner.plan import Plan, requirements_of
from conformance.workflow.interruption import Canceller
from conformance.workflow.reporting import RunResult
from conformance.workflow.run import Hooks, run
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.setup.waivers import waivers_of

NOT_SELECTED = "Its tests are not selected"
NOT_IN_PLAN = "Not sent to this target"
LOOK_EVERY_SECONDS = 0.1


UNDECIDED = 3
"""The exit status of a run that is inconclusive."""


class BackgroundRun:
    """Sends what the selected tests are about, and tells the outcome of each in `folder`; leaving it waits for the end.

    Args:
        options: the options of the run.
        items: the ids of the items to send.
        folder: where outcomes are told, and where a file `stop` ends the run.
        client: a client of httpx or httpx2 that reaches the target, in the place of the one in `options`.

    """

    def __init__(self, options: RunOptions, items: Iterable[str], folder: Path, client: object = None) -> None:
        self._options = options
        self._client = client
        self._items = frozenset(items)
        self._folder = folder
        self._canceller = Canceller()
        self._outcomes = OutcomeFile(folder)
        self._prepared: PreparedRun | None = None
        self._url = ""
        self._unsent: dict[str, str] = {}
        self._waivers: tuple[Waiver, ...] = ()
        self._partial = bool(options.only or options.skip)
        self._today = datetime.now(UTC).date()
        self._thread = threading.Thread(target=self._run, name="conformance-suite", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the run in order; what was done until now is reported."""
        self._canceller.cancel()

    def __exit__(self, *_: object) -> None:
        """Wait until the run is over and its reports are written."""
        while self._thread.is_alive():
            self._thread.join(LOOK_EVERY_SECONDS)
            if (self._folder / STOP).exists():
                self.stop()

    def _run(self) -> None:
        hooks = Hooks(started=self._started, done=self._done, choose=self._choose, canceller=self._canceller)
        try:
            self._outcomes.tell(self._end(run(self._options, hooks, client=self._client)))
        except ConformanceError as error:
            self._outcomes.tell(RunOutcome(2, problem=one_line(str(error))))
        except BaseException as error:  # noqa: BLE001 (whoever waits must hear of it)
            what = f"internal error of the suite: {type(error).__name__}: {error}"
            self._outcomes.tell(RunOutcome(3, problem=one_line(what)))
        finally:
            self._outcomes.close()

    def _choose(self, plan: Plan) -> Plan:
        kept = tuple(item for item in plan.items if item.id in self._items)
        left = {item.id for item in plan.items} - {item.id for item in kept}
        self._unsent = dict.fromkeys(self._items - {item.id for item in kept}, NOT_IN_PLAN)
        if not left:
            return plan
        self._partial = True
        exercised = {requirement for item in kept for requirement in requirements_of(item)}
        lost = {r for item in plan.items for r in requirements_of(item)} - exercised
        return replace(plan, items=kept, skipped={**dict.fromkeys(sorted(lost), NOT_SELECTED), **plan.skipped})

    def _started(self, prepared: PreparedRun, url: str, _: object) -> None:
        self._prepared, self._url = prepared, url
        self._waivers = waivers_of(prepared.options, prepared.contract)

    def _done(self, answered: Answered) -> None:
        prepared = self._prepared
        if prepared is None or answered.item.id not in self._items:
            return
        weighty = [each for each in answered.found if weighs(prepared.contract, each, self._options.fail_on)]
        failed = any(not self._waived(prepared.contract, each) for each in weighty)
        exchanges = (redact(exchange, prepared.key) for exchange in answered.exchanges)
        text = explained(prepared.contract, answered.found, exchanges, self._url)
        self._outcomes.tell(
            ItemOutcome(answered.item.id, failed, redact_text(text, prepared.key) if prepared.key else text)
        )
        if (self._folder / STOP).exists():
            self.stop()

    def _waived(self, contract: Contract, each: Judgement | Doubt) -> bool:
        return isinstance(each, Finding) and waived(contract, each, self._waivers, self._today)

    def _end(self, result: RunResult) -> RunOutcome:
        # Who selects rejected requests alone asks about nothing else: their tests say what failed, or is in doubt.
        undecided = result.exit_status == UNDECIDED and self._partial and not result.results.reason
        return RunOutcome(
            status=0 if undecided else result.exit_status,
            lines=tuple(summary(result)),
            reason=one_line(result.results.reason),
            unsent=self._unsent,
        )


def summary(result: RunResult) -> Iterator[str]:
    """Yield the results of a run in lines for a terminal: verdict, counts, causes, and the path of the report."""
    results = result.results
    yield f"{results.verdict.value}: {outcome_counts(results)}"
    yield sent_and_found(results)
    if results.reason:
        yield f"the run is incomplete: {one_line(results.reason)}"
    if results.coverage is not None and not results.coverage.enough:
        yield results.coverage.shortfall
    yield from map(one_line, cause_lines(results))
    yield from (one_line(line) for line in result.waivers)
    if result.hint:
        yield f"hint: {result.hint}"
    yield f"report: {result.out / 'report.html'}"
