"""Clients with one fault in what they make of errors: each is one cause, titled as a bug report is."""

from datetime import datetime, timedelta, timezone

import pytest

from conformance.journal.writing import Journal

from .conftest import CallError
from .wrong import broken, causes, change_answer, instant


def test_errors_that_become_null_are_one_cause(client, run):
    """A client that returns null for every status but the documented one has one fault, not ten."""
    right = client.call

    def forgiving(*arguments):
        try:
            return right(*arguments)
        except Exception as error:
            if type(error).__name__ == "CallError":
                return "null"
            raise

    client.call = forgiving
    results = run(client, "fail.status-*", "fail.created", "fail.unregistered", "fail.redirect*").results
    expected = ("must", "Returns `null` for a status other than 200 instead of reporting an error")
    assert {expected} == causes(results)
    assert {"client-error.status-400", "client-error.status-500", "client-error.created"} <= broken(results)


def test_errors_that_come_back_as_data_are_one_cause(client, run):
    """The body of an error in the place of an answer is a fault of its own."""
    client.check = client.validate = lambda _: None
    results = run(client, "fail.status-4*", "fail.status-500").results
    expected = ("must", "Returns the body for a status other than 200 instead of reporting an error")
    assert {expected} == causes(results)


def test_a_page_and_a_broken_body_are_told(client, run):
    """What is no JSON must not come back as data."""

    def text(response):
        return response.text

    client.read, client.validate = text, lambda _: None
    found = broken(run(client, "fail.html", "fail.empty", "fail.not-json").results)
    assert {"client-error.html", "client-error.empty", "client-error.not-json"} == found - {"client-response.read"}


def test_a_key_in_an_error_message_is_told_and_not_shown(client, run, tmp_path):
    """The key that an exception shows is a finding, and stands nowhere in the journal."""

    def show(response):
        raise ValueError(str(response.request.headers["authorization"]))

    client.check = show
    secret = "a-secret-of-some-length"  # noqa: S105 (it opens nothing)
    played = run(client, "fail.status-400", key=secret)
    assert "client-error.key-shown" in broken(played.results)
    path = tmp_path / "journal.ndjson"
    with Journal(path, secret) as journal:
        for event in played.events:
            journal.append(event)
    text = path.read_text()
    assert (False, True) == (secret in text, "raised" in text)


UNDECLARED_STATUS = "Accepts a success status that the document does not declare"


def elsewhere(answer):
    """Read a date-time, and write it as a clock two hours to the east shows it."""
    zone = timezone(timedelta(hours=2))
    return {**answer, "created_at": datetime.fromisoformat(answer["created_at"]).astimezone(zone).isoformat()}


@pytest.mark.parametrize(
    "change", [lambda answer: answer, instant, elsewhere, lambda answer: {**answer, "instance_type": None}]
)
def test_a_success_that_is_not_declared_is_a_note_for_every_client(client, run, change):
    """A response with 201 that is returned as all others are is a note, whatever the client makes of date-times.

    So it is excused, by the instant and not by the text, and not missed: the note is the same, and never a must.
    """
    client.check = lambda response: response.raise_for_status()
    change_answer(client, change)
    results = run(client, "fail.created").results
    always = {"client-response.EnvironmentV1.instance_type"}  # as it reads every response
    found = {(each.requirement, each.strength.value, each.message) for each in results.findings}
    assert {("client-error.created.undeclared", "advisory", "Accepts status 201")} == {
        each for each in found if each[0] not in always
    }
    assert UNDECLARED_STATUS in {each.sentence for each in results.causes}


def test_a_success_that_is_not_declared_and_raised_is_no_note(client, run):
    """A client that reports it as an error is right as well."""
    assert () == run(client, "fail.created").results.findings


def test_a_success_that_is_not_declared_and_loses_a_value_is_an_error(client, run):
    """What is lost of a response with 201 alone is a fault."""
    right = client.call

    def empty(*arguments):
        try:
            return right(*arguments)
        except CallError:
            return "{}"

    client.call = empty
    expected = ("must", "Returns an empty value for a status other than 200 instead of reporting an error")
    assert {expected} == causes(run(client, "fail.created").results)
