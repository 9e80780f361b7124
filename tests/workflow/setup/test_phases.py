"""The phases of a run, end to end: what is sent after the catalogue, what is found there, and how it is told."""

import base64
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.model.case import Case
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile, Verdict
from conformance.runner.plan import make_plan
from conformance.strategies.catalogue.catalogue import catalogue
from conformance.strategies.random.process import interpreter
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.phases import DEFAULT_PHASES, campaign_seconds, chosen_phases
from conformance.workflow.setup.preparation import prepare
from conformance.workflow.setup.random_phases import started_ahead

from ...benchmarks.planted import planted  # noqa: TID252 - test modules are found by path
from ...journals import events  # noqa: TID252 - test modules are found by path

CONTRACT = load_contract()


def phases(profile: Profile, *, loopback: bool = True, **options: Any) -> tuple[str, ...]:
    """Return the phases of a run with these options."""
    return chosen_phases(CONTRACT, RunOptions(**options), profile, loopback=loopback)


@pytest.mark.parametrize("profile", [Profile.STANDARD, Profile.FULL])
def test_a_whole_run_on_this_machine_has_all_default_phases(profile: Profile) -> None:
    """Elsewhere what is created has its price, and cases that were chosen by id are of the catalogue."""
    assert DEFAULT_PHASES == phases(profile)
    assert DEFAULT_PHASES == phases(profile, only=("reject.name.absent", "reject.*.required"), skip=("accept.*",))
    assert ("catalogue",) == phases(profile, loopback=False)
    assert ("catalogue",) == phases(profile, only=("reject.name.absent",))


def test_smoke_has_the_catalogue_and_a_campaign_the_rest() -> None:
    """Wherever they are."""
    for loopback in (True, False):
        assert ("catalogue",) == phases(Profile.SMOKE, loopback=loopback)
        assert ("sampler", "schemathesis", "hypothesis") == phases(Profile.FUZZ, loopback=loopback)


def test_a_run_without_the_catalogue_tells_of_all_requirements_why_they_have_no_case() -> None:
    """As if every case of the profile had been made, of which none is sent."""
    prepared = prepare(CONTRACT, RunOptions(target="http://127.0.0.1:9", profile=Profile.FUZZ))
    every = catalogue(CONTRACT, Profile.FUZZ, prepared.knowledge)
    assert make_plan(CONTRACT, (), prepared.offered, known=every).skipped == prepared.plan.skipped
    assert prepared.plan.skipped
    assert len(prepared.plan.known) < sum(isinstance(each, Case) for each in every)


def test_what_a_campaign_starts_ahead_ends_with_its_preparation_where_that_fails() -> None:
    """Only a campaign is sure to want it."""
    with started_ahead(RunOptions()) as none:
        assert none is None
    preparation = started_ahead(RunOptions(profile=Profile.FUZZ))
    started = preparation.__enter__()
    assert started is not None
    os.kill(started.pid, 0)
    with pytest.raises(UsageError, match="a wrong option"):
        preparation.gen.throw(UsageError("a wrong option"))
    with pytest.raises(ProcessLookupError):
        os.kill(started.pid, 0)


def test_phases_that_are_asked_for_are_the_phases() -> None:
    """Whatever the profile, the host and the choice of cases, in the order of the phases."""
    asked = ("hypothesis", "catalogue")
    for profile in Profile:
        assert ("catalogue", "hypothesis") == phases(profile, loopback=False, phases=asked, only=("x",))
    with pytest.raises(
        UsageError, match="there is no phase 'fuzz'; choose from catalogue, sampler, schemathesis, hypothesis"
    ):
        phases(Profile.STANDARD, phases=("fuzz",))


def test_a_campaign_ends_a_little_before_its_time() -> None:
    """So that what is on the wire then is no reason to say that the time cut it short."""
    assert campaign_seconds(RunOptions(time_budget=5.0), Profile.STANDARD) is None
    assert 4.5 == campaign_seconds(RunOptions(time_budget=5.0), Profile.FUZZ)
    assert 59.0 == campaign_seconds(RunOptions(), Profile.FUZZ)


