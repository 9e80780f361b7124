"""Subjects: what is read out of a case and its exchange, once for all checks."""

import pytest
from msgspec.structs import replace

from conformance.checks.shared.request_parts import admits, described, path_parameters
from conformance.checks.shared.subject import Settings, Subject
from conformance.classify.dual_validation import Reading
from conformance.model.case import Story
from conformance.model.exchange import Failure
from conformance.model.jsontext import JsonFault
from conformance.model.vocabulary import Expectation

from .subjects import (
    ANSWER,
    DATED,
    JSON,
    TARGET,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    observed,
    rejected,
    subject,
)

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("template", "target", "expected"),
    [
        ("/a/{id}/b", "/a/x/b", {"id": "x"}),
        ("/a/{id}/b", "/a/x%2Fy%2520/b?q=1", {"id": "x/y%20"}),
        ("/a/{id}/b", "/a//b", {"id": ""}),
        ("/a/{id}/b", "/a/x/b/", None),
        ("/a/{id}/b", "/a/x/y/b", None),
        ("/a.b", "/aXb", None),
        ("/a/{model-id}.{x}", "/a/1.2", {"model-id": "1", "x": "2"}),
        ("/a", "/a", {}),
    ],
)
def test_path_parameters(template: str, target: str, expected: dict[str, str] | None) -> None:
    """Parameters are decoded once; another path has none, and names need be no identifiers."""
    assert expected == path_parameters(template, target)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", True),
        (" ,", True),
        ("application/json", True),
        ("text/html, Application/JSON;q=0.5", True),
        ("*/*;q=0.1", True),
        ("application/*", True),
        ("text/html", False),
        ("text/*, application/xml", False),
    ],
)
def test_admits(accept: str, expected: bool) -> None:  # noqa: FBT001  (a table)
    """A request admits the declared media type by name, by a range, or by asking for nothing."""
    assert expected is admits(accept, "application/json; charset=utf-8")


def test_each_success_has_its_own_schema() -> None:
    """An answer is held against the schema only where the document gives its status that schema."""
    of = contract_of(
        {
            "requestBody": body_of(OBJECT),
            "responses": {
                "200": body_of(OBJECT),
                "201": body_of({"type": "object"}),
                "202": {"description": ""},
                "203": body_of(
                    {"$ref": "#/paths/~1things/post/responses/200/content/application~1json/schema"}, "text/html"
                ),
                "206": {"description": "", "content": {"application/json": {}}},
                "226": {"description": "", "content": {"application/json": None}},
                "299": None,
            },
        }
    )
    found = [status for status in of.operation.successes if described(of.document, of.operation, status)]
    assert [200] == found
    bodiless = contract_of({"requestBody": body_of(OBJECT), "responses": {"202": {"description": ""}}})
    assert described(bodiless.document, bodiless.operation, 202)


def test_shared_schema() -> None:
    """Two statuses that refer to one response have one schema."""
    of = contract_of(
        {
            "requestBody": body_of(OBJECT),
            "responses": {
                "200": body_of({"$ref": "#/paths/~1things/post/requestBody/content/application~1json/schema"}),
                "201": {"$ref": "#/paths/~1things/post/responses/200"},
            },
        }
    )
    assert described(of.document, of.operation, 201)


@pytest.mark.parametrize(
    ("status", "succeeded", "refused_"),
    [
        (199, False, False),
        (200, True, False),
        (299, True, False),
        (300, False, True),
        (428, False, True),
        (429, False, False),
        (499, False, True),
        (500, False, False),
    ],
)
def test_classes_of_status(status: int, succeeded: bool, refused_: bool) -> None:  # noqa: FBT001  (a table)
    """2xx takes a request, 3xx and 4xx refuse it; 429 does neither."""
    found = subject(status=status)
    assert (succeeded, refused_) == (found.succeeded, found.rejected)


