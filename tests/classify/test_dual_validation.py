"""Dual validation: jsonschema-rs decides, jsonschema explains, known differences are data, others doubts."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from conformance.checks.shared.findings import CUT
from conformance.classify import dual_validation
from conformance.classify.dual_validation import Disagreement, disagreements, known, read_answer
from conformance.contract.contract import Contract
from conformance.contract.schemas.explanation import Explainer
from conformance.contract.schemas.validators import BodyValidator
from conformance.contract.schemas.violation import Violation
from conformance.model.json_values import at
from conformance.model.jsontext import Json, read_text

from ..checks.subjects import (  # noqa: TID252 - test modules are found by path
    ANSWER,
    DEPLOYMENT,
    body_of,
    changed,
    contract,
    contract_of,
)

LEAP = "2016-12-31T23:59:60Z"
YEAR_ZERO = "0000-01-01T00:00:00Z"
LINE_FEED = "2026-01-01T00:00:00Z\n"

Rows = tuple[Disagreement, ...]


def places(answer: Json, of: Contract | None = None) -> list[tuple[str, str]]:
    """Return pointer and keyword of each violation; nothing may be disputed."""
    reading = read_answer(of or contract(), answer)
    assert () == reading.disputed
    return [(each.pointer, each.keyword) for each in reading.violations]


@pytest.mark.parametrize("row", disagreements(), ids=lambda row: row.reason[:20])
def test_rows(row: Disagreement) -> None:
    """Each known disagreement is real, or mended, its example is one of its kind, and jsonschema-rs has its verdict."""
    if row.format:
        schema = {"type": "string", "format": row.format}
        explainer = Draft202012Validator(schema, format_checker=FormatChecker())
        assert row.valid is not explainer.is_valid(row.example)
        assert row.valid is jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(row.example)
        assert row == known(row.format, row.example)
    else:
        value = read_text(row.example).value
        assert isinstance(value, Decimal)
        assert row.valid is not Draft202012Validator({"type": row.type}).is_valid(value)
        assert row.valid is Explainer({"type": row.type}).is_valid(value)
        assert row.valid is jsonschema_rs.validator_for({"type": row.type}).is_valid(value)
    assert row.reason
    assert bool(row.format) is not bool(row.type)


def test_known_texts_have_the_verdict_of_the_row() -> None:
    """Nothing ordinary is a known disagreement, and a row's verdict is that of jsonschema-rs."""
    assert known("date-time", "2026-01-01T00:00:00Z") is None
    assert known("date", LINE_FEED) is None
    assert known("date-time", "2026-05-05T12:00:60Z") is None
    assert [False, True, True] == [
        row.valid for text in (LINE_FEED, LEAP, YEAR_ZERO) if (row := known("date-time", text))
    ]


def test_right_answers() -> None:
    """What jsonschema-rs finds right is right: leap seconds, the year 0000, integers with a zero fraction."""
    for moment in (LEAP, YEAR_ZERO):
        assert [] == places(changed(ANSWER, "created_at", moment))
    assert [] == places(changed(ANSWER, "instance_type/gpu_count", Decimal("800.0")))
    assert [] == places(changed(ANSWER, "instance_type/gpu_count", Decimal("1e999999999")))


def test_line_feed_behind_a_time() -> None:
    """A line feed after a time breaks the format, at whatever depth, though jsonschema does not see it."""
    assert [("/created_at", "format")] == places(changed(ANSWER, "created_at", LINE_FEED))
    held = changed(ANSWER, "current_deployment", changed(DEPLOYMENT, "created_at", LINE_FEED))
    assert [("/current_deployment/created_at", "format")] == places(held)
    found = read_answer(contract(), held).violations[0]
    assert "date-time" == found.expected
    assert "date-time" in found.message


def test_line_feed_elsewhere_is_nothing() -> None:
    """A text that has no format is no reason to doubt another place."""
    odd = changed(changed(ANSWER, "name", "name\n"), "instance_type/gpu_count", "x")
    assert [("/instance_type/gpu_count", "type")] == places(odd)


def test_leap_second_beside_another_fault() -> None:
    """Jsonschema's complaint of a leap second is not repeated when it explains another fault."""
    for moment in (LEAP, YEAR_ZERO):
        odd = changed(changed(ANSWER, "created_at", moment), "name")
        assert [("/name", "required")] == places(odd)


def test_two_faults_of_which_one_is_known() -> None:
    """A known disagreement and another fault are both told, once each."""
    odd = changed(changed(ANSWER, "created_at", LINE_FEED), "name", 1)
    assert [("/name", "type"), ("/created_at", "format")] == places(odd)
    assert [("/created_at", "format")] == places(changed(ANSWER, "created_at", "yesterday"))


