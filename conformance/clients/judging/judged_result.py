"""The response side of the judge: what a client made of a response with a JSON body."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.differences import quoted, shown, type_word
from conformance.checks.shared.findings import brief, clean, finding
from conformance.checks.shared.messages import Wording
from conformance.checks.shared.subject import Judged
from conformance.classify.wording import LONGEST_VALUE, name_of
from conformance.clients.judging import messages
from conformance.clients.judging.comparing import SHORTENED, BodyDifference, differences
from conformance.clients.judging.requirements import returned_id
from conformance.clients.judging.returned import returned
from conformance.clients.scenarios.scenario import CallResult, Raised, Scenario, Sort
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node, occurrences
from conformance.model.finding import ACCEPTED, INVALID_RESPONSE, Doubt, Finding, Pass, Symptom
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, read_text
from conformance.model.pointer import within

READ = "client-response.read"
SILENT = "client-response.silent-loss"
TYPES = "client-response.types"
UNKNOWN_VALUE = "client-response.unknown-value"
KEPT = "client-response.undeclared.kept"

BASELINE = "read.fullest"
"""The id of the scenario that shows how a client reads a valid response; it comes first."""

STATUS = "fail.status-"
"""How the ids of scenarios begin that show how a client reports a status."""

LONGEST_TYPE = 80

PLAIN_TYPES = frozenset({"dict", "Object"})
"""Types that languages give to objects without a class."""


class Baseline(msgspec.Struct, frozen=True):
    """How a client reads the fullest valid response: the baseline of the other scenarios.

    `raised` is the type of its exception, empty where it read the response; `known` are the differences that it always
    makes, by pointer and way; `types` are the types of its objects by pointer, `errors` its exceptions by status.
    """

    raised: str = ""
    known: frozenset[tuple[str, str]] = frozenset()
    types: Mapping[str, str] = {}
    errors: Mapping[int, str] = {}


def learned(contract: Contract, base: Baseline, scenario: Scenario, made: CallResult) -> Baseline:
    """Return the baseline with what a scenario adds to it: the first its readings, one of a status its exception."""
    if made.trouble:
        return base
    if scenario.id == BASELINE:
        return baseline(contract, scenario, made)
    if scenario.id.startswith(STATUS) and made.raised is not None:
        return replace(base, errors={**base.errors, scenario.reply.status: type_named(made.raised)})
    return base


def baseline(contract: Contract, scenario: Scenario, made: CallResult) -> Baseline:
    """Return the baseline from the scenario of the fullest response."""
    if made.raised is not None:
        return Baseline(type_named(made.raised))
    now = returned(made, READ, contract.response)
    if isinstance(now, Doubt):
        return Baseline()
    found = differences(read_text(scenario.answer).value, now, contract.response)
    return Baseline("", frozenset((each.pointer, each.way) for each in found), made.types)


def type_named(raised: Raised) -> str:
    """Return the name of an exception's type, cut for a symptom."""
    return clean(raised.type, LONGEST_TYPE) or "an unnamed error"


