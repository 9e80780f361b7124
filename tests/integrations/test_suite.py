"""`pytest --pyargs conformance.suite`: the whole suite as tests of pytest."""

import json
import os
import re

import pytest

import conformance
from conformance.contract.contract import load_contract
from conformance.integrations.pytest_plugin.outcomes import ItemOutcome, OutcomeFile, Outcomes, RunOutcome, claim
from conformance.model.vocabulary import Profile
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare

pytest_plugins = ["pytester"]

SUITE = ("--pyargs", "conformance.suite", "--conformance-profile", "smoke", "--conformance-concurrency", "1")
NAME_FAULT = "echo.CreateEnvironmentRequestV1.name.other"


def cases(done, word):
    """Return the ids of the tests that a verbose session says `word` of."""
    lines = [line for line in done.outlines if f" {word}" in line and "test_case[" in line and "::" in line]
    return [line.partition("test_case[")[2].partition("]")[0] for line in lines]


def test_without_a_target_the_reference_server_is_tested(pytester, steady):
    """One test for each item of the plan passes; ids are the slugs; the report is that of the command."""
    done = pytester.runpytest_inprocess(*SUITE, "-v")
    contract = load_contract()
    counted = f"conforming: {len(contract.requirements)} requirements (*"
    done.stdout.fnmatch_lines(["*= conformance =*", counted, "report: *report.html"])
    expected = [item.id for item in prepare(contract, RunOptions(profile=Profile.SMOKE)).plan.items]
    assert set(expected) == set(cases(done, "PASSED"))
    done.assert_outcomes(passed=len(expected))
    assert 0 == done.ret
    theirs = conformance.run(profile="smoke", concurrency=1, out=pytester.path / "other")
    assert "conforming" == theirs.results.verdict
    assert steady(theirs.out) == steady(pytester.path / "conformance-report")


def test_a_failed_test_tells_requirement_request_and_answer(pytester, serve, results_of):
    """A fault fails the tests that show it, with what was sent, what came, and which requirement is broken."""
    server = serve(NAME_FAULT)
    done = pytester.runpytest_inprocess(*SUITE, "--conformance-target", server.url, "-k", "accept.smallest")
    done.assert_outcomes(failed=1, deselected=144)
    done.stdout.fnmatch_lines(
        [
            "must: semantics.CreateEnvironmentRequestV1.name.echo",
            "    expected: *",
            "    source: *",
            "sent:",
            "    POST /v1/models/conformance/environments",
            "    Authorization: Api-Key $API_KEY",
            "received:",
            "    200 OK",
            "send it again with:",
            "curl *",
            "not conforming: *",
            "*Returns a different string than was sent*",
            "report: *",
        ]
    )
    assert 1 == done.ret
    assert "not conforming" == results_of(pytester.path / "conformance-report")["verdict"]
    assert "conformance-local-key" not in done.stdout.str()


@pytest.mark.slow
def test_what_is_not_selected_is_not_sent(pytester, serve, results_of):
    """`-k` narrows what is sent to the cases of the tests that are left, and the report says why the rest is not."""
    server = serve()
    done = pytester.runpytest_inprocess(*SUITE, "--conformance-target", server.url, "-k", "reject and not json")
    selected = done.parseoutcomes()["passed"]
    assert 0 < selected < 149
    assert selected == server.mock.requests
    results = results_of(pytester.path / "conformance-report")
    reasons = {row["reason"] for row in results["requirements"] if row["outcome"] == "not exercised"}
    assert "Its tests are not selected" in reasons


def test_markers_select_by_strength(pytester):
    """`-m conformance_must` selects the cases about requirements of strength must; every case has one such marker."""
    counts = {}
    for marker in ("conformance_must", "conformance_should", "conformance_advisory"):
        done = pytester.runpytest_inprocess(*SUITE, "--collect-only", "-q", "--strict-markers", "-m", marker)
        counts[marker] = len([line for line in done.outlines if "test_case[" in line])
    assert all(counts.values())
    assert 145 == sum(counts.values())


