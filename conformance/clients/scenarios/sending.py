"""Calls that a client must send unchanged: bodies of the accepted catalogue, and path parameters."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from msgspec.structs import replace

from conformance.checks.shared.pairs import computable
from conformance.clients.judging.requirements import parameter_id, value_id
from conformance.clients.scenarios.scenario import Scenario, Sort
from conformance.clients.scenarios.start import Start, parameter_text
from conformance.model.case import Case, Story
from conformance.model.jsontext import Json, is_integral, read_text, write
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue import accepted
from conformance.strategies.catalogue.paths import VALUES
from conformance.strategies.covering.arrays import PAIRWISE
from conformance.strategies.parameter_values import usual_values
from conformance.strategies.values import bodies

INJECTED = "X-Injected"

SENDS = "client-request.sends"
UNDECLARED = "client-request.undeclared"
EDGES = "client-request.edges"
DOTS = "client-request.path.dots"
EMPTY = "client-request.path.empty"
KEY_CONTROL = "client-request.key-control"
KEY_FIELD = "client-request.key-field"

MORE_VALUES = (
    ("blank", " ", "a blank"),
    ("encoded-dots", "%2e%2e", "dots that are encoded already"),
)
"""Path parameters that only a client can get wrong."""

KEYS = (
    ("line-break", "\n", KEY_CONTROL, "a line break at the end"),
    ("carriage-return", "\r\n", KEY_CONTROL, "a carriage return at the end"),
    ("field", f"\r\n{INJECTED}: 1", KEY_FIELD, "a header field after a line break"),
)
"""Keys that no header field can hold (RFC 9110 section 5.5): their ends, as they come out of files and forms."""

COMBINATIONS = 12
"""How many combinations of properties are sent: a client seldom changes one property only beside another."""

MOST_VALUES, LONGEST = 4, 300
"""How many values of a parameter are sent, and how long they are at most."""

INT64 = 2**63

LEXICAL = frozenset({"integral-float", "exponent", "minus-zero"})
"""Classes of numbers that are lexical forms: who calls a client hands over a number, and has no say in its form."""

PLAIN = frozenset({"null", "true", "false"})
"""Classes with a scenario for each property; the others are in all properties together."""


def sending(start: Start) -> Iterator[Scenario]:
    """Yield bodies to send, then path parameters to encode; the response is valid."""
    if not start.build.has_body:
        story = Story("", "request", "", "", "the request is valid", "a valid request")
        yield replace(
            start.scenario("send.request", Sort.SENDING, (SENDS,), start.reply(start.answer), story),
            answer=start.answer,
        )
    for case in _cases(start) if start.build.has_body else ():
        accepted_body = case.expectation is Expectation.ACCEPTED and case.request.body
        if case.story is not None and accepted_body and case.id.rpartition(".")[2] not in LEXICAL:
            yield _body(start, case, case.story, accepted_body.decode())
    for name in start.contract.operation.path_parameters:
        for slug, value, says in (*VALUES, *MORE_VALUES):
            yield _parameter(start, name, slug, value, says.replace("an encoded ", "a "))
    yield from _values(start)
    yield from _keys(start)


def _values(start: Start) -> Iterator[Scenario]:
    """Yield calls with other values of each parameter outside of the path."""
    for each in start.contract.operation.parameters:
        found = usual_values(start.contract, each) if each.location != "path" else ()
        short = (value for value in found if len(parameter_text(value)) <= LONGEST)
        for number, value in enumerate(islice(short, MOST_VALUES), 1):
            text, named = parameter_text(value), f"the {each.location} parameter `{each.name}`"
            story = Story(
                each.name, f"{each.location} parameter", "", text, f"{named} is `{write(value)}`", "a parameter"
            )
            id_ = f"send.{each.location}.{each.name}.{number}"
            made = start.scenario(id_, Sort.SENDING, (value_id(each),), start.reply(start.answer), story)
            yield replace(made, answer=start.answer, values={**start.values, each.name: text})


def _cases(start: Start) -> Iterator[Case]:
    """Yield the accepted cases that exercise a client differently."""
    build, identity = start.build, start.contract.identity
    yield from accepted.whole_bodies(build)
    for lineage in bodies.lineages(start.contract.request):
        node = lineage[-1]
        for value in build.valid(node) if len(lineage) > 1 else ():
            if node.path == identity or value.keyword == "enum" or value.slug in PLAIN:
                yield from accepted.class_case(build, lineage, value)
        yield from accepted.absence_case(build, lineage)
    yield from accepted.classes_together(build)
    yield from accepted.open_objects(build, accepted.EXTRAS[:1])
    yield from islice(accepted.combined(build, PAIRWISE), COMBINATIONS)


def _body(start: Start, case: Case, story: Story, text: str) -> Scenario:
    focus, value = SENDS, read_text(text).value
    if _as_integers(value) is not value:
        text = write(_as_integers(value))
    if story.keyword == "additionalProperties":
        focus = UNDECLARED
    elif _beyond(value):
        focus = EDGES
    id_ = f"send.{case.id.removeprefix('accept.')}"
    reply = start.reply(start.answer)
    made = start.scenario(id_, Sort.SENDING, (focus,), reply, story, answer=start.answer)
    return replace(made, body=text)


def _parameter(start: Start, name: str, slug: str, value: str, says: str) -> Scenario:
    story = Story(name, "path parameter", "", value, f"`{name}` has {says}", "a path parameter that needs encoding")
    focus = EMPTY if not value else DOTS if set(value) == {"."} else parameter_id(name)
    parameters = {**start.parameters, name: value}
    id_ = f"send.path.{name}.{slug}"
    made = start.scenario(id_, Sort.SENDING, (focus,), start.reply(start.answer), story, answer=start.answer)
    return replace(made, parameters=parameters)


def _keys(start: Start) -> Iterator[Scenario]:
    security = start.contract.operation.security
    for slug, end, focus, says in KEYS if security is not None and security.location == "header" else ():
        story = Story(security.name if security else "", "key", "", "", f"the key has {says}", f"a key with {says}")
        made = start.scenario(f"send.key.{slug}", Sort.SENDING, (focus,), start.reply(start.answer), story)
        yield replace(made, answer=start.answer, key_end=end)


def _as_integers(value: Json) -> Json:
    """Return a value with `1.0` and `1e2` as integers: a float is no value for a parameter that takes integers."""
    if isinstance(value, dict):
        items = {name: _as_integers(item) for name, item in value.items()}
        return items if any(items[name] is not item for name, item in value.items()) else value
    if isinstance(value, list):
        found = [_as_integers(item) for item in value]
        return found if any(one is not other for one, other in zip(found, value, strict=True)) else value
    if isinstance(value, Decimal) and computable(value) and is_integral(value):
        return int(value)
    return value


def _beyond(value: Json) -> bool:
    """Tell whether a body has a number outside the range of 64-bit integers."""
    if isinstance(value, dict):
        return any(map(_beyond, value.values()))
    if isinstance(value, list):
        return any(map(_beyond, value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return not -INT64 <= value < INT64
    return False
