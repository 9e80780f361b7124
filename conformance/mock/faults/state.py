"""Faults of state: what one request does to the response to another, and what happens intermittently."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from conformance.classify.requirements import combination_id
from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import always, changing_response, crashing, on_success, rejecting
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.mutations import other_value, same_if_equal
from conformance.mock.faults.parts.witnesses import holding, repeated, smallest
from conformance.mock.overlay import default_of
from conformance.mock.stages import Stage
from conformance.mock.transaction import Delivery, Transaction
from conformance.model.case import Request
from conformance.model.json_values import changed, get, without
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

ISOLATION = "semantics.isolation"


def state_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults that show over several requests."""
    yield from _intermittent_responses(contract)
    yield from _intermittent_rejections(contract)
    if contract.echoes:
        yield from _mixed_up()
    yield from _sticky(contract)


def _intermittent_responses(contract: Contract) -> Iterator[Fault]:
    needed = next((node for node in (contract.response.children if contract.response else ()) if node.required), None)
    if needed is not None:
        lost = changing_response(lambda tx: without(tx.response, needed.path))
        requirement = requirement_id(Group.RESPONSE, needed.label, "required")
        for count in (5, 20):
            sentence = f"Omits `{needed.label}` from 1 of {count} responses."
            yield _intermittent(count, "incomplete", sentence, requirement, Stage.BUILD, lost)
    for sent, returned in contract.echoes[-1:]:

        def forgotten(tx: Transaction, source: str = sent.path, target: str = returned.path) -> Json:
            return tx.response if get(tx.sent, source) is None else without(tx.response, target)

        sentence = f"Omits `{sent.label}` from 1 of 20 responses although it was sent."
        requirement = requirement_id(Group.SEMANTICS, sent.label, "echo")
        yield _intermittent(20, "forgets", sentence, requirement, Stage.BUILD, changing_response(forgotten))


def _intermittent_rejections(contract: Contract) -> Iterator[Fault]:
    accepted = combination_id(contract.request)
    limited, row = rejecting(always, 429, "RATE_LIMITED", "too many requests"), "transport.retries"
    yield _intermittent(20, "limited", "Returns 429 to 1 of 20 requests.", row, Stage.LIMIT, limited)
    busy, dropped = rejecting(always, 400, "TRY_AGAIN", "try again"), crashing(always, dropped=True)
    for count, slug, sentence, requirement, effect in (
        (2, "rejected", "Rejects 1 of 2 valid requests.", accepted, busy),
        (20, "rejected", "Rejects 1 of 20 valid requests.", accepted, busy),
        (20, "crashes", "Returns 500 for 1 of 20 requests.", "error.server-error", crashing(always)),
        (20, "dropped", "Closes the connection for 1 of 20 requests.", "transport.dropped", dropped),
    ):
        yield _intermittent(count, slug, sentence, requirement, Stage.VALIDATE, effect)


def _intermittent(count: int, slug: str, sentence: str, requirement: str, stage: Stage, effect: Effect) -> Fault:
    witness = repeated(count, full=stage is Stage.BUILD)
    return Fault(f"state.one-in-{count}-{slug}", sentence, requirement, stage, effect, witness, every=count)


def _mixed_up() -> Iterator[Fault]:
    def swapped(tx: Transaction) -> None:
        tx.delivery = Delivery(swapped=True)

    id_, sentence = "state.responses-swapped", "Swaps the responses of two concurrent requests."
    yield Fault(id_, sentence, ISOLATION, Stage.SEND, on_success(swapped), repeated(2), concurrent=True)

    def first(tx: Transaction) -> Json:
        found: Json = tx.state.memory.setdefault("state.first-response", tx.response)
        return found

    def previous(tx: Transaction) -> Json:
        found: Json = tx.state.memory.get("state.previous-response", tx.response)
        tx.state.memory["state.previous-response"] = tx.response
        return found

    sentence = "Returns the first object for every creation."
    yield _of_responses("first-response-again", sentence, first, repeated(2))
    yield _of_responses("previous-response", "Returns the previous object for every creation.", previous, repeated(3))


def _sticky(contract: Contract) -> Iterator[Fault]:
    optional = [(sent, returned) for sent, returned in contract.echoes if not sent.required]

    def witness(contract: Contract) -> tuple[Request, ...]:
        unusual = {sent.path: other_value(sent, default_of(sent, returned, contract)) for sent, returned in optional}
        return holding(contract, unusual, 1), smallest(contract, 2)

    for count, slug, says in ((len(optional), "sticky-settings", "properties"), (1, "sticky-property", "one property")):
        chosen = [(sent.path, returned.path) for sent, returned in optional[:count]]
        if chosen:
            sentence = f"Returns values of earlier requests for {says} when absent."
            yield _of_responses(slug, sentence, _remembering(f"state.{slug}", chosen), witness)


def _of_responses(slug: str, sentence: str, change: Callable[[Transaction], Json], witness: Witness) -> Fault:
    return Fault(f"state.{slug}", sentence, ISOLATION, Stage.BUILD, changing_response(change), witness)


def _remembering(key: str, chosen: Sequence[tuple[str, str]]) -> Callable[[Transaction], Json]:
    """Return what echoes values that were sent before; `chosen` are their places in request and response."""

    def remembered(tx: Transaction) -> Json:
        held = tx.state.memory.setdefault(key, {})
        response = tx.response
        for source, target in chosen:
            sent = get(tx.sent, source)
            if sent is not None:
                held[source] = sent
            elif source in held:
                response = changed(response, target, partial(same_if_equal, new=held[source]))
        return response

    return remembered