def test_the_first_failure_ends_the_run(pytester, serve):
    """With `-x` hardly more is sent than until the first failure."""
    server = serve(NAME_FAULT)
    done = pytester.runpytest_inprocess(*SUITE, "--conformance-target", server.url, "--conformance-repeats", "0", "-x")
    done.assert_outcomes(failed=1, passed=done.parseoutcomes().get("passed", 0))
    # Whether the run or pytest is the first to see that it is enough depends on the machine.
    done.stdout.fnmatch_lines_random(["the run is incomplete: *"])
    assert server.mock.requests < 30


@pytest.mark.slow
def test_what_failed_last_is_sent_again_alone(pytester, serve):
    """`--lf` sends the cases of the tests that failed."""
    server = serve("rejects.*.max_replica.*")
    pytester.makeini("[pytest]")
    done = pytester.runpytest_inprocess(*SUITE, "--conformance-target", server.url, "--conformance-repeats", "0")
    failed = done.parseoutcomes()["failed"]
    before = server.mock.requests
    again = pytester.runpytest_inprocess(
        *SUITE, "--conformance-target", server.url, "--conformance-repeats", "0", "--lf"
    )
    again.assert_outcomes(failed=failed)
    assert failed <= server.mock.requests - before < before


@pytest.mark.slow
def test_two_processes_give_the_same_verdict_and_report(pytester, serve, steady):
    """With `-n 2` one run is behind the tests of both processes; nothing of the report differs."""
    server = serve(NAME_FAULT)
    target = ("--conformance-target", server.url, "--conformance-repeats", "0", "--conformance-skip", "accept.all.*")
    alone = pytester.runpytest_inprocess(*SUITE, *target)
    sent = server.mock.requests
    expected = steady(pytester.path / "conformance-report")
    server.mock.reset()
    flags = ("-n", "2", "-v", "--conformance-out", "both")
    both = pytester.runpytest_subprocess(*SUITE, *target, *flags)
    assert alone.parseoutcomes() == {
        name: count for name, count in both.parseoutcomes().items() if name in {"passed", "failed"}
    }
    assert expected == steady(pytester.path / "both")
    assert sent == server.mock.requests
    both.stdout.fnmatch_lines(["not conforming: *", "report: *both/report.html"])
    assert 1 == both.ret
    assert {"gw0", "gw1"} == {line.split("]")[0].strip("[") for line in both.outlines if line.startswith("[gw")}


def told(folder, results_of):
    """Return the results in `folder` but for what the order of requests in flight decides: ids, names, repeats."""
    found = json.loads(re.sub(r"cfm-[0-9a-f]{8}-[0-9a-z]{4}", "NAME", json.dumps(results_of(folder))))
    findings = {each["id"]: each for each in found["findings"]}

    def shown(finding):
        return sorted((name, json.dumps(value)) for name, value in finding.items() if name not in {"id", "repeats"})

    rows = [
        {**row, "cases": sorted(row["cases"]), "findings": sorted(shown(findings[each]) for each in row["findings"])}
        for row in found["requirements"]
    ]
    causes = sorted((each["pattern"], each["sentence"], each["count"]) for each in found["causes"])
    same = ("verdict", "contract", "profile", "seed", "reason")
    return {name: found.get(name) for name in same}, rows, causes, sorted(map(shown, findings.values()))


@pytest.mark.slow
def test_two_processes_with_requests_in_flight_give_the_same_verdict_and_report(pytester, serve, results_of):
    """With the usual number of requests in flight as well; only ids, times and what was sent again differ."""
    suite = ("--pyargs", "conformance.suite", "--conformance-profile", "smoke")
    found = []
    for flags in ((), ("-n", "2")):
        server = serve(NAME_FAULT, "rejects.*.max_replica.*")
        run = pytester.runpytest_subprocess(*suite, "--conformance-target", server.url, *flags)
        folder = pytester.path / "conformance-report"
        found.append((run.ret, run.parseoutcomes()["failed"], told(folder, results_of)))
    assert found[0] == found[1]
    assert 1 == found[0][0]


