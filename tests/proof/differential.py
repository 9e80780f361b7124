"""A differential run: the mock with one fault beside the reference server, on the same requests.

What costs is shared by all faults: requests are prepared once, and what a fault does not touch (the parsed body, the
verdict of the validator, the response that is built, its text) is looked up by identity.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter, is_
from typing import Any, TypeAlias

import msgspec
import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import find
from conformance.mock import app, stages
from conformance.mock.app import Mock
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.locations import locations
from conformance.mock.faults.parts.witnesses import planted, smallest
from conformance.mock.stages import PROCESSING, RESPONDING, Stage
from conformance.mock.transaction import Delivery, Fields, MockState, Rejection, Transaction
from conformance.model.case import KEY, SLOT, Relation, Request
from conformance.model.jsontext import Json, Literal, Writable, write
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.path_values import UNKNOWN_VALUES

RIGHT_KEY = "key-of-the-differential-run"
UNKNOWN_PARAMETER = UNKNOWN_VALUES[0]
MOMENT = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)

HOSTILE: Mapping[str, Writable] = {
    "huge": Literal("1e1000000000000"),
    "huge-negative": Literal("-1e1000000000000"),
    "huge-zero": Literal("0e1000000000000"),
    "tiny": Literal("-1.5e-1000000000000"),
    "long": Literal("9" * 4_300),
    "long-fraction": Literal("0." + "7" * 4_000),
    "huge-in-string": "1e1000000000000",
    "long-in-string": "1" * 6_000,
    "not-a-number-in-string": "-sNaN",
    "other-digits": "\u0663",
    "surrogates": Literal('"\\ud800a\\udfff%"'),
    "surrogate-in-name": {"\ud800": 1},
    "marks": "a" + "\u0315\u0300" * 10_000,
    "deep": Literal("[" * 100 + "]" * 100),
}
"""Values that programs often cannot handle, to be sent at every location."""


Work: TypeAlias = Callable[[MockState, Transaction], None]
Pipeline: TypeAlias = Iterable[tuple[Any, Work]]
Values: TypeAlias = tuple[object, ...]

_OWN = {"headers", "state", "received_at", "number", "rejection", "fired"}
"""The parts of a transaction that are not compared: they are those of the run."""

NO_PARAMETERS: dict[str, str] = {}
"""The parameters of every transaction to begin with: one object, so that equal transactions are known by identity."""


HOSTILE_TEXTS: Mapping[str, bytes] = {
    "comments": b'{"a": ' + b"/*" * 50_000,
    "line-comments": b'{"a": ' + b"//#" * 50_000 + b'"',
    "line-breaks": b"1" + b"\n" * 100_000,
    "escapes": b'["' + b"\\u0061" * 20_000 + b'"]',
    "open-quotes": b'["' + b'\\"' * 50_000,
    "digits": b"[" + b"1" * 4_299 + b"]" + b" 1" * 50_000,
    "digit-runs": b"[" + (b"1" * 4_400 + b"a") * 30 + b"]",
    "names": b"{" + b"a " * 50_000,
    "marks-of-order": b"\xff\xfe" + b"\xd8" * 99_999,
}
"""Bodies on which a program that searches them takes quadratic time, or that it cannot decode."""


class Exchange(msgspec.Struct, frozen=True):
    """One request as the mock receives it, the id of its case, and the number of the unit that it belongs to."""

    unit: int
    id: str
    method: str
    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def transaction(self) -> Transaction:
        """Return a new transaction of the request."""
        tx = Transaction(self.method, self.path, self.query, self.headers, self.body)
        tx.parameters = NO_PARAMETERS
        return tx


class Outcome(msgspec.Struct, frozen=True):
    """What the reference server does with a request: at which stage and why it rejects it, and the response."""

    action: str
    rejected_at: Stage | None
    violated: frozenset[str]
    status: int
    headers: Fields
    response: Json
    body: bytes
    delivery: Delivery

    def passes(self, stage: Stage) -> bool:
        """Return whether the request is not rejected up to and including `stage`."""
        order = list(Stage)
        return self.rejected_at is None or order.index(self.rejected_at) > order.index(stage)


class DifferentialRun:
    """The requests of the whole catalogue, the reference server's outcomes, and runs of mocks with a fault."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.contract = load_contract()
        self.units = list(_units(self.contract))
        alone = frozenset(id(unit[0].headers) for unit in self.units if len(unit) == 1)
        self._recorded = {stage: _RecordedStage(work, alone) for stage, work in PROCESSING}
        encode = _SharedEncode()
        patch.setattr(stages, "encode", encode)
        self.outcomes = list(self._reference())
        encode.learning = False

    def against(self, fault: Fault) -> Iterator[tuple[Exchange, Outcome, Transaction | Exception]]:
        """Yield each request whose response may differ, with the outcomes of the reference server and of the fault."""
        outcomes = iter(self.outcomes)
        for exchange, result in self._run(self._mock([fault], *self._pipeline(fault.stage))):
            outcome = next(outcomes)
            if not isinstance(result, _Same):
                yield exchange, outcome, result

    def _reference(self) -> Iterator[Outcome]:
        processing = [(stage, each.record) for stage, each in self._recorded.items()]
        for exchange, tx in self._run(self._mock([], processing, RESPONDING)):
            assert isinstance(tx, Transaction), (exchange.id, tx)
            at = next((stage for stage, each in self._recorded.items() if id(tx.headers) in each.rejected), None)
            broken = violated(self.contract, tx.sent) if at is Stage.VALIDATE else set()
            body, headers = tx.response_body, tx.response_headers
            yield Outcome(tx.action, at, frozenset(broken), tx.status, headers, tx.response, body, tx.delivery)

    def _run(self, mock: Mock) -> Iterator[tuple[Exchange, Transaction | Exception]]:
        """Yield the result of each request. What the server holds is that of the unit; what a fault holds, remains."""
        for number, unit in enumerate(self.units):
            mock.stored.clear()
            mock.creations = mock.requests = number
            for exchange in unit:
                tx = exchange.transaction()
                try:
                    mock.handle(tx)
                except Exception as error:  # noqa: BLE001  (what a fault must not raise)
                    yield exchange, error
                else:
                    yield exchange, tx

    def _mock(self, faults: Iterable[Fault], processing: Pipeline, responding: Pipeline) -> Mock:
        self._patch.setattr(app, "PROCESSING", processing)
        self._patch.setattr(app, "RESPONDING", responding)
        unknown = frozenset({UNKNOWN_PARAMETER})
        return Mock(self.contract, key=RIGHT_KEY, unknown=unknown, faults=faults, clock=lambda: MOMENT)

    def _pipeline(self, stage: Stage) -> tuple[Pipeline, Pipeline]:
        """Return the stages of a run with a fault at `stage`, beginning there and ending where nothing differs."""
        order = list(self._recorded)
        if stage not in order:
            return [(None, _Begin(list(self._recorded.values()), None))], RESPONDING
        index, here = order.index(stage), self._recorded[stage]
        earlier, later = [self._recorded[each] for each in order[:index]], order[index + 1 :]
        repeated = [(each, self._recorded[each].repeat) for each in later]
        processing = [(None, _Begin(earlier, here)), (stage, here.repeat), (None, here.end_if_same), *repeated]
        return processing, [(None, _end_if_repeated), *RESPONDING]


