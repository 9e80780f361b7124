"""What faults do: the few forms that effects take."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

from conformance.mock.faults.parts.fault import Effect
from conformance.mock.transaction import Fields, Refusal, Sending, Step, Turn
from conformance.model.jsontext import Json

REDIRECTIONS = frozenset({301, 302, 303, 307, 308})

Test: TypeAlias = Callable[[Turn], bool]


def after(change: Test) -> Effect:
    """Return an effect that lets the stage work and then changes the turn; `change` tells whether it did."""

    def effect(turn: Turn, step: Step) -> bool:
        step(turn)
        return change(turn)

    return effect


def answering(change: Callable[[Turn], Json]) -> Effect:
    """Return an effect that changes the body of a successful creation; the very same body is no change."""

    def effect(turn: Turn, step: Step) -> bool:
        step(turn)
        if turn.action != "create":
            return False
        before, turn.answer = turn.answer, change(turn)
        return turn.answer is not before

    return effect


def succeeding(change: Callable[[Turn], None]) -> Effect:
    """Return an effect that changes every successful creation after the stage."""

    def effect(turn: Turn, step: Step) -> bool:
        step(turn)
        if turn.refusal is not None or turn.action != "create":
            return False
        change(turn)
        return True

    return effect


def refusing(test: Test, status: int = 422, code: str = "VALIDATION_ERROR", message: str = "not accepted") -> Effect:
    """Return an effect that refuses what the stage let pass, where `test` holds."""

    def effect(turn: Turn, step: Step) -> bool:
        step(turn)
        if turn.action == "create" and test(turn):
            raise Refusal(status, code, message, deliberate=True)
        return False

    return effect


def crashing(test: Test, *, dropped: bool = False) -> Effect:
    """Return an effect that answers 500, or breaks the connection off, where `test` holds."""

    def effect(turn: Turn, step: Step) -> bool:
        if turn.action == "create" and test(turn):
            raise crash(turn, dropped=dropped)
        step(turn)
        return False

    return effect


def forgiving(test: Test) -> Effect:
    """Return an effect that lets pass what the stage refuses, where `test` holds."""

    def effect(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal:
            if not test(turn):
                raise
            return True
        return False

    return effect


def refusals(test: Callable[[Turn, Refusal], bool], status: int, *, dropped: bool = False) -> Effect:
    """Return an effect that gives the refusals of the stage another status, where `test` holds."""

    def effect(turn: Turn, step: Step) -> bool:
        try:
            step(turn)
        except Refusal as refusal:
            if not test(turn, refusal):
                raise
            if dropped or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise crash(turn, dropped=dropped, status=status) from refusal
            raise Refusal(status, refusal.code, refusal.message, _moved(status), deliberate=True) from refusal
        return False

    return effect


def of_status(status: int) -> Callable[[Turn, Refusal], bool]:
    """Return the test for refusals of one status."""
    return lambda _, refusal: refusal.status == status


def crash(turn: Turn, *, dropped: bool = False, status: int = 500) -> Refusal:
    """Return the refusal that stands for a crash; `dropped` breaks the connection off as well."""
    if dropped:
        turn.sending = Sending(dropped=True)
    return Refusal(status, "INTERNAL_ERROR", "internal server error", deliberate=True)


def _moved(status: int) -> Fields:
    return (("location", "/login"),) if status in REDIRECTIONS else ()
