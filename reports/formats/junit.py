"""`junit.xml`: one test case for each case of the run, or for each requirement, for test result viewers."""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.model.vocabulary import Group, JunitBy, Outcome
from conformance.reports.case_results import LONGEST, OTHER, Kind, case_result, fails, finding_text, group_of
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.results import RequirementResult
from conformance.reports.safe_text import count, cut, visible

FILENAME = "junit.xml"

FINDINGS = 5
"""How many findings of one requirement are shown in full; the others are counted."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def pieces(run: RunReport) -> Iterator[bytes]:
    """Yield the bytes of `junit.xml`, a test case at a time.

    A finding weaker than what the run fails on is a line of `system-out`; the suite's own fault is an `error`; what was
    not sent, not exercised, or cannot be decided is `skipped`.
    """
    results = run.results
    cases: Iterator[tuple[str, Element]]
    if run.junit_by is JunitBy.REQUIREMENT:
        cases = ((row.group.value, _requirement(run, row)) for row in results.requirements)
    else:
        cases = _cases(run)
    suites: defaultdict[str, _Suite] = defaultdict(_Suite)
    for group, element in cases:
        suites[group].add(element)
    counts = _counts([*suites.values()])
    del counts["skipped"]  # the schema that Jenkins reads by has it in suites alone
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _opened("testsuites", name=f"{results.contract.operation} at {results.target}", **counts)
    order = [*(group.value for group in Group), OTHER]
    for group in sorted(suites, key=order.index):
        yield b"\n  " + _opened("testsuite", name=group, timestamp=results.started_at, **_counts([suites[group]]))
        for case in suites[group].cases:
            yield b"\n    " + case
        yield b"\n  </testsuite>"
    yield b"\n</testsuites>\n"


class _Suite:
    """The test cases of a group as they are written: as elements they take many times the memory."""

    def __init__(self) -> None:
        self.cases: list[bytes] = []
        self.times = array("d")
        self.kinds: Counter[str] = Counter()

    def add(self, case: Element) -> None:
        """Add a test case."""
        self.kinds.update(each.tag for each in case if each.tag in KINDS.values())
        self.times.append(float(case.get("time", "0")))
        indent(case, level=2)
        self.cases.append(tostring(case, encoding="unicode").encode())


KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
"""The attributes of suites that count test cases, with the elements that these have."""


def _counts(suites: Sequence[_Suite]) -> dict[str, str]:
    kinds = {name: str(sum(each.kinds[kind] for each in suites)) for name, kind in KINDS.items()}
    seconds = sum(chain.from_iterable(each.times for each in suites))
    return {"tests": str(sum(len(each.cases) for each in suites)), **kinds, "time": f"{seconds:.3f}"}


def _opened(tag: str, **attributes: str) -> bytes:
    """Return the start tag of an element that has others in it."""
    return tostring(_element(tag, **attributes), encoding="unicode").encode().removesuffix(b" />") + b">"


def legal(text: str) -> str:
    """Return `text` as `visible` does, with each other character that XML 1.0 cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", visible(text))


def _cases(run: RunReport) -> Iterator[tuple[str, Element]]:
    for each in run.cases:
        group = group_of(run, each)
        yield group, _case(run, group, each)
    for case, reason in run.unsent:
        element = _element("testcase", classname=OTHER, name=case, time="0.000")
        element.append(_element("skipped", message=reason))
        yield OTHER, element


def _case(run: RunReport, group: str, each: CaseEvidence) -> Element:
    element = _element("testcase", classname=group, name=each.case.id, time=f"{each.shown().exchange.seconds:.3f}")
    result = case_result(each, run.results.fail_on)
    if result.kind in {Kind.FAILED, Kind.ERROR}:
        told = _element("failure" if result.kind is Kind.FAILED else "error", type=result.type, message=result.message)
        told.text = legal(result.text)
        element.append(told)
    elif result.kind is Kind.UNDECIDED:
        element.append(_element("skipped", message=result.message))
    if result.notes:
        SubElement(element, "system-out").text = legal("\n".join(result.notes))
    return element


def _requirement(run: RunReport, row: RequirementResult) -> Element:
    element = _element("testcase", classname=row.group.value, name=row.id, time="0.000")
    found = [run.by_finding[each] for each in row.findings]
    failing = [each for each in found if fails(each, run.results.fail_on)]
    if failing:
        told = _element("failure", type=row.strength.value, message=cut(failing[0].message, LONGEST))
        rest = [f"and {count(len(failing) - FINDINGS, 'more finding')}"] if len(failing) > FINDINGS else []
        texts = [f"case: {each.case}\n{finding_text(each)}" for each in failing[:FINDINGS]]
        told.text = legal("\n\n".join([*texts, *rest]))
        element.append(told)
    elif row.outcome is Outcome.ERROR:
        element.append(_element("error", type=row.outcome.value, message=cut(row.reason, LONGEST)))
    elif row.outcome in {Outcome.INCONCLUSIVE, Outcome.NOT_EXERCISED}:
        element.append(_element("skipped", message=cut(f"{row.outcome.value}: {row.reason}", LONGEST)))
    notes = [f"{row.strength.value}: {row.title}", f"{row.outcome.value}, exercised by {count(row.exercised, 'case')}"]
    notes += [f"source: {', '.join(row.source)}"] if row.source else []
    SubElement(element, "system-out").text = legal("\n".join(notes))
    return element


def _element(tag: str, **attributes: str) -> Element:
    return Element(tag, {name: legal(value) for name, value in attributes.items()})
