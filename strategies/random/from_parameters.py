"""Hypothesis strategies of requests without a body: their parameters of query, header and cookie are what is drawn."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from hypothesis import strategies as st

from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import written
from conformance.model.case import Case
from conformance.model.jsontext import Json
from conformance.strategies.case_builder import Builder
from conformance.strategies.parameter_values import is_encodable, usual_values, varied
from conformance.strategies.random.from_hypothesis import breakable, invalid_bodies, valid_bodies
from conformance.strategies.random.generation import Choices, Values
from conformance.strategies.random.parameter_labels import BARE, parameters_case

Drawn: TypeAlias = tuple[Parameter, Json]
Pairs: TypeAlias = Callable[[Json], Drawn]
Carries: TypeAlias = Callable[[Json], bool]

LONGEST = 300
"""Of the fixed values of a parameter longer ones are not drawn: they say nothing more at random."""

EXPONENT = re.compile(r"\de[-+]?\d")
"""How a number is spelled that not every parser of parameters reads."""

INT32 = 2**31
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"
"""Characters of texts inside arrays and objects: none that a style separates them by."""

MORE = " +&=%/?:@!$'()*\u00e9\u4e2d"
"""More characters of texts that stand alone."""

CHOICES = Choices(min_integer=-INT32, max_integer=INT32 - 1, alphabet=ALPHABET, extras=False)


def right_requests(build: Builder, phase: str) -> st.SearchStrategy[Case]:
    """Return a strategy of requests with valid parameters; optional ones are absent now and then."""
    values = {each: _right(build, each) for each in varied(build.contract, build.fixed)}

    @st.composite
    def request(draw: st.DrawFn) -> Case:
        held = dict(build.values)
        for each, found in values.items():
            if each.required or draw(st.booleans()):
                held[each] = draw(found)
        return parameters_case(build, phase, build.with_values(held))

    return request()


def wrong_requests(build: Builder, phase: str) -> st.SearchStrategy[Case]:
    """Return a strategy of requests in which one parameter is invalid, or absent and required."""
    usual = dict(build.values)
    absent = [each for each in usual if each.required and each.name not in build.fixed]
    wrong = [found.map(_with(each)) for each, found in (*((each, st.none()) for each in absent), *_breaking(build))]

    def request(drawn: Drawn) -> Case:
        parameter, value = drawn
        others = {each: held for each, held in usual.items() if each != parameter}
        held = others if value is None else {**others, parameter: value}
        return parameters_case(build, phase, build.with_values(held))

    return st.one_of(wrong).map(request) if wrong else st.nothing()


def _with(parameter: Parameter) -> Pairs:
    def pair(value: Json) -> Drawn:
        return parameter, value

    return pair


def _breaking(build: Builder) -> Iterator[tuple[Parameter, Values]]:
    for each in varied(build.contract, build.fixed):
        described = build.contract.described(each.schema)
        if described.node.shapes and breakable(described.node, CHOICES):
            bodies = invalid_bodies(described.node, described.validator, CHOICES)
            yield each, bodies.map(lambda drawn: drawn.body).filter(_carried_by(each))


def _right(build: Builder, parameter: Parameter) -> Values:
    described = build.contract.described(parameter.schema)
    known = [each for each in usual_values(build.contract, parameter) if _is_plain(parameter, each)]
    found: list[Values] = [st.sampled_from(known)] if known else []
    if described.node.shapes:
        alone = not described.node.types & {"array", "object"}
        choices = Choices(
            min_integer=-INT32, max_integer=INT32 - 1, alphabet=ALPHABET + MORE if alone else ALPHABET, extras=False
        )
        drawn = valid_bodies(described.node, described.validator, choices)
        found.append(drawn.filter(lambda value: _is_plain(parameter, value)))
    return st.one_of(found)


def _is_plain(parameter: Parameter, value: Json) -> bool:
    """Tell whether a value is one that servers read alike."""
    if not is_encodable(value):
        return False
    text = written(parameter.name, value, parameter.style, str)
    if parameter.location == "cookie":
        return BARE.fullmatch(text.removeprefix(f"{parameter.name}=")) is not None
    plain = text.isprintable() and text.strip() == text and 0 < len(text) <= LONGEST and value != ""
    return plain and not EXPONENT.search(text) and (parameter.location == "query" or text.isascii())


def _carried_by(parameter: Parameter) -> Carries:
    """Return what tells whether a request can carry a value of a parameter."""

    def carries(value: Json) -> bool:
        if not is_encodable(value):
            return False
        text = written(parameter.name, value, parameter.style, str)
        return parameter.location == "query" or (text.isascii() and text.isprintable() and text.strip() == text)

    return carries
