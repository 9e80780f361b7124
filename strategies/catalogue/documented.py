"""What pages state and the schema does not: ranges, rules over two properties, and trials, which are observed.

Inside a range every server must accept a value; outside, the schema allows it and a page does not.
"""

from collections.abc import Iterator, Mapping

from conformance.classify.requirements import BEYOND_PROSE, accept_id
from conformance.classify.wording import name_of, says
from conformance.contract.prose import Range, Rule
from conformance.contract.schemas.nodes import find
from conformance.model.case import Case, Need, Story
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json, Writable, plain_json, write
from conformance.strategies.case_builder import Builder, path_slug

BY_PAGE = frozenset({"range", "rule"})
"""What a story is about when a page, and not the schema, speaks of the body."""

Numbers = dict[str, int]
"""Numbers by the pointer of the property that holds them."""


def documented_cases(build: Builder) -> Iterator[Case]:
    """Yield bodies that hold all edges of ranges at once, and one for each number just outside and each broken rule."""
    prose = build.contract.prose
    for word, upper, step in (("least", False, -1), ("most", True, 1)):
        for number, together in enumerate(edges_at_once(build, upper=upper), start=1):
            yield from _edges(build, f"accept.stated.{word}-{number}", together)
        for pointer, edge in _all_edges(build, upper=upper).items():
            yield from _outside(build, pointer, edge + step, "below" if step < 0 else "above")
    for stated in prose.ranges:
        for slug, number in stated.edges.items():
            yield from _alone(build, stated, number, slug)
    for rule in prose.rules:
        for slug, numbers in _broken(build, rule):
            yield from _rule(build, rule, slug, numbers)


def trial_cases(build: Builder) -> Iterator[Case]:
    """Yield one observed case for each trial: a body that pages or later documents speak of."""
    for trial in build.contract.prose.trials:
        body = _body(build, trial.members)
        story = Story("", "trial", "", write(body), trial.kind, trial.kind)
        needs = (Need.NAME_EDGES,) if build.contract.identity in trial.members else ()
        yield build.observed(f"observe.trial.{trial.id}", (trial.requirement,), build.request(body), story, needs)


def edges_at_once(build: Builder, *, upper: bool) -> Iterator[Numbers]:
    """Yield the upper, or the lower, edges of all ranges, as many at once as the rules allow."""
    yield from _apart(build, _all_edges(build, upper=upper), beside=_all_edges(build, upper=True))


def _all_edges(build: Builder, *, upper: bool) -> Numbers:
    stated = {each.pointer: each.maximum if upper else each.minimum for each in build.contract.prose.ranges}
    return {pointer: edge for pointer, edge in stated.items() if edge is not None}


def _apart(build: Builder, edges: Numbers, beside: Numbers) -> Iterator[Numbers]:
    """Yield the edges in groups, as many at once as the rules allow; what cannot stand alone, with one of `beside`."""
    left = dict(edges)
    while left:
        group: Numbers = {}
        for pointer, number in left.items():
            if not build.contract.prose.beyond(_body(build, {**group, pointer: number})):
                group[pointer] = number
        if not group:
            pairs = (
                {other: most, pointer: number} for pointer, number in left.items() for other, most in beside.items()
            )
            group = next((pair for pair in pairs if not build.contract.prose.beyond(_body(build, pair))), {})
        if not left.keys() & group.keys():
            return  # what is left is beyond what pages say, wherever it stands
        yield group
        left = {pointer: number for pointer, number in left.items() if pointer not in group}


def _edges(build: Builder, id_: str, numbers: Numbers) -> Iterator[Case]:
    kind = "numbers at the limits of their documented ranges"
    root = build.contract.request
    nodes = [node for pointer in numbers if (node := find(root, pointer)) is not None]
    requirements = (build.combination, *map(accept_id, nodes))
    yield from _case(build, id_, requirements, numbers, Story("", "range", "", "", f"the body has {kind}", kind))


def _outside(build: Builder, pointer: str, number: int, slug: str) -> Iterator[Case]:
    kind = f"a number {slug} its documented range"
    node = find(build.contract.request, pointer)
    story = Story(
        pointer, "range", "", write(number), says(pointer, "range", write(number), kind, build.contract.request), kind
    )
    requirements = (accept_id(node, "type"),) if node is not None else ()
    yield from _case(build, f"accept.stated.{path_slug(pointer)}.{slug}", requirements, {pointer: number}, story)


def _alone(build: Builder, stated: Range, number: int, slug: str) -> Iterator[Case]:
    """Yield a number at an edge and nothing beside it: together, one hides what another does."""
    pointer, root = stated.pointer, build.contract.request
    node = find(root, pointer)
    inside = number in {stated.minimum, stated.maximum}
    kind = "a number at a limit of its documented range" if inside else f"the percentage {number}"
    story = Story(pointer, "range", "", write(number), says(pointer, "range", write(number), kind, root), kind)
    requirements = (accept_id(node, "" if inside else "type"),) if node is not None else ()
    yield from _case(build, f"accept.stated.{path_slug(pointer)}.{slug}", requirements, {pointer: number}, story)


def _rule(build: Builder, rule: Rule, slug: str, numbers: Numbers) -> Iterator[Case]:
    name = rule.requirement.rpartition(".")[2]
    names = [name_of(pointer, build.contract.request) for pointer in numbers]
    story = Story("", "rule", "", "", f"{' and '.join(names)} are {slug}", f"two numbers that are {slug}")
    id_ = f"accept.stated.{name}.{slug.replace(' ', '-')}"
    yield from _case(build, id_, (BEYOND_PROSE,), numbers, story)


def _broken(build: Builder, rule: Rule) -> Iterator[tuple[str, Numbers]]:
    """Yield numbers that break a rule and no range."""
    if rule.at_most:
        low, high = rule.at_most
        least = _least(build, high)
        yield "in reversed order", {low: least + 1, high: least}
    if rule.one_non_zero:
        one, other = rule.one_non_zero
        yield "both zero", {one: 0, other: 0}
        yield "both non-zero", {one: max(_least(build, one), 1), other: max(_least(build, other), 1)}


def _least(build: Builder, pointer: str) -> int:
    stated = build.contract.prose.range_at(pointer)
    return stated.minimum if stated is not None and stated.minimum is not None else 0


def _case(build: Builder, id_: str, requirements: tuple[str, ...], numbers: Numbers, story: Story) -> Iterator[Case]:
    body = _body(build, numbers)
    if build.contract.request_validator.is_valid(plain_json(body)):
        yield build.accepting(id_, requirements, body, story)


def _body(build: Builder, values: Mapping[str, Json]) -> Writable:
    """Return the smallest valid body with values at some pointers."""
    body = build.smallest
    for pointer, value in values.items():
        body = with_value(body, pointer, value, parents=True)
    return body
