"""Checks of answers that a user obtained with any client."""

import asyncio
import gzip
import json

import aiohttp
import httpx
import pytest
import requests
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.integrations.calls import CaseToSend
from conformance.integrations.checking import CheckedContract
from conformance.integrations.findings import NotConformingError
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.model.case import Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Response
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

PATH = "/v1/models/m/environments"
HEADERS = {"Authorization": f"Api-Key {LOCAL_KEY}"}
NAME_FAULT = "echo.CreateEnvironmentRequestV1.name.other"
NAME_ECHO = "semantics.CreateEnvironmentRequestV1.name.echo"


@pytest.fixture(scope="session")
def checked(contract):
    """Return the contract to check against."""
    return CheckedContract(contract)


def by_httpx(url, **sent):
    """Send with httpx."""
    return httpx.post(url + PATH, headers=HEADERS, **sent)


def by_httpx2(url, **sent):
    """Send with httpx2."""
    return pytest.importorskip("httpx2").post(url + PATH, headers=HEADERS, **sent)


def by_requests(url, **sent):
    """Send with requests."""
    return requests.post(url + PATH, headers=HEADERS, timeout=10, **sent)


def by_schemathesis(url, **sent):
    """Send with requests, as Schemathesis holds it."""
    return schemathesis.Response.from_requests(by_requests(url, **sent), verify=True)


def by_aiohttp(url, **sent):
    """Send with aiohttp, and read the answer."""

    async def call():
        async with aiohttp.ClientSession() as session, session.post(url + PATH, headers=HEADERS, **sent) as response:
            await response.read()
            return response

    return asyncio.run(call())


CLIENTS = [by_httpx, by_httpx2, by_requests, by_schemathesis, by_aiohttp]


@pytest.mark.parametrize("send", CLIENTS)
def test_a_right_answer_to_any_client(send, serve, checked):
    """Nothing is found, and what held is told."""
    found = checked.check(send(serve().url, json={"name": "staging"}), request=None)
    assert [] == list(found)
    assert not found
    assert "" == str(found)
    assert "transport.status" in found.passed


@pytest.mark.parametrize("send", CLIENTS)
def test_an_answer_that_says_something_else_than_was_sent(send, serve, checked):
    """The echo is judged where the client tells what it sent, or the user does."""
    body = b'{"name": "staging"}'
    told = Request("POST", PATH, (*HEADERS.items(), ("Content-Type", "application/json")), body)
    answer = send(serve(NAME_FAULT).url, json={"name": "staging"})
    assert [NAME_ECHO] == [each.requirement for each in checked.check(answer, request=told)]
    alone = [each.requirement for each in checked.check(answer)]
    assert ([] if send is by_aiohttp else [NAME_ECHO]) == alone


def test_the_case_says_what_to_expect(serve, contract, checked):
    """With a case, an answer is held against what the case is about."""
    items = catalogue(contract, Profile.SMOKE, Knowledge({"model_id": "m"}))
    case = next(CaseToSend(item, LOCAL_KEY) for item in items if item.id == "reject.name.absent.smallest")
    right, wrong = serve(), serve("accepts.CreateEnvironmentRequestV1.name.absent")
    assert not checked.check(httpx.request(**case.request(right.url)), case=case)
    found = checked.check(httpx.request(**case.request(wrong.url)), case=case)
    assert found.at_least("must")


@pytest.mark.parametrize(("fault", "expected"), [(None, []), ("created.epoch", ["semantics.created"])])
def test_the_time_of_creation_is_held_against_the_clock(fault, expected, contract, checked):
    """With a case of ours the object is a new one: it was created now, also where the answer tells no date."""
    items = catalogue(contract, Profile.SMOKE, Knowledge({"model_id": "m"}))
    case = next(CaseToSend(item, LOCAL_KEY) for item in items if item.id.startswith("accept.") and item.slotted)
    mock = reference_app(contract, faults=pick(contract, [fault] if fault else []))
    answer = mock.respond(case.method, case.path, case.headers, case.body)
    answer = replace(answer, headers=tuple(pair for pair in answer.headers if pair[0].lower() != "date"))
    found = [each.requirement for each in checked.check(answer, case=case) if each.requirement != "transport.date"]
    assert expected == found


def test_findings_say_what_and_how_much(serve, checked):
    """The strongest come first; `raise_for` raises for what weighs enough; the text holds the exchange."""
    answer = by_requests(serve(NAME_FAULT).url, json={"name": "staging"})
    found = checked.check(answer, key=LOCAL_KEY)
    assert 1 == len(found)
    assert found[0] in found.at_least("must")
    assert "must" == found.strength(found[0])
    with pytest.raises(NotConformingError, match=NAME_ECHO) as told:
        found.raise_for()
    assert "Api-Key $API_KEY" in str(told.value)
    assert LOCAL_KEY not in str(told.value)


def test_notes_are_no_fault(serve, checked):
    """What only a page speaks of is a note."""
    found = checked.check(by_requests(serve().url, json={"name": "a"}))
    assert not found
    assert ["advisory.name"] == [each.requirement for each in found.notes]
    assert found.notes == found.at_least("advisory")


def test_a_key_in_an_answer_is_told_and_not_shown(checked):
    """A credential that comes back is a finding whose text does not hold it."""
    body = json.dumps({"message": f"bad key {LOCAL_KEY}"}).encode()
    answer = Response(401, (("Content-Type", "application/json"), ("WWW-Authenticate", "Api-Key")), body)
    found = checked.check(answer, key=LOCAL_KEY)
    assert "authentication.key-echo" in [each.requirement for each in found.at_least("should")]
    assert LOCAL_KEY not in str(found)


