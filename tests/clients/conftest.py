"""Clients in Python that the tests of consumer mode play: one that is right, to be made wrong in one way."""

from types import SimpleNamespace
from urllib.parse import quote

import httpx
import pytest
from msgspec.structs import replace

from conformance.clients import replying
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.playing import play_all
from conformance.clients.scenarios.catalogue import chosen, scenarios
from conformance.clients.scenarios.scenario import CallResult, Raised
from conformance.clients.server import ScenarioServer
from conformance.contract.contract import load_contract
from conformance.journal.events import RunStarted
from conformance.journal.writing import MemorySink
from conformance.model.json_values import at
from conformance.model.jsontext import read, write
from conformance.reports.folding.fold import fold


class CallError(Exception):
    """The call did not succeed."""


class Client:
    """A client that is right; a test makes it wrong by a method of its own."""

    def __init__(self, contract):
        """Take the contract that the client is made for."""
        self.contract = contract
        self.http = httpx.Client()

    def path(self, parameters):
        """Return the path, or refuse parameters that name nothing."""
        if any(set(value) <= {"."} for value in parameters.values()):
            raise CallError
        return self.contract.operation.path.format(**{n: quote(v, safe="") for n, v in parameters.items()})

    def headers(self, key):
        """Return the headers of a request."""
        word = f"{self.contract.scheme} {key}" if self.contract.scheme else key
        security = self.contract.operation.security
        held = {security.name: word} if security is not None and security.location == "header" else {}
        return {**held, "Content-Type": self.contract.operation.request_media_type}

    def body(self, text):
        """Return the body as it goes on the wire."""
        return text.encode()

    def send(self, url, headers, body):
        """Send the request."""
        return self.http.post(url, headers=headers, content=body)

    def check(self, response):
        """Raise for what is no answer."""
        if response.status_code not in self.contract.operation.successes:
            raise CallError(response.status_code)

    def read(self, response):
        """Return the answer."""
        found = read(response.content)
        if found.duplicates:
            raise CallError
        return found.value

    def validate(self, answer):
        """Raise for an answer that is not right; a later document may add values to a list."""
        if self.contract.response_validator.is_valid(answer):
            return
        for each in self.contract.response_validator.violations(answer):
            if each.keyword != "enum" or not isinstance(at(answer, each.pointer), str):
                raise CallError(each.message)

    def call(self, base_url, key, parameters, text):
        """Make a call and return the answer as a JSON text."""
        response = self.send(base_url + self.path(parameters), self.headers(key), self.body(text))
        self.check(response)
        answer = self.read(response)
        self.validate(answer)
        return write(answer)

    def play(self, scenario, base_url, key):
        """Make the call of a scenario."""
        try:
            return CallResult(self.call(base_url, key, scenario.parameters, scenario.body))
        except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
            return CallResult(raised=Raised(type(error).__name__, str(error)))


@pytest.fixture(scope="session", autouse=True)
def soon():
    """A server that does not respond is waited for in a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replying, "SILENT_SECONDS", 0.3)
        yield


@pytest.fixture(scope="session")
def contract():
    """The published contract."""
    return load_contract()


@pytest.fixture(scope="session")
def plan(contract):
    """All scenarios of the standard profile."""
    return scenarios(contract)


@pytest.fixture(scope="module")
def server():
    """The server of scenarios."""
    with ScenarioServer() as running:
        yield running


@pytest.fixture
def client(contract):
    """A client that is right."""
    made = Client(contract)
    yield made
    made.http.close()


@pytest.fixture(scope="module")
def run(contract, plan, server):
    """Play scenarios against a client in this process, and return the results of the run."""

    def play(client, *only, key="a-key-that-opens-nothing"):
        return play_run(contract, chosen(plan, only=only), server, client, key)

    return play


def play_run(contract, plan, server, client, key="a-key-that-opens-nothing"):
    """Play some scenarios of a contract; returns the results and the events."""
    held = replace(contract, requirements=client_requirements(contract))
    sink = MemorySink()
    header = RunStarted(
        suite_version="0",
        run_id="0",
        document=contract.document.text,
        sha256="",
        operation=contract.operation.name,
        path=contract.operation.path,
        target="a client",
        profile="standard",
        seed=0,
        options={"client": "python harness.py"},
        requirements=held.requirements,
    )
    sink.append(header)
    play_all(held, plan, client, server, sink, key=key)
    return SimpleNamespace(results=fold(sink.events), events=sink.events)