@pytest.fixture
def no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the known disagreements."""
    monkeypatch.setattr(dual_validation, "disagreements", lambda: ())


@pytest.mark.usefixtures("no_rows")
def test_unknown_disagreement_on_a_text() -> None:
    """Where no row decides, both verdicts are told and nothing is found."""
    reading = read_answer(contract(), changed(ANSWER, "created_at", LINE_FEED))
    assert () == reading.violations
    ((pointer, reason),) = reading.disputed
    assert "/created_at" == pointer
    assert reason.startswith("a date-time by jsonschema, none by jsonschema-rs: 2026")
    reading = read_answer(contract(), changed(changed(ANSWER, "created_at", LEAP), "name"))
    assert ["/name"] == [each.pointer for each in reading.violations]
    ((pointer, reason),) = reading.disputed
    assert "/created_at" == pointer
    assert reason.startswith("no date-time by jsonschema, one by jsonschema-rs: 2016")


LONG_LINE_FEED = "2026-01-01T00:00:00." + "0" * 200 + "Z\n"
LONG_LEAP = "2016-12-31T23:59:60." + "0" * 200 + "Z"


@pytest.mark.usefixtures("no_rows")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONG_LINE_FEED, "a date-time by jsonschema, none by jsonschema-rs"),
        (LONG_LEAP, "no date-time by jsonschema, one by jsonschema-rs"),
    ],
)
def test_long_texts_are_cut_in_doubts(text: str, said: str) -> None:
    """Of a long text a hundred characters are shown."""
    odd = changed(changed(ANSWER, "created_at", text), "name")
    assert (("/created_at", f"{said}: {text[:100]}{CUT}"),) == read_answer(contract(), odd).disputed


def test_long_texts_are_cut_in_violations() -> None:
    """A violation that only one validator finds shows a hundred characters of a long text."""
    (found,) = read_answer(contract(), changed(ANSWER, "created_at", LONG_LINE_FEED)).violations
    assert f"'{LONG_LINE_FEED[:100]}{CUT}' is no date-time" == found.message


def test_unknown_disagreement_on_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that jsonschema cannot find wrong is a doubt that names what jsonschema-rs finds."""
    monkeypatch.setattr(BodyValidator, "violations", lambda *_: iter(()))
    reading = read_answer(contract(), changed(ANSWER, "name", 1))
    assert (("", "jsonschema-rs finds type at '/name' wrong, jsonschema nothing"),) == reading.disputed
    assert () == reading.violations
    monkeypatch.setattr(BodyValidator, "fast_violations", lambda *_: iter(()))
    reading = read_answer(contract(), changed(ANSWER, "name", 1))
    assert (("", "jsonschema-rs finds nothing wrong, jsonschema nothing"),) == reading.disputed


def test_explanation_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where jsonschema breaks on a value of the target, jsonschema-rs explains."""

    def broken(*_: object) -> Iterator[Violation]:
        raise ArithmeticError

    monkeypatch.setattr(BodyValidator, "violations", broken)
    assert [("/name", "type")] == places(changed(ANSWER, "name", 1))
    schema = {"type": "array", "items": {"type": "integer"}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert dual_validation.MANY == len(places(["x"] * 2_000, of))


def test_many_violations_are_cut_short() -> None:
    """Of an answer that is wrong a hundred thousand times, a thousand times are read."""
    schema = {"type": "array", "items": {"type": "integer"}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert dual_validation.MANY == len(places(["x"] * 100_000, of))


def test_formats_of_one_string_only() -> None:
    """A text that may be of one format or of another is left to the validators."""
    either: dict[str, Any] = {"oneOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "time"}]}
    schema = {"type": "object", "properties": {"a": either, "b": {"type": "integer"}}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert [("/b", "type")] == places({"a": "2026-01-02", "b": "x"}, of)
    plain = contract_of(
        {
            "requestBody": body_of({"type": "object"}),
            "responses": {
                "200": body_of({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}})
            },
        }
    )
    assert [("/b", "type")] == places({"a": "x", "b": "x"}, plain)


def test_two_faults_of_one_text() -> None:
    """A text that breaks a bound as well as its format has both told; null beside it changes nothing."""
    text = {"type": ["string", "null"], "format": "date-time", "maxLength": 5}
    schema = {"type": "object", "properties": {"a": text}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert [("/a", "maxLength"), ("/a", "format")] == places({"a": LINE_FEED}, of)


def test_no_schema() -> None:
    """Without a response schema nothing is wrong."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    assert [] == places({"a": 1}, of)


def test_lone_surrogates() -> None:
    """A text or a name that UTF-8 cannot hold is validated all the same, wherever it stands."""
    assert [] == places(changed(ANSWER, "name", "a\ud800b"))
    odd = {**ANSWER, "current_deployment": {**DEPLOYMENT, "labels": {"\udfff": ["\ud800", 1]}, "name": 1}}
    assert [("/current_deployment/name", "type")] == places(odd)
    assert {"\ufffd": ["\ufffd", 1]} == at(read_answer(contract(), odd).answer, "/current_deployment/labels")
    assert [("/created_at", "format")] == places(changed(ANSWER, "created_at", "\ud800"))
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a.b$"}}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert [] == places({"a": "a\ud800b"}, of)
    assert [("/a", "pattern")] == places({"a": "a\ud800bc"}, of)
