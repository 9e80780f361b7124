"""`conformance replay`: send one case of a run again."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.options import REACHING, ConfiguredCommand, unset, with_options
from conformance.cli.screen import plain
from conformance.model.vocabulary import Strength
from conformance.workflow.setup.option_table import read_options, rows
from conformance.workflow.setup.options import RunOptions

if TYPE_CHECKING:
    from conformance.reports.evidence import CaseEvidence, RunReport
    from conformance.reports.pages.bodies import BodyView
    from conformance.reports.pages.exchanges import MessageView
    from conformance.reports.results import FindingResult

LONGEST, SHORT = 4_000, 400
"""How much is shown of a body, and of a value beside another, in characters."""


RUN = rows(RunOptions)


@click.command(
    cls=ConfiguredCommand,
    owner=RunOptions,
    own=("target", "fail_on"),
    short_help="Send one case of a run again and judge the response.",
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("case_id", metavar="CASE-ID")
@with_options(
    unset(RUN["target"], "the target of the run"),
    *REACHING,
    RUN["allow_name_edges"],
    unset(RUN["max_creations"], "what the run and its replays have left of its maximum"),
    unset(RUN["fail_on"], "as in the run"),
)
def replay(folder: Path, case_id: str, *, target: str | None, fail_on: str | None, **values: object) -> int:
    """Send the case CASE-ID of the run in FOLDER again, byte for byte, and judge the response.

    The reports show the ids. Only the name of the object that the request creates is new, because the one of the run
    may exist. A case that is compared with others is sent with them, in their order. The key comes
    from the variable or file that the run used, unless another source is given; a command has to be given again.
    Secret headers come from the environment. The maximum of creations of the run holds for its replays as well.

    \b
    Examples:
      conformance replay conformance-report accept.fullest
          to the target of the run
      conformance replay conformance-report accept.fullest --target http://127.0.0.1:4010
          to another target

    \b
    Exit status:
      0  no requirement failed
      1  a requirement failed
      2  an option or a file is invalid; nothing was sent
      3  inconclusive: no response, or one that decides nothing; or not reproduced: a response with another
         status than in the run
    """  # noqa: D301  (backspace is click's own mark for a paragraph to be left as it is)
    from conformance.workflow.replay import replay as send_again  # noqa: PLC0415  (loads what only sending needs)

    options = read_options(RunOptions, {**values, "target": target or ""}, prefix="--")
    done = send_again(folder, case_id, options, fail_on=Strength(fail_on) if fail_on else None)
    for line in _lines(done.run):
        click.echo(plain(line))
    for note in done.notes:
        click.echo(plain(f"note: {note}"), err=True)
    return done.exit_status


def _lines(run: "RunReport") -> Iterator[str]:
    from conformance.reports.formats.terminal import counted  # noqa: PLC0415  (loads what only reports need)

    for evidence in run.cases:
        yield from _case(run, evidence)
    results = run.results
    for finding in results.findings:
        yield from _finding(finding)
    for evidence in run.cases:
        for doubt in evidence.doubts:
            yield f"inconclusive: {doubt.requirement}: {doubt.reason}"
    passed = sum(row.outcome.value == "passed" for row in results.requirements)
    if results.reason:
        yield f"incomplete: {results.reason}"
    found = f"{counted(results.counts.findings, 'finding')}, {counted(results.counts.notes, 'advisory note')}"
    yield f"{results.verdict.value}: {found}, {counted(passed, 'requirement')} passed"


def _case(run: "RunReport", evidence: "CaseEvidence") -> Iterator[str]:
    from conformance.reports.pages.bodies import compact  # noqa: PLC0415  (loads what only reports need)
    from conformance.reports.pages.exchanges import exchange_view  # noqa: PLC0415  (loads what only reports need)

    case = evidence.case
    yield f"{case.id} (expected: {case.expectation.value}) to {run.results.target}"
    if case.story is not None:
        yield f"  {case.story.says}"
    view = exchange_view(run, evidence, None, body=compact)
    yield from _message(">", view.request)
    if view.lack:
        yield f"< {view.lack}"
    if view.answer is not None:
        yield from _message("<", view.answer, f" ({view.took})")
    yield ""


def _message(mark: str, message: "MessageView", more: str = "") -> Iterator[str]:
    yield f"{mark} {message.line}{more}"
    for each in message.headers:
        yield f"{mark} {each.name}: {each.value}"
    yield mark
    for line in _body(message.body).splitlines():
        yield f"{mark} {line}"


def _body(body: "BodyView") -> str:
    text = body.before + body.marked + body.after
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n({len(text) - LONGEST} more characters)"
    return "\n".join(filter(None, (text, f"({body.note})" if body.note else "")))


def _finding(finding: "FindingResult") -> Iterator[str]:
    from conformance.reports.safe_text import cut  # noqa: PLC0415  (loads what only reports need)

    word = "waived" if finding.waiver else finding.strength.value
    yield f"{word}: {finding.message}"
    yield f"  {finding.requirement}" + (f" at {finding.pointer}" if finding.pointer else "")
    if finding.expected or finding.actual:
        expected, got = (cut(text, SHORT) or "nothing" for text in (finding.expected, finding.actual))
        yield f"  expected {expected}, got {got}"