@pytest.mark.slow
def test_what_is_waived_fails_no_test(pytester, serve):
    """A failure that somebody answers for passes, until the day is over."""
    server = serve(NAME_FAULT)
    waiver = '[[waiver]]\nrequirement = "{}"\nowner = "me"\nreason = "known"\nexpires = {}\n'
    echo = "semantics.CreateEnvironmentRequestV1.name.echo"
    arguments = (*SUITE, "--conformance-target", server.url, "-k", "accept.smallest", "--conformance-waivers", "w.toml")
    pytester.makefile(".toml", w=waiver.format(echo, "2999-01-01"))
    pytester.runpytest_inprocess(*arguments).assert_outcomes(passed=1, deselected=144)
    pytester.makefile(".toml", w=waiver.format(echo, "2020-01-01"))
    pytester.runpytest_inprocess(*arguments).assert_outcomes(failed=1, deselected=144)


def test_a_target_that_is_not_there_fails_the_session(pytester):
    """Tests whose cases nobody could send are skipped with the reason, and the session fails all the same."""
    done = pytester.runpytest_inprocess(*SUITE, "--conformance-target", "http://127.0.0.1:1", "-rs")
    done.assert_outcomes(skipped=145)
    done.stdout.fnmatch_lines(["inconclusive: *", "*cannot be reached*", "*SKIPPED*not sent: *cannot be reached*"])
    assert 1 == done.ret


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--conformance-profile", "tiny"), "--conformance-profile must be one of smoke, standard, full, fuzz"),
        (("--conformance-rate", "fast"), "--conformance-rate must be a number greater than 0, got 'fast'"),
        (("--conformance-target", "http://example.com"), "example.com is a remote host; allow it"),
        (("--conformance-spec", "none.yaml"), "none.yaml"),
        (("--conformance-only", "nothing.*"), "no case is selected"),
        (("--conformance-path-param", "other=1"), "has no path parameter 'other'"),
    ],
)
def test_options_that_cannot_be_used(option, said, pytester):
    """What is wrong is told in one line, before anything is collected."""
    done = pytester.runpytest_inprocess("--pyargs", "conformance.suite", *option)
    assert pytest.ExitCode.USAGE_ERROR == done.ret
    (line,) = [line for line in done.errlines if line]
    assert line.startswith("ERROR: conformance: ")
    assert said in line


def test_settings_stand_in_a_file(pytester, serve, results_of):
    """`[tool.conformance]` sets options, by the names of the command line, and the command line wins."""
    server = serve()
    pytester.makepyprojecttoml(
        f'[tool.conformance]\ntarget = "{server.url}"\nprofile = "standard"\n'
        'only = ["accept.merged.*", "reject.name.*"]\nreport = "results"\npath-param = {model_id = "m7"}\n'
    )
    done = pytester.runpytest_inprocess("--pyargs", "conformance.suite", "--conformance-profile", "smoke")
    assert 0 == done.ret
    results = results_of(pytester.path / "conformance-report")
    assert (server.url, "smoke") == (results["target"], results["profile"])
    assert not (pytester.path / "conformance-report" / "report.html").exists()
    assert done.parseoutcomes()["passed"] == server.mock.requests


def test_a_file_that_cannot_be_used_is_told(pytester):
    """A setting that there is not is one line as well."""
    pytester.makefile(".toml", conformance="tagret = 'x'")
    done = pytester.runpytest_inprocess("--pyargs", "conformance.suite")
    assert pytest.ExitCode.USAGE_ERROR == done.ret
    told = "conformance.toml sets 'tagret', which is not an option; did you mean 'target'?"
    done.stderr.fnmatch_lines([f"ERROR: conformance: {told}"])


def test_a_target_of_the_users_own(pytester, results_of):
    """A fixture `conformance_target` in the user's conftest starts the server that is tested."""
    pytester.makeconftest(
        """
        import pytest
        from conformance.contract.contract import load_contract
        from conformance.mock.app import reference_app
        from conformance.mock.server import BackgroundServer

        @pytest.fixture(scope="session")
        def conformance_target():
            app = reference_app(load_contract())
            with BackgroundServer(app) as server:
                yield server.url
            print("requests:", app.requests)
        """
    )
    done = pytester.runpytest_inprocess(*SUITE, "-s", "-k", "authentication or accept")
    sent = results_of(pytester.path / "conformance-report")["counts"]["requests"]
    assert sent
    done.stdout.fnmatch_lines([f"*requests: {sent}"])


