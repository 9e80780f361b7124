"""Faults of what is stored: names that collide, rejected bodies that are kept, objects that are not found again."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

from conformance.contract.contract import Contract
from conformance.contract.operations.path_template import fill
from conformance.contract.prose import Probe
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.witnesses import fullest, holding, invalid, smallest
from conformance.mock.stages import Stage, object_key
from conformance.mock.transaction import Rejection, Step, Transaction
from conformance.model.case import Request
from conformance.model.json_values import get, without


def store_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of what is stored; none where objects have no name."""
    if not contract.identity:
        return
    yield from _colliding_names(contract.identity)
    for slug, says in (("keeps", "keeps its settings"), ("replaces", "replaces its settings")):
        sentence, effect = f"Accepts a second creation of an object and {says}.", _again(keeps=slug == "keeps")
        row = "semantics.same-name-settings"
        yield _fault(f"same-name-{slug}", sentence, row, Stage.STORE, effect, _with_other_settings)
    sentence = "Stores the name of a body that it rejects."
    yield _fault(
        "rejected-stored", sentence, "error.leaves-nothing", Stage.VALIDATE, _keep_rejected, _invalid_then_valid
    )
    if contract.prose.read is not None:
        yield from _not_found(contract.prose.read)


def _colliding_names(path: str) -> Iterator[Fault]:
    for slug, says, normal, first, second in (
        ("by-case", "only in letter case", str.lower, "Witness-A", "witness-a"),
        ("by-spaces", "only in surrounding spaces", str.strip, " witness-a ", "witness-a"),
        ("after-8-characters", "only after eight characters", lambda name: name[:8], "witness-one", "witness-two"),
        ("by-separators", "only in separators", lambda name: name.replace("-", "_"), "witness-a", "witness_a"),
    ):

        def collide(tx: Transaction, step: Step, normal: Callable[[str], str] = normal, slug: str = slug) -> bool:
            step(tx)
            if tx.action != "create" or not isinstance(tx.name, str):
                return False
            seen = tx.state.memory.setdefault(f"state.names-{slug}", {})
            if seen.setdefault(normal(tx.name), tx.name) != tx.name:
                raise _exists()
            return False

        def witness(contract: Contract, first: str = first, second: str = second) -> tuple[Request, ...]:
            return holding(contract, {path: first}), holding(contract, {path: second})

        sentence = f"Treats names that differ {says} as equal."
        yield _fault(f"names-equal-{slug}", sentence, "semantics.distinct", Stage.STORE, collide, witness)


def _again(*, keeps: bool) -> Effect:
    """Return an effect that accepts a second creation with the same name, with the settings of the first or its own."""

    def effect(tx: Transaction, step: Step) -> bool:
        bodies = tx.state.memory.setdefault("state.same-name", {})
        key = object_key(tx.state, tx)
        try:
            step(tx)
        except Rejection as rejection:
            if rejection.status != HTTPStatus.CONFLICT:
                raise
            tx.sent = bodies.get(key, tx.sent) if keeps else tx.sent
            return True
        if tx.action == "create":
            bodies[key] = tx.sent
        return False

    return effect


def _with_other_settings(contract: Contract) -> tuple[Request, ...]:
    return smallest(contract, 1), fullest(contract, 1)


def _keep_rejected(tx: Transaction, step: Step) -> bool:
    kept = tx.state.memory.setdefault("state.rejected-stored", set())
    named = tx.action == "create" and isinstance(get(tx.sent, tx.state.contract.identity or ""), str)
    key = object_key(tx.state, tx) if named else None
    try:
        step(tx)
    except Rejection:
        kept.add(key)
        raise
    if key is not None and key in kept:
        raise _exists()
    return False


def _exists() -> Rejection:
    return Rejection(409, "ALREADY_EXISTS", "an object of this name exists", deliberate=True)


def _invalid_then_valid(contract: Contract) -> tuple[Request, ...]:
    return invalid(contract, 1), smallest(contract, 1)


def _not_found(probe: Probe) -> Iterator[Fault]:
    def invisible(tx: Transaction, step: Step) -> bool:
        step(tx)
        if tx.action == "read":
            raise Rejection(404, "NOT_FOUND", "there is no object of this name", deliberate=True)
        return False

    def otherwise(tx: Transaction, step: Step) -> bool:
        step(tx)
        before = tx.response
        for sent, returned in tx.state.contract.echoes if tx.action == "read" else ():
            if not sent.required:
                tx.response = without(tx.response, returned.path)
        return tx.response is not before

    def witness(contract: Contract) -> tuple[Request, ...]:
        request = fullest(contract)
        values = dict.fromkeys(contract.operation.path_parameters, "witness")
        target = fill(probe.path, {**values, "name": "witness-0001"})
        return request, Request(probe.method, target, request.headers)

    sentence = "Returns 404 for an object that was created."
    yield _fault("not-found-afterwards", sentence, "semantics.visible", Stage.STORE, invisible, witness)
    sentence = "Returns a created object without its optional properties."
    yield _fault("found-incomplete", sentence, "semantics.visible", Stage.BUILD, otherwise, witness)


def _fault(slug: str, sentence: str, requirement: str, stage: Stage, effect: Effect, witness: Witness) -> Fault:
    return Fault(f"state.{slug}", sentence, requirement, stage, effect, witness)
