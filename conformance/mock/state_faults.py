"""Faults of state: what one request does to another, what time and counting do, what is kept that should not be."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.contract.contract import Contract
from conformance.mock.effects import answering, crashing, refusing, succeeding
from conformance.mock.faults import ALWAYS, Effect, Fault, Trigger, Witness, every
from conformance.mock.places import MISSING, Tokens, changed
from conformance.mock.plan import put, take
from conformance.mock.stages import CREATED_FORMAT, Key, Stage, object_key
from conformance.mock.turn import Refusal, Sending, Step, Turn
from conformance.mock.witnesses import builder, fullest, holding, invalid, one, repeated, smallest
from conformance.model.case import Request
from conformance.model.jsontext import Json
from conformance.model.pointer import split
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group


def state_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults that show over several requests, and those of time."""
    yield from _now_and_then(contract)
    yield from _mixed_up(contract)
    if contract.identity:
        yield from _names(contract)
        yield from _kept(contract)
    if contract.prose.created:
        yield from _times(split(contract.prose.created))


def _now_and_then(contract: Contract) -> Iterator[Fault]:
    needed = next((node for node in (contract.response.children if contract.response else ()) if node.required), None)
    if needed is not None:
        target = split(needed.path)
        lost = answering(lambda turn: changed(turn.answer, target, lambda _: MISSING))
        requirement = requirement_id(Group.RESPONSE, needed.label, "required")
        for count in (5, 20):
            yield _fault(
                f"one-in-{count}-incomplete",
                f"One answer in {count} lacks {needed.label}.",
                requirement,
                Stage.ANSWER,
                lost,
                repeated(count),
                every(count),
            )
    for sent, answered in contract.echoes[-1:]:
        where = split(answered.path)

        def forgotten(turn: Turn, where: Tokens = where, source: Tokens = split(sent.path)) -> Json:
            return turn.answer if take(turn.sent, source) is None else changed(turn.answer, where, lambda _: MISSING)

        yield _fault(
            "one-in-20-forgets",
            f"One answer in 20 does not repeat {sent.label}.",
            requirement_id(Group.SEMANTICS, sent.label, "echo"),
            Stage.ANSWER,
            answering(forgotten),
            repeated(20),
            every(20),
        )
    refused = requirement_id(Group.ACCEPTANCE, contract.request.label, "required")
    busy = refusing(lambda _: True, 400, "TRY_AGAIN", "try again")
    for count in (2, 20):
        yield _fault(
            f"one-in-{count}-refused",
            f"One right request in {count} is refused.",
            refused,
            Stage.VALIDATE,
            busy,
            repeated(count, full=False),
            every(count),
        )
    for slug, says, requirement, dropped in (
        ("crashes", "is answered with 500", "error.server-error", False),
        ("dropped", "gets no answer", "transport.dropped", True),
    ):
        yield _fault(
            f"one-in-20-{slug}",
            f"One request in 20 {says}.",
            requirement,
            Stage.VALIDATE,
            crashing(lambda _: True, dropped=dropped),
            repeated(20, full=False),
            every(20),
        )


def _mixed_up(contract: Contract) -> Iterator[Fault]:
    def swapped(turn: Turn) -> None:
        turn.sending = Sending(swapped=True)

    yield Fault(
        "state.answers-swapped",
        "Two requests in flight at once get each other's answer.",
        "semantics.isolation",
        Stage.SEND,
        succeeding(swapped),
        repeated(2),
        concurrent=True,
    )

    def cached(turn: Turn) -> Json:
        return _memory(turn).setdefault("state.first-answer", turn.answer)  # type: ignore[no-any-return]

    first_again = answering(cached)
    yield _fault(
        "first-answer-again",
        "Every creation is answered with the first object.",
        "semantics.isolation",
        Stage.ANSWER,
        first_again,
        repeated(2),
    )

    def late(turn: Turn) -> Json:
        memory = _memory(turn)
        held = memory.get("state.previous-answer", turn.answer)
        memory["state.previous-answer"] = turn.answer
        return held  # type: ignore[no-any-return]

    yield _fault(
        "previous-answer",
        "Every creation is answered with the object before.",
        "semantics.isolation",
        Stage.ANSWER,
        answering(late),
        repeated(3),
    )
    optional = [(sent, answered) for sent, answered in contract.echoes if not sent.required]
    for count, slug, says in ((len(optional), "sticky-settings", "Members"), (1, "sticky-member", "One member")):
        chosen = [(split(sent.path), split(answered.path)) for sent, answered in optional[:count]]
        if not chosen:
            continue

        def sticky(turn: Turn, chosen: list[tuple[Tokens, Tokens]] = chosen, slug: str = slug) -> Json:
            held = _memory(turn).setdefault(f"state.{slug}", {})
            answer = turn.answer
            for source, target in chosen:
                sent = take(turn.sent, source)
                if sent is not None:
                    held[source] = sent
                elif source in held:
                    answer = changed(answer, target, lambda _, value=held[source]: value)  # type: ignore[misc]
            return answer

        def witness(contract: Contract) -> tuple[Request, ...]:
            other = {sent.path: _unusual(contract, sent.path) for sent, _ in optional}
            return holding(contract, other, 1), smallest(contract, 2)

        yield _fault(
            slug,
            f"{says} that were sent once come back where they are not sent any more.",
            "semantics.isolation",
            Stage.ANSWER,
            answering(sticky),
            witness,
        )


