"""Echo: what was sent comes back by exact value."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from conformance.checks.semantics.echo import echo, names_another, parameters
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.finding import Symptom

from .subjects import (
    ANSWER,
    NAME,
    TARGET,
    body_of,
    case,
    changed,
    contract_of,
    findings,
    observed,
    only,
    passed,
    passes,
    rejected,
    silent,
    subject,
    summary,
)

MIN = "semantics.UpdateAutoscalingSettingsV1.min_replica.echo"
MAX = "semantics.UpdateAutoscalingSettingsV1.max_replica.echo"
NAMED = "semantics.CreateEnvironmentRequestV1.name.echo"
PATH = "semantics.path.model_id.echo"


def with_min(sent: str, found: str) -> Subject:
    """Return a subject with a JSON text sent for one member, and one in its answer."""
    body = f'{{"name": "{NAME}", "autoscaling_settings": {{"min_replica": {sent}}}}}'.encode()
    holder = changed(ANSWER, "autoscaling_settings/min_replica", 11223344)

    return subject(case(sent=body), answer=json.dumps(holder).replace("11223344", found).encode())


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("0", "0"),
        ("9007199254740993", "9007199254740993"),
        ("1000000000000000000000000000000", "1e30"),
        ("800", "800.0"),
        ("-0", "0"),
        ("1e400", "1e400"),
    ],
)
def test_equal_values(sent: str, found: str) -> None:
    """Numbers are compared by value and exactly, however they are written."""
    assert [NAMED, MIN] == passed(echo(with_min(sent, found)))


@pytest.mark.parametrize(
    ("sent", "found", "observed_"),
    [
        ("9007199254740993", "9007199254740992", "rounded"),
        ("2147483648", "-2147483648", "wrapped to 32 bits"),
        ("5", "6", "a different number"),
        ("1e400", "1e401", "a different number"),
    ],
)
def test_other_values(sent: str, found: str, observed_: str) -> None:
    """A value that comes back otherwise is found at its member, by the class of the difference."""
    (failure,) = findings(echo(with_min(sent, found)))
    pattern = f"echo | number | {observed_}"
    assert (MIN, pattern, "/autoscaling_settings/min_replica") == summary(failure)
    assert f"{MIN} | /autoscaling_settings/min_replica | {pattern}" == str(failure.cause)
    assert (
        f"Returns {observed_} than was sent" if observed_.startswith("a ") else f"Returns a number {observed_}"
    ) == failure.sentence
    sent, got = (each.upper().replace("E", "E+") for each in (sent, found))
    assert f"Returns `{got}` for `min_replica`; `{sent}` was sent" == failure.message
    assert got == failure.actual


def test_members_that_are_called_like_indices() -> None:
    """A member that has a number for a name is a place of its own, and no item of an array."""
    schema = {"type": "object", "properties": {"1": {"type": "integer"}, "2": {"type": "integer"}}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    found = findings(echo(subject(case(target="/things", sent={"1": 1, "2": 2}), answer={"1": 3, "2": 4}, of=of)))
    assert ["/1", "/2"] == [each.place for each in found]


def test_left_out() -> None:
    """A value that does not come back at all is found, where the schema lets the member be absent."""
    sent = {"name": NAME, "promotion_settings": {"rolling_deploy": True}}
    answer = changed(ANSWER, "promotion_settings/rolling_deploy")
    (failure,) = findings(echo(subject(case(sent=sent), answer=answer)))
    assert "echo | boolean | absent" == str(failure.pattern)
    assert ("true", "absent") == (failure.expected, failure.actual)


def test_false_and_default() -> None:
    """False is a value like any other; a default in the place of what was sent has a word of its own."""
    sent = {"name": NAME, "promotion_settings": {"rolling_deploy": True, "redeploy_on_promotion": False}}
    said = list(echo(subject(case(sent=sent))))
    assert [Symptom("echo", "boolean", "the default instead")] == [each.symptom for each in findings(said)]
    assert "semantics.UpdatePromotionSettingsV1.redeploy_on_promotion.echo" in passes(said)


def test_only_what_was_sent() -> None:
    """Null and absence ask for nothing."""
    sent = {"name": NAME, "autoscaling_settings": {"min_replica": None, "max_replica": 1}, "promotion_settings": None}
    assert {NAMED, "semantics.UpdateAutoscalingSettingsV1.max_replica.echo"} == set(
        passed(echo(subject(case(sent=sent))))
    )


def test_invalid_places_are_left_to_the_response_check() -> None:
    """Where the answer breaks its schema at a member, above or below it, its echo is not judged."""
    sent = {"name": NAME, "autoscaling_settings": {"min_replica": 5}}
    for answer in (
        changed(ANSWER, "autoscaling_settings/min_replica", "5"),
        changed(ANSWER, "autoscaling_settings/min_replica"),
        changed(ANSWER, "autoscaling_settings", None),
        changed(ANSWER, "autoscaling_settings"),
    ):
        assert [NAMED] == passed(echo(subject(case(sent=sent), answer=answer)))


def test_an_invalid_value_that_was_sent_is_no_right_echo() -> None:
    """Where the answer repeats a value that breaks its schema, the echo is not judged either."""
    sent = {"name": NAME, "autoscaling_settings": {"min_replica": "x", "max_replica": 1}}
    answer = changed(ANSWER, "autoscaling_settings/min_replica", "x")
    assert [NAMED, MAX] == passed(echo(subject(case(sent=sent), answer=answer)))


def test_does_not_apply() -> None:
    """A refusal, a target without state, and a request that reads two ways say nothing of echo."""
    twice = f'{{"name": "{NAME}", "name": "other"}}'.encode()
    for check in (echo, parameters):
        assert silent(
            check,
            subject(status=404),
            subject(rejected()),
            subject(settings=Settings(stateless=True)),
            subject(case(sent=twice)),
            subject(case(sent=b'{"name":')),
        )


@pytest.mark.parametrize(
    ("text", "judged"), [("a\\ud800b", False), ("a\\ud83d\\ude00b", True), ("", True), ("\\u0000", True)]
)
def test_texts_that_readers_differ_on(text: str, judged: bool) -> None:  # noqa: FBT001  (a table)
    """A lone surrogate is read in as many ways as there are readers; a pair is a character."""
    said = list(echo(subject(case(sent=f'{{"name": "{text}"}}'.encode(), slotted=False))))
    assert judged is bool(said)
    repeated = json.dumps(changed(ANSWER, "name", "@")).replace("@", text).encode()
    said = list(echo(subject(case(sent=f'{{"name": "{text}"}}'.encode(), slotted=False), answer=repeated)))
    assert ([NAMED] if judged else []) == passed(said)


@pytest.mark.parametrize(("number", "judged"), [("1e4300", True), ("1e1000000000000", False), ("1e-5000", False)])
def test_numbers_that_readers_differ_on(number: str, judged: bool) -> None:  # noqa: FBT001  (a table)
    """A number whose digits nobody writes out is not asked back."""
    assert judged is bool(findings(echo(with_min(number, "1"))))


@pytest.mark.parametrize(
    ("name", "observed_"),
    [
        ("staging", "a different string"),
        (NAME.upper(), "in other letter case"),
        (NAME[:-1], "truncated"),
        ("", "a different string"),
    ],
)
def test_names(name: str, observed_: str) -> None:
    """The name is compared code point for code point."""
    failure = only(echo(subject(answer=changed(ANSWER, "name", name))))
    assert (NAMED, f"echo | string | {observed_}", "/name") == summary(failure)
    different = observed_.startswith("a ")
    said = f"Returns {observed_} than was sent" if different else f"Returns a string {observed_}"
    assert said == failure.sentence


def test_name_of_another_request() -> None:
    """A name that the run gave to another request shows that answers are mixed up."""
    failure = only(echo(subject(answer=changed(ANSWER, "name", NAME[:-1] + "4"))))
    pattern = "isolation | a request after another | the name of another request"
    assert ("semantics.isolation", pattern, "/name") == summary(failure)
    assert "Returns the object of another request" == failure.sentence
    assert (f'"{NAME}"', f'"{NAME[:-1]}4"') == (failure.expected, failure.actual)


@pytest.mark.parametrize(
    ("own", "found", "expected"),
    [
        (NAME, "cfm-k3v9q2x7-zz09", True),
        (NAME, NAME, False),
        (NAME, "cfm-k3v9q2x8-0004", False),
        (NAME, "cfm-k3v9q2x7-000", False),
        (NAME, "cfm-k3v9q2x7-00040", False),
        (NAME, "cfm-k3v9q2x7-000A", False),
        (NAME, None, False),
        (None, NAME, False),
        ("abc-k3v9q2x7-0005", "abc-k3v9q2x7-0004", False),
        ("cfm-.........0005", "cfm-abcdefghi0004", False),
    ],
)
def test_names_another(own: Any, found: Any, expected: bool) -> None:  # noqa: FBT001  (a table of JSON)
    """Only a name of the same run, of the same form, is another request's."""
    assert expected is names_another(own, found)


