"""Labels of requests without a body, whoever made them: what the contract says of their parameters.

A request is accepted or rejected where every server must read it alike. What servers read in different ways (an empty
value, a number in another spelling, an unknown parameter) is observed.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

import msgspec

from conformance.classify.coercion import NUMERIC, convertible
from conformance.classify.kinds import kind_of, type_kind
from conformance.contract.contract import Described
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.sent_parameters import SentParameters, cookie_pairs, member_of, query_pairs
from conformance.contract.operations.serialization import as_text
from conformance.contract.requirements.parameter_rows import REQUIRED, TYPE, accept_parameter_id, reject_parameter_id
from conformance.contract.schemas.nodes import nearest, occurrences
from conformance.model.case import Case, Request, Story
from conformance.model.jsontext import Json, is_integral, write
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.parameters import ALL, parameter_story
from conformance.strategies.catalogue.wire_parts import SERVER_ERROR
from conformance.strategies.random.labelling import named
from conformance.strategies.values.described import holds

BARE = re.compile(r"[A-Za-z0-9._-]+")
"""Texts that a cookie has as they are, however its server decodes cookies."""

NUMBERLIKE = re.compile(r"[+-]?\.?\d|[+-]?(inf|nan)", re.IGNORECASE)
"""How texts begin that some parser reads as a number."""

LARGEST = 2**53
"""Integers beyond this are spelled in other ways by some servers."""

LONGEST = 1_000
"""A longer text may exceed what a server reads of a target or a header field."""

DOUBT = "a request with parameters that servers read in different ways"
RIGHT = "random valid parameters"


class _Wrong(msgspec.Struct, frozen=True):
    """What is wrong with a parameter: the keyword, the place in its value, and the value, None where it is absent."""

    parameter: Parameter
    keyword: str
    pointer: str = ""
    value: Json = None
    kind: str = ""

    @property
    def requirement(self) -> str:
        """The requirement that it is rejected."""
        return reject_parameter_id(self.parameter, self.pointer, self.keyword)


class _Doubt(msgspec.Struct, frozen=True):
    """Servers read a parameter in different ways."""


class _Right(msgspec.Struct, frozen=True):
    """A parameter is present and valid."""

    parameter: Parameter


_Verdict: TypeAlias = _Wrong | _Doubt | _Right


def parameters_case(build: Builder, phase: str, request: Request, story: Story | None = None) -> Case:
    """Return the case of a request without a body; `story` is what its maker tells of it."""
    found = list(_verdicts(build, _sent(request)))
    right = [each.parameter for each in found if isinstance(each, _Right)]
    wrong = [each for each in found if isinstance(each, _Wrong)]
    judged = [each for each in wrong if each.requirement in build.contract.by_id]
    if judged:
        requirement, told = judged[0].requirement, _story(judged[0], story)
        return named(build.case("", Expectation.REJECTED, (requirement,), request, told), phase)
    if wrong or any(isinstance(each, _Doubt) for each in found):
        told = story or Story("", ALL, "", "", DOUBT, DOUBT)
        return named(build.case("", Expectation.OBSERVED, (SERVER_ERROR,), request, told), phase)
    about = tuple(accept_parameter_id(each) for each in right) or ("transport.status",)
    told = story or Story("", ALL, "", "", f"the request has {RIGHT}", RIGHT)
    return named(build.case("", Expectation.ACCEPTED, about, request, told), phase)


def _sent(request: Request) -> SentParameters:
    fields = [(name.lower(), value) for name, value in request.headers]
    cookies = cookie_pairs([value for name, value in fields if name == "cookie"])
    return SentParameters(query_pairs(request.target.partition("?")[2]), fields, cookies)


def _verdicts(build: Builder, sent: SentParameters) -> Iterator[_Verdict]:
    declared = [each for each in build.contract.operation.parameters if each.location != "path"]
    credentials = {each.partition("=")[0] for each in build.carried.query}
    for name, _ in sent.query:
        if name not in credentials and not any(_names(build, each, name) for each in declared):
            yield _Doubt()
    for each in declared:
        yield from _verdict(build, each, sent)


def _names(build: Builder, parameter: Parameter, name: str) -> bool:
    """Tell whether a name in a query is that of a parameter, or of a member of one."""
    if parameter.location != "query":
        return False
    if not (parameter.schema and parameter.style.spread):
        return name == parameter.name
    node = build.contract.described(parameter.schema).node
    if node.shape("object") is None:
        return name == parameter.name
    member = member_of(parameter, node, name)
    return member is not None and node.child(member) is not None


def _verdict(build: Builder, parameter: Parameter, sent: SentParameters) -> Iterator[_Verdict]:
    texts = sent.texts(parameter)
    described = build.contract.described(parameter.schema) if parameter.schema else None
    values = list(sent.values(parameter, described.node)) if described is not None else []
    if not texts and not values:
        if parameter.required:
            yield _Wrong(parameter, REQUIRED, kind=f"a request without a required {parameter.location} parameter")
    elif described is None or not values or _is_doubtful(parameter, texts, values, described):
        yield _Doubt()
    elif any(holds(described, each) for each in values):
        yield _Right(parameter)
    elif any(_allows(described, each) for each in values):
        yield _Doubt()
    else:
        yield _broken(parameter, described, values[0])


def _allows(described: Described, value: Json) -> bool:
    """Tell whether one of the two validators finds a value valid."""
    return described.validator.holds(value) or described.validator.is_valid_by_jsonschema(value)


def _is_doubtful(parameter: Parameter, texts: list[str], values: list[Json], described: Described) -> bool:
    if any(not each or len(each) > LONGEST or not each.isprintable() or each.strip() != each for each in texts):
        return True
    if parameter.location == "cookie" and not all(BARE.fullmatch(each) for each in texts):
        return True
    if parameter.location == "header" and not all(each.isascii() for each in texts):
        return True
    value = values[0]
    if len(texts) == 1 and isinstance(value, int | Decimal) and texts[0] != as_text(value):
        return True
    if parameter.style.media_type:
        return False
    return any(_is_lax(node.types, held) for node, _, held in occurrences(described.node, value))


def _is_lax(types: frozenset[str], value: Json) -> bool:
    """Tell whether a scalar is one that servers spell, or read, in different ways."""
    if isinstance(value, str):
        read = convertible(types, value) or value.lower() == "null" or (types & NUMERIC and NUMBERLIKE.match(value))
        return not value.strip() or ("string" not in types and bool(read))
    if isinstance(value, bool) or value is None:
        return value is None
    if isinstance(value, int):
        return abs(value) > LARGEST
    if isinstance(value, Decimal):
        return "E" in str(value) or ("number" not in types and is_integral(value))
    return False


def _broken(parameter: Parameter, described: Described, value: Json) -> _Verdict:
    found = next(described.validator.violations(value), None)
    if found is None:
        return _Doubt()
    pointer = generalised(found.pointer)
    node, _ = nearest(described.node, pointer)
    held = next((each for _, place, each in occurrences(described.node, value) if place == found.pointer), value)
    kind = type_kind(node.types, held) if found.keyword == TYPE else kind_of(node, found.keyword, held)
    return _Wrong(parameter, found.keyword, pointer, value, f"{kind} for a {parameter.location} parameter")


def _story(wrong: _Wrong, story: Story | None) -> Story:
    parameter = wrong.parameter
    what = f"the {parameter.location} parameter `{parameter.name}` is"
    absent = wrong.keyword == REQUIRED and not wrong.pointer and wrong.value is None
    says = f"{what} absent" if absent else f"{what} `{write(wrong.value)}`"
    return parameter_story(parameter, "" if absent else wrong.value, story.says if story else says, wrong.kind)
