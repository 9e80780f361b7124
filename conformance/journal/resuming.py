"""The past of a run that goes on: which requests have been sent before, and what came back.

A run is resumed by carrying its plan out once more, from the beginning, with the answers that its journal holds in the
place of requests: whatever follows from answers (what is sent again, what is cut down, what is found) is then as it
was, and only what has no answer is sent.
"""

from collections import deque
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Self

import msgspec
from msgspec.structs import replace

from conformance.journal.events import AnyEvent, AnyLine, ExchangeEnded, Judged, RequestSent, RunEnded, RunStarted
from conformance.journal.lines import decoded
from conformance.journal.reading import read_placed
from conformance.model.case import CLEAN_UP, KEY, SLOT, Case, Item, Relation, could_create, renamed
from conformance.model.errors import JournalError
from conformance.model.exchange import UNREACHED, Exchange, Response, may_have_acted
from conformance.model.grouping import grouped

BASE = 36
NAME_DIGITS = 4

UNAUTHORISED = 401

INTERRUPTED = "the run was interrupted while this request was in flight; --resend-interrupted sends it again"


class Kept(msgspec.Struct, frozen=True):
    """A request that was sent before, by its number.

    `sent` and `ended` are the places in the journal of what left and of what came back, if anything did; `final` tells
    that it is not to be tried again.
    """

    number: int
    sent: int
    ended: int | None = None
    final: bool = True


class _Send:
    """What the journal says of one request; its bytes are left there."""

    def __init__(self, place: int, event: RequestSent) -> None:
        self.place = place
        self.key = _key(event.case, event.name, event.attempt, event.relation)
        self.case = event.case.id
        self.relation = event.relation
        self.name = event.name
        self.attempt = event.attempt
        self.created = could_create(event.case)
        self.ended: int | None = None
        self.answered = False
        self.judged = False
        self.left = True
        self.final = True

    def end(self, place: int, event: ExchangeEnded) -> None:
        """Take what came back."""
        nothing = event.response is None and event.failure is None
        self.ended, self.answered = place, event.response is not None and event.failure is None
        self.created = self.created and may_have_acted(event.response, event.failure)
        response = event.response
        # After these the same request may have been sent once more.
        self.final = response is None or not (response.asks_to_wait or response.status == UNAUTHORISED)
        self.left = not nothing and event.failure not in UNREACHED

    @property
    def stands(self) -> bool:
        """Whether its end says something of the target, and not only that the run, or the target, went."""
        return self.left and (self.answered or self.judged)

    @property
    def interrupted(self) -> bool:
        """Whether it may have reached the target, and nobody knows what came of it."""
        return self.left and not self.stands


