"""The answer side of the judge: what a client made of an answer that holds JSON."""

from collections.abc import Iterator, Mapping

import msgspec

from conformance.checks.shared.differences import shown, type_word, with_article
from conformance.checks.shared.findings import brief, clean, finding
from conformance.checks.shared.subject import Judged
from conformance.clients.judging.comparing import SHORTENED, Difference, differences
from conformance.clients.judging.requirements import returned_id
from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario, Sort
from conformance.contract.contract import Contract
from conformance.contract.nodes import Node, occurrences
from conformance.model.finding import Doubt, Finding, Pass
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, JsonFault, read_text
from conformance.model.pointer import within

READ = "client-response.read"
SILENT = "client-response.silent-loss"
TYPES = "client-response.types"
UNKNOWN_VALUE = "client-response.unknown-value"
KEPT = "client-response.undeclared.kept"

LONGEST_TYPE = 80

PLAIN_TYPES = frozenset({"dict", "Object"})
"""Types of objects that a language gives to what has no class."""


class Baseline(msgspec.Struct, frozen=True):
    """How a client reads the fullest right answer: what the other scenarios are judged beside.

    `raised` is the type of what it raised, empty where it read the answer; `known` are the differences that it always
    makes, by pointer and way; `types` the types that it gives by pointer.
    """

    raised: str = ""
    known: frozenset[tuple[str, str]] = frozenset()
    types: Mapping[str, str] = {}


def baseline(contract: Contract, scenario: Scenario, made: CallResult) -> Baseline:
    """Return the baseline that the scenario of the fullest answer shows."""
    if made.raised is not None:
        return Baseline(type_named(made.raised))
    now = _returned(made, READ)
    if isinstance(now, Doubt):
        return Baseline()
    found = differences(read_text(scenario.answer).value, now, contract.response)
    return Baseline("", frozenset((each.pointer, each.way) for each in found), made.types)


def type_named(raised: Raised) -> str:
    """Return the name of an exception's type, short enough for a pattern."""
    return clean(raised.type, LONGEST_TYPE) or "an error without a type"


