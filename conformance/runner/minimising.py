"""Minimising: the fewest members of a body that still bring a failure about (delta debugging).

After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), over the members of a request
body. What was found explains later failures as well: a body that holds the same members with the same values fails for
the same reason and is not minimised again.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.model.case import Case, Request, Story
from conformance.model.finding import Finding
from conformance.model.jsontext import Json, JsonFault, Writable, encode, equal, read, read_spelled, write
from conformance.model.pointer import join, last, lookup
from conformance.model.vocabulary import Expectation

MAX_REQUESTS = 40
"""How many requests one failure may cost."""

RULES = frozenset({"refuses", "server error", "no answer", "echo"})
"""The rules of findings that depend on what a body holds."""

Probe = Callable[[Case], Awaitable[Sequence[Finding]]]
"""Sends a case and returns what is found on its answer; nothing where the budget is used up."""


class Culprit(msgspec.Struct, frozen=True):
    """Members, by pointer and value, that together bring a failure about; and the case that holds no others.

    `findings` are those on that case: they speak for every body that holds the members.
    """

    key: str
    members: Mapping[str, Json]
    case: Case
    findings: tuple[Finding, ...] = ()


class Minimiser:
    """Minimises failures of accepted bodies, and remembers what it found.

    `known` are the cases of the catalogue by request: where the smallest body is one of them, it speaks with that
    case's requirement and story.
    """

    def __init__(self, contract: Contract, known: Mapping[Request, Case]) -> None:
        self._contract = contract
        self._known = known
        self._culprits: list[Culprit] = []

    def applies(self, case: Case, found: Sequence[Finding]) -> Finding | None:
        """Return the finding that is worth minimising: on an accepted body of several members; None without one."""
        if case.expectation is not Expectation.ACCEPTED or len(self._leaves(case)) < 2:
            return None
        return next((each for each in found if _rule(each) in RULES), None)

    def explained(self, case: Case, finding: Finding) -> Culprit | None:
        """Return what was found before and explains this failure as well."""
        body = _body(case)
        for culprit in self._culprits:
            if culprit.key == _key(finding) and all(_holds(body, p, v) for p, v in culprit.members.items()):
                return culprit
        return None

    async def minimise(self, case: Case, finding: Finding, probe: Probe) -> Culprit | None:
        """Return the smallest set of members that still fails in the same way; None if even all of them do not."""
        spent = 0

        async def fails(kept: Sequence[str]) -> bool:
            nonlocal spent
            if spent >= MAX_REQUESTS:
                return False
            spent += 1
            found = await probe(self._with(case, kept))
            return any(_key(each) == _key(finding) for each in found)

        kept = await _smallest(self._leaves(case), fails)
        if not kept and not await fails(kept):
            return None
        body = _body(case)
        minimal = self._named(self._with(case, kept), kept, body)
        return Culprit(_key(finding), {pointer: lookup(body, pointer) for pointer in kept}, minimal)

    def spoken(self, culprit: Culprit, findings: Sequence[Finding]) -> Culprit:
        """Remember a culprit with the findings on its case."""
        alike = tuple(each for each in findings if _key(each) == culprit.key)
        known = replace(culprit, findings=alike or tuple(findings[:1]))
        self._culprits.append(known)
        return known

    def _leaves(self, case: Case) -> list[str]:
        return [pointer for pointer, node in _places(self._contract.request, "", _body(case)) if not node.required]

    def _with(self, case: Case, kept: Sequence[str]) -> Case:
        """Return the case with the kept leaves alone, what is required aside."""
        body = _pruned(self._contract.request, "", read_spelled(case.request.body or b""), frozenset(kept))
        return replace(case, request=replace(case.request, body=encode(body)))

    def _named(self, case: Case, kept: Sequence[str], body: Json) -> Case:
        known = self._known.get(case.request)
        if known is not None and known.expectation is Expectation.ACCEPTED:
            return known
        says = " and ".join(f"`{last(pointer)}` is {_short(lookup(body, pointer))}" for pointer in kept)
        old = case.story
        kind = f"a body in which {says}" if len(kept) > 1 else (old.kind if old else says)
        pointer = kept[0] if len(kept) == 1 else ""
        story = Story(pointer, "properties", "", write(_body(case)), says or "nothing optional", kind or "a right body")
        requirements = case.requirements[:1]
        return replace(case, id=f"{case.id}.minimal", story=story, requirements=requirements)


async def _smallest(items: Sequence[str], fails: Callable[[Sequence[str]], Awaitable[bool]]) -> list[str]:
    """Return a 1-minimal subset that fails (ddmin); `items` as a whole is known to."""
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = max(len(kept) // parts, 1)
        chunks = [kept[start : start + size] for start in range(0, len(kept), size)]
        for chunk in chunks:
            rest = [item for item in kept if item not in chunk]
            if len(chunk) < len(kept) and await fails(chunk):
                kept, parts = chunk, 2
                break
            if parts > 2 and rest and await fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(kept):
                break
            parts = min(parts * 2, len(kept))
    if len(kept) == 1 and await fails([]):
        return []
    return kept


def _rule(finding: Finding) -> str:
    return finding.pattern.partition(" | ")[0]


def _key(finding: Finding) -> str:
    """Return what makes two failures the same while members come and go: the rule, the place of an echo, the status."""
    rule = _rule(finding)
    return f"{rule} {finding.pointer if rule == 'echo' else ''} {finding.pattern.rpartition(' | ')[2]}"


def _body(case: Case) -> Json:
    try:
        return read(case.request.body or b"").value
    except JsonFault:
        return None


def _places(node: Node, pointer: str, value: Json) -> Iterator[tuple[str, Node]]:
    """Yield the members of a body that can be taken away by themselves: leaves, and objects that hold none."""
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        child = node.child(name)
        if child is None:
            continue
        here = join(pointer, name)
        inner = list(_places(child, here, item))
        if inner:
            yield from inner
        else:
            yield here, child


def _pruned(node: Node, pointer: str, value: Writable, kept: frozenset[str]) -> Writable:
    if not isinstance(value, dict):
        return value
    result: dict[str, Writable] = {}
    for name, item in value.items():
        here = join(pointer, name)
        child = node.child(name)
        holds_kept = any(each == here or each.startswith(f"{here}/") for each in kept)
        if child is None or child.required or holds_kept:
            result[name] = _pruned(child, here, item, kept) if child is not None else item
    return result


def _holds(body: Json, pointer: str, value: Json) -> bool:
    try:
        return equal(lookup(body, pointer), value)
    except KeyError:
        return False


def _short(value: Json) -> str:
    text = write(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
