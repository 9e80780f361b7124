"""The ledger: what a run has created, or may have, read from its journal."""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operations.path_template import fill, match
from conformance.journal.events import AnyEvent, Creation, ExchangeEnded, Removal, RequestSent
from conformance.model.case import CLEAN_UP, could_create
from conformance.model.exchange import may_have_acted
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import SURROGATE, try_read

UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f]")
"""Characters that a server may take for the structure of the path, even encoded."""

CONFLICT = 409


MAY_BE_OLDER = "it may have existed before the run; remove it by hand if it did not"
"""Why an object is left whose name nothing shows to be the run's."""

DOTS = frozenset({"", ".", ".."})
"""Segments of a path that lead elsewhere."""


class Entry(msgspec.Struct, frozen=True):
    """An object that a run has created, or may have where `sure` is false: its response never came, or was 3xx or 5xx.

    `target` is the request target that removes it, empty where nobody should send one; `reason` says why it is not to
    be removed by this suite. `send` is the number of the request that created it, `case` its case. `tried`: a request
    that removes it may have been carried out already.
    """

    send: int
    case: str
    name: str
    target: str
    sure: bool
    reason: str = ""
    tried: bool = False


def read_ledger(contract: Contract, events: Iterable[AnyEvent], *, loopback: bool = False) -> tuple[Entry, ...]:
    """Return what a run has left behind, in the order of creation; what was removed since is not among it.

    From another machine than this, which `loopback` tells, no name is removed that a server could take for a path, nor
    one that may have been there before: only names that the run made up, and, where the target was seen to refuse a
    name that exists (409), any that it took.
    """
    found: dict[tuple[str, str | int], Entry] = {}
    for entry in standing(contract, events, loopback=loopback):
        key = (entry.target, entry.name or entry.send)
        if key not in found or not found[key].sure:
            found[key] = entry
    return tuple(found.values())


def standing(contract: Contract, events: Iterable[AnyEvent], *, loopback: bool = False) -> list[Entry]:
    """Return as `read_ledger` does, but for each request that may have created, though several name one object."""
    created, removals = _Created(), _Removals()
    for event in events:
        created.add(event)
        removals.add(event)
    tried = set(removals.asked.values())
    found = []
    for number, event in created.sent.items():
        entry = _entry(contract, event, sure=number in created.sure, loopback=loopback)
        ours = loopback or created.refuses or (bool(event.name) and event.name in entry.name)
        if not (ours or entry.reason):
            entry = replace(entry, reason=MAY_BE_OLDER)
        if entry.target not in removals.done:
            found.append(replace(entry, tried=entry.target in tried))
    return found


class _Created:
    """The requests that may have created, those of them that have for `sure`, and whether the target refuses names."""

    def __init__(self) -> None:
        self.sent: dict[int, RequestSent] = {}
        self.sure: set[int] = set()
        self.refuses = False
        self._made: set[str] = set()

    def add(self, event: AnyEvent) -> None:
        match event:
            case RequestSent() if could_create(event.case):
                self.sent[event.send] = event
            case Creation() if event.send in self.sent:
                self.sure.add(event.send)
                self._made.add(self.sent[event.send].name)
            case ExchangeEnded() if event.send in self.sent:
                self.refuses = self.refuses or _refuses_existing(event, self.sent[event.send].name, self._made)
                if event.send not in self.sure and not may_have_acted(event.response, event.failure):
                    del self.sent[event.send]
            case _:
                pass


class _Removals:
    """What was removed, and the requests that may have removed something, by number: what each was sent to."""

    def __init__(self) -> None:
        self.done: set[str] = set()
        self.asked: dict[int, str] = {}

    def add(self, event: AnyEvent) -> None:
        match event:
            case RequestSent() if event.case.phase == CLEAN_UP:
                self.asked[event.send] = event.case.request.target
            case ExchangeEnded() if event.send in self.asked:
                # A clean-up that was killed then has not recorded what this says.
                if event.response is not None and event.response.succeeded:
                    self.done.add(self.asked[event.send])
                elif not may_have_acted(event.response, event.failure):
                    del self.asked[event.send]
            case Removal() if event.removed:
                self.done.add(event.target)
            case _:
                pass


def _refuses_existing(ended: ExchangeEnded, name: str, made: set[str]) -> bool:
    """Tell whether an answer refuses a name that the run has made up and used before."""
    return bool(name) and name in made and ended.response is not None and ended.response.status == CONFLICT


def _entry(contract: Contract, event: RequestSent, *, sure: bool, loopback: bool) -> Entry:
    name = _name(contract, event)
    parameters = _parameters(contract.operation.path, event.case.request.target)
    target, reason = "", ""
    if contract.prose.remove is None:
        reason = "the operation that removes it is unknown"
    elif parameters is None:
        reason = "it was created at a path that is not the operation's"
    elif name is None:
        reason = "its name is unknown"
    elif name.strip().casefold() in {each.casefold() for each in contract.prose.protected}:
        reason = "its name is protected"
    elif name in DOTS or SURROGATE.search(name) or (UNSAFE.search(name) and not loopback):
        reason = "its name cannot be part of a path"
    else:
        target = fill(contract.prose.remove.path, {**parameters, "name": quote(name, safe="")})
    return Entry(event.send, event.case.id, name or "", target, sure, reason)


def _name(contract: Contract, event: RequestSent) -> str | None:
    """Return the name that a request gives: what its body says, or what filled its slot where the body is no JSON."""
    if contract.identity is None:
        return None
    text = try_read(event.case.request.body)
    name = get(text.value, contract.identity, MISSING) if text else MISSING
    if name is MISSING:
        return event.name or None
    return name if isinstance(name, str) else None


def _parameters(template: str, target: str) -> dict[str, str] | None:
    """Return the path parameters that `target` fills `template` with, as they were sent; None for another path."""
    path = target.partition("?")[0]
    found = match(template, path) or match(template, path.removesuffix("/"))
    return None if found is None or any(unquote(value) in DOTS for value in found.values()) else found
