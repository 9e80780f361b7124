"""JUnit: one test case a case, well-formed whatever a target has sent."""

import re
from xml.etree.ElementTree import Element, fromstring

from conformance.journal.events import AnyEvent
from conformance.model.vocabulary import Strength
from conformance.reports.folding.fold import fold_run
from conformance.reports.formats.junit import legal, pieces

from . import journals
from .journals import MUST, RESPONSE, Journal


def octets(events: list[AnyEvent], fail_on: Strength = Strength.MUST) -> bytes:
    """Return the bytes of the file."""
    return b"".join(pieces(fold_run(events, fail_on=fail_on)))


def read(events: list[AnyEvent], fail_on: Strength = Strength.MUST) -> Element:
    """Return the root of the file."""
    return fromstring(octets(events, fail_on))  # noqa: S314 - our own file


def case(root: Element, name: str) -> Element:
    """Return the test case called `name`."""
    return next(each for each in root.iter("testcase") if each.get("name") == name)


def test_one_test_case_for_each_case() -> None:
    """Each case is in the suite of its focus requirement's group, and the counts are right."""
    root = read(journals.failing())
    assert [(each.get("classname"), each.get("name")) for each in root.iter("testcase")] == [
        ("acceptance", "accept.integral"),
        ("rejection", "reject.Settings.min_replica.type.string"),
        ("response", "accept.unclear"),
        ("advisory", "advisory.range"),
    ]
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }


def test_must_finding_is_a_failure() -> None:
    """A must finding is a failure with its message, requirement, expected and actual."""
    failure = case(read(journals.failing()), "reject.Settings.min_replica.type.string").find("failure")
    assert failure is not None
    assert (failure.get("message"), failure.get("type")) == ("the value was accepted", MUST.id)
    assert "expected: a status that is not 2xx\nactual: 200" in (failure.text or "")


def test_should_finding_is_output_unless_the_run_fails_on_it() -> None:
    """A should finding is a line of output, and a failure where the run fails on should."""
    lenient, strict = (
        case(read(journals.failing(), each), "accept.integral") for each in Strength if each != "advisory"
    )
    assert lenient.find("failure") is None
    assert "should: accept.Settings.min_replica.integral: the value was accepted" in (
        lenient.findtext("system-out") or ""
    )
    assert strict.find("failure") is not None


def test_doubts() -> None:
    """The suite's own fault is an error; what nobody can decide is skipped, with the reason."""
    journal = Journal()
    journal.send(journals.case("ours"))
    journal.doubt(journals.case("ours"), RESPONSE, "a check failed", ours=True)
    journal.send(journals.case("open"))
    journal.doubt(journals.case("open"), RESPONSE, "two verdicts")
    root = read(journal.end())
    error, skipped = case(root, "ours").find("error"), case(root, "open").find("skipped")
    assert error is not None
    assert error.get("message") == "a check failed"
    assert skipped is not None
    assert skipped.get("message") == "inconclusive: two verdicts"


def test_what_was_not_sent_is_skipped() -> None:
    """Cases that were left out, or under way when the run stopped, are skipped with the reason."""
    journal = Journal(skipped={"wire.case": "no wire", MUST.id: "a requirement is no case"})
    journal.send(journals.case("cut"), ended=False)
    root = read(journal.events)
    reasons = {each.get("name"): each.find("skipped").get("message") for each in root.iter("testcase")}  # type: ignore[union-attr]
    assert reasons == {"wire.case": "no wire", "cut": "the run ended before the response"}


def test_hostile_texts_stay_well_formed() -> None:
    """Whatever a target sends, the file can be read, and what does not show is an escape."""
    failure = next(read(journals.hostile()).iter("failure"))
    assert "</script><script>alert(1)</script>" in (failure.get("message") or "")
    assert "\\u2028\\u2029 \\x00\\x07\\x1b[31m \\u202e" in (failure.text or "")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", octets(journals.hostile()).decode())


def test_legal() -> None:
    """Characters that do not show are escapes, and what else XML 1.0 forbids is replaced; all others stay."""
    assert "a\\x00\\x0b\\ud800\ufffd\t\n\\r é🎉\\u202e" == legal("a\x00\x0b\ud800\ufffe\t\n\r é🎉\u202e")
