"""A file of relations, drafted from what a target returns for valid requests."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import parse_qsl

import msgspec
import yaml
from msgspec.structs import replace

from conformance.checks.semantics.stated import relates
from conformance.checks.shared.differences import same
from conformance.checks.shared.request_parts import path_parameters
from conformance.contract.contract import Contract, is_in_map
from conformance.contract.operations.serialization import as_text
from conformance.contract.schemas.nodes import Node, find
from conformance.journal.events import ExchangeEnded, RequestSent
from conformance.journal.reading import read_journal
from conformance.model.case import Case
from conformance.model.json_values import MISSING, body_value, get, leaves
from conformance.model.jsontext import Json, write
from conformance.model.pointer import last, parent
from conformance.model.requirement import RelationFile, Stated, StatedRelation, StatedRelationKind
from conformance.model.vocabulary import Expectation, Profile
from conformance.runner.plan import Plan
from conformance.workflow.run import Hooks, run
from conformance.workflow.setup.contracts import contract_for
from conformance.workflow.setup.options import RunOptions

MOST_REQUESTS = 24
"""How many valid requests are sent."""

FEWEST = 3
"""How many exchanges must show a relation, with how many values where the two places have different names."""

UNLIKE = 2

SHORTEST = 4
"""A string that is shorter is contained in others by chance."""


class ShownExchange(msgspec.Struct, frozen=True):
    """What one exchange shows: the values that were sent by place, what was sent as a body, and the response."""

    sent: dict[str, Json]
    body: Json
    response: Json


class Draft(msgspec.Struct, frozen=True):
    """A file of relations, and of how many exchanges it was drafted."""

    file: RelationFile
    exchanges: int

    @property
    def text(self) -> str:
        """The file as YAML."""
        rows = [
            # A default of null is stated: what is omitted reads as forgotten.
            {**msgspec.to_builtins(each), **({"value": each.value} if each.kind is StatedRelationKind.DEFAULT else {})}
            for each in self.file.relations
        ]
        content = {"operation": self.file.operation, "relations": rows}
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def draft(options: RunOptions) -> Draft:
    """Send valid requests to the target of a run, and return what they show; the journal is in `options.out`.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.

    """
    contract = contract_for(options)
    sending = replace(options, profile=Profile.STANDARD, repeats=0, reports=("results",), relations=None, workers=None)
    run(sending, Hooks(choose=_valid))
    shown = list(_exchanges(contract, options))
    return Draft(RelationFile(contract.operation.name, tuple(relations_of(shown))), len(shown))


def relations_of(shown: Sequence[ShownExchange]) -> Iterator[StatedRelation]:
    """Yield the relations that all exchanges keep, and enough of them show."""
    places = dict.fromkeys(place for each in shown for place in each.sent)
    answered = dict.fromkeys(place for each in shown for place, _ in leaves(each.response) if "/" in place)
    pairs = [(_likeness(place, response), place, response) for place in places for response in answered]
    taken: set[str] = set()
    for kind in (StatedRelationKind.EQUAL, StatedRelationKind.CONTAINS):
        # The most alike first: where amounts of several places were equal by chance, they tell which one returns.
        for likeness, place, response in sorted(pairs):
            if not {place, response} & taken and _holds(place, response, kind, shown, alike=likeness < UNLIKE):
                taken |= {place, response}
                found = StatedRelation(place, response, kind)
                yield found
                yield from _default(found, shown) if kind is StatedRelationKind.EQUAL else ()


def _likeness(place: str, response: str) -> int:
    """Return 0 for the same place, 1 for places of the same name, else `UNLIKE`."""
    named = place.rpartition(".")[2] if place.startswith("$") else last(place)
    return 0 if place == response else 1 if named == last(response) else UNLIKE


def _holds(place: str, response: str, kind: StatedRelationKind, shown: Sequence[ShownExchange], *, alike: bool) -> bool:
    values: list[Json] = []
    for each in shown:
        value = each.sent.get(place)
        if value is None:
            continue
        if kind is StatedRelationKind.CONTAINS and (
            isinstance(value, list | dict | bool) or len(as_text(value)) < SHORTEST
        ):
            continue
        found = get(each.response, response, MISSING)
        if found is MISSING or not _relates(place, kind, value, found):
            return False
        values.append(value)
    different = sum(not any(same(value, other) for other in values[:index]) for index, value in enumerate(values))
    return len(values) >= FEWEST and different >= (2 if alike else FEWEST)


def _relates(place: str, kind: StatedRelationKind, value: Json, found: Json) -> bool:
    """Tell whether a value relates to one that was found; a parameter is a text, whatever its schema says."""
    if place.startswith("$") and kind is StatedRelationKind.EQUAL and not isinstance(found, list | dict):
        return as_text(found) == as_text(value)
    return relates(kind, value, found)


def _default(equal: StatedRelation, shown: Sequence[ShownExchange]) -> Iterator[StatedRelation]:
    """Yield the default of a property that the response repeats, where it was the same whenever it was absent."""
    if equal.parameter is not None:
        return
    absent = [each for each in shown if equal.request not in each.sent and _has_parent(each.body, equal.request)]
    values = [get(each.response, equal.response, MISSING) for each in absent]
    if len(values) >= FEWEST and values[0] is not MISSING and all(same(value, values[0]) for value in values):
        with suppress(msgspec.ValidationError):  # a deeper value is none that a file states
            plain = msgspec.json.decode(write(values[0]), type=Stated)
            yield replace(equal, kind=StatedRelationKind.DEFAULT, value=plain)


def _has_parent(body: Json, pointer: str) -> bool:
    return isinstance(get(body, parent(pointer)), dict)


def _valid(plan: Plan) -> Plan:
    """Return a plan of valid requests alone."""
    valid = [each for each in plan.items if isinstance(each, Case) and each.expectation is Expectation.ACCEPTED]
    return replace(plan, items=tuple(each for each in valid if not each.merged)[:MOST_REQUESTS])


def _exchanges(contract: Contract, options: RunOptions) -> Iterator[ShownExchange]:
    """Yield what each accepted request of a run shows whose response is valid."""
    sent: dict[int, RequestSent] = {}
    for event in read_journal(options.out):
        if isinstance(event, RequestSent):
            sent[event.send] = event
        elif isinstance(event, ExchangeEnded) and event.response is not None and event.send in sent:
            request = sent.pop(event.send).case.request
            response = body_value(event.response.body)
            validator = contract.response_validator
            if contract.operation.responses.accepts(event.response.status) and validator and validator.holds(response):
                body = body_value(request.body)
                yield ShownExchange(dict(_places(contract, request.target, body)), body, response)


def _places(contract: Contract, target: str, body: Json) -> Iterator[tuple[str, Json]]:
    """Yield each place of a request with its value: parameters of path and query, and leaves of the body."""
    for name, text in (path_parameters(contract.operation.path, target.partition("?")[0]) or {}).items():
        yield f"$request.path.{name}", text
    declared = {each.name for each in contract.operation.parameters if each.location == "query"}
    for name, text in parse_qsl(target.partition("?")[2]):
        if name in declared:
            yield f"$request.query.{name}", text
    if isinstance(body, dict):
        yield from ((place, value) for place, value in leaves(body) if _is_declared(contract.request, place))


def _is_declared(root: Node, place: str) -> bool:
    """Tell whether a property is declared by its name: others are made up."""
    return find(root, place) is not None and not is_in_map(root, place)
