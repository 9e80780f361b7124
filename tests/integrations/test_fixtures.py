"""Fixtures, markers and decorators of the plugin in a user's own project."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCUMENT = Path(__file__).parents[2] / "spec" / "openapi.yaml"


def test_the_target_is_a_reference_server_by_default(pytester):
    """`conformance_target` is the URL of a server that is up, for the whole session."""
    pytester.makepyfile(
        """
        import httpx
        import pytest

        URLS = set()

        @pytest.mark.parametrize("number", range(2))
        def test_it(conformance_target, number):
            answer = httpx.post(f"{conformance_target}/v1/models/m/environments", json={"name": "n"})
            assert answer.status_code == 401
            URLS.add(conformance_target)
            assert len(URLS) == 1
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_the_target_that_is_named_is_given(pytester):
    """`--conformance-target` is what `conformance_target` gives."""
    pytester.makepyfile("def test_it(conformance_target):\n    assert conformance_target == 'http://127.0.0.1:9'")
    pytester.runpytest_inprocess("--conformance-target", "http://127.0.0.1:9").assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_reference_server_is_wrong_where_a_marker_says_so(pytester):
    """`reference_server` starts anew for each test, right but for the faults of its markers, and tells its state."""
    pytester.makepyfile(
        """
        import httpx
        import pytest

        def create(server, name="a"):
            headers = {"Authorization": f"Api-Key {server.key}"}
            url = f"{server.url}/v1/models/m/environments"
            return httpx.post(url, headers=headers, json={"name": name})

        @pytest.mark.parametrize("number", range(2))
        def test_right(reference_server, number):
            assert create(reference_server).json()["name"] == "a"
            assert create(reference_server).status_code == 409
            assert reference_server.mock.creations == 1

        @pytest.mark.conformance_faults("echo.CreateEnvironmentRequestV1.name.other")
        def test_wrong(reference_server):
            assert create(reference_server).json()["name"] != "a"

        @pytest.mark.conformance_faults("no.such.fault")
        def test_unknown(reference_server):
            pass
        """
    )
    done = pytester.runpytest_inprocess("--strict-markers")
    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*UsageError: there is no fault 'no.such.fault'*"])


def test_a_run_within_a_test(pytester):
    """`conformance_run` is `conformance.run` with the session's settings, against `conformance_target`."""
    pytester.makepyfile(
        """
        import pytest
        from conformance.model.errors import UsageError

        def test_it(conformance_run, tmp_path, conformance_target):
            result = conformance_run(only="accept.smallest")
            assert result.exit_status == 0
            assert result.results.target == conformance_target
            assert (result.results.profile, result.results.seed) == ("smoke", 7)
            assert (tmp_path / "conformance-report" / "report.html").exists()

        def test_wrong(conformance_run):
            with pytest.raises(UsageError, match="there is no option 'tagret'"):
                conformance_run(tagret="x")

        @pytest.mark.conformance_faults("echo.CreateEnvironmentRequestV1.name.other")
        def test_fault(conformance_run, reference_server):
            result = conformance_run(target=reference_server.url, only="accept.smallest")
            assert result.results.verdict == "not conforming"
        """
    )
    options = ("--conformance-profile", "smoke", "--conformance-seed", "7")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=3)


CASES = """
    import httpx
    import pytest
    import conformance

    @conformance.cases(only=["reject.name.absent.*", "reject.name.null.*"], profile="standard")
    def test_rejected(case, environment_contract, reference_server):
        assert case.id.startswith("reject.name.")
        assert case.expectation == "rejected"
        answer = httpx.request(**case.request(reference_server.url))
        found = environment_contract.check(answer, case=case)
        assert not found, str(found)
        assert case.requirements[0] in found.passed

    @conformance.cases()
    @pytest.mark.conformance_faults("accepts.*")
    def test_some(case, environment_contract, reference_server):
        answer = httpx.request(**case.request(reference_server.url))
        environment_contract.check(answer, case=case).raise_for("should")
"""


@pytest.mark.slow
def test_cases_for_a_test_of_the_users_own(pytester):
    """`@conformance.cases` runs a test once for each case; their ids are the slugs, and names are fresh."""
    pytester.makepyfile(CASES)
    done = pytester.runpytest_inprocess("-v", "--strict-markers", "-k", "rejected")
    outcomes = done.parseoutcomes()
    assert set(outcomes) == {"passed", "deselected"}
    done.stdout.fnmatch_lines(["*test_rejected?reject.name.absent.smallest? PASSED*"])


def test_a_finding_of_a_test_of_the_users_own(pytester):
    """`raise_for` fails the test, and tells the requirement and the exchange, never the key."""
    pytester.makepyfile(CASES)
    done = pytester.runpytest_inprocess("-k", "some and name.absent", "-m", "conformance_must")
    assert done.parseoutcomes()["failed"]
    lines = [
        "*must: reject.CreateEnvironmentRequestV1.name.required",
        "*expected: rejected with 4xx",
        "*Api-Key $API_KEY",
    ]
    done.stdout.fnmatch_lines(lines)
    assert "conformance-local-key" not in done.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("profile='tiny'", "profile must be one of smoke, standard, full, fuzz, got 'tiny'"),
        ("only='none.*'", "no case is selected"),
    ],
)
def test_cases_that_cannot_be_had(arguments, said, pytester):
    """What is wrong with the arguments of the decorator is told at the test."""
    pytester.makepyfile(f"import conformance\n@conformance.cases({arguments})\ndef test_it(case): pass")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(errors=1)
    assert f"conformance.cases: {said}" in done.stdout.str()


