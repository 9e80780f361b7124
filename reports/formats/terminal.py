"""The results of a run as lines of a terminal: causes, verdict and counts."""

from collections.abc import Iterator

from conformance.model.vocabulary import Strength
from conformance.reports.folding.other_documents import document_lines, explained_by
from conformance.reports.results import Results

SHOWN = 10
"""How many causes are printed."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 finding` or `3 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cause_lines(results: Results) -> Iterator[str]:
    """Yield a line for each cause of requirements that are not advisory, up to `SHOWN`, and what explains it."""
    against = [cause for cause in results.causes if cause.strength is not Strength.ADVISORY]
    waived = {each.id for each in results.findings if each.waiver}
    for cause in against[:SHOWN]:
        word = "waived" if cause.finding in waived else cause.strength.value
        yield f"  {word:6} {cause.sentence} ({counted(cause.count, 'finding')}, e.g. {cause.case})"
        yield from (f"         {each}" for each in explained_by(results, cause))
    if len(against) > SHOWN:
        yield f"  and {counted(len(against) - SHOWN, 'more cause')} in the report"
    yield from document_lines(results)


def outcome_counts(results: Results) -> str:
    """Return how many requirements have each outcome."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in results.counts.requirements.items() if count)
    return f"{counted(len(results.requirements), 'requirement')} ({counts})"


def sent_and_found(results: Results) -> str:
    """Return how much was sent and found."""
    counts = results.counts
    parts = ((counts.requests, "request"), (counts.creations, "creation"), (counts.findings, "finding"))
    waits = (f"waited {counted(count, 'time')} because {reason}" for reason, count in results.waits.items())
    return ", ".join((*(counted(*each) for each in (*parts, (counts.notes, "advisory note"))), *waits))