def judge_right(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> Judged:
    """Yield what a client shows that was given a right answer."""
    focus = scenario.requirements[0] if scenario.sort is Sort.READING else READ
    if made.raised is not None:
        yield _unread(scenario, focus, made.raised, base)
        return
    answer, now = read_text(scenario.answer).value, _returned(made, focus)
    if isinstance(now, Doubt):
        yield now
        return
    if not isinstance(now, type(answer)):
        yield _nothing(scenario, focus, now)
        return
    found = [each for each in differences(answer, now, contract.response) if _new(each, scenario, base)]
    broken = set()
    for each in found:
        if not each.defaulted:
            made_finding = _lost(each)
            broken.add(made_finding.requirement)
            yield made_finding
    for typed in _types(scenario, answer, made, base):
        broken.add(typed.requirement)
        yield typed
    held = {returned_id(node) for node, _, _ in occurrences(contract.response, answer)} if contract.response else set()
    always = {focus, "client-response.added", *_always(answer, made, contract)}
    yield from (Pass(each) for each in sorted((held | always) - broken))


def judge_invalid(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> Judged:
    """Yield what a client shows that was given an answer which breaks its schema in one place."""
    focus = scenario.requirements[0]
    listed = focus == UNKNOWN_VALUE
    if made.raised is not None:
        yield from _signalled(scenario, made.raised, base, listed=listed)
        return
    answer, now = read_text(scenario.answer).value, _returned(made, focus)
    if isinstance(now, Doubt):
        yield now
        return
    kind = _broken(scenario)
    found = [each for each in differences(answer, now, contract.response) if _new(each, scenario, base)]
    place = scenario.story.pointer
    mended = [each for each in found if within(each.pointer, place)]
    typed = list(_types(scenario, answer, made, base))
    yield from typed
    if mended:
        yield _mended(scenario, mended[0], kind)
    else:
        yield Pass(SILENT)
    if listed:
        if not mended:
            yield Pass(UNKNOWN_VALUE)
    elif not mended:
        yield finding(
            focus,
            rule="invalid answer",
            kind=kind,
            observed="returned",
            sentence=f"returns {kind} as if it were right",
            pointer=place,
            place=place,
            expected="an error",
            actual=scenario.story.became or "absent",
        )


def _unread(scenario: Scenario, focus: str, raised: Raised, base: Baseline) -> Finding:
    name = type_named(raised)
    always = base.raised == name
    kind = "any right answer" if always else scenario.kind or "a right answer"
    return finding(
        READ if always else focus,
        rule="right answer",
        kind=kind,
        observed=f"raises {name}",
        sentence=f"cannot read {kind}: raises {name}"
        if always
        else f"cannot read an answer with {kind}: raises {name}",
        message=raised.message or name,
        pointer="" if always else scenario.story.pointer,
        place="" if always else scenario.story.pointer,
        expected="the answer",
        actual=f"{raised.type}: {raised.message}",
    )


def _nothing(scenario: Scenario, focus: str, now: Json) -> Finding:
    word = with_article(type_word(now)) if now is not None else "null"
    return finding(
        focus,
        rule="right answer",
        kind="any right answer",
        observed=word,
        sentence=f"returns {word} for a right answer",
        expected=brief(read_text(scenario.answer).value),
        actual=brief(now),
    )


def _new(each: Difference, scenario: Scenario, base: Baseline) -> bool:
    """Tell whether a difference is not one that the client always makes; the fullest answer tells those."""
    return (each.pointer, each.way) not in base.known or scenario.story.keyword == "properties"


def _lost(each: Difference) -> Finding:
    word, at = each.word, each.node or each.holder
    place = at.path if at else ""
    requirement = returned_id(at) if at else KEPT
    kind, way, sentence = word, each.way, f"does not return {with_article(word)} as it was answered: {each.way}"
    if each.was is MISSING:
        requirement, sentence = "client-response.added", "returns a member that was not answered"
    elif each.dropped_null and each.node is not None:
        requirement = returned_id(each.node) if each.node.required else "client-response.null"
        sentence = "leaves out a member that is null"
    elif each.way == SHORTENED:
        requirement, sentence = "client-response.date-time.precision", "cuts the fraction of a date-time short"
    elif each.node is None and _declares(each.holder):
        requirement, kind = KEPT, "an undeclared member"
        sentence = "drops members that the document does not declare"
    elif word == "number" and way == "rounded":
        sentence = "rounds integers that a 64-bit float cannot hold"
    elif each.was is None:
        sentence = f"does not return null as it was answered: {with_article(type_word(each.now))} in its place"
    return finding(
        requirement,
        rule="returned",
        kind=kind,
        observed=way,
        sentence=sentence,
        pointer=each.pointer,
        place=place,
        expected=shown(each.was),
        actual=shown(each.now),
    )


def _declares(holder: Node | None) -> bool:
    """Tell whether an object declares members: where it declares none, all of them are its content."""
    return holder is None or bool(holder.children)


def _always(answer: Json, made: CallResult, contract: Contract) -> Iterator[str]:
    if made.types:
        yield TYPES
    for node, _, value in occurrences(contract.response, answer) if contract.response else ():
        if value is None and not node.required:
            yield "client-response.null"
        shape = node.shape("string")
        if shape is not None and shape.value("format") == "date-time" and isinstance(value, str) and "." in value:
            yield "client-response.date-time.precision"
        if isinstance(value, dict) and node.children and any(node.child(name) is None for name in value):
            yield KEPT


def _types(scenario: Scenario, answer: Json, made: CallResult, base: Baseline) -> Iterator[Finding]:
    for pointer, usual in sorted(base.types.items()):
        now = made.types.get(pointer)
        if now is None or now == usual or not _is_object(answer, pointer):
            continue
        what = f"a plain {now}" if now in PLAIN_TYPES else f"a {now}"
        kind = _broken(scenario) if scenario.sort is Sort.REFUSING else f"an answer with {scenario.kind}"
        yield finding(
            TYPES,
            rule="types",
            kind=kind,
            observed=clean(now, LONGEST_TYPE),
            sentence=f"gives {what} in place of its own type for {kind}",
            message=f"{pointer}: {what}, not a {usual}",
            pointer=pointer,
            place=pointer,
            expected=clean(usual, LONGEST_TYPE),
            actual=clean(now, LONGEST_TYPE),
        )
        return


def _is_object(answer: Json, pointer: str) -> bool:
    """Tell whether an answer holds an object at a place: only then is its type to be compared."""
    return isinstance(get(answer, pointer), dict)


def _signalled(scenario: Scenario, raised: Raised, base: Baseline, *, listed: bool) -> Judged:
    focus, name = scenario.requirements[0], type_named(raised)
    if base.raised == name:
        yield Doubt(focus, f"the client raises {name} for right answers as well")
        return
    yield Pass(SILENT)
    if not listed:
        yield Pass(focus)
        return
    yield finding(
        UNKNOWN_VALUE,
        rule="unknown value",
        kind=scenario.kind,
        observed=f"raises {name}",
        sentence=f"refuses a value that a later document may add: raises {name}",
        message=raised.message or name,
        pointer=scenario.story.pointer,
        expected="the answer",
        actual=f"{raised.type}: {raised.message}",
    )


def _mended(scenario: Scenario, each: Difference, kind: str) -> Finding:
    word = type_word(each.now)
    now = "null" if each.now is None else "nothing" if each.now is MISSING else with_article(word)
    if each.was is not MISSING and type_word(each.was) == word != "null":
        now = f"another {word}"
    return finding(
        SILENT,
        rule="invalid answer",
        kind=kind,
        observed=f"returned as {now}",
        sentence=f"reads {kind} as {now}",
        pointer=each.pointer,
        place=scenario.story.pointer,
        expected="an error",
        actual=shown(each.now),
    )


def _broken(scenario: Scenario) -> str:
    """Return what is wrong with an answer, in words that hold for every member."""
    keyword, kind = scenario.story.keyword, scenario.kind
    if keyword == "required":
        return "an answer without a required member"
    if keyword == "format":
        return "a text that breaks its format"
    if keyword == "enum":
        return "a value outside its list"
    if keyword == "type":
        return "a value of another type"
    return kind


def _returned(made: CallResult, focus: str) -> Json | Doubt:
    try:
        return read_text(made.returned or "").value
    except JsonFault as fault:
        return Doubt(focus, f"the harness returned what is no JSON: {fault.reason}")