def violated(contract: Contract, body: Json) -> set[str]:
    """Return the ids of the rejection requirements that a body violates."""
    found: set[str] = set()
    for each in contract.request_validator.violations(body):
        pointer = each.pointer.rpartition("/")[0] if each.keyword == "additionalProperties" else each.pointer
        node = find(contract.request, pointer)
        if node is not None:
            shape = node.shape("object")
            label = shape.owner if shape and each.keyword == "additionalProperties" else node.label
            keywords = {"type", "coercible"} if each.keyword == "type" else {each.keyword}
            found |= {f"reject.{label}.{keyword}" for keyword in keywords}
    return found


def changes(outcome: Outcome, tx: Transaction) -> set[str]:
    """Return what of a response differs: `status`, `delivery`, a header by name, a property by pointer, or `text`."""
    if (tx.status, tx.response_headers, tx.response_body, tx.delivery) == (
        outcome.status,
        outcome.headers,
        outcome.body,
        outcome.delivery,
    ):
        return set()
    found = {"status"} if tx.status != outcome.status else set()
    if tx.delivery != outcome.delivery:
        found.add("delivery")
    found |= {name for name, _ in {*outcome.headers} ^ {*tx.response_headers}}
    if ("content-length", str(len(tx.response_body))) in tx.response_headers:
        found.discard("content-length")
    if tx.response_body != outcome.body:
        found |= set(_pointers(outcome.response, tx.response)) or {"text"}
    return found


def _pointers(before: Json, after: Json, pointer: str = "") -> Iterator[str]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() | after.keys():
            if name in before and name in after:
                yield from _pointers(before[name], after[name], f"{pointer}/{name}")
            else:
                yield f"{pointer}/{name}"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _pointers(one, other, f"{pointer}/*")
    elif repr(before) != repr(after):
        yield pointer or "/"


