"""Clients with one fault: each is one cause, and its sentence is the title of a bug report."""

import json
from datetime import datetime

import pytest

from conformance.journal.writing import Journal
from conformance.model.jsontext import JsonFault, read

from .conftest import CallError


def causes(results):
    """Return the sentences of what was found, with the strength of each."""
    return {(cause.strength.value, cause.sentence) for cause in results.causes}


def broken(results):
    """Return the requirements that were found broken."""
    return {found.requirement for found in results.findings}


def change_answer(client, change):
    """Make a client return something else."""
    right = client.read
    client.read = lambda response: change(right(response))
    client.validate = lambda _: None


def lose_null(answer):
    """Drop members that are null."""
    return {name: value for name, value in answer.items() if value is not None}


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


def instant(answer):
    """Read a date-time as Python does."""
    return {**answer, "created_at": datetime.fromisoformat(answer["created_at"]).isoformat()}


UNDECLARED_STATUS = "Accepts a success status that the document does not declare"


@pytest.mark.parametrize("change", [lambda answer: answer, instant, lambda answer: {**answer, "instance_type": None}])
def test_a_success_that_is_not_declared_is_a_note_for_every_client(client, run, change):
    """A response with 201 that is returned as all others are is a note, whatever the client makes of date-times."""
    client.check = lambda response: response.raise_for_status()
    change_answer(client, change)
    found = {each.requirement: each.strength.value for each in run(client, "fail.created").results.findings}
    always = {"client-response.EnvironmentV1.instance_type": "must"}  # as it reads every response
    assert {"client-error.created.undeclared": "advisory"} == {
        name: strength for name, strength in found.items() if name not in always
    }


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


def coerced(value):
    """Convert the strings of a response as a lax parser does."""
    if isinstance(value, dict):
        return {name: coerced(item) for name, item in value.items()}
    return {"no": False, "true": True, "1": 1}.get(value, value) if isinstance(value, str) else value


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
