"""What a caller of a run takes part in: choosing, watching and ending it."""

import threading

from msgspec.structs import replace

from conformance.journal.events import RunStarted
from conformance.journal.reading import read_journal
from conformance.model.case import Relation
from conformance.model.vocabulary import Profile
from conformance.workflow.interruption import Canceller
from conformance.workflow.run import Hooks, run
from conformance.workflow.setup.options import RunOptions


def ids(item):
    """Return the ids of an item's cases."""
    return [case.id for case in item.cases] if isinstance(item, Relation) else [item.id]


def test_each_item_that_was_chosen_is_told_when_it_is_done_with(tmp_path):
    """Only what `choose` leaves of the plan is sent, and `done` is called once for each item, with its exchanges."""
    chosen, told = [], []

    def choose(plan):
        relation = next(item for item in plan.items if isinstance(item, Relation))
        chosen.extend([*plan.items[:5], relation])
        return replace(plan, items=tuple(chosen))

    result = run(RunOptions(out=tmp_path, profile=Profile.SMOKE), Hooks(choose=choose, done=told.append))
    assert sorted(each.item.id for each in told) == sorted(item.id for item in chosen)
    assert all(len(each.exchanges) == len(ids(each.item)) for each in told)
    assert all(each.found for each in told)
    assert sum(len(ids(item)) for item in chosen) == result.results.counts.requests


def test_who_chooses_gets_no_random_case(tmp_path):
    """What `choose` leaves is all that is sent, in a profile that has more phases than the catalogue."""
    sent = []

    def choose(plan):
        sent.extend(plan.items[:5])
        return replace(plan, items=plan.items[:5])

    hooks = Hooks(choose=choose)
    result = run(RunOptions(out=tmp_path, profile=Profile.STANDARD, reports=()), hooks)
    header = next(event for event in read_journal(tmp_path) if isinstance(event, RunStarted))
    expected = sum(len(ids(item)) for item in sent)
    assert (("catalogue",), expected) == (header.phases, result.results.counts.requests)


def test_a_run_is_ended_from_another_thread(tmp_path):
    """A run that is stopped while it is under way reports what was done until then."""
    canceller, begun = Canceller(), threading.Event()
    results = []
    hooks = Hooks(done=lambda _: begun.set(), canceller=canceller)
    options = RunOptions(out=tmp_path, rate=50.0)
    thread = threading.Thread(target=lambda: results.append(run(options, hooks)))
    thread.start()
    assert begun.wait(30)
    canceller.cancel()
    thread.join(30)
    (result,) = results
    assert "interrupted" == result.results.reason
    assert 0 < result.results.counts.requests < 1000


def test_a_run_that_is_stopped_before_it_began_sends_nothing(tmp_path):
    """What was stopped early ends as soon as it begins."""
    canceller = Canceller()
    canceller.cancel()
    result = run(RunOptions(out=tmp_path, profile=Profile.SMOKE), Hooks(canceller=canceller))
    assert "interrupted" == result.results.reason
    assert 0 == result.results.counts.requests