def test_answer_that_is_not_whole() -> None:
    """Of a broken answer the status counts, the content does not."""
    broken = subject(failure=Failure.TRUNCATED)
    assert (200, None, True) == (broken.status, broken.response, broken.succeeded)
    assert ("", None, False) == (broken.media_type, broken.answer, broken.promised)
    assert isinstance(broken.json, JsonFault)
    silent = subject(failure=Failure.CLOSED, response=False)
    assert (0, None) == (silent.status, silent.response)


def test_kind_and_focus() -> None:
    """The class of what was sent comes from the story; without one it is a right request."""
    assert "a valid request" == subject(case()).kind
    assert "a valid request" == subject(case(story=Story("", "x", "", "", "says"))).kind
    assert "odd" == subject(case(story=Story("", "x", "", "", "says", "odd"))).kind
    assert "a.b" == subject(case(Expectation.ACCEPTED, "a.b", "c.d")).focus


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/autoscaling_settings/min_replica", "/autoscaling_settings/min_replica"),
        ("/autoscaling_settings/odd", "/autoscaling_settings"),
        ("/odd/min_replica", ""),
        ("", ""),
        ("Authorization", "Authorization"),
    ],
)
def test_place(pointer: str, expected: str) -> None:
    """The place of a case is a declared one, so that a random name of a member is in no cause."""
    assert expected == subject(rejected(story=Story(pointer, "k", "", "", "s"))).place


def test_place_of_a_right_request() -> None:
    """A case without a story differs nowhere."""
    assert "" == subject(case()).place


def test_place_beside_the_body() -> None:
    """What is no pointer into the body is its own place, though it holds a slash and the name of a member."""
    for named in ("Authorization", "path/name"):
        assert named == subject(rejected(story=Story(named, "k", "", "", "s"))).place


def test_place_in_an_array() -> None:
    """Indices are generalised to the node of the items; an index where there are none leads nowhere."""
    of = contract_of(
        {
            "requestBody": body_of({"type": "object", "properties": {"a": {"type": "array", "items": OBJECT}}}),
            "responses": {"200": body_of(OBJECT)},
        }
    )
    assert "/a/*/a" == subject(rejected(story=Story("/a/3/a", "k", "", "", "s")), of=of).place
    assert "/a" == subject(rejected(story=Story("/a/x/a", "k", "", "", "s")), of=of).place
    assert "" == subject(rejected(story=Story("/3/a", "k", "", "", "s")), of=of).place


@pytest.mark.parametrize(
    "target", ["/v1/models//environments", "/v1/models/../environments", "/v1/models/%2E/environments", TARGET + "/"]
)
def test_another_path(target: str) -> None:
    """A path that servers fold, or that is another one, promises nothing."""
    found = subject(observed("transport.variants", target=target))
    assert not found.names_operation
    assert found.answer is None


def test_promised() -> None:
    """The document describes the answer of a success to its method, path and media type, and of no other."""
    assert subject().promised
    assert subject(observed("transport.variants")).promised
    for other in (
        subject(status=201),
        subject(status=404),
        subject(rejected()),
        subject(case(method="PUT")),
        subject(case(headers=(("ACCEPT", "text/html"),))),
        subject(failure=Failure.EXCESS),
    ):
        assert not other.promised
    assert subject(case(headers=(("Accept", "text/html"), ("Accept", "*/*")))).promised
    assert subject(case(headers=(("X-Odd", "text/html"),))).promised


def test_success_with_another_schema() -> None:
    """A declared success whose schema is another one is not held against that of the contract."""
    responses = {"200": body_of(OBJECT), "201": body_of({"type": "object"})}
    of = contract_of({"requestBody": body_of(OBJECT), "responses": responses})
    assert not subject(case(target="/things"), status=201, of=of).promised


def test_bodiless_success() -> None:
    """A declared 204 has no content to be judged."""
    of = contract_of(
        {"requestBody": body_of(OBJECT), "responses": {"200": body_of(OBJECT), "204": {"description": ""}}}
    )
    reset = contract_of({"requestBody": body_of(OBJECT), "responses": {"205": {"description": ""}}})
    assert not subject(case(target="/things"), status=205, answer=b"", of=reset).promised
    assert not subject(case(target="/things"), status=204, answer=b"", of=of).promised
    assert subject(case(target="/things"), status=200, of=of).promised
    lone = contract_of({"requestBody": body_of(OBJECT), "responses": {"204": {"description": ""}}})
    assert not subject(case(target="/things"), status=204, answer=b"", of=lone).promised


