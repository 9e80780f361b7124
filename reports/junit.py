"""`junit.xml`: one test case for each case of the run, for whatever draws test results."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.model.vocabulary import Group, Outcome, Strength
from conformance.reports.evidence import Evidence, Folded
from conformance.reports.outcomes import of_doubt
from conformance.reports.results import FindingResult
from conformance.reports.texts import cut

FILENAME = "junit.xml"

LONGEST = 2_000
"""The longest text of one finding in the file, in characters."""

OTHER = "other"
"""The class of cases whose group the journal does not tell."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""

_STRENGTHS = tuple(Strength)


def render(run: Folded) -> bytes:
    """Return the bytes of `junit.xml`.

    A finding weaker than what the run fails on is a line of `system-out`; the suite's own fault is an `error`; a case
    that was not sent, or that nobody can decide, is `skipped`.
    """
    results, rows = run.results, run.rows
    suites: dict[str, list[Element]] = {}
    for each in run.cases:
        focus = next((rows[name].group for name in each.case.requirements if name in rows), None)
        group = focus.value if focus else OTHER
        suites.setdefault(group, []).append(_testcase(group, each, results.fail_on))
    for case, reason in run.unsent:
        element = _element("testcase", classname=OTHER, name=case, time="0.000")
        element.append(_element("skipped", message=f"not sent: {reason}"))
        suites.setdefault(OTHER, []).append(element)
    root = _element("testsuites", name=f"{results.contract.operation} at {results.target}")
    order = [*(group.value for group in Group), OTHER]
    for group in sorted(suites, key=order.index):
        suite = _element("testsuite", name=group, timestamp=results.started_at)
        suite.extend(suites[group])
        _count(suite, suites[group])
        root.append(suite)
    _count(root, [element for group in suites.values() for element in group])
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode() + b"\n"


def legal(text: str) -> str:
    """Return `text` with each character that XML 1.0 cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def _testcase(group: str, each: Evidence, fail_on: Strength) -> Element:
    element = _element("testcase", classname=group, name=each.case.id, time=f"{each.shown().seconds:.3f}")
    failing = [found for _, found in each.findings if _fails(found, fail_on)]
    ours = [doubt for doubt in each.doubts if doubt.ours]
    others = [doubt for doubt in each.doubts if not doubt.ours]
    if failing:
        failure = SubElement(element, "failure", {"type": failing[0].requirement})
        failure.set("message", legal(cut(failing[0].message, LONGEST)))
        failure.text = legal("\n\n".join(_text(found) for found in failing))
    elif ours:
        error = SubElement(element, "error", {"type": of_doubt(ours=True).value})
        error.set("message", legal(cut(ours[0].reason, LONGEST)))
        error.text = legal("\n".join(f"{doubt.requirement}: {cut(doubt.reason, LONGEST)}" for doubt in ours))
    elif others:
        element.append(_element("skipped", message=f"{Outcome.INCONCLUSIVE}: {cut(others[0].reason, LONGEST)}"))
    elif not each.shown().ended:
        element.append(_element("skipped", message="the run stopped before the answer"))
    notes = [_line(found) for _, found in each.findings if not _fails(found, fail_on)]
    if each.case.story is not None:
        notes.insert(0, each.case.story.says)
    if notes:
        SubElement(element, "system-out").text = legal("\n".join(notes))
    return element


def _fails(found: FindingResult, fail_on: Strength) -> bool:
    return not found.waiver and _STRENGTHS.index(found.strength) <= _STRENGTHS.index(fail_on)


def _line(found: FindingResult) -> str:
    waived = f" (waived: {found.waiver})" if found.waiver else ""
    return cut(f"{found.strength.value}: {found.requirement}: {found.message}{waived}".replace("\n", " "), LONGEST)


def _text(found: FindingResult) -> str:
    lines = [f"{found.requirement} ({found.strength.value}): {found.message}"]
    parts = {
        "at": found.pointer,
        "expected": found.expected,
        "actual": found.actual,
        "showed": found.repeats,
        "note": found.note,
    }
    lines += [f"{name}: {cut(text, LONGEST)}" for name, text in parts.items() if text]
    return "\n".join(lines)


def _element(tag: str, **attributes: str) -> Element:
    return Element(tag, {name: legal(value) for name, value in attributes.items()})


def _count(suite: Element, cases: list[Element]) -> None:
    suite.set("tests", str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
