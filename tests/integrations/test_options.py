"""What each option of the plugin does to the suite's tests."""

import asyncio
import json
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "spec" / "openapi.yaml"
RELATIONS = HERE / "relations.yaml"
PATH = "/v1/models/{model_id}/environments"


class Session:
    """A session of the suite against a server, and what it left."""

    def __init__(self, pytester, results_of):
        self._pytester = pytester
        self._results_of = results_of
        self.told = ""
        self.ret = 0

    def run(self, *flags, only="reject.name.absent.*"):
        """Run a few cases of the suite."""
        done = self._pytester.runpytest_inprocess(
            "--pyargs", "conformance.suite", "--conformance-only", only, "--conformance-out", "out", "-rs", *flags
        )
        self.told, self.ret = done.stdout.str() + done.stderr.str(), done.ret
        return done.parseoutcomes() if done.ret < pytest.ExitCode.INTERRUPTED else {}

    @property
    def results(self):
        """What the run came to."""
        return self._results_of(self._pytester.path / "out")

    @property
    def journal(self):
        """The events of the run."""
        text = (self._pytester.path / "out" / "journal.ndjson").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def outcome(self, requirement):
        """Return the outcome of a requirement."""
        return next(row["outcome"] for row in self.results["requirements"] if row["id"] == requirement)


@pytest.fixture
def session(pytester, results_of):
    """Return what runs sessions of the suite."""
    return Session(pytester, results_of)


@pytest.mark.slow
def test_the_path_is_filled_in(session, serve):
    """`--conformance-model-id` and `--conformance-path-param` name the object below which all is sent."""
    server = serve()
    for flags in (("--conformance-model-id", "m7"), ("--conformance-path-param", "model_id=m7")):
        assert {"passed"} == set(session.run("--conformance-target", server.url, *flags))
        targets = {event["case"]["request"]["target"] for event in session.journal if "case" in event}
        assert {"/v1/models/m7/environments"} == {each for each in targets if isinstance(each, str)}


def test_what_names_nothing_is_asked_for(session, contract):
    """With `--conformance-unknown-model-id` it is tried what a server says to a model that does not exist."""
    app = reference_app(contract, unknown=frozenset({"none"}))
    with BackgroundServer(app) as server:
        target = ("--conformance-target", server.url)
        session.run(*target, only="error.unknown-resource")
        assert session.ret == pytest.ExitCode.USAGE_ERROR
        session.run(*target, "--conformance-unknown-model-id", "none", only="error.unknown-resource")
    assert "passed" == session.outcome("error.unknown-resource")


@pytest.mark.slow
def test_the_key_has_a_source(session, serve, pytester, monkeypatch):
    """The key comes from a variable, a file or a command, and is shown nowhere."""
    server = serve(key="a-key-of-mine")
    target = ("--conformance-target", server.url)
    (pytester.path / "key.txt").write_text("a-key-of-mine\n")
    monkeypatch.setenv("MY_KEY", "a-key-of-mine")
    sources = (("env", "MY_KEY"), ("file", "key.txt"), ("command", "echo a-key-of-mine"))
    assert session.run(*target, only="accept.fullest")["failed"]
    for source, value in sources:
        assert {"passed": 1} == session.run(*target, f"--conformance-api-key-{source}", value, only="accept.fullest")
        assert "a-key-of-mine" not in (pytester.path / "out" / "journal.ndjson").read_text()


def test_headers_go_with_every_request(session, serve, pytester, monkeypatch):
    """Those that are secret are not shown."""
    monkeypatch.setenv("MY_TOKEN", "a-token-of-mine")
    flags = ("--conformance-header", "X-Tenant: one", "--conformance-secret-header", "X-Token=MY_TOKEN")
    assert {"passed"} == set(session.run("--conformance-target", serve().url, *flags))
    text = (pytester.path / "out" / "journal.ndjson").read_text()
    assert '"X-Tenant","one"' in text.replace(", ", ",")
    assert "a-token-of-mine" not in text


@pytest.mark.slow
def test_a_target_that_does_not_echo(session, serve):
    """`--conformance-stateless` leaves out what compares answer and request."""
    target = ("--conformance-target", serve("echo.CreateEnvironmentRequestV1.name.other").url)
    assert {"failed": 1} == session.run(*target, only="accept.fullest")
    assert {"passed": 1} == session.run(*target, "--conformance-stateless", only="accept.fullest")


