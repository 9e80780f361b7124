"""The start of every scenario: a valid call, and a valid response to it."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from conformance.clients.scenarios.scenario import Fate, Reply, Scenario, Sort
from conformance.contract.contract import Contract
from conformance.contract.operations.serialization import as_text
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Story
from conformance.model.jsontext import Json, Writable, plain_json, write
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies


def parameter_text(value: Json) -> str:
    """Return how a caller sets a parameter: a scalar as it is, an array or object as JSON."""
    return write(value) if isinstance(value, list | dict) else as_text(value)


def undeclared(start: "Start") -> str:
    """Return the kind of a response whose status is not documented as a success."""
    return f"a status other than {' or '.join(map(str, start.contract.operation.successes))}"


class Start(msgspec.Struct, frozen=True, dict=True):
    """A contract, path parameters, and what scenarios are made from."""

    contract: Contract
    parameters: Mapping[str, str]
    response: Node

    @cached_property
    def build(self) -> Builder:
        """The builder of requests."""
        return Builder(self.contract, self.parameters)

    @cached_property
    def body(self) -> str:
        """The body of a valid call: the smallest one."""
        return write(self.build.smallest)

    @cached_property
    def values(self) -> dict[str, str]:
        """The parameters outside of the path that every call sets, as texts."""
        return {each.name: parameter_text(value) for each, value in self.build.values.items()}

    @cached_property
    def answer(self) -> str:
        """A valid response with every declared property."""
        return write(bodies.fullest(self.response))

    def reply(self, text: str, fate: Fate = Fate.WHOLE, *, status: int = 0, media_type: str = "") -> Reply:
        """Return the reply with a JSON text as its body."""
        operation = self.contract.operation
        headers = (("Content-Type", media_type or operation.response_media_type),)
        return Reply(status or operation.successes[0], headers, text.encode(), fate)

    def scenario(
        self, id_: str, sort: Sort, requirements: tuple[str, ...], reply: Reply, story: Story, *, answer: str = ""
    ) -> Scenario:
        """Return a scenario with a valid call."""
        return Scenario(id_, sort, requirements, self.parameters, self.body, reply, story, answer, values=self.values)

    def valid(self, body: Writable) -> bool:
        """Tell whether a response is valid against the response schema."""
        validator = self.contract.response_validator
        return validator is None or validator.is_valid(plain_json(body))
