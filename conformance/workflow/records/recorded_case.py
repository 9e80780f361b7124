"""What the journal of a run tells of one of its cases: what was sent, and what it was judged with."""

import difflib
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.journal.events import ExchangeEnded, FindingMade, RequestSent, RunStarted
from conformance.journal.reading import read_journal
from conformance.model.case import CLEAN_UP, SLOT, Case, Item, Relation, renamed
from conformance.model.errors import JournalError, UsageError
from conformance.model.exchange import Failure, Response
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

SUCCESS = 2
"""The first digit of the statuses of success."""

NEAR = 3
"""How many ids are proposed in the place of one that there is not."""


class RecordedCase(msgspec.Struct, frozen=True):
    """What a run tells of one of its cases.

    Attributes:
        header: how the run began.
        cases: the case, or all cases of the relation that it was sent in, in the order in which they were sent; their
            slots are open again.
        relation: the id of that relation, or empty.
        proven: whether the target has taken a right request in that run.
        ended: how each of the cases ended, by id.

    """

    header: RunStarted
    cases: tuple[Case, ...]
    relation: str
    proven: bool
    ended: dict[str, str]

    def item(self, contract: Contract) -> Item | None:
        """Return what is to be sent: the case, or the relation whole; None where this version has no such relation."""
        if not self.relation:
            return self.cases[0]
        # Journals tell only which cases belong together: the rest is the catalogue's.
        names = dict.fromkeys(contract.operation.path_parameters, "any")
        profile = Profile.FULL if self.header.profile in {Profile.FULL, Profile.FUZZ} else Profile.STANDARD
        items = catalogue(contract, profile, Knowledge(names, names))
        known = next((each for each in items if isinstance(each, Relation) and each.id == self.relation), None)
        sent = {each.id: each for each in self.cases}
        if known is None or {each.id for each in known.cases} != sent.keys():
            return None
        return replace(known, cases=tuple(sent[each.id] for each in known.cases))


def read_recorded_case(folder: Path, wanted: str) -> RecordedCase:
    """Return what the journal in `folder` tells of the case, or the relation, with the id `wanted`.

    Raises:
        JournalError: there is no journal, or it is damaged.
        UsageError: no case of that id was sent.

    """
    header, relation, ids, proven, about = _found(folder, wanted)
    if not relation and wanted not in ids:
        close = (
            difflib.get_close_matches(wanted, ids, NEAR, 0.5) or sorted(each for each in ids if wanted in each)[:NEAR]
        )
        remedy = f"did you mean {' or '.join(close)}?" if close else "the report and results.json list its cases"
        raise UsageError(f"no case {wanted!r} was sent in the run in {folder}", remedy)
    sends: dict[str, RequestSent] = {}
    ends: dict[int, str] = {}
    for event in read_journal(folder):
        if isinstance(event, ExchangeEnded):
            ends[event.send] = ending(event.response, event.failure)
        if not isinstance(event, RequestSent) or event.relation != relation or event.case.phase == CLEAN_UP:
            continue
        # What was cut down bears the same id: the finding is about one of its sends, and that is what is shown.
        if event.send in about:
            sends[event.case.id] = event
        elif relation or event.case.id == wanted:
            sends.setdefault(event.case.id, event)
    ended = {case: ends[event.send] for case, event in sends.items() if ends.get(event.send)}
    return RecordedCase(header, tuple(map(_opened, sends.values())), relation, proven, ended)


def ending(response: Response | None, failure: Failure | None) -> str:
    """Return how an exchange ended in few words, empty where it did not."""
    return f"status {response.status}" if response is not None else str(failure or "")


def _found(folder: Path, wanted: str) -> tuple[RunStarted, str, set[str], bool, frozenset[int]]:
    """Return the header, the relation that `wanted` is or was sent in, all ids, and whether a right request was taken.

    The last is the number of the send that the first finding on the case is about, if there is one.
    """
    header: RunStarted | None = None
    relation, proven = "", False
    ids: set[str] = set()
    right: set[int] = set()
    about: frozenset[int] = frozenset()
    for event in read_journal(folder):
        match event:
            case RunStarted():
                header = header or event
            case RequestSent() if event.case.phase != CLEAN_UP:
                ids |= {event.case.id, event.relation} - {""}
                if event.relation and wanted in {event.case.id, event.relation}:
                    relation = relation or event.relation
                if event.case.expectation is Expectation.ACCEPTED and not proven:
                    right.add(event.send)
            case ExchangeEnded() if event.send in right:
                right.discard(event.send)
                proven = proven or (event.response is not None and event.response.status // 100 == SUCCESS)
            case FindingMade() if event.case == wanted:
                about = about or frozenset({event.send})
            case _:
                pass
    if header is None:
        raise JournalError(f"{folder} has no journal", "name the folder of a run (its --out)")
    return header, relation, ids, proven, about


def _opened(event: RequestSent) -> Case:
    """Return a case as it was sent, with the slot where the name of that time stood."""
    case, name = event.case, event.name
    return replace(case, request=renamed(case.request, name, SLOT)) if name else case
