"""Facts of what a case was made for: by its story, and of its other facts those that it is about."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from conformance.classify.classification import classify
from conformance.classify.traits import JSON_TEXT
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import nearest
from conformance.diagnosis.facts.body_facts import RESERVED
from conformance.diagnosis.facts.features import ANYWHERE, Feature, Placed
from conformance.model.case import CATALOGUE, Case
from conformance.model.pointer import generalised, prefixes, within
from conformance.model.vocabulary import Expectation

TRIAL = "trial"
"""The keyword of cases that send what a newer document declares."""

UNSAID = frozenset({"relation", "rejected first", "properties"})
"""Keywords of cases whose body says itself what is wrong with it."""

REQUEST_PARTS = frozenset(
    {"credential", "header", "method", "path", "relation", TRIAL, "parameters"}
    | {f"{place} parameter" for place in ("path", "query", "header", "cookie")}
)
"""In the place of a keyword: what a case is about that is not about its body."""

TARGET_PARTS = frozenset({"method", "path", "parameters", "path parameter", "query parameter"})
"""Of these what is about the method or the target: who rejects it may not have looked at the header fields."""

OF_ROOT = frozenset({"type", "empty"})
"""What is said of a whole body that is of the wrong type."""

MOST_KNOWN = 1 << 12
"""How many stories are known again, and of how many groups of features is kept what they say of a place."""

MOST_SUBJECTS = 1 << 9
"""Of how many places is kept what is said of them: random cases are about any number of names."""

Group = frozenset[Feature]


class _Made(msgspec.Struct, frozen=True, gc=False):
    """What a case was made for; `named` is by which word its kind is told, empty where it is not.

    `broken` tells one that breaks a keyword, `has_body` one of whose body something can be said.
    """

    keyword: str
    pointer: str
    kind: str
    named: str
    broken: bool
    has_body: bool


class StoryReader:
    """Reads what the cases of one contract were made for; what many have in common is read once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._told: dict[_Made, Group] = {}
        self._subjects: dict[tuple[str, bool, bool], _Subject] = {}

    def told(self, case: Case) -> Group:
        """Return what a case was made for: the part of the request, the keyword that it breaks, the kind of value."""
        story = case.story
        if story is None:
            return frozenset()
        keyword, pointer, kind = story.keyword, story.pointer, story.kind
        rejected = case.expectation is Expectation.REJECTED
        if keyword == TRIAL or (rejected and keyword in UNSAID):
            defect = next(iter(classify(self._contract, case.request.body or b"").defects), None)
            if defect is None:
                return frozenset({Feature("kind", ANYWHERE, kind)})
            rejected = True
            keyword, pointer, kind = defect.keyword, defect.pointer, defect.kind
        # A random valid body is of no kind.
        name = "kind" if rejected or not case.merged else "kind of several"
        named = name if case.phase == CATALOGUE or rejected else ""
        left_open = keyword == JSON_TEXT and case.expectation is Expectation.OBSERVED
        has_body = bool(case.request.body) or any(each.lower() == "content-type" for each, _ in case.request.headers)
        made = _Made(keyword, pointer, kind, named, rejected or left_open, has_body)
        known = self._told.get(made)
        if known is None:
            known = frozenset(self._features(made))
            if len(self._told) < MOST_KNOWN:
                self._told[made] = known
        return known

    def _features(self, made: _Made) -> Iterator[Feature]:
        keyword, place = made.keyword, generalised(made.pointer)
        if place.startswith("/"):
            place = nearest(self._contract.request, place)[0].path  # a property that is unknown is its object's
        places = (place,) if keyword in REQUEST_PARTS else tuple(dict.fromkeys((place, ANYWHERE)))
        if made.named:
            yield from (Feature(made.named, each, made.kind) for each in places)
        if not made.broken:
            return
        yield from (Feature("keyword", each, keyword) for each in places)
        if keyword not in REQUEST_PARTS and made.has_body:
            yield Feature("subject", "", "body")
            if keyword != JSON_TEXT:
                yield Feature("subject", "", "schema")
                if place:
                    yield Feature("subject", "", "property")
                yield from (Feature("invalid", each) for each in ("", *prefixes(place)))

    def about(self, case: Case, placed: Sequence[Placed], others: Iterable[Group]) -> Group:
        """Return the features that say something of what a case was made for.

        `placed` are those of its body, `others` those of the rest of the request.
        """
        story = case.story
        if story is None:
            return frozenset()
        subject = generalised(story.pointer)
        about: list[Group] = []
        if subject:
            anywhere = case.expectation is Expectation.REJECTED and subject.startswith("/")
            # What becomes of values of the right type, the rejection of one of another type does not say.
            told = self._subject(subject, anywhere, story.keyword != "type")
            about += map(told.of_group, others)
            about += told.of_body(placed) if subject.startswith("/") else ()
        every = [*others, *(group for _, group in placed)] if not subject or story.keyword == JSON_TEXT else []
        if not subject and story.keyword == "type":
            about += [frozenset(each for each in group if each.name in OF_ROOT and not each.place) for group in every]
        if story.keyword == JSON_TEXT:
            about += [frozenset(each for each in group if each.name in {"body", "text"}) for group in every]
        return frozenset[Feature]().union(*about)

    def _subject(self, subject: str, anywhere: bool, typed: bool) -> "_Subject":  # noqa: FBT001 (a key)
        key = subject, anywhere, typed
        found = self._subjects.get(key)
        if found is None:
            found = _Subject(*key)
            if len(self._subjects) < MOST_SUBJECTS:
                self._subjects[key] = found
        return found


class _Subject:
    """What groups of features say of a place in the body or below it, or of a header field or parameter.

    `anywhere`: also where it is said of the whole body. Of that no values are said unless they have the right type
    (`typed`).
    """

    def __init__(self, subject: str, anywhere: bool, typed: bool) -> None:  # noqa: FBT001 (a key)
        self._subject = subject
        self._anywhere = anywhere
        self._typed = typed
        self._related: dict[str, bool] = {}
        self._known: dict[Group, Group] = {}

    def of_body(self, placed: Iterable[Placed]) -> Iterator[Group]:
        """Yield what is said of a place by the groups that may say something."""
        related = self._related
        for place, group in placed:
            found = related.get(place)
            if found is None:
                found = within(place, self._subject) or within(self._subject, place)
                if len(related) < MOST_KNOWN:
                    related[place] = found
            if found:
                yield self.of_group(group)

    def of_group(self, group: Group) -> Group:
        """Return what a group says of it."""
        found = self._known.get(group)
        if found is None:
            found = self._within(group)
            if len(self._known) < MOST_KNOWN:
                self._known[group] = found
        return found

    def _within(self, group: Group) -> Group:
        about = {each for each in group if each.place and within(each.place, self._subject)}
        if self._anywhere and about:
            told = (each for each in about if self._typed or each.name != "value")
            about |= {Feature(each.name, ANYWHERE, each.value) for each in told} & group
        return frozenset(about)


def is_reserved(case: Case) -> bool:
    """Tell whether a case is about a property that some parsers reject, whatever the schema says."""
    story = case.story
    return story is not None and story.keyword == "additionalProperties" and RESERVED in story.kind