@pytest.fixture
def right():
    """Return the URL of a server that keeps the contract."""
    with BackgroundServer(reference_app(CONTRACT, key=LOCAL_KEY)) as server:
        yield server.url


def test_a_library_that_cannot_go_on_is_the_suites_own_error(
    right: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told in the report with what to do, the run is inconclusive, and nothing is held against the server."""
    (tmp_path / "schemathesis.py").write_text('raise RuntimeError("this version has another interface")')
    monkeypatch.setattr(interpreter, "PATH", (str(tmp_path), *interpreter.PATH))
    result = conformance.run(target=right, phases=("schemathesis",), out=tmp_path / "out")
    row = next(each for each in result.results.requirements if each.outcome.value == "error")
    assert "the phase schemathesis stopped: RuntimeError: this version has another interface" in row.reason
    assert "--phases" in row.reason
    assert (Verdict.INCONCLUSIVE, 3) == (result.results.verdict, result.exit_status)
    assert () == result.results.findings


def sent(out: Path) -> list[tuple[str, str]]:
    """Return the bodies that a run sent after the catalogue, each by its case."""
    found = [each["case"] for each in events(out, "request.sent")]
    return [
        (each["id"], each["request"].get("body", "")) for each in found if each.get("phase", "catalogue") != "catalogue"
    ]


def phases_sent(out: Path) -> Counter[str]:
    """Return how many cases of each phase a run sent."""
    return Counter(each["case"].get("phase", "catalogue") for each in events(out, "request.sent"))


def test_smoke_sends_the_catalogue_alone(right: str, tmp_path: Path) -> None:
    """No case is made for it, and its 150 requests are 150."""
    conformance.run(target=right, profile="smoke", out=tmp_path, reports=())
    assert {"catalogue": 150} == phases_sent(tmp_path)
    assert [] == events(tmp_path, "phase.ended")


@pytest.mark.slow
def test_a_run_that_ends_within_the_catalogue_makes_no_random_case(right: str, tmp_path: Path) -> None:
    """Where `max_requests` is below the plan, nobody waits for what could not be sent; the run is incomplete."""
    result = conformance.run(target=right, max_requests=20, out=tmp_path, reports=())
    assert ({"catalogue": 20}, 3) == (phases_sent(tmp_path), result.exit_status)
    assert [] == events(tmp_path, "phase.ended")
    only, out = ("reject.*.type",), tmp_path / "more"
    planned = prepare(CONTRACT, RunOptions(only=only)).plan.requests
    more = conformance.run(target=right, only=only, max_requests=planned + 5, out=out, reports=())
    assert ({"catalogue": planned, "schemathesis": 5}, 3) == (phases_sent(out), more.exit_status)


def test_a_run_without_the_catalogue_has_no_spare_cases_of_it() -> None:
    """What decides between hypotheses is of the catalogue, and who leaves that out is sent none of it."""
    assert () == prepare(CONTRACT, RunOptions(profile=Profile.SMOKE, phases=("hypothesis",))).plan.spare
    assert prepare(CONTRACT, RunOptions(profile=Profile.SMOKE, phases=("catalogue",))).plan.spare


MADE = ("phases", [("sampler",), ("hypothesis",), pytest.param(("schemathesis", "hypothesis"), marks=pytest.mark.slow)])
"""Phases of random cases: those that are quick to make, and both libraries."""


@pytest.mark.slow
@pytest.mark.parametrize(*MADE)
def test_shards_send_every_random_case_once(right: str, tmp_path: Path, phases: tuple[str, ...]) -> None:
    """The parts of two machines are those of one, and nothing is in both, nor in the catalogue of the other."""
    wanted = {"target": right, "only": ("reject.*",), "phases": ("catalogue", *phases), "reports": ()}
    conformance.run(out=tmp_path / "whole", **wanted)
    for number in (1, 2):
        conformance.run(out=tmp_path / str(number), shard=f"{number}/2", **wanted)
    whole, *parts = ({id_ for id_, _ in sent(tmp_path / name)} for name in ("whole", "1", "2"))
    assert whole == parts[0] | parts[1]
    assert set() == parts[0] & parts[1]
    assert all(len(part) > len(whole) / 4 for part in parts)


@pytest.mark.slow
@pytest.mark.parametrize(*MADE)
def test_a_run_that_was_cut_off_sends_no_random_case_twice(right: str, tmp_path: Path, phases: tuple[str, ...]) -> None:
    """What is in the journal is taken from it; the rest follows."""
    wanted = {"target": right, "phases": phases, "reports": (), "concurrency": 1}
    conformance.run(out=tmp_path / "whole", **wanted)
    conformance.run(out=tmp_path / "part", max_requests=90, **wanted)
    before = sent(tmp_path / "part")
    conformance.run(out=tmp_path / "part", resume=True, **wanted)
    assert 90 == len(before)
    assert [id_ for id_, _ in sent(tmp_path / "whole")] == [id_ for id_, _ in sent(tmp_path / "part")]


@pytest.mark.slow
def test_a_campaign_can_be_had_again(right: str, tmp_path: Path) -> None:
    """The same seed sends the same cases in the same order; another seed sends others."""
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        conformance.run(
            target=right,
            profile="fuzz",
            phases=("sampler", "hypothesis"),
            time_budget=60,
            max_requests=60,
            seed=seed,
            out=tmp_path / name,
            reports=(),
            concurrency=1,
        )
    one, again, other = ([id_ for id_, _ in sent(tmp_path / name)] for name in ("one", "again", "other"))
    assert 60 == len(one)
    assert one == again
    assert len(set(one) & set(other)) < len(one) / 2


@pytest.mark.slow
def test_a_right_server_passes_all_phases_by_default(right: str, tmp_path: Path) -> None:
    """Each phase sends what the ones before it did not, and no case of it is a false alarm."""
    result = conformance.run(target=right, out=tmp_path, reports=("results",))
    ended = events(tmp_path, "phase.ended")
    assert ["schemathesis", "hypothesis"] == [each["phase"] for each in ended]
    assert not any(each.get("error") for each in ended)
    assert list(DEFAULT_PHASES) == events(tmp_path, "run.started")[0]["phases"]
    cases = phases_sent(tmp_path)
    assert set(DEFAULT_PHASES) == cases.keys()
    expected = {each["phase"]: each["generated"] - each["duplicates"] for each in ended}
    assert all(count > 50 for count in expected.values())
    assert expected == {name: cases[name] for name in expected}
    assert (Verdict.CONFORMING, 0) == (result.results.verdict, result.exit_status)
    assert not [each for each in result.results.findings if each.strength.value != "advisory"]


@pytest.mark.slow
def test_a_short_campaign_against_a_right_server(right: str, tmp_path: Path) -> None:
    """`fuzz` sends cases of all sources until its time is over, and finds nothing against a right server."""
    result = conformance.run(target=right, profile="fuzz", time_budget=16, out=tmp_path, reports=("results",))
    made = {each["phase"]: each["generated"] for each in events(tmp_path, "phase.ended")}
    assert {"sampler", "schemathesis", "fuzz"} == made.keys()
    assert all(made[name] > 0 for name in ("sampler", "schemathesis"))
    assert not [each for each in result.results.findings if each.strength.value != "advisory"]
    assert Verdict.NOT_CONFORMING is not result.results.verdict


@pytest.mark.slow
def test_what_breaks_the_server_is_one_cause_whatever_body_it_was_met_with(tmp_path: Path) -> None:
    """Wrong bodies that meet the fault come down to the right body that does."""

    def fails(body: Any) -> bool:
        return isinstance(body, dict) and "promotion_settings" in body

    with BackgroundServer(planted(fails)) as server:
        result = conformance.run(target=server.url, phases=("hypothesis",), out=tmp_path, reports=("results",))
    failed = {each["send"] for each in events(tmp_path, "exchange") if each["response"]["status"] == 500}
    met = {each["case"]["expectation"] for each in events(tmp_path, "request.sent") if each["send"] in failed}
    assert {"accepted", "rejected"} <= met
    (cause,) = [each for each in result.results.causes if each.strength == "must"]
    (smallest,) = (e["case"] for e in events(tmp_path, "request.sent") if e["case"]["id"] == cause.case)
    body = json.loads(base64.b64decode(smallest["request"]["body"]))
    assert {"promotion_settings": {}} == {name: value for name, value in body.items() if name != "name"}