def _unusual(contract: Contract, path: str) -> Any:  # noqa: ANN401 (a JSON value)
    """Return a valid value that is not the default."""
    for sent, _ in contract.echoes:
        if sent.path == path:
            if sent.types & {"integer", "number"}:
                return 43
            if sent.shape("boolean") is not None:
                return True
    return builder(contract).defaults.values.get(path, "KEEP")


def _names(contract: Contract) -> Iterator[Fault]:
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
            seen = _memory(turn).setdefault(f"state.names-{slug}", {})
            if seen.setdefault(normal(turn.name), turn.name) != turn.name:
                raise Refusal(409, "ALREADY_EXISTS", "an object of this name exists", deliberate=True)
            return False

        def witness(contract: Contract, first: str = first, second: str = second) -> tuple[Request, ...]:
            path = contract.identity or ""
            return holding(contract, {path: first}), holding(contract, {path: second})

        sentence = f"Names that differ {says} are taken for one."
        yield _fault(f"names-alike-{slug}", sentence, "semantics.distinct", Stage.STORE, collide, witness)


def _kept(contract: Contract) -> Iterator[Fault]:
    def stored(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal as refusal:
            key = _key_of(turn)
            if key is None:
                raise
            turn.desk.stored.setdefault(key, None)
            refusal.deliberate = True
            raise
        return False

    yield _fault(
        "refused-stored",
        "A body that is refused takes its name all the same.",
        "error.leaves-nothing",
        Stage.VALIDATE,
        stored,
        lambda contract: (invalid(contract, 1), smallest(contract, 1)),
    )
    probe = contract.prose.read
    if probe is None:
        return

    def invisible(turn: Turn, step: Step) -> bool:
        if turn.action == "read":
            raise Refusal(404, "NOT_FOUND", "there is no object of this name", deliberate=True)
        step(turn)
        return False

    def otherwise(turn: Turn, step: Step) -> bool:
        step(turn)
        if turn.action != "read" or contract.response is None:
            return False
        for sent, answered in contract.echoes:
            if not sent.required:
                turn.answer = changed(turn.answer, split(answered.path), lambda _: MISSING)
        return True

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


def _key_of(turn: Turn) -> Key | None:
    tokens = turn.desk.plan.identity
    if not isinstance(take(turn.sent, tokens), str):
        return None
    return object_key(turn.desk, turn)


def _times(target: Tokens) -> Iterator[Fault]:
    def moved(hours: float) -> Callable[[Turn], Json]:
        def change(turn: Turn) -> Json:
            told = turn.arrived.astimezone(UTC) + timedelta(hours=hours)
            return put(turn.answer, target, told.strftime(CREATED_FORMAT))

        return change

    def constant(turn: Turn) -> Json:
        return put(turn.answer, target, "2020-01-02T03:04:05Z")

    def epoch(turn: Turn) -> Json:
        return put(turn.answer, target, datetime(1970, 1, 1, tzinfo=UTC).strftime(CREATED_FORMAT))

    def swapped(turn: Turn) -> Json:
        told = turn.arrived.astimezone(UTC)
        return put(turn.answer, target, told.replace(day=1, month=1).strftime(CREATED_FORMAT))

    for slug, says, change in (
        ("hours-ahead", "is two hours ahead, as local time that claims to be UTC", moved(2)),
        ("hours-behind", "is five hours behind", moved(-5)),
        ("days-ahead", "lies in the future", moved(72)),
        ("constant", "is the same for every object", constant),
        ("epoch", "is the beginning of 1970", epoch),
        ("year-alone", "has the first of January for its day", swapped),
    ):
        sentence = f"The time of creation {says}."
        yield Fault(f"created.{slug}", sentence, "semantics.created", Stage.ANSWER, answering(change), one(smallest))


def _memory(turn: Turn) -> dict[str, Any]:
    memory: dict[str, Any] = turn.desk.memory
    return memory


def _fault(
    slug: str,
    sentence: str,
    requirement: str,
    stage: Stage,
    effect: Effect,
    witness: Witness,
    trigger: Trigger = ALWAYS,
) -> Fault:
    return Fault(f"state.{slug}", sentence, requirement, stage, effect, witness, trigger)