def judge_right(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> Judged:
    """Yield the judgements of a client that received a valid response."""
    focus = scenario.requirements[0] if scenario.sort is Sort.READING else READ
    if made.raised is not None:
        yield _unread(contract, scenario, focus, made.raised, base)
        return
    answer, now = read_text(scenario.answer).value, returned(made, focus, contract.response)
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
            made_finding = _lost(contract, each)
            broken.add(made_finding.requirement)
            yield made_finding
    for typed in _types(contract, scenario, answer, made, base):
        broken.add(typed.requirement)
        yield typed
    held = {returned_id(node) for node, _, _ in occurrences(contract.response, answer)} if contract.response else set()
    always = {focus, "client-response.added", *_always(answer, made, contract)}
    yield from (Pass(each) for each in sorted((held | always) - broken))


def judge_invalid(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> Judged:
    """Yield the judgements of a client that received a response with one schema violation."""
    focus = scenario.requirements[0]
    listed = focus == UNKNOWN_VALUE
    if made.raised is not None:
        yield from _signalled(contract, scenario, made.raised, base, listed=listed)
        return
    answer, now = read_text(scenario.answer).value, returned(made, focus, contract.response)
    if isinstance(now, Doubt):
        yield now
        return
    kind = _broken(scenario)
    found = [each for each in differences(answer, now, contract.response) if _new(each, scenario, base)]
    place = scenario.story.pointer
    repaired = [each for each in found if within(each.pointer, place)]
    typed = list(_types(contract, scenario, answer, made, base))
    yield from typed
    if repaired:
        yield _repaired(contract, scenario, repaired[0], kind)
    else:
        yield Pass(SILENT)
    if listed:
        if not repaired:
            yield Pass(UNKNOWN_VALUE)
    elif not repaired:
        yield finding(
            focus,
            Symptom(INVALID_RESPONSE, kind, ACCEPTED),
            **messages.ACCEPTED.filled(kind=kind, what=messages.planted(scenario.story, contract.response)),
            pointer=place,
            place=place,
            expected="an error",
            actual=scenario.story.became or "absent",
        )


def is_whole(contract: Contract, scenario: Scenario, made: CallResult, base: Baseline) -> bool:
    """Tell whether a client returned a response as it returns every other one: with no difference of its own."""
    now = returned(made, READ, contract.response)
    if not isinstance(now, dict):
        return False
    found = differences(read_text(scenario.answer).value, now, contract.response)
    return not any(_new(each, scenario, base) and not each.defaulted for each in found)


def _unread(contract: Contract, scenario: Scenario, focus: str, raised: Raised, base: Baseline) -> Finding:
    name = type_named(raised)
    always = base.raised == name
    kind = "every valid response" if always else scenario.kind or "a valid response"
    what = messages.planted(scenario.story, contract.response)
    wording = messages.UNREADABLE if always else messages.UNREAD
    return finding(
        READ if always else focus,
        Symptom("valid response", kind, f"raises {name}"),
        **wording.filled(error=name, kind=kind, what=what, status=scenario.reply.status),
        pointer="" if always else scenario.story.pointer,
        place="" if always else scenario.story.pointer,
        expected="the response body",
        actual=f"{raised.type}: {raised.message}",
    )


def _nothing(scenario: Scenario, focus: str, now: Json) -> Finding:
    word = messages.type_of(now)
    return finding(
        focus,
        Symptom("valid response", "every valid response", word),
        **messages.NOT_RETURNED.filled(type=word, now=quoted(now)),
        expected=brief(read_text(scenario.answer).value),
        actual=brief(now),
    )


def _new(each: BodyDifference, scenario: Scenario, base: Baseline) -> bool:
    """Tell whether a difference is not in the baseline; the fullest response reports those of the baseline."""
    return (each.pointer, each.way) not in base.known or scenario.story.keyword == "properties"


def _lost(contract: Contract, each: BodyDifference) -> Finding:
    at, kind, unknown = each.node or each.holder, each.kind, each.node is None and _declares(each.holder)
    requirement = returned_id(at) if at else KEPT
    if each.was is MISSING:
        requirement, wording = "client-response.added", messages.RETURNED_ADDED
    elif each.dropped_null and each.node is not None:
        requirement = returned_id(each.node) if each.node.required else "client-response.null"
        wording = messages.RETURNED_OMITTED_NULL
    elif each.way == SHORTENED:
        requirement, wording = "client-response.date-time.precision", messages.FRACTION
    elif unknown:
        # Who rounds numbers does so everywhere: that is one fault.
        requirement, kind = KEPT, kind if each.rounded else "an unknown property"
        wording = messages.UNKNOWN_OMITTED if each.now is MISSING else _changed(each)
    else:
        wording = _changed(each)
    return finding(
        requirement,
        Symptom("returned", kind, each.way),
        **wording.filled(kind=kind, way=each.way, **each.described(contract.response)),
        pointer=each.pointer,
        place=at.path if at else "",
        expected=shown(each.was),
        actual=shown(each.now),
    )


def _changed(each: BodyDifference) -> Wording:
    if each.now is MISSING:
        return messages.RETURNED_OMITTED
    if each.other_type:
        return messages.RETURNED_OTHER_TYPE
    return messages.RETURNED_ROUNDED if each.rounded else messages.RETURNED_CHANGED


def _declares(holder: Node | None) -> bool:
    """Tell whether an object declares properties: where it declares none, all of them are its content."""
    return holder is None or bool(holder.children)


def _always(answer: Json, made: CallResult, contract: Contract) -> Iterator[str]:
    if made.types:
        yield TYPES
    for node, _, value in occurrences(contract.response, answer) if contract.response else ():
        if value is None and not node.required:
            yield "client-response.null"
        if node.has_format("date-time") and isinstance(value, str) and "." in value:
            yield "client-response.date-time.precision"
        if isinstance(value, dict) and node.children and any(node.child(name) is None for name in value):
            yield KEPT


def _types(contract: Contract, scenario: Scenario, answer: Json, made: CallResult, base: Baseline) -> Iterator[Finding]:
    for pointer, usual in sorted(base.types.items()):
        now = made.types.get(pointer)
        if now is None or now == usual or not isinstance(get(answer, pointer), dict):
            continue
        name = clean(now, LONGEST_TYPE)
        kind = _broken(scenario) if scenario.sort is Sort.REJECTING else f"a response with {scenario.kind}"
        yield finding(
            TYPES,
            Symptom("types", kind, name),
            **messages.OTHER_CLASS.filled(
                now=f"a plain `{name}`" if now in PLAIN_TYPES else f"the type `{name}`",
                usual=clean(usual, LONGEST_VALUE),
                kind=kind,
                name=name_of(pointer, contract.response),
            ),
            pointer=pointer,
            place=pointer,
            expected=clean(usual, LONGEST_TYPE),
            actual=name,
        )
        return


def _signalled(contract: Contract, scenario: Scenario, raised: Raised, base: Baseline, *, listed: bool) -> Judged:
    focus, name = scenario.requirements[0], type_named(raised)
    if base.raised == name:
        yield Doubt(focus, messages.ALWAYS_RAISES.format(error=name))
        return
    yield Pass(SILENT)
    if not listed:
        yield Pass(focus)
        return
    yield finding(
        UNKNOWN_VALUE,
        Symptom("unknown enum value", scenario.kind, f"raises {name}"),
        **messages.UNKNOWN_VALUE.filled(error=name, what=messages.planted(scenario.story, contract.response)),
        pointer=scenario.story.pointer,
        expected="the response body",
        actual=f"{raised.type}: {raised.message}",
    )


def _repaired(contract: Contract, scenario: Scenario, each: BodyDifference, kind: str) -> Finding:
    described = each.described(contract.response)
    if each.was is not MISSING and each.now is not None and each.now is not MISSING and not each.other_type:
        described["type"] = f"a different {type_word(each.now)}"
    if each.was is MISSING:
        described["now"] = quoted(each.now)
    wording = messages.REPAIRED_BY_OMISSION if each.now is MISSING else messages.REPAIRED
    return finding(
        SILENT,
        Symptom(INVALID_RESPONSE, kind, f"returns {described['type']}"),
        **wording.filled(kind=kind, **described),
        pointer=each.pointer,
        place=scenario.story.pointer,
        expected="an error",
        actual=shown(each.now),
    )


def _broken(scenario: Scenario) -> str:
    """Return the class of an invalid response, the same for every property."""
    keyword, kind = scenario.story.keyword, scenario.kind
    if keyword == "required":
        return "a response without a required property"
    return "a response with " + {
        "format": "a string that violates its format",
        "enum": "an unknown enum value",
        "type": "a value of the wrong type",
    }.get(keyword, kind)
