"""`client_scenario`: a user's tests of a client, once for each scenario, over a socket or through respx."""

import pytest

pytest_plugins = ["pytester"]

CLIENT = """
import httpx, pytest

class MyError(Exception): ...

def create(scenario, *, check=True):
    url = f"{scenario.base_url}/v1/models/{scenario.parameters['model_id']}/environments"
    headers = {"Authorization": f"Api-Key {scenario.api_key}"}
    response = httpx.post(url, headers=headers, json=scenario.body)
    if check and response.status_code != 200:
        raise MyError(response.status_code)
    return response.json()

def play(scenario, **how):
    try:
        returned = create(scenario, **how)
    except (MyError, httpx.HTTPError, ValueError) as error:
        scenario.judge(raised=error)
    else:
        scenario.judge(returned=returned)
"""


@pytest.mark.slow
@pytest.mark.parametrize("respx", [False, True])
def test_a_test_runs_once_for_each_scenario_that_its_marker_chooses(pytester, respx):
    """A client that is right passes them all; each test is called by its scenario."""
    pytester.makepyfile(
        CLIENT
        + f"""
@pytest.mark.conformance_scenarios(only=["fail.status-40*", "fail.reset", "read.all.b*"], respx={respx})
def test_my_client(client_scenario):
    play(client_scenario)
"""
    )
    result = pytester.runpytest_inprocess("-v")
    ids = ["fail.status-400", "fail.status-409", "fail.reset", "read.all.beyond-int64", "read.fullest"]
    result.stdout.fnmatch_lines_random([f"*test_my_client?{each}?*PASSED*" for each in ids])
    assert {"failed"}.isdisjoint(result.parseoutcomes())


@pytest.mark.slow
def test_a_client_that_is_wrong_fails_where_it_is(pytester):
    """An error that comes back as data fails its own test, and the message names the requirement."""
    pytester.makepyfile(
        CLIENT
        + """
@pytest.mark.conformance_scenarios(only="fail.status-40[13]")
def test_my_client(client_scenario):
    play(client_scenario, check=False)
"""
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["*client-error.status-401: Returns the body for status 401 instead of*"])


@pytest.mark.parametrize("marker", ["onlly='x'", "profile='huge'", "only='nothing.*', skip=3"])
def test_a_marker_that_cannot_be_used_is_one_clear_line(pytester, marker):
    """What is wrong with the marker is told at collection."""
    pytester.makepyfile(
        f"""
import pytest

@pytest.mark.conformance_scenarios({marker})
def test_my_client(client_scenario): ...
"""
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*conformance_scenarios: * use only=, skip=, profile= and respx=*"])