class ResumedRun:
    """The requests of the earlier part of a run, each to be taken once.

    `key` stands again in answers where it was redacted: what is judged is what was received.
    """

    def __init__(self, path: Path, key: str = "") -> None:
        self._path = path
        self._key = key
        self._sends: dict[int, _Send] = {}
        self._waiting: dict[bytes, deque[Kept]] = {}
        self._names: dict[tuple[str, int], str] = {}
        self._removals = 0
        self._in_doubt: set[bytes] = set()
        self.header: RunStarted | None = None
        self.finished = False
        self.interrupted: tuple[int, ...] = ()
        self.sent_in_vain = 0
        self.kept = 0

    @classmethod
    def read(cls, path: Path, key: str = "") -> Self:
        """Return what the journal at `path` tells.

        Raises:
            JournalError: it is no journal.

        """
        past = cls(path, key)
        for place, event in read_placed(path):
            past._add(place, event)
        return past

    def settle(self, items: Iterable[Item], *, resend: bool, survives: bool) -> None:
        """Decide what stands of what was sent; called once.

        With `resend` requests without an answer are forgotten, so that they are sent again; otherwise they are handed
        out without one. `survives` tells that the target outlived the run, so that what it was sent counts for what
        follows. Where something is sent again, a relation that lacks an answer begins anew if its requests are in
        flight at once, if they share a name that may be taken by now, or if the target did not survive.
        """
        anew = self._begun_anew(items, survives=survives) if resend else frozenset()
        interrupted = []
        for number, send in self._sends.items():
            stands = send.stands and send.relation not in anew
            if send.left and not stands:
                interrupted.append(number)
                self._in_doubt.add(send.key)
            if stands or (send.interrupted and not resend):
                self.kept += stands
                kept = Kept(number, send.place, send.ended if stands else None, send.final)
                self._waiting.setdefault(send.key, deque()).append(kept)
                if send.relation and send.name:
                    self._names[send.relation, send.attempt] = send.name
        self.interrupted = tuple(interrupted)
        self.sent_in_vain = len(interrupted) if resend else 0

    @property
    def last_send(self) -> int:
        """The number of the last request."""
        return max(self._removals, *self._sends, 0)

    @property
    def last_name(self) -> int:
        """The number of the last name that was given."""
        return max((int(s.name[-NAME_DIGITS:], BASE) for s in self._sends.values() if s.name), default=0)

    @property
    def creations(self) -> int:
        """How many requests may have created something: all that could, but those that the target rejected."""
        return sum(send.created for send in self._sends.values())

    def name_of(self, relation: str, attempt: int = 1) -> str:
        """Return the name that the requests of a relation had in an attempt, empty if none was sent."""
        return self._names.get((relation, attempt), "")

    def take(self, case: Case, attempt: int, relation: str) -> Kept | None:
        """Return what was sent before for this very request; None where it is to be sent.

        Each is returned once, and the last as often as it is asked for, if it is an answer to the request: with other
        requests in flight a case may be asked for in another order, and more often, than before.
        """
        waiting = self._waiting.get(_key(case, "", attempt, relation))
        if not waiting:
            return None
        return waiting[0] if len(waiting) == 1 and waiting[0].final else waiting.popleft()

    def more(self, case: Case, attempt: int, relation: str) -> bool:
        """Tell whether the very request was sent again, after an answer that asked for that."""
        return len(self._waiting.get(_key(case, "", attempt, relation), ())) > 0

    def may_exist(self, case: Case, relation: str) -> bool:
        """Tell whether what a case names by itself may exist, because it was in flight when the run was cut off."""
        return not case.slotted and _key(case, "", 1, relation) in self._in_doubt

    def exchange(self, kept: Kept) -> Exchange:
        """Return the exchange of a request as it was received; without an end where it has none."""
        sent, ended = self._event(kept.sent), self._event(kept.ended) if kept.ended is not None else None
        if not isinstance(sent, RequestSent):
            message = f"{self._path} changed while it was read"
            raise JournalError(message)
        begun = Exchange(sent.case.request, started=sent.time)
        if not isinstance(ended, ExchangeEnded):
            return begun
        response = self._received(ended.response) if ended.response else None
        return replace(ended, response=response).after(begun)

    def _event(self, place: int) -> AnyLine:
        with self._path.open("rb") as file:
            file.seek(place)
            return decoded(file.readline())

    def _received(self, response: Response) -> Response:
        if not self._key:
            return response
        headers = tuple(
            (name.replace(KEY, self._key), value.replace(KEY, self._key)) for name, value in response.headers
        )
        return replace(response, headers=headers, body=response.body.replace(KEY.encode(), self._key.encode()))

    def _add(self, place: int, event: AnyEvent) -> None:
        match event:
            case RunStarted():
                self.header = self.header or event
            case RequestSent() if event.case.phase == CLEAN_UP:
                self._removals = max(self._removals, event.send)
            case RequestSent():
                self._sends[event.send] = _Send(place, event)
                self.finished = False
            case ExchangeEnded() if event.send in self._sends:
                self._sends[event.send].end(place, event)
            case Judged() if event.send in self._sends:
                self._sends[event.send].judged = True
            case RunEnded():
                self.finished = not event.reason and not event.lost
            case _:
                pass

    def _begun_anew(self, items: Iterable[Item], *, survives: bool) -> frozenset[str]:
        relations = grouped((send.relation, send) for send in self._sends.values() if send.relation)
        found = set()
        for item in items:
            if not isinstance(item, Relation) or item.id not in relations:
                continue
            sends = relations[item.id]
            whole = {send.case for send in sends if send.stands} == {case.id for case in item.cases}
            taken = item.same_name and any(send.interrupted for send in sends)
            if not whole and (item.concurrent or taken or not survives):
                found.add(item.id)
        return frozenset(found)


def _key(case: Case, name: str, attempt: int, relation: str) -> bytes:
    """Return what a request is known by: all of it but its name, and its headers, which follow from the case."""
    digest = blake2b(digest_size=16)
    request = renamed(case.request, name, SLOT) if name else case.request
    for part in (case.id, relation, str(attempt), request.method, request.target):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(request.body or b"")
    return digest.digest()
