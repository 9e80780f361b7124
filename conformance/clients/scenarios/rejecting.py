"""Responses with one schema violation: a client must not return them as valid."""

from collections.abc import Iterator

from conformance.clients.judging.requirements import invalid_id
from conformance.clients.scenarios.reading import node_at
from conformance.clients.scenarios.scenario import Scenario, Sort
from conformance.clients.scenarios.start import Start
from conformance.model.jsontext import write
from conformance.strategies.responses import invalid_responses

UNKNOWN_VALUE = "client-response.unknown-value"

ENOUGH = frozenset(
    "null absent true integer fraction string object array quoted-number unknown-enum-value unknown-property".split()
)
"""Classes of the standard profile; other violations of the same keyword at the same property are in `full`."""


def rejecting(start: Start, *, full: bool) -> Iterator[Scenario]:
    """Yield responses with exactly one violation, planted in the fullest."""
    for answer in invalid_responses(start.contract):
        value = answer.value
        if value is None or start.valid(answer.body):
            continue
        if not full and value.slug not in ENOUGH and value.keyword in {"enum", "type"}:
            continue
        node = node_at(start.response, answer.story.pointer)
        text = write(answer.body)
        focus = UNKNOWN_VALUE if value.keyword == "enum" else invalid_id(node)
        id_ = f"reject.{answer.id}"
        yield start.scenario(id_, Sort.REJECTING, (focus,), start.reply(text), answer.story, answer=text)
