"""Parameters of documents: sent valid in their style, tested by their schemas, and checked by the reference server."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import conformance
from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.mock.faults.parameters import parameter_faults
from conformance.mock.recognising import recognised
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.path_values import usual_path_value

from .running import CONFORMING, contract_from, run_of, said

DOCUMENT = """
paths:
  {path}:
    parameters: [{shared}]
    post:
      parameters: [{own}]
      requestBody:
        required: true
        content: {{application/json: {{schema: {{type: object, properties: {{a: {{type: string}}}}}}}}}}
      responses: {{'200': {{description: done}}}}
"""

LIMIT = "{name: limit, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 50}}"
TENANT = "{name: X-Tenant, in: header, required: true, schema: {type: string, pattern: '^[a-z]{3}$', examples: [abc]}}"
SESSION = "{name: sid, in: cookie, required: true, schema: {type: string, minLength: 4}}"
SORT = "{name: sort, in: query, schema: {enum: [name, -name]}, example: -name}"
STYLES = {
    "form": "{name: q, in: query, required: true, schema: {type: array, items: {type: integer}, minItems: 2}}",
    "comma": "{name: q, in: query, required: true, explode: false, schema: {type: array, items: {enum: [a, b]}}}",
    "space": "{name: q, in: query, required: true, style: spaceDelimited, explode: false, "
    "schema: {type: array, items: {type: integer}, minItems: 2}}",
    "pipe": "{name: q, in: query, required: true, style: pipeDelimited, explode: false, "
    "schema: {type: array, items: {type: integer}, minItems: 2}}",
    "deep": "{name: q, in: query, required: true, style: deepObject, "
    "schema: {type: object, required: [n], properties: {n: {type: integer, minimum: 3}}}}",
    "object": "{name: q, in: query, required: true, "
    "schema: {type: object, required: [n], properties: {n: {type: boolean}}}}",
    "json": "{name: q, in: query, required: true, content: {application/json: {schema: {type: object, required: [n], "
    "properties: {n: {type: integer}}}}}}",
    "header": "{name: X-Ids, in: header, required: true, schema: {type: array, items: {type: integer}, minItems: 2}}",
    "free": "{name: q, in: query, required: true}",
}


def contract_with(*own: str, folder: Path, path: str = "/search", shared: str = "") -> Contract:
    """Return the contract of an operation with parameters of its own, and of its path."""
    return contract_from(DOCUMENT.format(path=path, own=", ".join(own), shared=shared), folder)


def cases_of(contract: Contract, **known: Any) -> dict[str, Case]:
    """Return the cases of a contract by id."""
    knowledge = Knowledge(
        {name: usual_path_value(contract, name) for name in contract.operation.path_parameters}, **known
    )
    items = catalogue(contract, Profile.STANDARD, knowledge)
    return {case.id: case for item in items for case in item.cases}


def fields_of(case: Case) -> dict[str, str]:
    """Return the header fields of a case that are not those of every request."""
    usual = {"User-Agent", "Accept", "Content-Type"}
    return {name: value for name, value in case.request.headers if name not in usual}


def test_required_parameters_are_in_every_request(tmp_path: Path) -> None:
    """Query, header and cookie, beside one another and beside what a case changes; optional ones have their cases."""
    cases = cases_of(contract_with(LIMIT, TENANT, SESSION, SORT, folder=tmp_path))
    right = cases["accept.smallest"]
    (value,) = (value for name, value in fields_of(right).items() if name == "Cookie")
    assert ({"X-Tenant": "abc", "Cookie": value}, True) == (fields_of(right), value.startswith("sid="))
    assert right.request.target.startswith("/search?limit=")
    changed = {"accept.accept.absent", "reject.media-type.text", "observe.query.no-hexadecimal", "reject.json.empty"}
    for id_ in changed & cases.keys():
        assert "limit=" in cases[id_].request.target
        assert fields_of(cases[id_])["X-Tenant"] == "abc"
    assert {"/search?sort=-name", "/search?sort=name"} == {
        case.request.target.replace(right.request.target.partition("?")[2] + "&", "")
        for id_, case in cases.items()
        if id_.startswith("accept.query.sort.")
    }


@pytest.mark.parametrize(
    ("style", "target"),
    [
        ("form", "/search?q=1&q=1"),
        ("comma", "/search?q=a"),
        ("space", "/search?q=1%201"),
        ("pipe", "/search?q=1%7C1"),
        ("deep", "/search?q%5Bn%5D=5"),
        ("object", "/search?n=true"),
        ("json", "/search?q=%7B%22n%22%3A%201%7D"),
        ("free", "/search?q=conformance"),
    ],
)
def test_values_are_written_in_their_style(style: str, target: str, tmp_path: Path) -> None:
    """Arrays, objects and JSON in the query are written as the document says."""
    assert target == cases_of(contract_with(STYLES[style], folder=tmp_path))["accept.smallest"].request.target


@pytest.mark.parametrize("style", STYLES)
def test_each_style_is_conforming_on_its_own_mock(style: str, tmp_path: Path) -> None:
    """What is written is read as it was meant, and what breaks the schema is rejected."""
    contract = contract_with(STYLES[style], folder=tmp_path)
    assert CONFORMING == said(run_of(contract, only=("accept.smallest*", "*.query.*", "*.header.*")))


def test_all_places_are_conforming_together(tmp_path: Path) -> None:
    """Every case of the catalogue has valid parameters, but for what it is about."""
    contract = contract_with(
        LIMIT, TENANT, SESSION, SORT, folder=tmp_path, path="/shelves/{shelf}/books/{book}",
        shared="{name: shelf, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 9}}, "
        "{name: book, in: path, required: true, schema: {type: string, format: uuid}}",
    )  # fmt: skip
    results = run_of(contract)
    assert CONFORMING == said(results)
    exercised = {row.id for row in results.requirements if row.outcome == "passed"}
    assert {
        "accept.query.limit", "reject.query.limit.required", "reject.query.limit.type", "reject.query.limit.minimum",
        "reject.query.limit.maximum", "accept.header.X-Tenant", "reject.header.X-Tenant.required",
        "reject.header.X-Tenant.pattern", "accept.cookie.sid", "reject.cookie.sid.required",
        "reject.cookie.sid.minLength", "accept.query.sort", "reject.query.sort.enum", "reject.path.shelf.type",
        "reject.path.shelf.minimum", "reject.path.shelf.maximum", "reject.path.book.format",
    } == {each for each in exercised if each.split(".")[1] in {"query", "header", "cookie", "path"}}  # fmt: skip


def test_no_label_is_wrong(tmp_path: Path) -> None:
    """A text that some reading makes valid is never to be rejected: `1` is a string where a string is allowed."""
    either = "{name: q, in: query, schema: {type: [string, integer], maxLength: 3}}"
    anything = "{name: r, in: query, schema: {}}"
    cases = cases_of(contract_with(either, anything, folder=tmp_path))
    rejected = [case for id_, case in cases.items() if id_.startswith("reject.query.")]
    assert {"q"} == {case.story.pointer for case in rejected if case.story}
    assert all(len(case.request.target.partition("q=")[2]) > 3 for case in rejected)


def test_parameters_of_the_operation_replace_those_of_the_path(tmp_path: Path) -> None:
    """By name and place; a header that other parts of the document speak of is none."""
    own = "{name: limit, in: query, schema: {type: boolean}}"
    ignored = "{name: Authorization, in: header, required: true, schema: {type: string}}"
    contract = contract_with(own, ignored, folder=tmp_path, shared=LIMIT)
    (found,) = contract.operation.parameters
    assert ("limit", False) == (found.name, found.required)


@pytest.mark.parametrize(
    ("own", "cause"),
    [
        (LIMIT, "Accepts a missing or invalid query parameter: `limit`"),
        (TENANT, "Accepts a missing or invalid header parameter: `X-Tenant`"),
    ],
)
def test_a_server_that_ignores_a_parameter_has_one_cause(own: str, cause: str, tmp_path: Path) -> None:
    """What is accepted and must not be is a finding, and the cause names the parameter."""
    contract = contract_with(own, folder=tmp_path)
    ignoring = Mock(replace(contract, operation=replace(contract.operation, parameters=())))
    # With the whole plan: that nothing else is accepted is what makes it one cause.
    assert ("not conforming", [cause], []) == said(run_of(contract, ignoring))


def test_a_request_of_another_program_is_labelled_by_its_parameters(tmp_path: Path) -> None:
    """Without a required one, and with an invalid one, nothing is expected of the response."""
    contract = contract_with(LIMIT, folder=tmp_path)
    fields = (("Content-Type", "application/json"),)
    labels = [
        recognised(contract, Request("POST", f"/search{query}", fields, b"{}")).expectation
        for query in ("?limit=3", "", "?limit=0", "?limit=many")
    ]
    assert [Expectation.ACCEPTED, *[Expectation.OBSERVED] * 3] == labels


def test_a_value_of_the_user_is_sent_always(tmp_path: Path) -> None:
    """Also of an optional parameter, and in the place of an example; no other valid value is tried."""
    contract = contract_with(LIMIT, SORT, folder=tmp_path)
    cases = cases_of(contract, fixed={"limit": "7", "sort": "name"})
    assert "/search?limit=7&sort=name" == cases["accept.smallest"].request.target
    targets = {case.request.target for case in cases.values() if case.expectation is Expectation.ACCEPTED}
    assert {"/search?limit=7&sort=name"} == targets
    with pytest.raises(conformance.UsageError, match=r"POST /search has no parameter 'other'; it has: limit, sort"):
        conformance.run(spec=tmp_path / "spec.yaml", out=tmp_path / "out", params={"other": "1"})


def test_path_parameters_are_valid(tmp_path: Path) -> None:
    """By schema, enum and example; a word where anything will do."""
    rows = {
        "{type: integer, minimum: 3}": "5",
        "{type: string, format: uuid}": "123e4567-e89b-12d3-a456-426614174000",
        "{enum: [red, blue]}": "red",
        "{type: string}": "conformance",
        "{type: string, examples: [abc-1]}": "abc-1",
    }
    for schema, expected in rows.items():
        shared = f"{{name: id, in: path, required: true, schema: {schema}}}"
        contract = contract_with(folder=tmp_path, path="/things/{id}", shared=shared)
        assert expected == usual_path_value(contract, "id")


def test_faults_of_parameters_show(tmp_path: Path) -> None:
    """Each parameter can be unchecked and can be rejected, and a request shows it."""
    contract = contract_with(LIMIT, TENANT, SORT, folder=tmp_path)
    found = list(parameter_faults(contract))
    assert {
        "parameter.query.limit.unchecked", "parameter.query.limit.rejected", "parameter.header.X-Tenant.unchecked",
        "parameter.header.X-Tenant.rejected", "parameter.query.sort.unchecked", "parameter.query.sort.rejected",
    } == {each.id for each in found}  # fmt: skip
    for fault in found:
        (request,) = fault.requests(contract)
        answers = [
            Mock(contract, faults=faults).respond(
                "POST", request.target, [*request.headers, ("Host", "x")], request.body
            )
            for faults in ((), (fault,))
        ]
        assert {200, 400} == {each.status for each in answers}, fault.id


def test_a_parameter_without_a_valid_value_is_told(tmp_path: Path) -> None:
    """What cannot be made can be given."""
    contract = contract_with("{name: q, in: query, required: true, schema: {not: {}}}", folder=tmp_path)
    with pytest.raises(conformance.UsageError, match=r"no valid value was found for .*; give one with --param q=V"):
        cases_of(contract)


def test_a_header_field_that_holds_json_is_visible_ascii(tmp_path: Path) -> None:
    """Whatever the text in it, DEL included: so the field can be sent, and reads back."""
    schema = "{type: string, minLength: 2, maxLength: 6}"
    texts = f"{{name: X-Note, in: header, required: true, content: {{application/json: {{schema: {schema}}}}}}}"
    sent = [fields_of(case).get("X-Note", "") for case in cases_of(contract_with(texts, folder=tmp_path)).values()]
    read = [json.loads(text) for text in sent if text.startswith('"')]
    assert all(text.isascii() and text.isprintable() for text in sent)
    assert "\x7f" in "".join(read)
