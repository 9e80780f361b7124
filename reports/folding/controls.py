"""Controls: a rejection proves something only beside an accepted request that differs in nothing else."""

from conformance.model.case import Case, holder
from conformance.model.json_values import held_objects
from conformance.model.pointer import generalised
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group
from conformance.reports.folding.journal_index import JournalIndex

REJECTIONS = frozenset({Group.REJECTION, Group.AUTHENTICATION})
"""Groups whose requirements pass where a request is rejected."""

METHOD, BREAKDOWN = "transport.method-not-allowed", "error.server-error"
"""Other requirements that pass where a request is rejected."""

SUCCESSES = range(200, 300)

NONE_ACCEPTED = "The target accepted no valid request in this run: that it rejects an invalid one proves nothing"
NOT_KNOWN = "The target accepted no valid request in this run: whether it breaks on one is not known"
NONE_SENT = "No valid request was sent in this run (--only 'accept.smallest' adds one): a rejection proves nothing"


class Controls:
    """The accepted requests of a run, and the objects and arrays that they held."""

    def __init__(self, index: JournalIndex) -> None:
        self.missing = NONE_SENT
        """Why no rejection of the run proves anything; empty where a valid request was accepted."""
        self._objects: set[str] = set()
        self._sent = ""
        for number, sent in index.sends.items():
            case, response = index.cases.get(index.case_of[number]), sent.exchange.response
            if case is None or case.expectation is not Expectation.ACCEPTED:
                continue
            self.missing = self.missing and NONE_ACCEPTED
            self._sent = self._sent or case.id
            if response is not None and response.status in SUCCESSES:
                self.missing = ""
                text = index.read(case.request.body)
                self._objects.update(held_objects(text.value if text else None))

    @property
    def rejected(self) -> str:
        """A valid request of a run whose valid requests were all rejected; empty for any other run."""
        return self._sent if self.missing == NONE_ACCEPTED else ""

    def unproven(self, row: Requirement, lacking: str) -> str:
        """Return why a pass of a requirement proves nothing; `lacking` is what its cases lack."""
        if row.id == BREAKDOWN:
            return NOT_KNOWN if self.rejected else ""
        return lacking if row.group in REJECTIONS or row.id == METHOD else ""

    def lacking(self, case: Case) -> str:
        """Return why the rejection of a case proves nothing; empty where an accepted request is its control."""
        if self.missing:
            return self.missing
        place = holder(case)
        if place and generalised(place) not in self._objects:
            return f"The target accepted no valid request with {place} in this run: rejections in it prove nothing"
        return ""
