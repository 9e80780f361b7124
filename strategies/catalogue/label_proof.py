"""The proof of labels: where a schema says more than its nodes show, each case is held against the validator."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from conformance.classify.classification import classify
from conformance.classify.dual_validation import verdict
from conformance.classify.wording import story_of
from conformance.contract.requirements.derived import BOUNDS
from conformance.contract.schemas.nodes import nearest
from conformance.model.case import Case, Item
from conformance.model.errors import ContractError
from conformance.model.jsontext import encode, plain_json, try_read
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies
from conformance.strategies.values.search import SMALL_BUDGET, Search

BY_BODY = frozenset({"type", "enum", "required", "additionalProperties", *BOUNDS})
"""What a story is about when it is the schema that forbids the body."""

MENDED = BY_BODY | {"properties"}
"""What a story is about when only its own place of the body matters, so that the others may be changed."""

MOST_REASONS = 20
"""How many reasons for which a body is invalid as a whole have a case."""

MOST_MENDED = 400
"""How many bodies are mended at most: a search takes its time."""


def proven(build: Builder, items: Iterable[Item], lost: list[str]) -> Iterator[Item]:
    """Yield the items whose labels hold; the ids of the others are added to `lost`.

    What follows from the nodes of a schema is right by construction, as long as they say all that the schema says
    (`Node.modelled`); only where they do not, there is something to prove, to mend, and to leave out.

    Raises:
        ContractError: no valid body is found, so that nothing could be said of any other.

    """
    contract = build.contract
    smallest = plain_json(build.smallest)
    if not contract.request_validator.holds(smallest):
        raise _no_request(build)
    fullest = plain_json(bodies.fullest(contract.request, build.defaults))
    if contract.request.modelled and contract.request_validator.holds(fullest):
        yield from items
        return
    proof = _Proof(build)
    for item in items:
        if isinstance(item, Case):
            found: tuple[Item, ...] = tuple(proof.cases(item))
        else:
            found = (item,) if all(proof.holds(case, alone=False) for case in item.cases) else ()
        lost += [] if found else [item.id]
        yield from found


def _no_request(build: Builder) -> ContractError:
    contract = build.contract
    found = next(contract.request_validator.violations(plain_json(build.smallest)), None)
    place, keyword = (found.pointer, found.keyword) if found else ("", "schema")
    node, _ = nearest(contract.request, place)
    beside = contract.operation.request_pointer.removesuffix("/schema")
    return ContractError(
        f"{contract.document.name}: no valid request could be made for {contract.operation.name}: "
        f"`{keyword}` of {node.pointer} forbids what was tried",
        f"add a valid request as {beside}/example",
    )


class _Proof:
    """Holds cases against both validators, and mends those whose body breaks something beside what they are about."""

    def __init__(self, build: Builder) -> None:
        self._build = build
        self._search = Search(build.contract.request, build.contract.request_validator, build.defaults)
        self._left = MOST_MENDED
        self._reasons: set[tuple[str, str]] = set()

    def cases(self, case: Case) -> Iterator[Case]:
        """Yield a case whose label holds, be it that its body is changed; and what an invalid body shows."""
        if self.holds(case, alone=True):
            yield case
            return
        text = try_read(case.request.body)
        story = case.story
        if case.expectation is not Expectation.ACCEPTED or case.merged or story is None or text is None:
            return
        if story.keyword in MENDED and self._left > 0:
            self._left -= 1
            body = self._search.mended(text.value, story.pointer or None, SMALL_BUDGET)
            if body is not None:
                yield replace(case, request=replace(case.request, body=encode(body)), control=None)
        yield from self._rejected(case)

    def _rejected(self, case: Case) -> Iterator[Case]:
        """Yield the body of a case, whose parts are valid, where the schema forbids it as a whole: once a reason."""
        contract = self._build.contract
        found = classify(contract, case.request.body or b"")
        if found.valid is not False or found.focus is None or len(self._reasons) >= MOST_REASONS:
            return
        reason = (found.focus.pointer, found.focus.keyword)
        if reason not in self._reasons:
            self._reasons.add(reason)
            id_ = f"reject.schema.{len(self._reasons)}"
            story = story_of(found.focus, found.body, contract.request)
            yield self._build.rejected(id_, found.focus.requirement, case.request, story)

    def holds(self, case: Case, *, alone: bool) -> bool:
        """Tell whether the label of a case holds; `alone` tells that it belongs to no relation."""
        by_body = not alone or (case.story is not None and case.story.keyword in BY_BODY)
        if case.expectation is Expectation.OBSERVED or case.request.body is None:
            return True
        if case.expectation is Expectation.REJECTED and not by_body:
            return True
        text = try_read(case.request.body)
        if text is None:
            return case.expectation is Expectation.REJECTED
        right = case.expectation is Expectation.ACCEPTED
        return verdict(self._build.contract.request_validator, text.value, constructed=right) is right