def test_only_the_identity_is_a_name() -> None:
    """Another text that looks like a name of the run is an ordinary echo."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    sent = case(target="/things", sent={"title": NAME})
    failure = only(echo(subject(sent, answer={"title": NAME[:-1] + "4"}, of=of)))
    assert failure.requirement.endswith("title.echo")


@pytest.mark.parametrize("value", ["abc123", "a/b", "a%2Fb", "a+b", "\u00e9\U0001f600", "a b", "a?b#c"])
def test_path_parameter(value: str) -> None:
    """The path parameter comes back as it was meant: decoded once."""
    target = TARGET.replace("abc123", quote(value, safe=""))
    right = subject(observed("transport.variants", target=target), answer=changed(ANSWER, "model_id", value))
    assert [PATH] == passed(parameters(right))
    other = changed(ANSWER, "model_id", "other")
    failure = only(parameters(subject(observed("transport.variants", target=target), answer=other)))
    assert (PATH, "echo | path parameter | a different string", "/model_id") == summary(failure)
    assert "Returns a different path parameter than was sent" == failure.sentence
    assert f'Returns `"other"` for `model_id`; `"{value}"` was sent' == failure.message
    assert (f'"{value}"', '"other"') == (failure.expected, failure.actual)


def test_path_parameter_of_another_type() -> None:
    """Where the response check speaks of the member, or it is not there, nothing is said of its echo."""
    for wrong in (1, None):
        assert silent(parameters, subject(answer=changed(ANSWER, "model_id", wrong)))
    assert silent(parameters, subject(answer=changed(ANSWER, "model_id")))


def test_path_parameters_that_may_come_back_as_null() -> None:
    """Null in the place of a parameter is no other value, and says nothing of the parameter beside it."""
    text = {"type": ["string", "null"]}
    schema = {"type": "object", "properties": {"id": text, "part": text}}
    stated = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("id", "part")]
    operation = {"parameters": stated, "requestBody": body_of({"type": "object"})}
    of = contract_of({**operation, "responses": {"200": body_of(schema)}}, path="/things/{id}/{part}")
    sent = case(target="/things/a/b", sent={})
    assert ["semantics.path.part.echo"] == passed(parameters(subject(sent, answer={"id": None, "part": "b"}, of=of)))
    other = only(parameters(subject(sent, answer={"id": None, "part": "c"}, of=of)))
    assert "semantics.path.part.echo" == other.requirement


def test_invalid_path_parameter() -> None:
    """A text that breaks a bound is the response check's."""
    schema = {"type": "object", "properties": {"id": {"type": "string", "maxLength": 3}}}
    of = contract_of(
        {"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}},
        path="/things/{id}",
        parameters=True,
    )
    right = case(target="/things/abc", sent={})
    assert silent(parameters, subject(right, answer={"id": "abcd"}, of=of))
    assert passed(parameters(subject(right, answer={"id": "abc"}, of=of)))
