"""Clients with one fault in what they send: each is one cause, and its sentence is the title of a bug report."""

import json

import pytest

from .wrong import broken, causes, lose_null


def with_headers(**headers):
    """Return what makes a client send these headers; KEY stands for its key."""
    return lambda _: lambda key: {name.replace("_", "-"): text.replace("KEY", key) for name, text in headers.items()}


def with_body(change):
    """Return what makes a client send another body than it is asked to."""
    return lambda _: lambda text: json.dumps(change(text)).encode()


def plain_path(client):
    """Return a client's path without any encoding."""
    return lambda parameters: client.contract.operation.path.format(**parameters)


RIGHT = {"Authorization": "Api-Key KEY", "Content_Type": "application/json"}

WRONG_REQUESTS = [
    ("path", plain_path, "send.path.model_id.*s*", "must", "Does not percent-encode `model_id` in the path"),
    (
        "path",
        plain_path,
        "send.path.model_id.two-dots",
        "should",
        "Does not encode dots in `model_id`",
    ),
    (
        "headers",
        with_headers(**{**RIGHT, "Authorization": "Bearer KEY"}),
        "send.example",
        "must",
        "Sends the key with the scheme Bearer instead of Api-Key",
    ),
    (
        "headers",
        with_headers(**{**RIGHT, "Authorization": "KEY"}),
        "send.example",
        "must",
        "Sends the key with no scheme instead of Api-Key",
    ),
    (
        "headers",
        with_headers(Content_Type="application/json"),
        "send.example",
        "must",
        "Sends no key in `Authorization`",
    ),
    (
        "headers",
        with_headers(**RIGHT, X_Key="KEY"),
        "send.example",
        "should",
        "Also sends the key outside `Authorization`",
    ),
    (
        "headers",
        with_headers(**{**RIGHT, "Content_Type": "text/plain"}),
        "send.example",
        "must",
        "Sends a `Content-Type` other than `application/json`",
    ),
    ("headers", with_headers(Authorization="Api-Key KEY"), "send.example", "must", "Sends no `Content-Type`"),
    (
        "headers",
        with_headers(**RIGHT, Accept="text/html"),
        "send.example",
        "should",
        "Does not accept `application/json` as the response",
    ),
    ("body", lambda _: lambda text: text.encode()[:-1], "send.example", "must", "Sends a body that is not JSON"),
    ("body", lambda _: lambda _: b"", "send.example", "must", "Sends no body"),
    (
        "body",
        with_body(lambda text: lose_null(json.loads(text))),
        "send.autoscaling_settings.null",
        "should",
        "Omits a property that the caller set to `null`: `autoscaling_settings`",
    ),
    (
        "body",
        with_body(lambda text: {"promotion_settings": None, **json.loads(text)}),
        "send.smallest",
        "should",
        "Sends `null` for a property that the caller did not set: `promotion_settings`",
    ),
    (
        "body",
        with_body(lambda text: json.loads(text, parse_int=float)),
        "send.all.beyond-float",
        "must",
        "Rounds integers above 2^53 in the request in 12 places",
    ),
    (
        "body",
        with_body(lambda text: json.loads(text, parse_int=str)),
        "send.all.beyond-float",
        "must",
        "Sends a string instead of a number in 12 places",
    ),
    (
        "body",
        with_body(lambda text: {**json.loads(text), "extra": 1}),
        "send.smallest",
        "must",
        "Sends a property that the caller did not set: `extra`",
    ),
    (
        "body",
        with_body(lambda text: {**json.loads(text), "extra": None}),
        "send.smallest",
        "must",
        "Sends a property that the caller did not set: `extra`",
    ),
    (
        "body",
        with_body(lambda text: {**json.loads(text), "autoscaling_settings": {"min_replica": 0, "max_replica": 1}}),
        "send.smallest",
        "advisory",
        "Sends the documented default of a property that the caller did not set: `autoscaling_settings`",
    ),
    (
        "body",
        with_body(lambda text: {**json.loads(text), "autoscaling_settings": {"min_replica": 0, "max_replica": 2}}),
        "send.smallest",
        "must",
        "Sends a property that the caller did not set: `autoscaling_settings`",
    ),
]


@pytest.mark.parametrize(("method", "make", "only", "strength", "sentence"), WRONG_REQUESTS)
def test_what_is_sent_wrongly_is_one_cause(client, run, method, make, only, strength, sentence):
    """A fault of the request is told once, however often it shows."""
    setattr(client, method, make(client))
    # What this client does with dots is a cause of its own.
    found = {each for each in causes(run(client, only).results) if "dots" in sentence or "dots" not in each[1]}
    assert {(strength, sentence)} == found


def test_another_method_and_another_path_are_told(client, run):
    """The request line is held against the operation."""
    client.send = lambda url, headers, body: client.http.put(url + "/x", headers=headers, content=body)
    found = causes(run(client, "send.example").results)
    assert {
        ("must", "Uses a method other than POST"),
        ("must", "Sends the request to a different path"),
    } == found


def test_what_cannot_be_sent_is_told(client, run):
    """A client that raises before it sends anything is told so, by what it was asked to send."""

    def refuse(text):
        if 2**63 == json.loads(text)["autoscaling_settings"]["min_replica"]:
            raise OverflowError
        return text.encode()

    client.body = refuse
    expected = {("should", "Raises OverflowError instead of sending an integer above 2^63-1")}
    assert expected == causes(run(client, "send.all.beyond-int64").results)


def test_a_second_request_is_told(client, run):
    """A request that succeeded is not to be sent again, nor one that may have been carried out."""
    right = client.send

    def twice(*arguments):
        right(*arguments)
        return right(*arguments)

    client.send = twice
    found = run(client, "send.example", "fail.status-500", "fail.status-503").results
    assert {"client-request.once", "client-error.retry"} == broken(found)
    assert {"send.example", "fail.status-500"} == {each.case for each in found.findings}
