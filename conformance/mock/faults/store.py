"""Faults of what is stored: names taken for one another, refused bodies kept, objects not found again."""

from collections.abc import Callable, Iterator

from conformance.contract.contract import Contract
from conformance.contract.prose import Probe
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.witnesses import fullest, holding, invalid, smallest
from conformance.mock.stages import Key, Stage, object_key
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.model.case import Request
from conformance.model.json_values import get, without


def store_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults of what is stored; none where objects have no name."""
    if not contract.identity:
        return
    yield from _names()
    yield _kept()
    if contract.prose.read is not None:
        yield from _found(contract.prose.read)


def _names() -> Iterator[Fault]:
    for slug, says, normal, first, second in (
        ("by-case", "in letter case alone", str.lower, "Witness-A", "witness-a"),
        ("by-spaces", "in spaces around them alone", str.strip, " witness-a ", "witness-a"),
        ("after-8-characters", "after eight characters alone", lambda name: name[:8], "witness-one", "witness-two"),
        ("by-separators", "in separators alone", lambda name: name.replace("-", "_"), "witness-a", "witness_a"),
    ):

        def collide(turn: Turn, step: Step, normal: Callable[[str], str] = normal, slug: str = slug) -> bool:
            step(turn)
            if turn.action != "create" or not isinstance(turn.name, str):
                return False
            seen = turn.desk.memory.setdefault(f"state.names-{slug}", {})
            if seen.setdefault(normal(turn.name), turn.name) != turn.name:
                raise Refusal(409, "ALREADY_EXISTS", "an object of this name exists", deliberate=True)
            return False

        def witness(contract: Contract, first: str = first, second: str = second) -> tuple[Request, ...]:
            path = contract.identity or ""
            return holding(contract, {path: first}), holding(contract, {path: second})

        sentence = f"Names that differ {says} are taken for one."
        yield _fault(f"names-alike-{slug}", sentence, "semantics.distinct", Stage.STORE, collide, witness)


def _kept() -> Fault:
    def stored(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal as refusal:
            key = _key_of(turn)
            if key is not None:
                turn.desk.stored.setdefault(key, None)
                refusal.deliberate = True
            raise
        return False

    sentence = "A body that is refused takes its name all the same."
    return _fault("refused-stored", sentence, "error.leaves-nothing", Stage.VALIDATE, stored, _wrong_then_right)


def _wrong_then_right(contract: Contract) -> tuple[Request, ...]:
    return invalid(contract, 1), smallest(contract, 1)


def _key_of(turn: Turn) -> Key | None:
    name = get(turn.sent, turn.desk.plan.contract.identity or "")
    return object_key(turn.desk, turn) if isinstance(name, str) else None


def _found(probe: Probe) -> Iterator[Fault]:
    def invisible(turn: Turn, step: Step) -> bool:
        if turn.action == "read":
            raise Refusal(404, "NOT_FOUND", "there is no object of this name", deliberate=True)
        step(turn)
        return False

    def otherwise(turn: Turn, step: Step) -> bool:
        step(turn)
        before = turn.answer
        for sent, answered in turn.desk.contract.echoes if turn.action == "read" else ():
            if not sent.required:
                turn.answer = without(turn.answer, answered.path)
        return turn.answer is not before

    def witness(contract: Contract) -> tuple[Request, ...]:
        request = fullest(contract)
        target = probe.path.replace("{name}", "witness-0001")
        for name in contract.operation.path_parameters:
            target = target.replace("{" + name + "}", "witness")
        return request, Request(probe.method, target, request.headers)

    sentence = "A created object is not found afterwards."
    yield _fault("not-found-afterwards", sentence, "semantics.visible", Stage.STORE, invisible, witness)
    sentence = "A created object is found afterwards with other members."
    yield _fault("found-otherwise", sentence, "semantics.visible", Stage.ANSWER, otherwise, witness)


def _fault(slug: str, sentence: str, requirement: str, stage: Stage, effect: Effect, witness: Witness) -> Fault:
    return Fault(f"state.{slug}", sentence, requirement, stage, effect, witness)
