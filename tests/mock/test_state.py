"""What the mock remembers, alone and under concurrency."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.mock.app import Mock
from conformance.model.case import KEY, Request

Fixture: TypeAlias = Callable[..., Any]


OBJECT = "/v1/models/abc/environments/a"


def request(name: str, **members: object) -> Request:
    """Return a right request."""
    headers = (("Authorization", f"Api-Key {KEY}"), ("Content-Type", "application/json"))
    return Request("POST", "/v1/models/abc/environments", headers, json.dumps({"name": name, **members}).encode())


def test_a_name_is_taken_once_a_resource(post: Fixture) -> None:
    """The same name gets 409 under the same path parameter and 200 under another; names are compared exactly."""
    assert [200, 409, 200] == [post({"name": name}).status for name in ("a", "a", "A")]
    assert 200 == post({"name": "a"}, path="/v1/models/other/environments").status


def test_a_refused_body_takes_no_name(post: Fixture) -> None:
    """After a refusal the name is free."""
    assert 422 == post({"name": "a", "autoscaling_settings": {"min_replica": "x"}}).status
    assert 401 == post({"name": "a"}, drop=["authorization"]).status
    assert 200 == post({"name": "a"}).status


def test_a_created_object_is_found_and_removed(post: Fixture) -> None:
    """GET repeats the answer of the creation, DELETE ends it; both get 404 where there is nothing."""
    assert 404 == post(b"", method="GET", path=OBJECT).status
    created = post({"name": "a", "autoscaling_settings": {"max_replica": 4}}).json()
    assert created == post(b"", method="GET", path=OBJECT).json()
    removed = post(b"", method="DELETE", path=OBJECT, drop=["content-type"])
    assert (200, True) == (removed.status, removed.json()["deleted"])
    assert 404 == post(b"", method="DELETE", path=OBJECT).status
    assert 404 == post(b"", method="GET", path=OBJECT).status
    assert 200 == post({"name": "a"}).status


def test_an_object_is_found_by_an_odd_name(post: Fixture) -> None:
    """The name in the path is decoded like every parameter."""
    post({"name": "a/b é"})
    assert 200 == post(b"", method="GET", path="/v1/models/abc/environments/a%2Fb%20%C3%A9").status


def test_other_methods_on_an_object_are_told_what_is_allowed(post: Fixture) -> None:
    """The object's path allows what prose describes."""
    answer = post(b"", method="PATCH", path=OBJECT)
    assert (405, "GET, DELETE") == (answer.status, answer.header("allow"))


def test_requests_in_flight_at_once_do_not_mix(mock: Mock, drive: Fixture) -> None:
    """A hundred concurrent creations each get their own values back, and one name is taken once."""

    async def all_at_once() -> list[object]:
        mixed = [request(f"n{i}", autoscaling_settings={"min_replica": i}) for i in range(100)]
        same = [request("same") for _ in range(10)]
        return await asyncio.gather(*(drive(mock, each) for each in (*mixed, *same)))

    answers = asyncio.run(all_at_once())
    for index, answer in enumerate(answers[:100]):
        held = answer.json()
        assert (f"n{index}", index) == (held["name"], held["autoscaling_settings"]["min_replica"])
    assert [200] + [409] * 9 == sorted(answer.status for answer in answers[100:])


def test_mocks_share_no_state_and_forget_on_demand(make_mock: Fixture, post_anywhere: Fixture) -> None:
    """Two mocks know nothing of each other, and one that forgets is as new."""
    one, other = make_mock(), make_mock()
    assert [200, 200] == [post_anywhere(app, {"name": "a"}).status for app in (one, other)]
    one.reset()
    assert 200 == post_anywhere(one, {"name": "a"}).status
    assert (1, 1) == (one.requests, one.creations)
