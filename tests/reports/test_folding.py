"""The fold: what a run says of each requirement, and of the target as a whole."""

import msgspec
import pytest

from conformance.journal.events import ExchangeEnded, Judged
from conformance.model.errors import JournalError
from conformance.model.exchange import Failure, Response
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Outcome, Strength, Verdict
from conformance.reports.folding.fold import LOST, UNFINISHED, fold, fold_run
from conformance.reports.folding.journal_index import ALIKE, KEPT
from conformance.reports.folding.outcomes import exit_status, worst
from conformance.reports.folding.rows import LISTED
from conformance.reports.results import RequirementResult, Results

from . import journals
from .journals import ADVISORY, MUST, RESPONSE, SHOULD, Journal


def row(results: Results, name: str) -> RequirementResult:
    """Return the row of one requirement."""
    return next(each for each in results.requirements if each.id == name)


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [(MUST, Outcome.FAILED), (SHOULD, Outcome.WARNED), (ADVISORY, Outcome.OBSERVED)],
    ids=lambda value: getattr(value, "id", str(value)),
)
def test_finding_speaks_by_strength(broken: Requirement, outcome: Outcome) -> None:
    """A finding makes a must failed, a should warned and an advisory requirement observed, whatever else held."""
    journal = Journal()
    one = journals.case(requirements=(broken.id,))
    journal.send(one, passed=[broken.id])
    name = journal.find(one, broken)
    result = row(fold(journal.end()), broken.id)
    assert (result.outcome, result.findings, result.exercised) == (outcome, (name,), 1)


def test_doubt_is_inconclusive() -> None:
    """A doubt makes a requirement inconclusive, although it held elsewhere, and its reason is told."""
    journal = Journal()
    journal.send(journals.case("a"), passed=[MUST.id])
    journal.send(journals.case("b"))
    journal.doubt(journals.case("b"), MUST, "two verdicts")
    result = row(fold(journal.end()), MUST.id)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "two verdicts")


def test_own_fault_is_error() -> None:
    """A doubt that is the suite's own fault is an error, worse than a doubt, and its reason is the one told."""
    journal = Journal()
    journal.send(journals.case())
    journal.doubt(journals.case(), MUST, "two verdicts")
    journal.doubt(journals.case(), MUST, "a check failed", ours=True)
    result = row(fold(journal.end()), MUST.id)
    assert (result.outcome, result.reason) == (Outcome.ERROR, "a check failed")


def test_doubt_never_hides_finding() -> None:
    """A must with a finding is failed, although another case could not decide it."""
    journal = Journal()
    journal.send(journals.case())
    journal.doubt(journals.case(), MUST, ours=True)
    journal.find(journals.case(), MUST)
    assert row(fold(journal.end()), MUST.id).outcome is Outcome.FAILED


def test_pass_counts_for_advisory() -> None:
    """An advisory requirement that held and has no finding is passed."""
    journal = Journal()
    journal.send(journals.case(), passed=[ADVISORY.id])
    assert row(fold(journal.end()), ADVISORY.id).outcome is Outcome.PASSED


def test_unexercised_is_never_passed() -> None:
    """What nothing exercised is not exercised, with the journal's reason, or a general one."""
    journal = Journal(skipped={MUST.id: "the target has no memory"})
    results = fold(journal.end())
    assert row(results, MUST.id).outcome is Outcome.NOT_EXERCISED
    assert row(results, MUST.id).reason == "the target has no memory"
    assert row(results, SHOULD.id).reason == "No case of this run exercises it"


def test_sent_but_undecided_is_not_exercised() -> None:
    """A case whose answer decided nothing leaves its requirement not exercised; it is listed, and does not count."""
    journal = Journal()
    journal.send(journals.case("a"))
    result = row(fold(journal.end()), MUST.id)
    assert (result.outcome, result.cases, result.exercised) == (Outcome.NOT_EXERCISED, ("a",), 0)


def test_cut_run_says_so() -> None:
    """What a run that was cut short did not exercise says what cut it."""
    assert row(fold(Journal().end("--max-requests 60 is reached")), MUST.id).reason == (
        "The run ended before it was exercised: --max-requests 60 is reached"
    )


def test_cases_in_passing_fill_up() -> None:
    """All the cases made for a requirement are listed; those that showed it in passing fill up to a limit."""
    journal = Journal()
    for number in range(LISTED + 20):
        journal.send(journals.case(f"c{number}"), passed=[MUST.id, RESPONSE.id])
    results = fold(journal.end())
    assert len(row(results, MUST.id).cases) == LISTED + 20
    assert len(row(results, RESPONSE.id).cases) == LISTED
    assert row(results, RESPONSE.id).exercised == LISTED + 20


def test_counts_have_every_outcome() -> None:
    """Counts are of requests, creations and cases in the journal, and every outcome has one, zero or not."""
    counts = fold(journals.failing()).counts
    assert (counts.requests, counts.creations, counts.cases) == (4, 3, 4)
    assert list(counts.requirements) == list(Outcome)
    assert sum(counts.requirements.values()) == 4


