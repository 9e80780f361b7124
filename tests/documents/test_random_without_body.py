"""Random requests of operations without a body: their parameters are drawn, and labelled as servers must read them."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.parameters import wrong_parameter
from conformance.mock.transaction import Transaction
from conformance.model.case import Case
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.from_schemathesis import coverage_cases
from conformance.strategies.random.parameter_labels import parameters_case
from conformance.strategies.random.process.campaign import Campaign
from conformance.workflow.run import run
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.phases import DEFAULT_PHASES, chosen_phases

from .running import contract_from

DOCUMENT = """
security: [{key: []}]
paths:
  /books:
    get:
      parameters:
        - {name: author, in: query, required: true, schema: {type: string, minLength: 2, maxLength: 40}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: new, in: query, schema: {type: boolean}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}, maxItems: 3}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {price: {type: number}}}}
        - {name: X-Kind, in: header, schema: {type: string, enum: [a, b]}}
        - {name: place, in: cookie, schema: {type: string, pattern: '^[a-z]+$'}}
      responses:
        '200': {description: some, content: {application/json: {schema: {type: array}}}}
        default: {description: error}
  /books/{book}:
    delete:
      parameters: [{name: book, in: path, required: true, schema: {type: integer}}]
      responses: {'204': {description: removed}}
components:
  securitySchemes: {key: {type: apiKey, in: query, name: key}}
