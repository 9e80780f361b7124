"""The closed sets of words that requirements, cases and results are described with."""

from enum import StrEnum


class Strength(StrEnum):
    """How much a requirement weighs, strongest first (compare RFC 2119)."""

    MUST = "must"
    SHOULD = "should"
    ADVISORY = "advisory"

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)
        """Its place among all, the strongest 0."""


class Group(StrEnum):
    """The part of the contract that a requirement belongs to."""

    TRANSPORT = "transport"
    AUTHENTICATION = "authentication"
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    RESPONSE = "response"
    SEMANTICS = "semantics"
    ERROR = "error"
    ADVISORY = "advisory"
    DRIFT = "drift"
    CLIENT_REQUEST = "client-request"
    CLIENT_RESPONSE = "client-response"
    CLIENT_ERROR = "client-error"


class Expectation(StrEnum):
    """What the contract lets one expect of the response to a case."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OBSERVED = "observed"


class Outcome(StrEnum):
    """What a run says of one requirement, worst first."""

    FAILED = "failed"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    WARNED = "warned"
    WAIVED = "waived"
    NOT_EXERCISED = "not exercised"
    OBSERVED = "observed"
    PASSED = "passed"


class Verdict(StrEnum):
    """What a run says of the target as a whole."""

    CONFORMING = "conforming"
    NOT_CONFORMING = "not conforming"
    INCONCLUSIVE = "inconclusive"


class Profile(StrEnum):
    """How much a run sends."""

    SMOKE = "smoke"
    STANDARD = "standard"
    FULL = "full"
    FUZZ = "fuzz"


class JunitBy(StrEnum):
    """What one test case of a JUnit report stands for."""

    CASE = "case"
    REQUIREMENT = "requirement"
