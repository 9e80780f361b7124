"""What succeeds when it is sent again is noted with its rate; so is what becomes of a name that is sent again."""

from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.journal.events import Judged
from conformance.journal.reading import read_journal
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Outcome, Strength
from conformance.reports.results import Results
from conformance.workflow.api import run

from .faulty_requests import rejects_all
from .faulty_servers import KEY, Proxy


def results_of(folder: Path, *faults: str, only: str) -> Results:
    """Return the results of a run against the mock with a fault."""
    contract = load_contract()
    app = Mock(contract, key=KEY, faults=pick(contract, faults))
    with BackgroundServer(app) as server:
        options = {"reports": (), "phases": ("catalogue",), "repeats": 0, "concurrency": 1}
        return run(target=server.url, out=folder, only=only, **options).results


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "says", "message"),
    [
        (
            "state.one-in-20-dropped",
            "Closes connections before a response, and responds to a retry",
            "Closes the connection of 5 of 107 requests (4.7 %) before a response, and responds to a retry",
        ),
        (
            "state.one-in-20-limited",
            "Returns 429, and another status to a retry",
            "Returns 429 to 5 of 107 requests (4.7 %), and another status to a retry",
        ),
    ],
)
def test_a_rate_above_one_in_200_is_noted(fault: str, says: str, message: str, tmp_path: Path) -> None:
    """Though each retry succeeds, and nothing else is wrong."""
    results = results_of(tmp_path, fault, only="accept.combination.*")
    (found,) = [each for each in results.findings if each.requirement == "transport.retries"]
    assert (Strength.ADVISORY, message) == (found.strength, found.message)
    assert says in [each.sentence for each in results.causes]


def test_a_target_that_needs_no_retry_passes(tmp_path: Path) -> None:
    """At the end of a run, where there was a response."""
    results = results_of(tmp_path, only="accept.smallest")
    (row,) = [each for each in results.requirements if each.id == "transport.retries"]
    assert Outcome.PASSED == row.outcome


def test_what_only_a_search_sent_is_not_judged(tmp_path: Path) -> None:
    """Where repeats and smaller bodies are the last requests, its rate of retries is noted with the one before them."""
    with BackgroundServer(Proxy(Mock(load_contract(), key=KEY), rejects_all)) as server:
        options = {"reports": (), "phases": ("catalogue",), "repeats": 2}
        results = run(target=server.url, out=tmp_path, only="accept.smallest", **options).results
    judged = {each.send for each in read_journal(tmp_path / "journal.ndjson") if isinstance(each, Judged)}
    assert (4, {1}) == (results.counts.requests, judged)


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        ((), "Returns 409 for a second creation with the same name and other settings"),
        (
            ("state.same-name-keeps",),
            "Accepts a second creation with the same name and other settings, and returns the earlier settings",
        ),
        (
            ("state.same-name-replaces",),
            "Accepts a second creation with the same name and other settings, and returns the later settings",
        ),
    ],
)
def test_a_name_that_is_sent_again_with_other_settings(faults: tuple[str, ...], says: str, tmp_path: Path) -> None:
    """What comes back is a note, and nothing that weighs: no document says what is right."""
    results = results_of(tmp_path, *faults, only="relate.other-settings")
    found = [(each.strength, each.message) for each in results.findings]
    assert [(Strength.ADVISORY, says)] == found