"""

ACCEPTED, REJECTED, OBSERVED = Expectation.ACCEPTED, Expectation.REJECTED, Expectation.OBSERVED


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """The builder of requests that read books."""
    return Builder(contract_from(DOCUMENT, tmp_path_factory.mktemp("books"), "GET /books"), {})


def labelled(build: Builder, query: str, *fields: tuple[str, str]) -> tuple[Expectation, tuple[str, ...]]:
    """Return label and requirements of a request with a query and more header fields."""
    target = build.target_with({}, query=query, values={})
    case = parameters_case(build, "p", replace(build.right, target=target, headers=(*build.headers, *fields)))
    return case.expectation, case.requirements


@pytest.mark.parametrize(
    ("query", "label", "requirements"),
    [
        ("author=me", ACCEPTED, ("accept.query.author",)),
        ("author=me&page=2&ids=1,2", ACCEPTED, ("accept.query.author", "accept.query.page", "accept.query.ids")),
        ("author=me&filter%5Bprice%5D=1.5", ACCEPTED, ("accept.query.author", "accept.query.filter")),
        ("page=2", REJECTED, ("reject.query.author.required",)),
        ("author=m", REJECTED, ("reject.query.author.minLength",)),
        ("author=me&page=0", REJECTED, ("reject.query.page.minimum",)),
        ("author=me&page=two", REJECTED, ("reject.query.page.type",)),
        ("author=me&ids=1,2,3,4", REJECTED, ("reject.query.ids.maxItems",)),
        ("author=me&ids=1,x", REJECTED, ("reject.query.ids.items.type",)),
        ("author=me&filter%5Bprice%5D=dear", REJECTED, ("reject.query.filter.price.type",)),
    ],
)
def test_labels_of_parameters(build: Builder, query: str, label: Expectation, requirements: tuple[str, ...]) -> None:
    """The first parameter that is absent or invalid is the requirement."""
    assert (label, requirements) == labelled(build, query)


@pytest.mark.parametrize(
    "query",
    [
        "author=", "author=%20me", "author=me&page=", "author=me&page=01", "author=me&page=+1", "author=me&page=1.0",
        "author=me&page=1&page=2", "author=me&page=null", "author=me&new=1", "author=me&new=True", "author=me&more=1",
        "author=me&filter=1", "author=me&filter%5Bother%5D=1", "author=me&ids=1,,2", f"author=me&page={10**20}",
    ],
)  # fmt: skip
def test_what_servers_read_in_different_ways_is_observed(build: Builder, query: str) -> None:
    """Neither accepting nor rejecting such a request says anything."""
    assert (OBSERVED, ("error.server-error",)) == labelled(build, query)


def test_header_and_cookie(build: Builder) -> None:
    """They are read as the query is; what a cookie has to encode is observed."""
    assert (REJECTED, ("reject.header.X-Kind.enum",)) == labelled(build, "author=me", ("x-kind", "c"))
    assert (REJECTED, ("reject.cookie.place.pattern",)) == labelled(build, "author=me", ("Cookie", "place=A1"))
    assert (OBSERVED, ("error.server-error",)) == labelled(build, "author=me", ("Cookie", "place=a%20b"))


def accepted_by_mock(contract: Contract, case: Case) -> bool:
    """Tell whether the reference server finds the parameters of a request right."""
    path, _, query = case.request.target.partition("?")
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in case.request.headers]
    return not wrong_parameter(contract, Transaction("GET", path.encode(), query.encode(), headers, b""))


def test_draws_have_every_label_and_the_reference_server_agrees(build: Builder) -> None:
    """Hypothesis draws valid, invalid and doubtful requests; no label is wrong of the reference server."""
    drawn: list[Case] = []
    campaign = Campaign(build, 0)
    for batch in campaign.example(100):
        campaign.draw(batch, drawn.append)
    told = Counter(case.expectation for case in drawn)
    assert all(told[each] >= 5 for each in (ACCEPTED, REJECTED))
    judged = [(case.id, case.expectation is ACCEPTED) for case in drawn if case.expectation is not OBSERVED]
    by_id = {case.id: case for case in drawn}
    assert judged == [(id_, accepted_by_mock(build.contract, by_id[id_])) for id_, _ in judged]


@pytest.mark.slow
def test_coverage_of_schemathesis_agrees_too(build: Builder) -> None:
    """Its requests with other parameters are labelled by this contract."""
    found = [case for case in coverage_cases(build) if case.request.method == "GET"]
    judged = [case for case in found if case.expectation is not OBSERVED]
    assert len(judged) > 20
    assert [] == [
        case.request.target
        for case in judged
        if accepted_by_mock(build.contract, case) is not (case.expectation is ACCEPTED)
    ]


def test_phases(build: Builder, tmp_path: Path) -> None:
    """There are random phases where there is a parameter to draw, that the caller does not fix."""
    options = RunOptions()
    assert DEFAULT_PHASES == chosen_phases(build.contract, options, Profile.STANDARD, loopback=True)
    with pytest.raises(UsageError, match="has no JSON body; use --phases catalogue,schemathesis,hypothesis"):
        chosen_phases(build.contract, replace(options, phases=("sampler",)), Profile.FUZZ, loopback=True)
    other = contract_from(DOCUMENT, tmp_path, "DELETE /books/{book}")
    assert ("catalogue",) == chosen_phases(other, options, Profile.STANDARD, loopback=True)
    assert ("catalogue",) == chosen_phases(other, options, Profile.FUZZ, loopback=True)
    with pytest.raises(UsageError) as raised:
        chosen_phases(other, replace(options, phases=("hypothesis",)), Profile.STANDARD, loopback=True)
    assert "DELETE /books/{book} has no JSON body and no parameters outside of its path; use --phases catalogue" == str(
        raised.value
    )


@pytest.mark.slow
def test_a_run_sends_all_phases(tmp_path: Path) -> None:
    """Against its own reference server a run conforms, and the random phases exercise the parameters."""
    contract_from(DOCUMENT, tmp_path, "GET /books")
    options = RunOptions(
        spec=tmp_path / "spec.yaml", operation="GET /books", out=tmp_path / "out", reports=("results",)
    )
    results = run(replace(options, phases=("schemathesis", "hypothesis"))).results
    assert "conforming" == results.verdict
    assert ["schemathesis", "hypothesis"] == [each.phase for each in results.phases if each.sent > 20]
    passed = {row.id for row in results.requirements if row.outcome == "passed"}
    assert {"accept.query.author", "reject.query.author.required", "reject.query.page.minimum"} <= passed