RIGHT = (("Authorization", "Api-Key x"), ("Content-Type", "application/json"))

JUDGED = [
    ({"name": 7}, 200, ["reject.CreateEnvironmentRequestV1.name.type"]),
    ({}, 200, ["reject.CreateEnvironmentRequestV1.name.required"]),
    (
        {"name": "a", "autoscaling_settings": {"min_replica": "1"}},
        200,
        ["reject.UpdateAutoscalingSettingsV1.min_replica.coercible"],
    ),
    (
        {"name": "a", "autoscaling_settings": {"other": 1}},
        200,
        ["reject.UpdateAutoscalingSettingsV1.additionalProperties"],
    ),
    ({"name": "staging"}, 422, ["accept.CreateEnvironmentRequestV1.combination"]),
    ({"name": "staging", "more": 1}, 422, ["accept.CreateEnvironmentRequestV1.additionalProperties"]),
    ({"name": "a b\n"}, 422, ["accept.beyond-prose"]),
    ({"name": 7}, 422, []),
]


@pytest.mark.parametrize(("body", "status", "expected"), JUDGED)
def test_a_request_tells_what_to_expect(body, status, expected, checked):
    """Without a case it is told by the request: what the contract forbids must not be taken, what it allows must."""
    sent = Request(
        "POST", PATH, (("Authorization", "Api-Key x"), ("Content-Type", "application/json")), json.dumps(body).encode()
    )
    found = checked.check(Response(status, (("Content-Type", "application/json"),), b"{}"), request=sent)
    about = [each.requirement for each in found if each.requirement.startswith(("accept", "reject"))]
    assert expected == about


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ((), b"{}", ["authentication.missing"]),
        (RIGHT, b"{", ["reject.json-text"]),
        ((("Authorization", "Api-Key x"),), None, ["reject.body.required"]),
        ((("Authorization", "Bearer x"), ("Content-Type", "application/json")), b"{}", []),
        ((("Authorization", "Api-Key x"), ("Content-Type", "text/plain")), b"{}", []),
        (RIGHT, b'{"name": "\\ud800"}', []),
        (RIGHT, b'{"name": 1, "name": 2}', []),
    ],
)
def test_credential_and_form_of_a_request_count_as_well(headers, body, expected, checked):
    """No credential, no JSON or no body must be refused; of what nobody decides nothing is expected."""
    found = checked.check(Response(204, ()), request=Request("POST", PATH, headers, body))
    about = ("accept", "reject", "authentication")
    assert expected == [each.requirement for each in found if each.requirement.startswith(about)]


def test_the_base_of_a_url_does_not_count(checked):
    """A target that is served below a path is recognised."""
    answer = httpx.Response(
        200,
        json={},
        request=httpx.Request("POST", f"https://x.example/api/v2{PATH}", headers=HEADERS, json={"name": 1}),
    )
    assert "reject.CreateEnvironmentRequestV1.name.type" in [each.requirement for each in checked.check(answer)]


def test_another_operation_is_none_of_ours(checked):
    """What another operation answers is held against nothing but what holds for all."""
    answer = httpx.Response(201, json=[], request=httpx.Request("GET", f"https://x.example{PATH}"))
    assert () == checked.check(answer).at_least("must")


def test_without_the_request_only_the_answer_counts(checked):
    """An answer alone is held against the schema of answers, never against a request that nobody knows."""
    found = checked.check(httpx.Response(200, json={"name": 7}))
    kinds = {each.requirement.partition(".")[0] for each in found.at_least("must")}
    assert {"response"} == kinds


def test_what_cannot_be_checked(checked):
    """Something else than a response, or than a request, is told."""
    with pytest.raises(UsageError, match=r"builtins.object is not a supported response; pass one of httpx"):
        checked.check(object())
    with pytest.raises(UsageError, match=r"builtins.dict is not a supported request"):
        checked.check(httpx.Response(200), request={"method": "POST"})


def test_a_body_that_was_not_read(checked):
    """A response whose body was not read yet is told, and takes the bytes as an argument."""

    async def stream():
        yield b"{}"

    answer = httpx.Response(200, content=stream(), headers={"Content-Type": "application/json"})
    with pytest.raises(UsageError, match="was not read"):
        checked.check(answer)
    assert checked.check(answer, body=b"{}")


def test_a_packed_answer_is_read_unpacked(serve, checked):
    """Length and coding of a packed body say nothing of the text that the client made of it."""
    right = by_requests(serve().url, json={"name": "staging"})
    packed = gzip.compress(right.content)
    headers = {**dict(right.headers), "Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    answer = httpx.Response(200, headers=headers, content=packed, request=httpx.Request("POST", f"https://x{PATH}"))
    assert not checked.check(answer, request=right.request)


MEMBERS = st.sampled_from(["name", "autoscaling_settings", "min_replica", "x"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
BODIES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3), max_leaves=6
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(body=BODIES)
def test_the_reference_is_right_whatever_it_is_sent(contract, checked, body):
    """No request, right or wrong, makes anything but notes of the reference's answers."""
    data = json.dumps(body).encode()
    sent = Request("POST", PATH, RIGHT, data)
    mock = reference_app(contract)
    answer = mock.respond(sent.method, sent.target, sent.headers, sent.body)
    assert () == checked.check(answer, request=sent).at_least("should")