def test_answer_and_sent() -> None:
    """Both bodies are read exactly; what is no JSON is None."""
    assert (True, ANSWER) == (subject().answered, subject().answer)
    assert (True, None) == (subject(answer=b"null").answered, subject(answer=b"null").answer)
    assert not subject(answer=b"x").answered
    assert not subject(status=404).answered
    assert subject(answer=b"{").answer is None
    assert Reading() == subject(status=404).reading
    assert {"a": 1} == subject(case(sent={"a": 1})).sent
    assert subject(case(sent=b"{")).sent is None
    assert subject(case(sent=None)).sent is None
    assert [1] == subject(status=201, answer=[1]).answer_of_probe
    assert subject(status=404, answer=[1]).answer_of_probe is None
    assert subject(answer=b"{").answer_of_probe is None


def test_what_a_run_knows_by_default() -> None:
    """A run that was told nothing knows no key, and a target on this machine that has yet to take a request."""
    unknown = Settings()
    assert (True, False, "", None) == (unknown.loopback, unknown.stateless, unknown.key, unknown.max_response_seconds)
    assert (300.0, False) == (unknown.created_tolerance, unknown.proven)


def test_echoing() -> None:
    """Only an answer to a body that reads one way, by a target with state, says something of the request."""
    assert subject().echoing
    assert not subject(settings=Settings(stateless=True)).echoing
    assert not subject(case(sent=b'{"name": "a", "name": "b"}')).echoing
    assert not subject(case(sent=b"{")).echoing
    assert not subject(status=404).echoing


def test_invalid_at() -> None:
    """A place is invalid where the answer breaks the schema at it, above it or below it."""
    broken = subject(answer=changed(changed(ANSWER, "autoscaling_settings/min_replica", "x"), "promotion_settings", 1))
    for path in ("/autoscaling_settings/min_replica", "/autoscaling_settings", "/promotion_settings/rolling_deploy"):
        assert broken.invalid_at(path)
    for path in ("/autoscaling_settings/min_replica_x", "/autoscaling_settings/max_replica", "/promotion_settingsx"):
        assert not broken.invalid_at(path)


@pytest.mark.parametrize(
    ("status", "proven", "expected"),
    [(429, True, True), (401, False, True), (405, False, True), (404, True, False), (422, False, False)],
)
def test_beside(status: int, proven: bool, expected: bool) -> None:  # noqa: FBT001  (a table)
    """Before a right request was taken, a status may be about credential or path; 429 always is beside the point."""
    assert expected is subject(status=status, settings=Settings(proven=proven)).beside


def test_media_type() -> None:
    """The media type is the first field's, without parameters."""
    fields = (("content-type", "Text/HTML; charset=x"), JSON, DATED)
    assert "text/html" == subject(headers=fields).media_type
    assert "" == subject(headers=()).media_type


def test_no_answer_of_another_document() -> None:
    """A document without a JSON answer has nothing to be judged by."""
    of = contract_of({"requestBody": body_of(OBJECT), "responses": {"200": {"description": ""}}})
    found: Subject = subject(case(target="/things"), of=of)
    assert () == found.reading.violations
    assert contract().response is not None


@pytest.mark.parametrize(
    ("verb", "code", "told"), [("CREATE", 400, True), ("CREATE", 404, False), ("PUT", 400, False), ("POST", 400, False)]
)
def test_unparsed(verb: str, code: int, *, told: bool) -> None:
    """400 to a method that HTTP does not know is an answer of the parser, before any application."""
    assert told is subject(observed("x", method=verb), status=code).unparsed


def test_focus() -> None:
    """The first requirement of a case speaks; a case of none has nothing that could."""
    assert "a.b" == subject(observed("a.b", "c.d")).focus
    assert "" == subject(replace(observed("a.b"), requirements=())).focus
