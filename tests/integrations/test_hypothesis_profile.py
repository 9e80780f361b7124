"""The profile of Hypothesis, and what example databases keep of the strategies."""

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


FAILING = """
    import conformance
    from hypothesis import given, settings
    from hypothesis.database import DirectoryBasedExampleDatabase

    SEEN = []
    BODIES = conformance.environment_requests(min_integer=0, max_integer=10**6)

    @settings(database=DirectoryBasedExampleDatabase({folder!r}), max_examples={examples}, deadline=None)
    @given(BODIES)
    def test_it(body):
        SEEN.append(body)
        settings = body.get("autoscaling_settings") or {{}}
        assert (settings.get("max_replica") or 0) < 1000, f"first: {{SEEN[0]['autoscaling_settings']['max_replica']}}"
"""


@pytest.mark.slow
def test_a_failure_is_shared_by_a_folder(pytester):
    """What one process found, another tries first, even if it would send next to nothing."""
    folder = str(pytester.path / "examples")
    pytester.makepyfile(FAILING.format(folder=folder, examples=300))
    first = pytester.runpytest_subprocess()
    first.assert_outcomes(failed=1)
    assert any(True for _ in (pytester.path / "examples").rglob("*"))
    pytester.makepyfile(FAILING.format(folder=folder, examples=1))
    second = pytester.runpytest_subprocess()
    second.assert_outcomes(failed=1)
    second.stdout.fnmatch_lines(["*first: 1000"])


def test_public_names_are_the_strategies_themselves():
    """The package hands on the strategies, lazily."""
    drawn = conformance.environment_requests(max_integer=3)
    assert drawn is not None
    assert DirectoryBasedExampleDatabase is not None
    assert {"environment_requests", "run", "cases"} <= set(dir(conformance))