def test_what_was_created_is_read_and_removed(session, serve):
    """`--conformance-probes` reads what was created by its name, `--conformance-cleanup` removes it at the end."""
    server = serve()
    target = ("--conformance-target", server.url)
    assert {"passed": 1} == session.run(*target, "--conformance-probes", only="relate.visible")
    assert "passed" == session.outcome("semantics.visible")
    assert 1 == len(server.mock.stored)
    server.mock.reset()
    assert {"passed": 1} == session.run(*target, "--conformance-cleanup", only="accept.fullest")
    assert {} == server.mock.stored


def test_another_document(session, pytester):
    """`--conformance-spec` and `--conformance-operation` choose what is tested."""
    text = DOCUMENT.read_text().replace(f"{PATH}:", "/v2/{model_id}/places:")
    (pytester.path / "other.yaml").write_text(text)
    flags = ("--conformance-spec", "other.yaml", "--conformance-operation")
    assert {"passed"} == set(session.run(*flags, "POST /v2/{model_id}/places"))
    assert "/v2/{model_id}/places" == session.results["contract"]["path"]
    session.run(*flags, "POST /v3")
    assert session.ret == pytest.ExitCode.USAGE_ERROR


def test_hosts_are_allowed_by_name(session, monkeypatch):
    """A host elsewhere must be named, and the key travels in plain text only where that is allowed."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "a-key-of-mine")
    flags = ["--collect-only", "--conformance-target", "http://api.example.com", "--conformance-model-id", "m"]
    for option in ("--conformance-allow-host=api.example.com", "--conformance-allow-plaintext"):
        session.run(*flags)
        assert session.ret == pytest.ExitCode.USAGE_ERROR
        flags.append(option)
    session.run(*flags)
    assert session.ret == pytest.ExitCode.OK


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "count"), [("max-creations", "creations"), ("max-requests", "requests")])
def test_limits_hold(limit, count, session, serve):
    """What goes beyond is not sent, and the session is not green."""
    server = serve()
    outcomes = session.run("--conformance-target", server.url, f"--conformance-{limit}", "3", only="accept.all.*")
    assert outcomes["skipped"]
    assert 3 == getattr(server.mock, count)
    assert pytest.ExitCode.TESTS_FAILED == session.ret
    assert f"--{limit} 3" in session.told


def test_names_on_the_edge_are_for_those_who_allow_them(session, monkeypatch):
    """Elsewhere no object with an odd name is made, but where `--conformance-allow-name-edges` is given."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "a-key-of-mine")
    flags = ("--collect-only", "--conformance-target", "https://api.example.com", "--conformance-model-id", "m")
    flags = (*flags, "--conformance-allow-host", "api.example.com", "--conformance-profile", "standard")
    session.run(*flags, only="relate.alike-names.*")
    assert session.ret == pytest.ExitCode.USAGE_ERROR
    session.run(*flags, "--conformance-allow-name-edges", only="relate.alike-names.*")
    assert session.ret == pytest.ExitCode.OK


def test_what_is_sent_again(session, serve):
    """A failure of a new kind is sent again as often as `--conformance-repeats` says."""
    for times, expected in (("0", ""), ("2", "3 of 3")):
        server = serve("echo.CreateEnvironmentRequestV1.name.other")
        session.run("--conformance-target", server.url, "--conformance-repeats", times, only="accept.fullest")
        assert expected in {each["repeats"] for each in session.results["findings"]}


def test_the_pace(session, serve):
    """With `--conformance-rate` requests are apart by at least as much."""
    session.run("--conformance-target", serve().url, "--conformance-rate", "20", "--conformance-profile", "standard")
    times = [event["time"] for event in session.journal if event["event"] == "request.sent"]
    assert 2 <= len(times)
    assert (len(times) - 1) / 20 * 0.9 <= times[-1] - times[0]


