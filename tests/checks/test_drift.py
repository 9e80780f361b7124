"""Drift: members that the document does not declare are told, one note an object."""

import pytest
from msgspec.structs import replace

from conformance.checks.drift import MANY, clean_up, members
from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract
from conformance.model.exchange import Failure

from .subjects import (
    ANSWER,
    DEPLOYMENT,
    NAME,
    TARGET,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    findings,
    observed,
    only,
    passed,
    rejected,
    silent,
    subject,
    summary,
)


def test_declared_members() -> None:
    """A response with declared properties alone passes, also where any are allowed, or the target is stateless."""
    labels = changed(ANSWER, "current_deployment", {**DEPLOYMENT, "labels": {"any": {"thing": 1}}})
    for answer in (ANSWER, labels):
        assert ["drift.properties"] == passed(members(subject(answer=answer, settings=Settings(stateless=True))))


def test_undeclared_members() -> None:
    """Members of later documents are a note for the object that holds them; their names are in no cause."""
    answer = {**ANSWER, "request_backpressure_settings": None, "region": {"slug": "x"}}
    found = only(members(subject(answer=answer)))
    pattern = "unknown property | a response | an unknown property"
    assert ("drift.properties", pattern, "/request_backpressure_settings") == summary(found)
    assert f"drift.properties |  | {pattern}" == str(found.cause)
    assert "Returns unknown properties" == found.sentence
    assert "Returns the unknown properties `request_backpressure_settings`, `region`" == found.message
    assert ("declared properties", "/request_backpressure_settings, /region") == (found.expected, found.actual)


def test_one_note_an_object() -> None:
    """Each object that holds undeclared properties has one note, at its declared place."""
    answer = {**changed(ANSWER, "autoscaling_settings/max_scale_down_rate", 5), "odd~/name": 1}
    found = findings(members(subject(answer=answer)))
    assert ["/autoscaling_settings/max_scale_down_rate", "/odd~0~1name"] == [each.pointer for each in found]
    assert ["/autoscaling_settings", ""] == [each.place for each in found]


def other(schema: dict[str, object]) -> Contract:
    """Return a contract with a response schema of its own, and the requirement about drift."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    return replace(of, requirements=(*of.requirements, contract().by_id["drift.properties"]))


def test_items_of_arrays() -> None:
    """Unknown properties of items are one note for the array, however many there are; free items may have any."""
    item = {"type": "object", "properties": {"a": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": item}, "free": {"type": "array"}}}
    held = {"items": [{"a": 1}, {"b": 1}, {"c": 1}], "free": [{"x": 1}]}
    found = only(members(subject(case(target="/things", sent={}), answer=held, of=other(schema))))
    assert ("/items/1/b", "/items/*") == (found.pointer, found.place)
    assert "/items/1/b, /items/2/c" == found.actual
    # What is no array where one is due has no items; that it is none is found elsewhere.
    assert passed(members(subject(case(target="/things", sent={}), answer={"items": 1}, of=other(schema))))


@pytest.mark.parametrize("further", [False, {"type": "integer"}])
def test_objects_that_speak_of_further_members(further: object) -> None:
    """Where the document forbids further members, or says what they hold, it declares them in its way."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": further}
    assert passed(members(subject(case(target="/things", sent={}), answer={"a": 1, "b": 2}, of=other(schema))))
    open_ = other({**schema, "additionalProperties": True})
    assert only(members(subject(case(target="/things", sent={}), answer={"b": 2}, of=open_)))


def numbered(count: int) -> dict[str, int]:
    """Return so many members that no document declares."""
    return {f"m{number:05}": 1 for number in range(count)}


def test_bounded() -> None:
    """Of very many members a thousand are looked at and a few are named, and a long name is cut."""
    found = only(members(subject(answer={**ANSWER, **numbered(50_000)})))
    assert 10 == len(found.actual.split(", "))
    later = changed(ANSWER, "autoscaling_settings/later", 1)
    assert "/m00000" == only(members(subject(answer={**numbered(MANY), **later}))).pointer
    assert 2 == len(findings(members(subject(answer={**numbered(MANY - 1), **later}))))
    long = only(members(subject(answer={**ANSWER, "\ud800" + "x" * 1_000_000: 1})))
    assert len(long.message) < 1_100


def test_does_not_apply() -> None:
    """Refusals have no declared properties, nor have documents without such a requirement."""
    assert silent(members, subject(status=404, answer={"x": 1}), subject(rejected(), answer={"x": 1}))
    without = replace(contract(), requirements=())
    assert silent(members, subject(answer={**ANSWER, "x": 1}, of=without))
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    rowed = replace(of, requirements=contract().requirements)
    assert silent(members, subject(case(target="/things"), answer={"x": 1}, of=rowed))


REMOVAL = observed("drift.clean-up", method="DELETE", target=f"{TARGET}/{NAME}", sent=None)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_clean_up(status: int) -> None:
    """Any success says that the object is gone."""
    assert ["drift.clean-up"] == passed(clean_up(subject(REMOVAL, status=status)))


@pytest.mark.parametrize(("status", "word"), [(404, "404"), (300, "300"), (199, "no status of HTTP"), (500, "500")])
def test_clean_up_that_is_refused(status: int, word: str) -> None:
    """Any other answer leaves the object where it is, as far as anyone can tell: a note."""
    found = only(clean_up(subject(REMOVAL, status=status)))
    pattern = f"cleanup | a created object | {word}"
    assert ("drift.clean-up", pattern, "status") == summary(found)
    assert "Does not remove a created object" == found.sentence
    assert f"Returns {status} for DELETE of a created object" == found.message
    assert ("2xx", str(status)) == (found.expected, found.actual)


def test_clean_up_does_not_apply() -> None:
    """Without an answer, and in a document without such a requirement, nothing is told."""
    assert silent(clean_up, subject(REMOVAL, response=False, failure=Failure.CLOSED))
    assert silent(clean_up, subject(REMOVAL, status=404, of=replace(contract(), requirements=())))
