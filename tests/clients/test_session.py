"""Scenarios in a user's own tests: over a socket, or through respx, judged by what the client returned or raised."""

import asyncio

import httpx
import pytest
import respx

from conformance.clients.session import ClientFault, ClientSession


@pytest.fixture
def session(contract):
    """A session of scenarios."""
    with ClientSession(contract) as running:
        yield running


def find(plan, id_):
    """Return a scenario."""
    return next(each for each in plan if each.id == id_)


def post(played, http=httpx):
    """Make the call of a scenario, as a careless client does."""
    headers = {"Authorization": f"Api-Key {played.api_key}"}
    return http.post(f"{played.base_url}/v1/models/conformance/environments", headers=headers, json=played.body)


def test_a_right_call_is_judged_right(session, plan):
    """What was returned whole is no fault, and requirements were exercised."""
    with session.playing(find(plan, "read.fullest")) as played:
        found = played.judge(returned=post(played).json(), fail_on="should")
    assert {"client-response.read", "client-response.added"} <= {each.requirement for each in found}


def test_an_error_as_a_value_is_a_failed_assertion(session, plan):
    """A test of a client that returns the body of an error fails, and says why."""
    with session.playing(find(plan, "fail.status-404")) as played:
        answer = post(played).json()
        with pytest.raises(ClientFault, match=r"client-error.status-404: Returns the body for status 404") as caught:
            played.judge(returned=answer)
    assert ["client-error.status-404"] == [each.requirement for each in caught.value.findings]


def test_an_exception_is_a_sign(session, plan):
    """What was raised for an error is right."""
    with session.playing(find(plan, "fail.status-404")) as played, pytest.raises(httpx.HTTPStatusError) as caught:
        post(played).raise_for_status()
    assert played.judge(raised=caught.value)


def test_the_strength_decides_what_fails(session, plan):
    """An invalid answer that is passed on is a should: it fails a test that asks for that."""
    with session.playing(find(plan, "reject.name.absent")) as played:
        answer = post(played).json()
        played.judge(returned=answer)
        with pytest.raises(ClientFault, match="Accepts a body without `name`"):
            played.judge(returned=answer, fail_on="should")


@pytest.mark.parametrize("given", [{}, {"returned": 1, "raised": ValueError()}, {"returned": object()}])
def test_what_cannot_be_judged_is_refused(session, plan, given):
    """One of both is to be given, and what was returned as JSON data."""
    with session.playing(find(plan, "read.fullest")) as played, pytest.raises(TypeError):
        played.judge(**given)


@pytest.mark.parametrize("id_", ["read.fullest", "read.compressed", "read.chunked", "read.headers", "read.slow"])
@respx.mock
def test_right_answers_come_through_respx(session, plan, respx_mock, id_):
    """Without a socket the client gets the same answer, and its request is judged the same."""
    scenario = find(plan, id_)
    with session.mocking(scenario, respx_mock) as played:
        response = post(played)
        assert scenario.reply.body == response.content
        played.judge(returned=response.json())
    assert "/v1/models/conformance/environments" == played.requests[0].target


@pytest.mark.parametrize("id_", ["fail.reset", "fail.truncated", "fail.truncated-chunks"])
def test_transports_break_through_respx(session, plan, respx_mock, id_):
    """What only a socket shows is raised as httpx does."""
    with session.mocking(find(plan, id_), respx_mock) as played, pytest.raises(httpx.RemoteProtocolError) as caught:
        post(played)
    assert played.judge(raised=caught.value)


@pytest.mark.parametrize("id_", ["send.key.line-break", "send.key.field"])
@respx.mock
def test_a_key_that_no_header_holds_is_raised_through_respx(session, plan, respx_mock, id_):
    """What the transport of httpx rejects is rejected without it as well: nothing is sent."""
    with session.mocking(find(plan, id_), respx_mock) as played, pytest.raises(httpx.LocalProtocolError) as caught:
        post(played)
    assert () == played.requests
    assert played.judge(raised=caught.value, fail_on="should")


@respx.mock
def test_another_host_is_reached_through_respx(session, plan, respx_mock):
    """A redirect to another host is followed there, and judged the same."""
    with session.mocking(find(plan, "fail.redirect-302.other-host"), respx_mock) as played:
        response = post(played, httpx.Client(follow_redirects=True))
        with pytest.raises(ClientFault, match="Returns the response to GET after status 302 for POST"):
            played.judge(returned=response.json())
    assert ["POST", "GET"] == [each.method for each in played.requests]


async def _call(played):
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Api-Key {played.api_key}"}
        url = f"{played.base_url}/v1/models/conformance/environments"
        return await http.post(url, headers=headers, json=played.body)


@pytest.mark.parametrize("id_", ["fail.truncated", "read.fullest"])
def test_asynchronous_clients_are_served_as_well(session, plan, respx_mock, id_):
    """The same scenarios, for httpx's asynchronous client."""
    with session.mocking(find(plan, id_), respx_mock) as played:
        if id_ == "read.fullest":
            played.judge(returned=asyncio.run(_call(played)).json())
        else:
            with pytest.raises(httpx.RemoteProtocolError) as caught:
                asyncio.run(_call(played))
            assert played.judge(raised=caught.value)
