"""Facts of the wire: what bytes, target and framing are like, whatever else is in the request."""

from decimal import Decimal

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.facts.features import DEPTH, LENGTH, PROPERTIES, SIZE, Feature
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.facts.wire_facts import (
    DIGITS,
    FEW_PROPERTIES,
    SMALL,
    depth,
    measures_of,
    of_framing,
    of_target,
    of_text,
)
from conformance.diagnosis.observations import Observation
from conformance.journal.events import FindingMade
from conformance.model.case import KEY, Case, Request
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.model.vocabulary import Expectation

TEMPLATE = "/v1/models/{model_id}/environments"
ANY, INVALID = "percent-encoding", "invalid percent-encoding"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": "b/"}', set()),
        (b'{"a": "b\\/"}', {"an escape in a string", "an escaped slash"}),
        (
            b'{"\\u0061": 1}',
            {"a character escaped by number (\\u0041)", "a property name with an escape by number"},
        ),
        (b'{"a": "\\u0061"}', {"a character escaped by number (\\u0041)"}),
        (b' {"a": 1}', {"white space before the JSON text"}),
        (b'{"a": 1}\n', {"a line break", "a line break after the JSON text"}),
        (b'{"a":\n1}', {"a line break", "a line break within the JSON text"}),
        ('{"a": "\u00e9"}'.encode(), {"bytes beyond ASCII"}),
        (b'{"a": "\xe9"}', {"bytes that are not UTF-8"}),
        (b'{"a":-' + b"1" * DIGITS + b"}", {"a number of 1,000 or more digits"}),
        (b'{"a": "' + b"1" * DIGITS + b'"}', set()),
    ],
)
def test_the_lexical_form_of_a_body(body: bytes, said: set[str]) -> None:
    """Each oddity is a fact of its own, so that a body with several shares one with each that has it alone."""
    assert said == {each.value for each in of_text(body)}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("%zz", {"percent-encoding with other digits than hexadecimal", INVALID, ANY}),
        ("%", {"percent-encoding without digits", INVALID, ANY}),
        ("%ff", {"percent-encoded bytes that are not UTF-8", INVALID, ANY}),
        ("{a}", {"a brace that is not encoded"}),
        ("a\\b", {"a backslash that is not encoded"}),
        ("a%20b", {ANY}),
        ("a-b", set()),
    ],
)
def test_what_a_target_must_not_have(path: str, said: set[str]) -> None:
    """Percent-encoding that is invalid in one way is invalid in any."""
    facts, _ = of_target(TEMPLATE, TEMPLATE.replace("{model_id}", path))
    assert said == {each.value for each in facts if each.name == "target"}


def test_a_path_parameter_has_its_length_and_its_characters() -> None:
    """They are those of the value that is meant: decoded once."""
    facts, measures = of_target(TEMPLATE, "/v1/models/a%2Fb/environments")
    assert {(LENGTH, "model_id"): Decimal(3)} == measures
    assert {Feature("string", "model_id", 'with "/"'), Feature("target", "path", ANY)} == facts


def test_a_chunked_body() -> None:
    """How a body is framed is a fact."""
    assert (1, 0) == tuple(len(of_framing(Request("POST", "/", body=b"{}", chunked=each))) for each in (True, False))


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        (b'{"a": [1]}', 2),
        (b'{"a": "[[["}', 1),
        (b'{"a\\"[": 1}', 1),
        (b'{"a\\\\": [[]]}', 3),
        (b'[["', 2),
        (b"]]]", 0),
        (b"]][", 0),
    ],
)
def test_depth_is_of_brackets_outside_strings(body: bytes, levels: int) -> None:
    """Whatever is escaped in a string, and whether it ends or not."""
    assert levels == depth(body)


def seen(number: int, body: bytes, status: int, requirement: str, *, merged: bool = False) -> Observation:
    """Return an accepted request that gets a status; a 4xx is a finding."""
    request = Request("POST", "/v1/models/m/environments", (("X-Case", str(number)),), body)
    case = Case(f"case-{number}", Expectation.ACCEPTED, (requirement,), request, merged=merged)
    wrong = Finding(requirement, "a message", "", Symptom("rejects", f"kind {number}", "400"), f"rejects {number}")
    made = (FindingMade(id=f"f{number}", send=number, case=case.id, finding=wrong),) if status == 400 else ()
    return Observation(case, Exchange(request, Response(status)), made)


def test_what_shows_in_a_merged_case_follows_from_one_of_its_oddities() -> None:
    """Where no fact joins them, what both were made for does; what nothing else is about is a fault of its own."""
    alone, merged = (
        seen(1, b'{"name": "abc"}', 400, "accept.json-text"),
        seen(2, b'{"name": "defg"}', 400, "accept.json-text", merged=True),
    )
    passed = [
        seen(3, b'{"name": "abcd", "x": 1}', 200, "accept.json-text"),
        seen(4, b'{"name": "ab"}', 200, "accept.y"),
    ]
    other = seen(5, b'{"name": "defghi"}', 400, "accept.other", merged=True)
    found = explanations(load_contract(), [alone, merged, *passed, other], lambda _: True)
    assert [["f1", "f2"], ["f5"]] == sorted(sorted(event.id for event in each.findings) for each in found)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ([f"Api-Key {KEY}"], False),
        ([f"api-key {KEY}"], False),
        ([f"Api-Key  {KEY}"], False),
        ([f"Api-Key {KEY} {KEY}"], True),
        ([], True),
        ([KEY], True),
        (["Api-Key x"], True),
        ([f"Bearer {KEY}"], True),
        ([f"Api-Key {KEY}"] * 2, True),
    ],
)
def test_any_credential_but_the_right_one_is_wrong(fields: list[str], wrong: bool) -> None:  # noqa: FBT001 (a row)
    """So that a fault of all of them is one, be the key, the scheme or the field to blame."""
    headers = tuple(("Authorization", each) for each in fields)
    case = Case("case", Expectation.OBSERVED, (), Request("POST", "/v1/models/m/environments", headers, b"{}"))
    assert wrong is (Feature("access") in FactReader(load_contract()).read(case).features)


JSON = ("Content-Type", "application/json")


@pytest.mark.parametrize(
    ("method", "fields", "wrong"),
    [
        ("POST", [JSON], False),
        ("POST", [("content-type", "Application/JSON; charset=utf-8")], False),
        ("POST", [], True),
        ("POST", [("Content-Type", "text/plain")], True),
        ("POST", [JSON, ("Content-Encoding", "gzip")], True),
        ("GET", [], False),
    ],
)
def test_content_that_is_not_supported(method: str, fields: list[tuple[str, str]], wrong: bool) -> None:  # noqa: FBT001 (a row)
    """So that one fault of what a 415 is for is one, be the media type or the coding to blame, with or without body."""
    for body in (b"{}", None):
        case = Case("case", Expectation.OBSERVED, (), Request(method, "/v1/models/m/environments", tuple(fields), body))
        assert wrong is (Feature("content") in FactReader(load_contract()).read(case).features)


def test_a_large_body_has_its_size_and_its_properties() -> None:
    """A small one does not: it would differ from others by chance."""
    large = b'{"a": "' + b"x" * SMALL + b'"}'
    many = b"{" + b", ".join(b'"%d": 1' % number for number in range(FEW_PROPERTIES + 1)) + b"}"
    assert {DEPTH, SIZE} == {name for name, _ in measures_of(large)}
    assert {DEPTH, PROPERTIES} == {name for name, _ in measures_of(many)}
    assert {DEPTH} == {name for name, _ in measures_of(b'{"a": 1}')}