CLIENTS = {
    "mocked": """
        import conformance

        with conformance.respx_router(base_url="http://localhost", key={key!r}, faults={faults}):
            with httpx.Client(base_url="http://localhost") as client:
                yield client
    """,
    "before an application": """
        from conformance.contract.contract import load_contract
        from conformance.mock.app import reference_app
        from conformance.mock.faults.catalogue import pick

        app = reference_app(load_contract(), key={key!r}, faults=pick(load_contract(), {faults}))
        yield httpx.AsyncClient(transport=httpx.ASGITransport(app))
    """,
}
TARGET = """
import httpx
import pytest


@pytest.fixture(scope="session")
def conformance_target():
{body}
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", CLIENTS)
def test_a_client_of_the_users_own_is_tested(kind, pytester, results_of):
    """`conformance_target` may give a client of httpx: what it does not send is skipped."""
    for expected in ([], [NAME_FAULT]):
        pytester.makeconftest(TARGET.format(body=CLIENTS[kind].format(key=LOCAL_KEY, faults=expected)))
        done = pytester.runpytest_inprocess(*SUITE, "-rs", "--conformance-repeats", "0")
        outcomes = done.parseoutcomes()
        assert bool(expected) is bool(outcomes.get("failed")), outcomes
        assert 40 < outcomes["passed"]
        results = results_of(pytester.path / "conformance-report")
        assert ("not conforming" if expected else "conforming") == results["verdict"]
    done.stdout.no_fnmatch_line("*SKIPPED*not sent: the run is over*")


@pytest.mark.slow
def test_a_run_within_a_test_takes_a_client_as_well(pytester):
    """`conformance_run` tests the client that `conformance_target` gives, or one that it is given."""
    pytester.makeconftest(TARGET.format(body=CLIENTS["mocked"].format(key=LOCAL_KEY, faults=[])))
    pytester.makepyfile(
        """
        import httpx
        from conformance.contract.contract import load_contract
        from conformance.mock.app import reference_app

        def test_it(conformance_run):
            assert conformance_run(only="accept.all.null").exit_status == 0
            app = httpx.ASGITransport(reference_app(load_contract()))
            assert conformance_run(target=httpx.AsyncClient(transport=app), only="accept.all.null").exit_status == 0
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_target_that_is_none(pytester):
    """What is neither a text nor a client is told."""
    pytester.makeconftest(TARGET.format(body="    return 7"))
    done = pytester.runpytest_inprocess(*SUITE, "-k", "accept.smallest")
    done.assert_outcomes(errors=1, deselected=144)
    done.stdout.fnmatch_lines(["*UsageError: target must be a string, got 7*"])


def test_an_outcome_is_waited_for_until_it_is_there(tmp_path):
    """Readers see what is told, in any order; the first that claims the folder is the one to send."""
    assert claim(tmp_path)
    assert not claim(tmp_path)
    file, reader = OutcomeFile(tmp_path), Outcomes(tmp_path)
    assert reader.end() is None
    file.tell(ItemOutcome("b"))
    file.tell(ItemOutcome("a", failed=True, text="x"))
    assert ItemOutcome("a", failed=True, text="x") == reader.wait("a")
    assert ItemOutcome("b") == reader.wait("b")
    file.tell(RunOutcome(0, reason="done"))
    file.close()
    assert RunOutcome(0, reason="done") == reader.wait("c")


def test_nobody_waits_for_a_process_that_died(tmp_path):
    """Where the process that sends is gone without a word, whoever waits is told."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    (tmp_path / "claimed").write_text(str(child))
    told = Outcomes(tmp_path).wait("a")
    assert isinstance(told, RunOutcome)
    assert "the process that sent the requests of the suite exited" == told.reason
