"""The main job: a plan carried out against a target, and the reports of it."""

from msgspec.structs import replace

from conformance.journal.reading import FILE_NAME
from conformance.reports.folding.following import FollowedJournal
from conformance.reports.writing import checked_kinds
from conformance.workflow.reporting import RunResult, report_again
from conformance.workflow.sending import Hooks, carry_out
from conformance.workflow.setup.fetching import with_local_document
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.waivers import drafted
from conformance.workflow.workers.sharing import is_shared
from conformance.workflow.workers.together import carry_out_together


def run(options: RunOptions, hooks: Hooks = Hooks(), *, client: object = None) -> RunResult:  # noqa: B008 (frozen)
    """Carry out a run and write its journal and reports into `options.out`.

    `client` is a client of httpx or httpx2 that reaches the target, in the place of `options.target`. With
    `options.workers` several processes share the plan.

    Ctrl-C and SIGTERM end the run in order: what was done is reported.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.
        RunStoppedError: what was sent cannot be recorded or reported, or Ctrl-C or SIGTERM came meanwhile.

    """
    checked_kinds(options.reports)
    options = with_local_document(options)

    followed = FollowedJournal()

    def finish(clean_up: str) -> RunResult:
        index = followed.index(options.out / FILE_NAME)
        return drafted(report_again(options.out, kinds=options.reports, clean_up=clean_up, followed=index), options)

    if is_shared(options, client):
        return carry_out_together(options, hooks, finish)
    return carry_out(options, replace(hooks, follower=followed.take), finish, client=client)


__all__ = ["Hooks", "RunResult", "run"]