def test_a_project_with_folders_of_the_same_names(pytester):
    """A user's own `strategies`, `reports` and `spec` are theirs, with the plugin installed and the suite beside."""
    for name in ("strategies", "reports"):
        pytester.makepyfile(**{f"tests/{name}": f"OWNER = 'the user, {name}'"})
    pytester.mkpydir("spec").joinpath("data.py").write_text("OWNER = 'the user, spec'")
    pytester.makepyfile(
        **{
            "tests/test_own": """
            import reports, strategies
            from spec import data

            def test_it():
                assert (strategies.OWNER, reports.OWNER) == ("the user, strategies", "the user, reports")
                assert data.OWNER == "the user, spec"
            """
        }
    )
    pytester.makeini("[pytest]\npythonpath = .")
    arguments = ("tests", "--pyargs", "conformance.suite", "--conformance-only", "reject.name.absent.*")
    done = pytester.runpytest_inprocess(*arguments)
    outcomes = done.parseoutcomes()
    assert {"passed"} == set(outcomes)
    assert outcomes["passed"] > 1


@pytest.mark.slow
def test_beside_other_plugins(pytester, monkeypatch):
    """The suite, and tests with its fixtures, run in any order beside other plugins, with every warning an error."""
    for module in ("pytest_asyncio", "pytest_randomly", "xdist", "anyio", "schemathesis"):
        pytest.importorskip(module)
    monkeypatch.delenv("PYTEST_ADDOPTS")
    pytester.makeini("[pytest]\nfilterwarnings =\n    error\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(
        """
        import httpx
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.asyncio
        async def test_asyncio(conformance_target, environment_contract):
            async with httpx.AsyncClient() as client:
                answer = await client.post(f"{conformance_target}/v1/models/m/environments", content=b"")
            assert not environment_contract.check(answer)

        @pytest.mark.anyio
        async def test_anyio(reference_server, environment_contract):
            async with httpx.AsyncClient() as client:
                answer = await client.post(f"{reference_server.url}/v1/models/m/environments", content=b"")
            assert not environment_contract.check(answer)
        """
    )
    suite = ("--pyargs", "conformance.suite", "--conformance-only", "reject.name.absent.*")
    done = pytester.runpytest_subprocess("test_beside_other_plugins.py", *suite, "-n", "1", "-p", "randomly")
    outcomes = done.parseoutcomes()
    assert {"passed"} == set(outcomes), done.stdout.str()
    assert outcomes["passed"] > 2
    assert "--randomly-seed" in done.stdout.str()


ASYNCIO = """
    import pytest

    @pytest.mark.asyncio
    async def test_own(reference_server):
        assert reference_server.url
"""
ANYIO = """
    import pytest

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @pytest.mark.anyio
    async def test_own(reference_server):
        assert reference_server.url
"""
SCHEMATHESIS = """
    import schemathesis
    from hypothesis import settings

    schema = schemathesis.openapi.from_path({document!r})

    @schema.parametrize()
    @settings(max_examples=3, deadline=None)
    def test_own(case):
        assert case.method
"""
PLAIN = """
    def test_own(reference_server):
        assert reference_server.url
"""
PLUGINS = {
    "pytest_asyncio": (ASYNCIO, ()),
    "anyio": (ANYIO, ()),
    "xdist": (PLAIN, ("-n", "2", "--dist", "loadgroup")),
    "schemathesis": (SCHEMATHESIS, ()),
    "pytest_randomly": (PLAIN, ("-p", "randomly", "-p", "no:cacheprovider")),
}
BLOCKED = "asyncio anyio xdist schemathesis randomly".split()


@pytest.mark.slow
@pytest.mark.parametrize("plugin", PLUGINS)
def test_beside_each_plugin_alone(plugin, pytester, monkeypatch):
    """Each plugin does its own work beside the suite's, with every warning an error."""
    pytest.importorskip(plugin)
    text, flags = PLUGINS[plugin]
    others = [name for name in BLOCKED if name not in plugin]
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in others))
    scope = "asyncio_default_fixture_loop_scope = function\n" if plugin == "pytest_asyncio" else ""
    pytester.makeini(f"[pytest]\n{scope}filterwarnings =\n    error")
    pytester.makepyfile(test_own=text.format(document=str(DOCUMENT)) if plugin == "schemathesis" else text)
    only = ("--conformance-only", "accept.smallest", "--conformance-only", "reject.name.absent.*")
    suite = ("--pyargs", "conformance.suite", *only)
    done = pytester.runpytest_subprocess("test_own.py", *suite, *flags, "-v")
    outcomes = done.parseoutcomes()
    assert {"passed"} == set(outcomes), done.stdout.str()
    lines = [line for line in done.outlines if "PASSED" in line]
    assert any("test_own" in line for line in lines)
    assert sum("test_case[" in line for line in lines) == outcomes["passed"] - 1 > 0
    done.stdout.fnmatch_lines(["conforming: *"])