def test_alias_is_the_worst_of_its_requirements() -> None:
    """A published number has the worst outcome of those that carry it; an alias may name several numbers."""
    journal = Journal([MUST, msgspec.structs.replace(RESPONSE, alias="REQ-REJ-001, REQ-B")])
    journal.send(journals.case(), passed=[MUST.id])
    journal.find(journals.case(), RESPONSE)
    aliases = {each.alias: (each.outcome, each.requirements) for each in fold(journal.end()).aliases}
    assert aliases == {
        "REQ-REJ-001": (Outcome.FAILED, (MUST.id, RESPONSE.id)),
        "REQ-B": (Outcome.FAILED, (RESPONSE.id,)),
    }


def test_worst_passes_over_not_exercised() -> None:
    """Not exercised counts only where there is nothing else."""
    assert worst([Outcome.NOT_EXERCISED, Outcome.PASSED]) is Outcome.PASSED
    assert worst([Outcome.NOT_EXERCISED]) is Outcome.NOT_EXERCISED
    assert worst([]) is Outcome.NOT_EXERCISED


def broken_by(requirement: Requirement, reason: str = "", *, lost: bool = False) -> Results:
    """Return the results of a run with one finding and one pass."""
    journal = Journal()
    journal.send(journals.case(), passed=[RESPONSE.id])
    journal.find(journals.case(), requirement)
    return fold(journal.end(reason, lost=lost))


def doubtful(requirement: Requirement, *, ours: bool = False) -> Results:
    """Return the results of a run with one doubt and one pass."""
    journal = Journal()
    journal.send(journals.case(), passed=[ADVISORY.id])
    journal.doubt(journals.case(), requirement, ours=ours)
    return fold(journal.end())


@pytest.mark.parametrize(
    ("results", "verdict", "must", "should"),
    [
        (fold(journals.passing()), Verdict.CONFORMING, 0, 0),
        (broken_by(MUST), Verdict.NOT_CONFORMING, 1, 1),
        (broken_by(SHOULD), Verdict.CONFORMING, 0, 1),
        (broken_by(ADVISORY), Verdict.CONFORMING, 0, 0),
        (broken_by(MUST, "--time-budget 5 is reached"), Verdict.NOT_CONFORMING, 1, 1),
        (broken_by(SHOULD, "--time-budget 5 is reached"), Verdict.INCONCLUSIVE, 3, 1),
        (broken_by(ADVISORY, lost=True), Verdict.INCONCLUSIVE, 3, 3),
        (doubtful(MUST), Verdict.INCONCLUSIVE, 3, 3),
        (doubtful(MUST, ours=True), Verdict.INCONCLUSIVE, 3, 3),
        (doubtful(SHOULD), Verdict.CONFORMING, 0, 3),
        (fold(journals.passing()[:-1]), Verdict.INCONCLUSIVE, 3, 3),
        (fold(Journal().end()), Verdict.INCONCLUSIVE, 3, 3),
    ],
    ids=[
        "all holds",
        "must broken",
        "should broken",
        "advisory broken",
        "must broken and cut",
        "should broken and cut",
        "lost",
        "must in doubt",
        "must in error",
        "should in doubt",
        "no footer",
        "nothing exercised",
    ],
)
def test_verdict_and_exit_status(results: Results, verdict: Verdict, must: int, should: int) -> None:
    """The verdict looks at musts alone; the exit status at what the caller fails on, broken before undecided."""
    assert results.verdict is verdict
    assert (exit_status(results, Strength.MUST), exit_status(results, Strength.SHOULD)) == (must, should)


def test_exit_status_defaults_to_what_the_results_were_made_with() -> None:
    """Without a strength of its own, the exit status takes that of the results."""
    journal = Journal()
    journal.send(journals.case())
    journal.find(journals.case(), SHOULD)
    events = journal.end()
    assert [exit_status(fold(events, fail_on=each)) for each in (Strength.MUST, Strength.SHOULD)] == [0, 1]


def test_reason_of_an_unfinished_run() -> None:
    """A journal without a footer, and a lost target without a word, are told as such."""
    assert fold(journals.passing()[:-1]).reason == UNFINISHED
    assert fold(Journal().end(lost=True)).reason == LOST


def test_resumed_run_counts_as_one() -> None:
    """Events after a footer make it the footer of a part: the last footer speaks, and the first header."""
    first, second = journals.passing(), Journal(run_id="other")
    second._sends = 10  # noqa: SLF001 - the sends of a run are numbered through
    second.send(journals.case("later"), passed=[MUST.id])
    joined = [*first[:-1], *Journal().end("interrupted")[1:], *second.events]
    assert fold(joined).reason == UNFINISHED
    done = fold([*joined, second.end()[-1]])
    assert (done.reason, done.run_id, done.counts.cases) == ("", "1a2b3c4d", 3)


