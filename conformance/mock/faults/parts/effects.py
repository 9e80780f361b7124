"""The forms that the effects of faults take."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from conformance.mock.faults.parts.fault import Effect
from conformance.mock.transaction import Delivery, Rejection, Step, Transaction
from conformance.model.jsontext import Json

REDIRECTIONS = frozenset({301, 302, 303, 307, 308})

T = TypeVar("T")

Test: TypeAlias = Callable[[Transaction], bool]


def always(_: Transaction) -> bool:
    """Hold for every transaction."""
    return True


def on(read: Callable[[Transaction], T], test: Callable[[T], bool]) -> Test:
    """Return the test of what is read of a transaction."""
    return lambda tx: test(read(tx))


def after(change: Test) -> Effect:
    """Return an effect that runs the stage and then changes the transaction; `change` returns whether it did."""

    def effect(tx: Transaction, step: Step) -> bool:
        step(tx)
        return change(tx)

    return effect


def changing_response(change: Callable[[Transaction], Json]) -> Effect:
    """Return an effect that changes the JSON of a successful creation; returning the same object is no change."""

    def effect(tx: Transaction, step: Step) -> bool:
        step(tx)
        if tx.action != "create":
            return False
        before, tx.response = tx.response, change(tx)
        return tx.response is not before

    return effect


def on_success(change: Callable[[Transaction], None]) -> Effect:
    """Return an effect that changes every successful creation after the stage."""

    def effect(tx: Transaction, step: Step) -> bool:
        step(tx)
        if tx.rejection is not None or tx.action != "create":
            return False
        change(tx)
        return True

    return effect


def rejecting(test: Test, status: int = 422, code: str = "VALIDATION_ERROR", message: str = "not accepted") -> Effect:
    """Return an effect that rejects what the stage accepts, where `test` holds."""

    def effect(tx: Transaction, step: Step) -> bool:
        step(tx)
        if tx.action == "create" and test(tx):
            raise Rejection(status, code, message, deliberate=True)
        return False

    return effect


def accepting(test: Test) -> Effect:
    """Return an effect that accepts what the stage rejects, where `test` holds; the test may correct the request."""

    def effect(tx: Transaction, step: Step) -> bool:
        try:
            step(tx)
        except Rejection:
            if not test(tx):
                raise
            return True
        return False

    return effect


def crashing(test: Test, *, dropped: bool = False) -> Effect:
    """Return an effect that returns 500, or drops the connection, where `test` holds."""

    def effect(tx: Transaction, step: Step) -> bool:
        if tx.action == "create" and test(tx):
            raise _crash(tx, dropped=dropped)
        step(tx)
        return False

    return effect


def with_status(status: int, test: Test = always, *, of: int | None = None, dropped: bool = False) -> Effect:
    """Return an effect that gives rejections by the stage another status, where `test` holds.

    `of` limits it to rejections with that status; `dropped` drops the connection.
    """

    def effect(tx: Transaction, step: Step) -> bool:
        try:
            step(tx)
        except Rejection as rejection:
            if of not in {None, rejection.status} or not test(tx):
                raise
            if dropped or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _crash(tx, dropped=dropped, status=status) from rejection
            moved = (("location", "/login"),) if status in REDIRECTIONS else ()
            raise Rejection(status, rejection.code, rejection.message, moved, deliberate=True) from rejection
        return False

    return effect


def _crash(tx: Transaction, *, dropped: bool, status: int = 500) -> Rejection:
    if dropped:
        tx.delivery = Delivery(dropped=True)
    return Rejection(status, "INTERNAL_ERROR", "internal server error", deliberate=True)
