"""`junit.xml`: one test case for each case of the run, or for each requirement, for test result viewers."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.model.grouping import grouped
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


def render(run: RunReport) -> bytes:
    """Return the bytes of `junit.xml`.

    A finding weaker than what the run fails on is a line of `system-out`; the suite's own fault is an `error`; what was
    not sent, not exercised, or cannot be decided is `skipped`.
    """
    results = run.results
    if run.junit_by is JunitBy.REQUIREMENT:
        suites = grouped((row.group.value, _requirement(run, row)) for row in results.requirements)
    else:
        suites = grouped(_cases(run))
    root = _element("testsuites", name=f"{results.contract.operation} at {results.target}")
    order = [*(group.value for group in Group), OTHER]
    for group in sorted(suites, key=order.index):
        suite = _element("testsuite", name=group, timestamp=results.started_at)
        suite.extend(suites[group])
        _count(suite, suites[group])
        root.append(suite)
    _count(root, [element for group in suites.values() for element in group])
    del root.attrib["skipped"]  # the schema that Jenkins reads by has it in suites alone
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode() + b"\n"


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


def _count(suite: Element, cases: list[Element]) -> None:
    suite.set("tests", str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
