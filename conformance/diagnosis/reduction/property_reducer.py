"""Property reducer: the fewest properties of a valid body, held or absent, that still bring a failure about.

The values stay as they are: those of the catalogue have names.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.reduction import absence
from conformance.diagnosis.reduction.body_parts import keeping, leaves
from conformance.diagnosis.reduction.culprits import Culprit
from conformance.diagnosis.reduction.trials import FailureProbe, Key, Probe, key_of, rule_of, smallest
from conformance.model.case import MINIMAL, Case, Request, Story
from conformance.model.finding import Finding
from conformance.model.json_values import at, body_value
from conformance.model.jsontext import Json, Writable, encode, read_spelled, write
from conformance.model.pointer import last
from conformance.model.vocabulary import Expectation

MAX_REQUESTS = 40
"""How many requests one failure may cost."""

FEW = 2
"""Of fewer members none can be taken away to learn which it was."""

RULES = frozenset({"rejects", "server error", "no response", "echo"})
"""The rules of findings that depend on what a body holds."""


class PropertyReducer:
    """Minimizes failures of valid bodies.

    `known` are the cases of the catalogue by request: where the smallest body is one of them, it speaks with that
    case's requirement and story.
    """

    def __init__(self, contract: Contract, known: Mapping[Request, Case]) -> None:
        self._contract = contract
        self._known = known

    def applies(self, case: Case, found: Sequence[Finding]) -> Finding | None:
        """Return the finding on an accepted body that its members may explain; None without one."""
        if case.expectation is not Expectation.ACCEPTED or case.request.body is None:
            return None
        return next((each for each in found if rule_of(each) in RULES), None)

    def known(self, case: Case) -> Case | None:
        """Return the case of the catalogue that sends the same request and is to be accepted, if there is one."""
        found = self._known.get(case.request)
        return found if found is not None and found.expectation is Expectation.ACCEPTED else None

    def few(self, case: Case) -> bool:
        """Tell whether a body has so few properties that none can be taken away to learn which it was."""
        return len(self._leaves(case)) < FEW

    async def minimize(self, case: Case, finding: Finding, probe: Probe, *, fresh: bool = True) -> Culprit | None:
        """Return the smallest set of properties, held or absent, that still fails in the same way; None without one.

        Of a body with less than two properties only what it lacks is tried, and only where the failure is `fresh`: of
        a new kind.
        """
        key, members = key_of(finding), self._leaves(case)
        trial = FailureProbe(probe, lambda each: key_of(each) == key, MAX_REQUESTS)
        if (len(members) < FEW and not fresh) or body_value(case.request.body) is None:
            return None
        plain = self._with(case, members)
        if plain.request != case.request and not await trial.fails(plain):
            return None  # how it is written is what matters
        absent = await self._left_out(case, trial)
        if absent:
            return await self._with_absent(case, key, trial, absent)
        if len(members) < FEW:
            return self._known_as(case, key, members)

        async def fails(kept: Sequence[str]) -> bool:
            return await trial.fails(self._with(case, kept))

        kept = await smallest(members, fails)
        if not kept and not await fails(kept):
            return None
        body = body_value(case.request.body)
        minimal = self._named(self._with(case, kept), kept, (), body)
        return Culprit(key, {pointer: at(body, pointer) for pointer in kept}, minimal)

    def _known_as(self, case: Case, key: Key, kept: Sequence[str]) -> Culprit | None:
        """Return the case of the catalogue with the same bytes: that of a relation speaks of more than it holds."""
        known = self._known.get(case.request)
        if known is None or known.id == case.id or known.expectation is not Expectation.ACCEPTED:
            return None
        return Culprit(key, {pointer: at(body_value(case.request.body), pointer) for pointer in kept}, known)

    async def _left_out(self, case: Case, trial: FailureProbe) -> tuple[str, ...]:
        """Return the members whose absence brings the failure about; none where it stays when they are put in."""
        body = read_spelled(case.request.body or b"")
        missing = absence.gaps(self._contract.request, body)

        async def fails(lacking: Sequence[str]) -> bool:
            whole = absence.filled(self._contract, body, frozenset(lacking))
            return await trial.fails(self._sending(case, whole))

        if not missing or trial.spent or await fails(()) or trial.over:
            return ()
        for first, *others in absence.gaps_of_empty(self._contract.request, body):
            # An object that fails because it holds nothing, whatever it could hold: emptiness is its value.
            inside = [first, *others]
            if len(inside) > 1 and await fails(inside) and not (await fails(others) or await fails(inside[:-1])):
                return ()
        return tuple(await smallest(missing, fails))

    async def _with_absent(self, case: Case, key: Key, trial: FailureProbe, absent: tuple[str, ...]) -> Culprit | None:
        """Return the culprit with members that are left out: alone if that will do, else beside others of the body."""
        lacking = frozenset(absent)
        alone = await self._alone(case, trial, lacking)
        if alone is not None:
            return Culprit(key, {}, self._named(alone, (), absent, None), absent)

        def beside(kept: Sequence[str]) -> Case:
            body = read_spelled(self._with(case, kept).request.body or b"")
            return self._sending(case, absence.filled(self._contract, body, lacking))

        async def fails(kept: Sequence[str]) -> bool:
            return await trial.fails(beside(kept))

        kept = await smallest(self._leaves(case), fails)
        body = body_value(case.request.body)
        members = {pointer: at(body, pointer) for pointer in kept}
        return Culprit(key, members, self._named(beside(kept), kept, absent, body), absent)

    async def _alone(self, case: Case, trial: FailureProbe, lacking: frozenset[str]) -> Case | None:
        """Return a case that fails and lacks nothing else, or hardly holds anything; one that no page speaks against.

        What a page speaks against may be refused by rights: where both bodies fail, it says less.
        """
        found: Case | None = None
        for body in absence.bodies_without(self._contract, lacking):
            tried = self._sending(case, body)
            if (found is None or not tried.beyond) and await trial.fails(tried):
                found = tried
            if found is None or not found.beyond:
                return found
        return found

    def _leaves(self, case: Case) -> list[str]:
        return list(leaves(body_value(case.request.body), self._contract.request))

    def _with(self, case: Case, kept: Sequence[str]) -> Case:
        """Return the case with the kept leaves alone, what is required aside."""
        body = keeping(read_spelled(case.request.body or b""), frozenset(kept), self._contract.request)
        return self._sending(case, body)

    def _sending(self, case: Case, body: Writable) -> Case:
        """Return the case with another body, and what pages say against that one."""
        request = replace(case.request, body=encode(body))
        return replace(case, request=request, beyond=self._contract.prose.beyond(body_value(request.body)))

    def _named(self, case: Case, kept: Sequence[str], absent: Sequence[str], body: Json) -> Case:
        known, old = self._known.get(case.request), case.story
        lone = absent[0] if len(absent) == 1 and not kept else ""
        if known is not None and known.expectation is Expectation.ACCEPTED and not lone:
            return known
        held = [f"`{last(pointer)}` is {_short(at(body, pointer))}" for pointer in kept]
        says = " and ".join([*held, *(f"`{last(pointer)}` is absent" for pointer in absent)])
        kind = f"a body in which {says}"
        if lone:
            kind = "an absent optional property"
        elif len(kept) + len(absent) < FEW:
            kind = old.kind if old else says
        pointer = lone or (kept[0] if len(kept) == 1 and not absent else "")
        keyword, sent = "properties", write(body_value(case.request.body))
        if pointer:
            keyword, sent = ("required", "") if lone else ("type", write(at(body, pointer)))
        story = Story(pointer, keyword, "", sent, says or "nothing optional", kind or "a valid body")
        requirement = absence.requirement_of(self._contract, lone) if lone else ""
        requirements = (requirement,) if requirement else case.requirements[:1]
        return replace(case, id=f"{case.id}{MINIMAL}", reduced=True, story=story, requirements=requirements)


def _short(value: Json) -> str:
    text = write(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
