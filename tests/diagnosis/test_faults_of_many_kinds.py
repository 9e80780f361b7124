"""Faults whose symptoms are of many kinds of request: each comes out as one cause, with the sentence that says it."""

import pytest

from conformance.model.vocabulary import Profile

from .fault_runs import FaultRuns

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs() -> FaultRuns:
    """Return the runs of the standard profile."""
    return FaultRuns(Profile.STANDARD)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("http.never-ending", "Does not complete the response within the timeout for any request that it accepts"),
        ("auth.scheme-case", "Rejects the scheme in other letter case"),
        ("error.malformed-500", "Returns 500 for bodies that are not JSON: "),
        ("crash.string.padded", "Returns 500 for a string with spaces around it for `name`"),
        ("crash.string.backslash", 'Returns 500 for a string with "\\\\" for `name`'),
        ("crash.body.unknown-property", "Returns 500 for the unknown property `conformance_undeclared`"),
        ("crash.body.proto-property", "Returns 500 for the unknown property `__proto__`"),
    ],
)
def test_it_is_one_cause(runs: FaultRuns, fault: str, sentence: str) -> None:
    """What differs in the request, and not in what the target does wrong, makes no cause of its own."""
    (cause,) = runs.outcome([fault]).causes
    assert cause.sentence.startswith(sentence)
