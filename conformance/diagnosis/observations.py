"""Observations: the exchanges of a run with what was found on them, and the faults that account for it."""

import msgspec

from conformance.diagnosis.hypotheses import Hypothesis
from conformance.journal.events import FindingMade
from conformance.model.case import Case
from conformance.model.exchange import Exchange

ACCEPTS, REJECTS, SERVER_ERROR, NO_RESPONSE = "accepts", "rejects", "server error", "no response"
REQUEST_RULES = (SERVER_ERROR, NO_RESPONSE, ACCEPTS, REJECTS)
"""The rules that are about what becomes of a request."""

COERCION, CONVERSION, JSON_TEXT, CONSTANT = "coercion", "conversion", "JSON text", "constant"
WRONG_TYPES, NOT_JSON = "wrong types", "not JSON"
"""Families: values that all lax parsers convert to the required type, and other ones; how JSON is parsed; values
whatever was sent; values of the wrong type, and bodies that are not JSON, several kinds of them."""


class Observation(msgspec.Struct, frozen=True):
    """One exchange of a run, and the findings on it."""

    case: Case
    exchange: Exchange
    findings: tuple[FindingMade, ...] = ()
    relation: str = ""

    @property
    def status(self) -> int:
        """The status of the response, 0 where there is none."""
        return self.exchange.response.status if self.exchange.response else 0

    def shows(self, rule: str) -> bool:
        """Tell whether a finding of that rule was made on it."""
        return any(each.finding.symptom.rule == rule for each in self.findings)


class Explanation(msgspec.Struct, frozen=True):
    """One fault: the rule that it breaks, the findings that show it, and when it does.

    `hypotheses` are predicates over requests, of which any may hold; none where the findings are brought together by
    their symptom or their place. `observations` are the numbers of those that show it, `control` is that of the
    accepted request which is most like them, -1 without one. `family` names what several predicates have in common.
    `sentence` says it where it has no predicates, and is not said by the places of its findings.
    The last `consequences` of the findings follow from the others.
    """

    rule: str
    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[FindingMade, ...]
    observations: tuple[int, ...] = ()
    control: int = -1
    family: str = ""
    sentence: str = ""
    consequences: int = 0

    @property
    def own(self) -> tuple[FindingMade, ...]:
        """The findings that show it, without what follows from them."""
        return self.findings[: len(self.findings) - self.consequences]
