"""Hypothesis strategies of the contract's bodies, for anyone's `@given`.

They are derived from the schemas of the operation, so they work for any document (`contract=`), and construct what
they draw; only where a schema holds keywords that the suite cannot construct for, a validator sorts out the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeAlias

import msgspec
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from msgspec.structs import replace

from conformance.classify.requirements import reject_id, undeclared_id
from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.case import Story
from conformance.model.jsontext import Json, plain_json
from conformance.model.pointer import prefixes, within
from conformance.model.vocabulary import Group
from conformance.strategies.random import places
from conformance.strategies.random.generation import Choices, Values, valid_values
from conformance.strategies.random.places import ViolationPlace
from conformance.strategies.random.stories import story_of
from conformance.strategies.values.search import BASES, proper

__all__ = [
    "InvalidBody",
    "environment_requests",
    "environments",
    "invalid_environment_requests",
    "invalid_environments",
]


Paths: TypeAlias = tuple[str, ...]


class InvalidBody(msgspec.Struct, frozen=True):
    """A body that the schema forbids, and why: one story for each violation.

    `requirements` are the ids of the requirements that a server violates by accepting the body, in the order of the
    stories.
    """

    body: Json
    stories: tuple[Story, ...]
    requirements: tuple[str, ...] = ()

    @property
    def story(self) -> Story:
        """The story of the first violation."""
        return self.stories[0]


def environment_requests(
    *,
    contract: Contract | None = None,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    min_integer: int | None = None,
    max_integer: int | None = None,
    alphabet: str | None = None,
    unknown_properties: bool = True,
) -> st.SearchStrategy[Json]:
    """Return a strategy of valid request bodies.

    Args:
        contract: what the bodies keep; by default the document that comes with the suite.
        include: JSON pointers of properties that every body has, and not as null.
        exclude: JSON pointers of properties that no body has; a required one cannot be excluded.
        min_integer: the least integer at properties for which the schema states no bound; none by default.
        max_integer: the greatest one; none by default.
        alphabet: the characters of strings; all of Unicode by default.
        unknown_properties: whether open objects may have properties that the schema does not declare.

    A failure shrinks to the smallest body that a person would write: required properties, strings `"a"`, numbers 0.

    Raises:
        InvalidArgument: a pointer names no property of the body, or what is asked for contradicts itself.

    Examples:
        >>> from hypothesis import find
        >>> find(environment_requests(), lambda body: True)
        {'name': 'a'}

    """
    held = contract or _held()
    choices = _choices(held.request, include, exclude, (min_integer, max_integer), alphabet, extras=unknown_properties)
    return valid_bodies(held.request, held.request_validator, choices)


def invalid_environment_requests(
    *,
    contract: Contract | None = None,
    violations: int = 1,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    min_integer: int | None = None,
    max_integer: int | None = None,
    alphabet: str | None = None,
) -> st.SearchStrategy[InvalidBody]:
    """Return a strategy of request bodies that the schema forbids, each with the story of what is wrong with it.

    Args:
        contract: what the bodies violate; by default the document that comes with the suite.
        violations: the number of violations in each body; each alone is enough to reject it.
        include: JSON pointers of properties that every body has before it is made invalid.
        exclude: JSON pointers of properties that no body has; nothing is invalid there.
        min_integer: the least integer at properties for which the schema states no bound.
        max_integer: the greatest one.
        alphabet: the characters of valid strings.

    Raises:
        InvalidArgument: as `environment_requests`, or the body has fewer places that can be invalid at once.

    Examples:
        >>> from hypothesis import find
        >>> wrong = find(invalid_environment_requests(), lambda wrong: wrong.story.keyword == "required")
        >>> wrong.body, wrong.story.pointer, wrong.requirements
        ({}, '/name', ('reject.CreateEnvironmentRequestV1.name.required',))

    """
    held = contract or _held()
    choices = _choices(held.request, include, exclude, (min_integer, max_integer), alphabet)
    return invalid_bodies(held.request, held.request_validator, choices, violations)


def environments(
    *,
    contract: Contract | None = None,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    min_integer: int | None = None,
    max_integer: int | None = None,
    alphabet: str | None = None,
    unknown_properties: bool = True,
) -> st.SearchStrategy[Json]:
    """Return a strategy of valid bodies of the success response; arguments as for `environment_requests`.

    Raises:
        InvalidArgument: as `environment_requests`, or the document declares no JSON response.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, deadline=None)
        ... @given(environments())
        ... def test_my_parser(body):
        ...     assert "autoscaling_settings" in body
        >>> test_my_parser()

    """
    root, validator = _response(contract or _held())
    choices = _choices(root, include, exclude, (min_integer, max_integer), alphabet, extras=unknown_properties)
    return valid_bodies(root, validator, choices)


def invalid_environments(
    *,
    contract: Contract | None = None,
    violations: int = 1,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    min_integer: int | None = None,
    max_integer: int | None = None,
    alphabet: str | None = None,
) -> st.SearchStrategy[InvalidBody]:
    """Return a strategy of responses that the schema forbids, with their stories: for tests of clients.

    Arguments are those of `invalid_environment_requests`.

    Raises:
        InvalidArgument: as `invalid_environment_requests`, or the document declares no JSON response.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, deadline=None)
        ... @given(invalid_environments())
        ... def test_my_validator(wrong):
        ...     assert wrong.story.says
        >>> test_my_validator()

    """
    root, validator = _response(contract or _held())
    choices = _choices(root, include, exclude, (min_integer, max_integer), alphabet)
    return invalid_bodies(root, validator, choices, violations)


def valid_bodies(root: Node, validator: BodyValidator, choices: Choices) -> Values:
    """Return a strategy of valid values of a root node."""
    found = valid_values(root, choices)
    if root.modelled:
        return found
    # Some bodies are known to be right: where the schema says much that is not understood, they are what is left.
    made = [proper(root, validator, base) for base in BASES] if not choices.included else []
    known = [plain_json(each) for each in made if each is not None]
    sieved = found.filter(validator.holds)
    return st.sampled_from(known) | sieved if known else sieved


def breakable(root: Node, choices: Choices) -> bool:
    """Tell whether a body can be wrong at any place that a caller leaves open."""
    return any(_untouched(place, choices) for place in places.places(root))


def invalid_bodies(
    root: Node, validator: BodyValidator, choices: Choices, violations: int = 1
) -> st.SearchStrategy[InvalidBody]:
    """Return a strategy of values of a root node that are wrong at `violations` places."""
    usable = [place for place in places.places(root) if _untouched(place, choices)]
    if violations > 1:
        usable = [place for place in usable if place.leaf]
    if violations < 1 or not usable:
        raise InvalidArgument(f"violations={violations}: there is nothing to break so often in this body")
    found = _invalid(root, usable, violations, _bases(root, choices))
    return found if root.modelled else found.filter(lambda drawn: not validator.holds(drawn.body))


@st.composite
def _invalid(
    draw: st.DrawFn, root: Node, usable: Sequence[ViolationPlace], violations: int, base: Callable[[Paths], Values]
) -> InvalidBody:
    chosen = [draw(st.sampled_from(usable))]
    while len(chosen) < violations:
        rest = [place for place in usable if all(places.compatible(place, each) for each in chosen)]
        if not rest:
            raise InvalidArgument(f"violations={violations}: only {len(chosen)} places can be broken in one body")
        chosen.append(draw(st.sampled_from(rest)))
    body = draw(base(tuple(place.node.path for place in chosen)))
    stories, requirements = [], []
    for place in chosen:
        value = draw(place.wrong)
        extra = place.keyword == "additionalProperties"
        stories.append(story_of(root, place, value, body))
        spoken = reject_id(place.node, value.rule)
        requirements.append(undeclared_id(Group.REJECTION, place.node.shapes[place.branch]) if extra else spoken)
        body = places.plant(place, value, body)
    return InvalidBody(body, tuple(stories), tuple(requirements))


def _bases(root: Node, choices: Choices) -> Callable[[Paths], Values]:
    """Return what gives, and keeps, the strategy of valid bodies that hold some places."""
    shared = replace(choices, memo={})

    @cache
    def base(paths: Paths) -> Values:
        held = shared
        for path in paths:
            held = held.including(path)
        return valid_values(root, held)

    return base


def _untouched(place: ViolationPlace, choices: Choices) -> bool:
    """Tell whether what a caller asks for leaves a place to be broken."""
    path = place.node.path
    barred = any(within(path, each) for each in (*choices.excluded, *choices.fixed))
    missing = place.keyword == "required" and path in choices.included
    return not barred and not missing


def _choices(
    root: Node,
    include: Iterable[str],
    exclude: Iterable[str],
    bounds: tuple[int | None, int | None],
    alphabet: str | None,
    *,
    extras: bool = True,
) -> Choices:
    included, excluded = frozenset(include), frozenset(exclude)
    nodes = {node.path: node for node in root.walk()}
    for pointer in (*included, *excluded):
        if pointer not in nodes or not pointer:
            raise InvalidArgument(f"{pointer!r} is no property of the body; it has: {', '.join(sorted(nodes)[1:])}")
    held = frozenset(each for pointer in included for each in prefixes(pointer))
    contrary = next(iter(held & excluded), None)
    if contrary is not None:
        raise InvalidArgument(f"{contrary!r} is both included and excluded")
    needed = next((each for each in excluded if nodes[each].required), None)
    if needed is not None:
        raise InvalidArgument(f"{needed!r} is required: no valid body can do without it")
    low, high = bounds
    if low is not None and high is not None and low > high:
        raise InvalidArgument(f"min_integer={low} is above max_integer={high}")
    if alphabet == "":
        raise InvalidArgument("alphabet='' holds no character")
    return Choices(held, excluded, low, high, alphabet, extras)


def _response(contract: Contract) -> tuple[Node, BodyValidator]:
    if contract.response is None or contract.response_validator is None:
        raise InvalidArgument(f"{contract.operation.name} declares no JSON response")
    return contract.response, contract.response_validator


@cache
def _held() -> Contract:
    return load_contract()
