"""Scenarios for tests of a client in Python: each with a live base URL or behind respx, and judged in the test.

The test makes the call with its client, and passes on what was returned or raised.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from conformance.clients.judging.judge import judge
from conformance.clients.judging.judged_result import Baseline, learned
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario
from conformance.clients.server import LiveScenario, ScenarioServer
from conformance.contract.contract import Contract
from conformance.model.case import Request
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.jsontext import Json, write
from conformance.model.vocabulary import Strength

if TYPE_CHECKING:
    import respx

KEY = "conformance-client-key"
"""The key that a client gets: it is valid nowhere."""

MOCKED_HOST = "scenario.test"
MOCKED_URL = f"http://{MOCKED_HOST}"

SILENT = object()


class ClientFault(AssertionError):  # noqa: N818 (a failed assertion of a test)
    """A client failed requirements: `findings` say which."""

    def __init__(self, scenario: str, findings: tuple[Finding, ...]) -> None:
        lines = [f"scenario {scenario}:"]
        for each in findings:
            compared = f"expected {each.expected or 'nothing'}, got {each.actual or 'nothing'}"
            lines.append(f"{each.requirement}: {each.message} ({compared})")
        super().__init__("\n".join(lines))
        self.findings = findings


class ClientScenario:
    """One scenario in a test.

    Attributes:
        id: the scenario's id.
        base_url: where the client sends its request, without a slash at the end.
        api_key: the key for the client.
        parameters: the parameters that are set by name, not encoded; arrays and objects are JSON.
        body_json: the body to send, as JSON; `null` where the operation has none.

    """

    def __init__(self, session: "ClientSession", live: LiveScenario) -> None:
        self._session = session
        self._live = live
        self.id = live.scenario.id
        self.base_url = live.base_url
        self.api_key = KEY + live.scenario.key_end
        self.parameters: Mapping[str, str] = {**live.scenario.parameters, **live.scenario.values}
        self.body_json = live.scenario.body

    @property
    def scenario(self) -> Scenario:
        """The scenario: its response, its requirements, its story."""
        return self._live.scenario

    @property
    def body(self) -> Any:  # noqa: ANN401 (JSON data, to be handed to a client)
        """The body to send, as Python data; integers are exact."""
        return json.loads(self.body_json)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that have arrived, with targets relative to the base URL."""
        return tuple(request for request, _ in self._live.requests)

    def judge(
        self, *, returned: object = SILENT, raised: BaseException | None = None, fail_on: Strength | str = Strength.MUST
    ) -> tuple[Judgement | Doubt, ...]:
        """Judge what the client returned or raised; return all that was found.

        Args:
            returned: the result of the call, as JSON data.
            raised: the exception that the call raised, in the place of `returned`.
            fail_on: the least strength of a requirement that fails the test: `must`, `should` or `advisory`.

        Raises:
            AssertionError: the client failed a requirement that is at least as strong as `fail_on`.
            TypeError: neither or both were given, or `returned` is not JSON data.

        """
        if (returned is SILENT) == (raised is None):
            message = "judge() needs exactly one of returned= and raised="
            raise TypeError(message)
        if raised is not None:
            made = CallResult(raised=Raised(type(raised).__name__, str(raised)))
        else:
            made = CallResult(write(_plain(returned)))
        found = self._session.judged(self._live.scenario, self.requests, made)
        weakest = Strength(fail_on).rank
        broken = tuple(
            each for each in found if isinstance(each, Finding) and self._session.strength(each).rank <= weakest
        )
        if broken:
            raise ClientFault(self.id, broken)
        return found


class ClientSession:
    """Plays scenarios for the tests of one client, for as long as the context lasts.

    The scenario of the fullest response comes first, as in `scenarios`: how the client reads it is the baseline of the
    others.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = replace(contract, requirements=client_requirements(contract))
        self._stack = ExitStack()
        self._server: ScenarioServer | None = None
        self._base = Baseline()

    def __enter__(self) -> Self:
        """Return the session; its server starts with the first scenario that needs one."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self._stack.close()
        self._server = None

    @contextmanager
    def playing(self, scenario: Scenario) -> Iterator[ClientScenario]:
        """Serve a scenario on this machine, below a base URL of its own, for as long as the context lasts."""
        if self._server is None:
            self._server = self._stack.enter_context(ScenarioServer())
        with self._server.playing(scenario) as live:
            yield ClientScenario(self, live)

    @contextmanager
    def mocking(self, scenario: Scenario, router: "respx.Router") -> Iterator[ClientScenario]:
        """Respond with a scenario through a respx router, without a socket, for clients that use httpx.

        What needs a socket (a reset, a truncated body) is raised as the exception of httpx.
        """
        # Callers with a router have loaded respx and httpx.
        from conformance.clients.mocking import check_headers, reply_to  # noqa: PLC0415

        live = LiveScenario(scenario, MOCKED_URL)

        def respond(request: Any) -> Any:  # noqa: ANN401 (httpx's own types)
            check_headers(request)
            target = request.url.raw_path.decode("latin-1")
            headers = tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw
            )
            live.requests.append((Request(request.method, target, headers, request.content), time.time()))
            return reply_to(scenario.reply, request, target)

        router.route(host__regex=rf"(.+\.)?{MOCKED_HOST}").mock(side_effect=respond)
        yield ClientScenario(self, live)

    def judged(
        self, scenario: Scenario, requests: Sequence[Request], made: CallResult
    ) -> tuple[Judgement | Doubt, ...]:
        """Judge a scenario by the requirements of the contract."""
        self._base = learned(self._contract, self._base, scenario, made)
        return judge(self._contract, scenario, requests, made, self._base, KEY)

    def strength(self, finding: Finding) -> Strength:
        """Return the strength of a finding's requirement."""
        return self._contract.by_id[finding.requirement].strength


def _plain(value: object) -> Json:
    """Return Python data as JSON data, with tuples as lists.

    Raises:
        TypeError: the data is not JSON data.

    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    message = f"returned= must be JSON data, not {type(value).__name__}; convert the model first"
    raise TypeError(message)
