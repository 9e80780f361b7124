"""Operations without a JSON body: a client is asked to set parameters, and to read responses."""

from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.clients.scenarios.catalogue import scenarios
from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario
from conformance.contract.contract import Contract, load_contract
from conformance.model.errors import ContractError
from conformance.model.jsontext import write
from conformance.model.vocabulary import Outcome

from .conftest import Client, play_run

DOCUMENT = """
openapi: 3.1.0
info: {title: T, version: '1'}
security: [{key: []}]
paths:
  /shelves/{shelf}/books:
    get:
      parameters:
        - {name: shelf, in: path, required: true, schema: {type: string}}
        - {name: author, in: query, required: true, schema: {type: string, minLength: 2}}
        - {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: X-Kind, in: header, schema: {type: string, enum: [a, b]}}
      responses:
        '200':
          description: some
          content: {application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}
    head:
      parameters: [{name: shelf, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: some, content: {application/json: {schema: {type: object}}}}}
    delete:
      parameters: [{name: shelf, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: removed}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}
"""

NAMES = {"author": "query", "page": "query", "ids": "query", "X-Kind": "header"}


class Reader(Client):
    """A right client of the operation that reads; a test makes it wrong by a method of its own."""

    def values(self, scenario: Scenario) -> dict[str, str]:
        """Return the parameters as they are sent."""
        return {**scenario.values}

    def play(self, scenario: Scenario, base_url: str, key: str) -> CallResult:
        """Make the call of a scenario."""
        values = self.values(scenario)
        query = "&".join(
            f"{name}={quote(text.strip('[]').replace(', ', ','))}"
            for name, text in values.items()
            if NAMES[name] == "query"
        )
        headers = {"X-API-Key": key, **{name: text for name, text in values.items() if NAMES[name] == "header"}}
        try:
            response = self.http.get(f"{base_url}{self.path(scenario.parameters)}?{query}", headers=headers)
            self.check(response)
            answer = self.read(response)
            self.validate(answer)
        except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
            return CallResult(raised=Raised(type(error).__name__, str(error)))
        return CallResult(write(answer))


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the operation that reads."""
    path = tmp_path_factory.mktemp("books") / "books.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return load_contract(path, "GET /shelves/{shelf}/books")


def test_scenarios(contract: Contract) -> None:
    """Each parameter has scenarios, none speaks of a body, and every call has what is required."""
    plan = scenarios(contract)
    ids = {each.id for each in plan}
    assert {"send.request", "send.query.author.1", "send.query.page.1", "send.header.X-Kind.1", "read.fullest"} <= ids
    assert {"null"} == {each.body for each in plan}
    assert all("author" in each.values for each in plan)


def test_a_right_client_has_no_finding(contract: Contract, server) -> None:
    """Every requirement that is left speaks of what a request without a body can show."""
    client = Reader(contract)
    results = play_run(contract, scenarios(contract), server, client).results
    client.http.close()
    assert [] == [(found.case, found.message) for found in results.findings]
    sent = {row.id: row.outcome for row in results.requirements if row.id.startswith("client-request.")}
    assert {Outcome.PASSED} == set(sent.values())
    assert not {"client-request.body", "client-request.media-type", "client-request.null"} & sent.keys()


class Forgetful(Reader):
    """A client that changes one parameter, omits another, and always sends a third."""

    def values(self, scenario: Scenario) -> dict[str, str]:
        """Return the parameters as they are sent."""
        found = {**scenario.values, "author": "somebody", "page": "1", "X-Kind": "a"}
        found.pop("ids", None)
        return found


def test_wrong_parameters_are_causes(contract: Contract, server) -> None:
    """A documented default that was not set is none."""
    client = Forgetful(contract)
    plan = [each for each in scenarios(contract) if each.id.startswith(("send.query", "send.header", "read.fullest"))]
    results = play_run(contract, plan, server, client).results
    client.http.close()
    assert [
        "Changes the query parameter `author` in the request",
        "Sends the header parameter `X-Kind`, which the caller did not set",
        "Omits the query parameter `ids`",
        "Changes the query parameter `page` in the request",
        "Changes the header parameter `X-Kind` in the request",
    ] == [cause.sentence for cause in results.causes]


@pytest.mark.parametrize(
    ("method", "problem"),
    [
        ("HEAD", "a response to HEAD has no body; choose another operation with --operation"),
        ("DELETE", "declares no JSON response; choose another operation with --operation"),
    ],
)
def test_operations_that_no_client_can_be_tested_by(
    contract: Contract, tmp_path: Path, method: str, problem: str
) -> None:
    """Where there is nothing to read, one line says so."""
    path = tmp_path / "books.yaml"
    path.write_text(contract.document.text, encoding="utf-8")
    operation = f"{method} /shelves/{{shelf}}/books"
    with pytest.raises(ContractError) as raised:
        scenarios(load_contract(path, operation))
    assert str(raised.value) in {f"{operation} {problem}", f"{operation}: {problem}"}
