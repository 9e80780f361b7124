"""Clients with one fault in what they make of responses: each is one cause, titled as a bug report is."""

import json

import pytest

from conformance.model.jsontext import JsonFault, read

from .conftest import CallError
from .wrong import causes, change_answer, coerced, instant, lose_null


@pytest.mark.parametrize(
    ("only", "what", "name"),
    [
        ("reject.autoscaling_settings.min_replica.quoted-number", "a number", "autoscaling_settings.min_replica"),
        ("reject.promotion_settings.rolling_deploy.written-boolean", "a boolean", "rolling_deploy"),
        ("reject.promotion_settings.rolling_deploy.quoted-boolean", "a boolean", "rolling_deploy"),
    ],
)
def test_values_that_are_converted_on_reading_are_one_cause(client, run, only, what, name):
    """The number of a string, and a boolean of "no": the response was invalid, and nobody learns of it."""
    change_answer(client, coerced)
    ((strength, sentence),) = causes(run(client, only).results)
    assert ("must", f"Returns {what} instead of an error for a response with a value of the wrong type") == (
        strength,
        sentence.partition(": ")[0],
    )
    assert name in sentence


SLIPS = [
    ("space", lambda answer: answer, ("advisory", "Accepts a response with a string that violates its format")),
    ("comma", lambda answer: answer, ("should", "Accepts a response with a string that violates its format")),
    ("space", instant, ("advisory", "Accepts a response with a string that violates its format")),
    ("comma", instant, ("should", "Accepts a response with a string that violates its format")),
]


@pytest.mark.parametrize(("slug", "change", "expected"), SLIPS)
def test_date_times_that_are_nearly_right_are_accepted(client, run, slug, change, expected):
    """A space for T is a note (RFC 3339 has a word for it), a comma is not; the instant is not changed by either."""
    change_answer(client, change)
    strength, sentence = expected
    assert {(strength, f"{sentence}: `created_at`")} == causes(run(client, f"reject.created_at.{slug}").results)


WRONG_ANSWERS = [
    ("read.current_deployment.null", lambda a: {**a, "current_deployment": a["current_deployment"] or {}},
     {("must", "Returns an object instead of `null`: `current_deployment`")}),
    ("read.current_deployment.null", lose_null, {("must", "Omits a property that is `null`: `current_deployment`")}),
    ("read.candidate_deployment.null", lose_null,
     {("should", "Omits a property that is `null`: `candidate_deployment`")}),
    ("read.unknown-property", lambda a: {k: v for k, v in a.items() if k != "undeclared_member"},
     {("advisory", "Omits unknown properties of the response: `undeclared_member`")}),
    ("read.all.fraction", instant, {("should", "Truncates the fraction of a date-time: `created_at`")}),
    ("read.all.offset", instant, set()),
    ("read.candidate_deployment.absent", lambda a: {"candidate_deployment": None, **a}, set()),
    ("read.candidate_deployment.absent", lambda a: {"candidate_deployment": {}, **a},
     {("must", "Returns a property that the response does not have: `candidate_deployment`")}),
]  # fmt: skip


@pytest.mark.parametrize(("only", "change", "expected"), WRONG_ANSWERS)
def test_what_is_read_wrongly_is_one_cause(client, run, only, change, expected):
    """What a right answer loses on its way through the client is told by how it is lost."""
    change_answer(client, change)
    assert expected == causes(run(client, only).results)


def test_rounded_integers_are_one_cause(client, run):
    """Integers that went through a float are told as rounded, at all members at once."""
    client.read = lambda response: json.loads(response.content, parse_int=lambda text: int(float(text)))
    results = run(client, "read.all.beyond-float", "read.*numbers").results
    assert {("must", "Rounds integers above 2^53 in the response in 36 places")} == causes(results)
    assert len(results.causes[0].pointers) > 10


@pytest.mark.slow
def test_a_client_of_a_later_document_is_one_cause(client, run):
    """A client that reads no right answer has one fault, and its errors for wrong answers say nothing."""

    def demand(_):
        raise KeyError

    client.validate = demand
    results = run(client, "read.*", "reject.name.*").results
    assert {("must", "Raises KeyError for every valid response")} == causes(results)
    outcomes = {row.id: row.outcome.value for row in results.requirements}
    assert "inconclusive" == outcomes["client-response.EnvironmentV1.name.invalid"]


