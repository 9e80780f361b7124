"""The job of consumer mode: a client library, behind a harness, played all scenarios, and the reports of it."""

import shlex
from collections.abc import Callable
from contextlib import ExitStack

from msgspec.structs import replace

from conformance.clients.harness import Harness
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.playing import Progress, play_all
from conformance.clients.scenarios.catalogue import chosen, scenarios
from conformance.clients.scenarios.expressible import expressible
from conformance.clients.server import ScenarioServer
from conformance.clients.session import KEY
from conformance.contract.contract import load_contract
from conformance.journal.folder_lock import folder_lock
from conformance.journal.reading import FILE_NAME
from conformance.journal.writing import Journal
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Strength
from conformance.reports.writing import checked_kinds
from conformance.workflow.after_sending import after_sending
from conformance.workflow.interruption import interrupt, on_sigterm
from conformance.workflow.records.run_folder import set_aside
from conformance.workflow.reporting import RunResult, forget_reports, report_again
from conformance.workflow.setup.options import ClientOptions
from conformance.workflow.setup.run_header import header_of
from conformance.workflow.setup.waivers import drafted, waivers_of

UNSEEN = {
    "client-response.types": "the harness reports no `types`",
    **dict.fromkeys(
        ("client-response.compressed", "client-error.gzip-truncated", "client-error.gzip-checksum"),
        "the client sends no `Accept-Encoding` with gzip",
    ),
}
"""Why requirements may stay without any occasion to judge them."""

INEXPRESSIBLE = "the harness declares `numbers: double`, and the scenario has a number that a double does not hold"

NUMBERS = ("client-request.edges", "client-response.edges")
"""Requirements that such a harness may leave without any occasion."""

Started = Callable[[str, int], None]


def run_client(
    options: ClientOptions,
    *,
    report: Callable[[Progress], None] | None = None,
    started: Started | None = None,
    tell: Callable[[str], None] | None = None,
) -> RunResult:
    """Play all scenarios against the client behind a harness; write journal and reports into `options.out`.

    `started` is called with the name of the client and the number of scenarios, `report` after each, `tell` with a
    line for a person when the harness does what it should not. Ctrl-C and SIGTERM end the run in order.

    Raises:
        UsageError: an option, a file, or the harness cannot be used.

    """
    checked_kinds(options.reports)
    contract = load_contract(options.spec, options.operation)
    plan = chosen(scenarios(contract, options.profile), only=options.only, skip=options.skip)
    if not plan:
        raise UsageError("no scenario is selected", "loosen --only and --skip; --list prints the scenarios")
    held = replace(contract, requirements=client_requirements(contract))
    waivers = waivers_of(options, held)
    with ExitStack() as stack:
        stack.enter_context(on_sigterm(interrupt))
        server = stack.enter_context(ScenarioServer())
        harness = stack.enter_context(
            Harness(options.command, contract.operation.name, timeout=options.timeout, warn=tell)
        )
        played = tuple(each for each in plan if expressible(each, harness.numbers))
        skipped = dict.fromkeys((each.id for each in plan if each not in played), INEXPRESSIBLE)
        unseen = {**(dict.fromkeys(NUMBERS, INEXPRESSIBLE) if skipped else {}), **skipped, **UNSEEN}
        stack.enter_context(folder_lock(options.out))
        set_aside(options.out)
        journal = stack.enter_context(Journal(options.out / FILE_NAME, KEY))
        with after_sending(lambda: journal.requests):
            forget_reports(options.out)
            header = header_of(held, harness.client, options.profile)
            shown = _shown(options)
            journal.append(replace(header, options=shown, planned=len(played), skipped=unseen, waivers=waivers))
            if started is not None:
                started(harness.client, len(played))
            play_all(held, played, harness, server, journal, key=KEY, report=report)
            journal.close()
            return drafted(report_again(options.out, kinds=options.reports), options)


def _shown(options: ClientOptions) -> dict[str, str]:
    found = {"client": shlex.join(options.command)}
    if options.waivers is not None:
        found["waivers"] = str(options.waivers)
    for name in ("only", "skip"):
        if getattr(options, name):
            found[name] = ", ".join(getattr(options, name))
    if options.fail_on is not Strength.MUST:
        found["fail_on"] = options.fail_on.value
    return found
