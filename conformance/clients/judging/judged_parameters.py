"""Parameters of query, header and cookie that a client sent, compared with those that its caller set."""

from collections.abc import Iterator

from conformance.checks.shared.differences import quoted, same
from conformance.checks.shared.findings import finding
from conformance.checks.shared.pairs import default_of
from conformance.clients.judging import messages
from conformance.clients.judging.requirements import value_id
from conformance.clients.scenarios.scenario import Scenario
from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.sent_parameters import SentParameters, cookie_pairs, query_pairs
from conformance.model.case import Request
from conformance.model.finding import Judgement, Pass, Symptom
from conformance.model.json_values import MISSING
from conformance.model.jsontext import Json, equal
from conformance.strategies.parameter_values import stated_value

AGENT_FIELDS = frozenset({"user-agent", "accept-language", "accept-encoding"})
"""Header fields that a library sends of itself."""


def judge_parameters(contract: Contract, scenario: Scenario, request: Request) -> Iterator[Judgement]:
    """Yield what a request shows of each parameter outside of the path."""
    fields = [(name.lower(), value) for name, value in request.headers]
    cookies = cookie_pairs([value for name, value in fields if name == "cookie"])
    sent = SentParameters(query_pairs(request.target.partition("?")[2]), fields, cookies)
    for each in contract.operation.parameters:
        if each.location != "path" and (each.name in scenario.values or each.key[0] not in AGENT_FIELDS):
            yield from _judged(contract, each, scenario.values.get(each.name), sent)


def _judged(contract: Contract, parameter: Parameter, text: str | None, sent: SentParameters) -> Iterator[Judgement]:
    texts = sent.texts(parameter)
    node = contract.described(parameter.schema).node if parameter.schema else None
    values: list[Json] = list(sent.values(parameter, node)) if node is not None else [*texts]
    if not values:
        values = [*texts]
    if text is None:
        default = default_of(node) if node is not None else MISSING
        if values and not any(same(each, default) for each in values):
            yield _finding(parameter, "added", values[0], None)
        return
    asked = stated_value(contract, parameter, text)
    if not values:
        yield _finding(parameter, "omitted", None, asked)
    elif any(equal(each, asked) for each in values):
        yield Pass(value_id(parameter))
    else:
        yield _finding(parameter, "changed", values[0], asked)


def _finding(parameter: Parameter, way: str, now: Json, was: Json) -> Judgement:
    wording = {"added": messages.PARAMETER_ADDED, "omitted": messages.PARAMETER_OMITTED}.get(way, messages.PARAMETER)
    return finding(
        value_id(parameter),
        Symptom("parameter", f"the {parameter.location} parameter {parameter.name}", way),
        **wording.filled(location=parameter.location, name=parameter.name, now=quoted(now), was=quoted(was)),
        pointer=parameter.name,
        expected="absent" if way == "added" else quoted(was),
        actual="absent" if way == "omitted" else quoted(now),
    )
