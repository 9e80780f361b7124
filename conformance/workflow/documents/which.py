"""Which document a target keeps: a smoke run against each, from the newest on, until one has no failure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.model.vocabulary import Group, Outcome, Profile, Strength, Verdict
from conformance.strategies.catalogue.catalogue import SMOKE_CREATIONS
from conformance.workflow.run import run
from conformance.workflow.setup.options import RunOptions

CREATIONS = SMOKE_CREATIONS
"""How many requests of one run may create an object: as many as smoke plans, with none for looking into failures."""


SHAPE = frozenset({Group.ACCEPTANCE, Group.RESPONSE})
"""The groups of requirements that tell documents of one API apart."""

FAILING = frozenset({Outcome.FAILED, Outcome.WARNED})


class TriedDocument(msgspec.Struct, frozen=True):
    """A document that a target was held to: what came of it, the causes that speak against it, and what it cost.

    `kept` says whether the target keeps the document, as far as a smoke run shows: it conforms, accepts all that the
    document allows, and returns nothing that it forbids, be that must or should.
    """

    document: Path
    kept: bool
    verdict: Verdict
    reason: str
    causes: tuple[str, ...]
    requests: int
    creations: int
    out: Path


def which(documents: Sequence[Path], options: RunOptions) -> Iterator[TriedDocument]:
    """Yield each document that is tried, `documents` being in the order of their age, the oldest first.

    A target that adds to an old document keeps it too, so the newest comes first. The maximum of creations holds for
    all runs together. Each run has a folder of its own in `options.out`.

    Raises:
        UsageError, RunStoppedError: as `run`.

    """
    left = options.max_creations
    for number in range(len(documents), 0, -1):
        document = documents[number - 1]
        done = run(
            replace(
                options,
                spec=document,
                profile=Profile.SMOKE,
                repeats=0,
                max_creations=CREATIONS if left is None else min(left, CREATIONS),
                out=options.out / f"{number}-{document.stem}",
            )
        )
        results = done.results
        against = {row.id for row in results.requirements if row.group in SHAPE and row.outcome in FAILING}
        causes = tuple(
            cause.sentence
            for cause in results.causes
            if cause.strength == Strength.MUST or against.intersection(cause.requirements)
        )
        tried = TriedDocument(
            document=document,
            kept=results.verdict is Verdict.CONFORMING and not against,
            verdict=results.verdict,
            reason=results.reason,
            causes=causes,
            requests=results.counts.requests,
            creations=results.counts.creations,
            out=done.out,
        )
        yield tried
        if tried.kept or tried.verdict is Verdict.INCONCLUSIVE:
            return
        if left is not None:
            left -= tried.creations
            if left <= 0:
                return