def _units(contract: Contract) -> Iterator[tuple[Exchange, ...]]:
    """Yield the requests of the catalogue and of hostile values, those of a relation together."""
    parameters = contract.operation.path_parameters
    known = Knowledge(dict.fromkeys(parameters, "known"), {parameters[-1]: UNKNOWN_PARAMETER})
    number = 0
    for number, item in enumerate(catalogue(contract, Profile.FULL, known), 1):
        cases = item.cases
        same_name = isinstance(item, Relation) and item.same_name
        yield tuple(
            _exchange(case.id, case.request, number, 0 if same_name else index) for index, case in enumerate(cases)
        )
    for location in locations(contract.request):
        for slug, value in HOSTILE.items():
            number += 1
            request = planted(contract, location.lineage, value)
            yield (_exchange(f"{location.label} {slug}", request, number, 0),)
    for slug, text in HOSTILE_TEXTS.items():
        number += 1
        yield (_exchange(f"body {slug}", replace(smallest(contract), body=text), number, 0),)


def _exchange(id_: str, request: Request, number: int, index: int) -> Exchange:
    path, _, query = request.target.replace(KEY, RIGHT_KEY).encode().partition(b"?")
    headers = [(name.lower().encode(), value.replace(KEY, RIGHT_KEY).encode()) for name, value in request.headers]
    if request.chunked:
        headers.append((b"transfer-encoding", b"chunked"))
    body = (request.body or b"").replace(SLOT.encode(), f"cfm-{number:08}-{index:04}".encode())
    return Exchange(number, id_, request.method, path, query, headers, body)


class _Same(Exception):  # noqa: N818  (no error)
    """Ends a transaction from which on nothing differs from the reference run."""


class _Repeated(Rejection):
    """A rejection that the reference server makes as well."""


class _RecordedStage:
    """A stage, and what it did in the reference run: by request, the transaction before and after it.

    Only requests that are `alone` are recorded: others depend on what was stored before.
    """

    def __init__(self, work: Work, alone: frozenset[int]) -> None:
        self.work = work
        self.before: dict[int, Values] = {}
        self.after: dict[int, Values | Rejection] = {}
        self.rejected: set[int] = set()
        self._alone = alone

    def record(self, state: MockState, tx: Transaction) -> None:
        """Do the work and record it."""
        key, before = id(tx.headers), _values(tx)
        after: Values | Rejection
        try:
            self.work(state, tx)
            after = _values(tx)
        except Rejection as rejection:
            self.rejected.add(key)
            after = rejection
            raise
        finally:
            if key in self._alone:
                self.before[key], self.after[key] = before, after

    def repeat(self, state: MockState, tx: Transaction) -> None:
        """Repeat what was done to the same transaction; work on another one."""
        before = self.before.get(id(tx.headers))
        if before is None or not all(map(is_, _values(tx), before)):
            self.work(state, tx)
        else:
            self.finish(tx)

    def finish(self, tx: Transaction) -> None:
        """Make of a transaction what the stage made of it in the reference run."""
        after = self.after[id(tx.headers)]
        if isinstance(after, Rejection):
            raise _Repeated(after.status, after.code, after.message, after.headers)
        _restore(tx, after)

    def end_if_same(self, _: MockState, tx: Transaction) -> None:
        """End the transaction if it is that of the reference run."""
        after = self.after.get(id(tx.headers))
        if isinstance(after, tuple) and not tx.fired and all(map(is_, _values(tx), after)):
            raise _Same


class _Begin:
    """Stands for the stages before the one with the fault: `here`, or all of `earlier` where that comes after them."""

    def __init__(self, earlier: list[_RecordedStage], here: _RecordedStage | None) -> None:
        self._earlier = earlier
        self._here = here

    def __call__(self, state: MockState, tx: Transaction) -> None:
        key = id(tx.headers)
        if self._here is None:
            last = next((each for each in reversed(self._earlier) if key in each.after), None)
            if last is not None:
                last.finish(tx)
                return
        elif key in self._here.before:
            _restore(tx, self._here.before[key])
            return
        elif self._earlier and key in self._earlier[0].before:
            raise _Same
        for each in self._earlier:
            each.work(state, tx)


def _end_if_repeated(_: MockState, tx: Transaction) -> None:
    if isinstance(tx.rejection, _Repeated) and not tx.fired:
        raise _Same


_NAMES = tuple(each.name for each in fields(Transaction) if each.name not in _OWN)
_values: Callable[[Transaction], Values] = attrgetter(*_NAMES)


def _restore(tx: Transaction, values: Values) -> None:
    for name, value in zip(_NAMES, values, strict=True):
        setattr(tx, name, value)


class _SharedEncode:
    """Writes JSON; the text of arrays and objects of the reference run is looked up."""

    def __init__(self) -> None:
        self.learning = True
        self._known: dict[int, tuple[Json, str]] = {}

    def __call__(self, value: Json) -> bytes:
        return self._text(value).encode()

    def _text(self, value: Json) -> str:
        if not isinstance(value, dict | list):
            return write(value)
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        if isinstance(value, dict):
            text = "{" + ", ".join([f"{write(name)}: {self._text(item)}" for name, item in value.items()]) + "}"
        else:
            text = "[" + ", ".join([self._text(item) for item in value]) + "]"
        if self.learning:
            self._known[id(value)] = value, text
        return text