def test_finding_of_a_relation_belongs_to_its_last_case() -> None:
    """A finding that names a relation is shown with the case of the send that it names."""
    journal = Journal()
    journal.send(journals.case("one"), relation="pair")
    journal.send(journals.case("two"), relation="pair")
    journal.find(journals.case("pair"), MUST)
    run = fold_run(journal.end())
    assert run.results.findings[0].case == "two"
    assert [(each.case.id, each.relation, each.outcome) for each in run.cases] == [
        ("one", "pair", Outcome.NOT_EXERCISED),
        ("two", "pair", Outcome.FAILED),
    ]


def test_evidence_shows_the_send_of_the_finding() -> None:
    """Of a case sent several times, the send that the finding is about is shown; else the last that ended."""
    journal = Journal()
    one = journals.case("one")
    first = journal.send(one, Response(500))
    for _ in range(3):
        journal.send(one)
    journal._sends = first  # noqa: SLF001 - the finding is about the first send
    journal.find(one, MUST, repeats="1 of 4")
    journal._sends = 4  # noqa: SLF001
    ok = journals.case("ok")
    last = journal.send(ok, None, Failure.TIMEOUT)
    journal.send(ok, ended=False)
    run = fold_run(journal.end())
    assert [each.shown().send for each in run.cases] == [first, last]
    assert run.results.findings[0].repeats == "1 of 4"


def test_journal_without_header_is_refused() -> None:
    """Events that do not begin with a header are no journal, and neither are none."""
    for events in (journals.passing()[1:], []):
        with pytest.raises(JournalError, match="no header"):
            fold(events)


def test_unknown_references_are_refused() -> None:
    """A journal that speaks of requirements or requests that it never named is refused, never misread."""
    stranger = msgspec.structs.replace(MUST, id="reject.stranger")
    journal = Journal()
    journal.send(journals.case())
    journal.find(journals.case(), stranger)
    head = Journal().events
    one = Journal()
    one.send(journals.case())
    strange = [[*one.events, Judged(send=1, passed=(number,))] for number in (-1, 10**6, 10**30)]
    for events in (journal.events, [*head, ExchangeEnded(send=9)], [*head, Judged(send=9)], *strange):
        with pytest.raises(JournalError):
            fold(events)


def test_fold_is_the_same_from_a_file() -> None:
    """A journal that went through its lines folds to the same results."""
    events = journals.failing()
    union = type(events[0]) | type(events[1])
    for each in events:
        union = union | type(each)
    decoder = msgspec.json.Decoder(union)
    again = [decoder.decode(msgspec.json.encode(each)) for each in events]
    assert fold(events) == fold(again)


def test_random_cases_that_fail_alike() -> None:
    """Of many the first hundred are kept; the others count, and what is rare among them is kept as well."""
    journal, many = Journal(), 3 * ALIKE
    for number in range(many):
        each = journals.case(f"random.{number}", requirements=(MUST.id,), phase="fuzz")
        journal.send(each, passed=[SHOULD.id])
        journal.find(each, MUST)
        if number == many - 1:
            journal.find(each, ADVISORY, rule="rare", sentence="is rare")
    folded = fold_run(journal.end())
    results = folded.results
    common, rare = results.causes
    assert (many, ALIKE + 1) == (common.count, len(common.findings))
    assert (1, f"random.{many - 1}") == (rare.count, rare.case)
    assert (Outcome.FAILED, many) == (row(results, MUST.id).outcome, row(results, MUST.id).exercised)
    assert many == row(results, SHOULD.id).exercised
    assert (many, many) == (results.counts.requests, results.counts.cases)
    kept = {each.case.id: each.outcome for each in folded.cases}
    assert ALIKE + 1 == len(kept)
    assert {Outcome.FAILED} == set(kept.values())


def test_random_cases_that_hold_count_for_each_requirement_that_they_passed() -> None:
    """However many are not kept, and in however many sets they pass: each requirement counts its own."""
    rows = [msgspec.structs.replace(SHOULD, id=f"accept.Settings.member_{number}.type") for number in range(12)]
    journal, many = Journal(rows), KEPT + 2_000
    passes = [[row.id for place, row in enumerate(rows) if number >> place & 1] for number in range(many)]
    for number, passed in enumerate(passes):
        journal.send(journals.case(f"random.{number}", requirements=(), phase="fuzz"), passed=passed)
    found = {each.id: each.exercised for each in fold(journal.end()).requirements}
    assert {row.id: sum(row.id in passed for passed in passes) for row in rows} == found


def test_cases_of_the_catalogue_that_fail_alike() -> None:
    """Of what is in the plan every finding is kept."""
    journal, many = Journal(), 2 * ALIKE
    for number in range(many):
        each = journals.case(f"reject.{number}")
        journal.send(each)
        journal.find(each, MUST)
    (cause,) = fold(journal.end()).causes
    assert (many, many) == (cause.count, len(cause.findings))