def test_answers_that_are_not_refused_and_answers_that_are_mended_differ(client, run):
    """An invalid answer that is passed on is a should; one that is mended in silence a must."""
    client.validate = lambda _: None
    passed_on = run(client, "reject.created_at.absent").results
    assert {("should", "Accepts a response without a required property: `created_at`")} == causes(passed_on)
    client.read = lambda response: {"created_at": None, **read(response.content).value}
    mended = run(client, "reject.created_at.absent").results
    sentence = "Returns `null` instead of an error for a response without a required property: `created_at`"
    assert {("must", sentence)} == causes(mended)


def test_an_unknown_value_may_be_refused_but_is_noted(client, run):
    """A value that a later document may add to a list: refusing it is a note."""

    def strict(answer):
        if not client.contract.response_validator.is_valid(answer):
            raise ValueError

    client.validate = strict
    results = run(client, "reject.current_deployment.status.unknown-enum-value").results
    sentence = "Rejects an unknown enum value in a response (raises ValueError): `current_deployment.status`"
    assert {("advisory", sentence)} == causes(results)


def test_undeclared_members_must_be_tolerated(client, run):
    """The document leaves objects open: a client that refuses more members is wrong."""

    def closed(answer):
        if "undeclared_member" in answer:
            raise ValueError

    client.validate = closed
    results = run(client, "read.unknown-property").results
    assert {("must", "Raises ValueError for a valid response with an unknown property")} == causes(results)


def test_a_client_that_validates_nothing_is_one_cause(client, run):
    """Whatever is wrong with responses, the fault is one, and lists what it lets through."""
    client.validate = lambda _: None
    results = run(client, "reject.name.*", "reject.created_at.*", "reject.autoscaling_settings.*").results
    kinds = "a string that violates its format, a value of the wrong type, a response without a required property"
    assert {("should", f"Does not validate responses: accepts {kinds}")} == causes(results)
    assert len(results.causes[0].findings) > 60


def test_a_client_that_validates_types_alone_is_one_cause(client, run):
    """Who rejects some invalid responses validates; the list says what is not looked at."""

    def types(answer):
        for each in client.contract.response_validator.violations(answer):
            if each.keyword == "type":
                raise CallError

    client.validate = types
    kinds = "a string that violates its format, a response without a required property"
    expected = ("should", f"Validates responses incompletely: accepts {kinds}")
    assert {expected} == causes(run(client, "reject.created_at.*", "reject.name.*").results)


def test_a_client_that_converts_is_one_cause(client, run):
    """Coercion is one habit of a parser, whatever it makes of which value."""
    change_answer(client, coerced)
    converted = causes(run(client, "reject.*.quoted-*", "reject.*.written-*").results)
    assert {("must", "Converts values of the wrong type in responses: to a boolean, a number")} == converted


def test_a_client_that_cannot_parse_is_one_cause(client, run):
    """A page, an empty body and broken JSON are three places of one fault; the pattern of it has no list."""
    client.read, client.validate = (lambda response: response.text), (lambda _: None)
    results = run(client, "fail.html", "fail.empty", "fail.not-json").results
    (cause,) = [each for each in results.causes if "no error" in each.sentence]
    kinds = "a body that is not JSON, an HTML page with status 200, an empty body with status 200"
    assert ("must", f"Reports no error for {kinds}") == (cause.strength.value, cause.sentence)
    assert {"client-error.html", "client-error.empty", "client-error.not-json"} == set(cause.requirements)


def test_one_body_that_is_not_parsed_is_named_alone(client, run):
    """A client that fails on one of them has its own sentence, as before."""
    right = client.call

    def empty(*arguments):
        try:
            return right(*arguments)
        except JsonFault as fault:
            if fault.kind == "empty":
                return "null"
            raise

    client.call = empty
    expected = ("must", "Returns `null` for an empty body with status 200 instead of reporting an error")
    assert {expected} == causes(run(client, "fail.html", "fail.empty", "fail.not-json").results)


def test_a_long_list_is_counted(client, run):
    """Of more than five places of one fault the sentence names five."""
    client.call = lambda *arguments: client.send(arguments[0] + "/x", {}, b"{}").content.decode("utf-8", "replace")
    scenarios = ("fail.html", "fail.empty", "fail.not-json", "fail.not-utf-8", "fail.trailing", "fail.cut-by-close")
    (cause,) = [each for each in run(client, *scenarios).results.causes if "no error" in each.sentence]
    kinds = "a body cut by the end of the connection, a body that is not JSON, a body that is not UTF-8"
    named = f"{kinds}, a body with trailing bytes, an HTML page with status 200, and 1 more"
    assert f"Reports no error for {named}" == cause.sentence
