"""The profile of Hypothesis, and what example databases keep of the strategies."""

import threading

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

import conformance

pytest_plugins = ["pytester"]


def test_the_profile_is_there_once_hypothesis_is():
    """Whoever imports Hypothesis can load the profile by its name."""
    profile = settings.get_profile("conformance")
    assert profile.deadline is None
    assert profile.print_blob


def test_pytest_takes_the_profile(pytester):
    """`--hypothesis-profile conformance` is what tests then run with."""
    pytester.makepyfile(
        """
        from hypothesis import settings

        def test_it():
            assert settings().deadline is None
            assert settings().max_examples == 50
        """
    )
    pytester.runpytest_subprocess("--hypothesis-profile", "conformance").assert_outcomes(passed=1)


FOLDER = """
    from hypothesis.database import DirectoryBasedExampleDatabase

    DATABASE = DirectoryBasedExampleDatabase({folder!r})
"""
REDIS = """
    from hypothesis.extra.redis import RedisExampleDatabase
    from redis import Redis

    DATABASE = RedisExampleDatabase(Redis(host={host!r}, port={port}))
"""
FAILING = """
    import conformance
    from hypothesis import given, settings

    SEEN = []
    BODIES = conformance.environment_requests(min_integer=0, max_integer=10**6)

    @settings(settings.get_profile("conformance"), database=DATABASE, max_examples={examples})
    @given(BODIES)
    def test_it(body):
        SEEN.append(body)
        settings = body.get("autoscaling_settings") or {{}}
        assert (settings.get("max_replica") or 0) < 1000, f"first: {{SEEN[0]['autoscaling_settings']['max_replica']}}"
"""


@pytest.fixture
def redis_server():
    """Return the address of a server that speaks Redis, on a free port of this machine."""
    fakeredis = pytest.importorskip("fakeredis")
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0))
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(request, pytester):
    """Return the lines that make an example database: in a folder, or at a server that speaks Redis."""
    if request.param == "folder":
        folder = str(pytester.path / "examples")
        return FOLDER.format(folder=folder)
    host, port = request.getfixturevalue("redis_server")
    return REDIS.format(host=host, port=port)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["folder", "redis"], indirect=True)
def test_a_failure_is_shared(database, pytester):
    """What one process found, another tries first, even if it would send next to nothing."""
    pytester.makepyfile(database + FAILING.format(examples=300))
    first = pytester.runpytest_subprocess()
    first.assert_outcomes(failed=1)
    pytester.makepyfile(database + FAILING.format(examples=1))
    second = pytester.runpytest_subprocess()
    second.assert_outcomes(failed=1)
    second.stdout.fnmatch_lines(["*first: 1000"])


@pytest.mark.slow
def test_nothing_is_shared_without_a_database(pytester):
    """Without one, the second process does not know what the first found: so the tests above show the database."""
    pytester.makepyfile("    DATABASE = None\n" + FAILING.format(examples=1))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_public_names_are_the_strategies_themselves():
    """The package hands on the strategies, lazily."""
    drawn = conformance.environment_requests(max_integer=3)
    assert drawn is not None
    assert DirectoryBasedExampleDatabase is not None
    assert {"environment_requests", "run", "cases"} <= set(dir(conformance))