class Crowd:
    """An application that tells how many requests were in it at once."""

    def __init__(self, app):
        self._app = app
        self._now = 0
        self.most = 0

    async def __call__(self, scope, receive, send):
        """Answer as the application does, once others had their chance to come in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0.01)
        await self._app(scope, receive, send)
        self._now -= 1


def test_how_many_are_in_flight(session, contract):
    """`--conformance-concurrency` holds the number of requests in flight."""
    for number in ("1", "3"):
        crowd = Crowd(reference_app(contract))
        with BackgroundServer(crowd) as server:
            flags = ("--conformance-target", server.url, "--conformance-concurrency", number)
            session.run(*flags, only="reject.name.*")
        assert int(number) == crowd.most


def test_time_is_bounded(session, serve):
    """`--conformance-timeout` ends an exchange without an answer, `--conformance-time-budget` the whole run."""
    flags = ("--conformance-target", serve("http.silent").url, "--conformance-repeats", "0")
    assert session.run(*flags, "--conformance-timeout", "0.2", only="accept.all.null")["failed"]
    assert "no response within the timeout" in {event.get("failure") for event in session.journal}
    session.run(*flags, "--conformance-timeout", "30", "--conformance-time-budget", "0.3", only="accept.all.null")
    assert "--time-budget 0.3 is reached" in session.told


def test_large_answers_are_bounded(session, serve):
    """An answer that is larger than `--conformance-max-body` is not read to its end."""
    session.run("--conformance-target", serve().url, "--conformance-max-body", "100", only="accept.all.null")
    assert "body larger than the limit" in {event.get("failure") for event in session.journal}


def test_a_run_ends_after_enough_failures(session, serve):
    """`--conformance-max-failures` ends the run; what is left is skipped."""
    flags = ("--conformance-target", serve("accepts.*").url, "--conformance-repeats", "0")
    flags = (*flags, "--conformance-max-failures", "1", "--conformance-concurrency", "1")
    outcomes = session.run(*flags, only="reject.name.*")
    assert outcomes["skipped"] > outcomes["failed"]
    assert "--max-failures 1" in session.told


@pytest.mark.slow
def test_slow_answers_are_findings_where_a_limit_is_set(session, serve):
    """`--conformance-max-response-time` has answers judged by it, with `--conformance-fail-on should`."""
    flags = ("--conformance-target", serve().url, "--conformance-repeats", "0", "--conformance-fail-on", "should")
    assert {"passed": 1} == session.run(*flags, only="accept.fullest")
    assert {"failed": 1} == session.run(*flags, "--conformance-max-response-time", "0.0000001", only="accept.fullest")
    assert {"passed": 1} == session.run(*flags, "--conformance-max-response-time", "60", only="accept.fullest")


@pytest.mark.slow
def test_the_plan_is_shared_among_machines(session, serve):
    """The parts that `--conformance-shard` names are the whole, each test in one of them."""
    target = ("--conformance-target", serve().url)
    counts = [session.run(*target, "--conformance-shard", f"{part}/2", only="reject.name.*") for part in (1, 2)]
    assert session.run(*target, only="reject.name.*")["passed"] == sum(each["passed"] for each in counts)
    assert all(each["passed"] for each in counts)


@pytest.mark.slow
def test_a_run_may_have_to_exercise_enough(session, serve):
    """With `--conformance-min-coverage` a session that left too much out is not green."""
    target = ("--conformance-target", serve().url)
    assert {"passed": 1} == session.run(*target, "--conformance-min-coverage", "0", only="accept.smallest")
    assert pytest.ExitCode.OK == session.ret
    assert {"passed": 1} == session.run(*target, "--conformance-min-coverage", "100", only="accept.smallest")
    assert "is below --min-coverage 100" in session.told
    assert pytest.ExitCode.TESTS_FAILED == session.ret


def test_reports_are_chosen(session, serve, pytester):
    """`--conformance-report` names the kinds that are written, `--conformance-junit-by` the form of one."""
    session.run("--conformance-target", serve().url, "--conformance-report", "junit", "--conformance-seed", "7")
    by_case = (pytester.path / "out" / "junit.xml").read_text()
    assert not (pytester.path / "out" / "report.html").exists()
    flags = ("--conformance-report", "junit", "--conformance-junit-by", "requirement")
    session.run("--conformance-target", serve().url, *flags)
    by_requirement = (pytester.path / "out" / "junit.xml").read_text()
    requirement = "reject.CreateEnvironmentRequestV1.name.required"
    assert (False, True) == tuple(f'name="{requirement}"' in each for each in (by_case, by_requirement))
