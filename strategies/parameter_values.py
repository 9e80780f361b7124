"""Values of parameters, and where a request has them: the target, header fields, cookies."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from conformance.contract.contract import Contract
from conformance.contract.parameters import Parameter
from conformance.contract.serialization import as_text, object_of, readings, scalars, written
from conformance.model.jsontext import Json, JsonFault, read_text
from conformance.strategies.carried_credentials import Carried
from conformance.strategies.values.described import holds, valid_of

MOST = 12
"""How many valid values of a parameter are tried."""

PLAIN = "conformance"
"""The value of a parameter whose schema says nothing of it."""


def usual_values(contract: Contract, parameter: Parameter) -> Iterator[Json]:
    """Yield valid values of a parameter that a request can carry, the most usual first."""
    if not parameter.schema:
        yield from parameter.examples or (PLAIN,)
        return
    described = contract.described(parameter.schema)
    suggested = [*parameter.examples, *(each for shape in described.node.shapes for each in shape.listed("examples"))]
    if parameter.location == "path":
        suggested.append(PLAIN)
    found = 0
    for value in valid_of(described, suggested):
        if _is_sendable(parameter, value) and found < MOST:
            found += 1
            yield value


def stated_value(contract: Contract, parameter: Parameter, text: str) -> Json:
    """Return the value that a user gives for a parameter: JSON for arrays and objects, else as a request has it."""
    if not parameter.schema:
        return text
    described = contract.described(parameter.schema)
    if text[:1] in {"[", "{"}:
        try:
            value = read_text(text).value
        except JsonFault:
            return text
        if holds(described, value):
            return value
    return next((each for each in scalars(text, described.node) if holds(described, each)), text)


def is_valid_text(contract: Contract, parameter: Parameter, value: Json) -> bool:
    """Tell whether a value, as a request has it, may stand for a valid one."""
    if not parameter.schema:
        return True
    described, style = contract.described(parameter.schema), parameter.style
    if isinstance(value, dict) or style.media_type:
        pairs = ((name, as_text(item)) for name, item in value.items()) if isinstance(value, dict) else ()
        return holds(described, value if style.media_type else object_of(pairs, described.node))
    texts = tuple(as_text(item) for item in value) if isinstance(value, list) else (as_text(value),)
    if isinstance(value, list) and not (style.name == "form" and style.explode):
        texts = (unquote(written("", value, style, str)).removeprefix("="),)
    return any(described.validator.holds(each) for each in readings(texts, described.node, style)) if texts else True


def carried_parameters(values: Iterable[tuple[Parameter, Json]]) -> Carried:
    """Return where a request has values of parameters of query, header and cookie."""
    fields, cookies, query = [], [], []
    for parameter, value in values:
        if parameter.location == "query":
            query.append(written(parameter.name, value, parameter.style))
        elif parameter.location == "cookie":
            cookies.append(re.sub("&", "; ", written(parameter.name, value, parameter.style)))
        elif parameter.location == "header":
            fields.append((parameter.name, written(parameter.name, value, parameter.style, str)))
    return Carried(tuple(fields), tuple(cookies), tuple(filter(None, query)))


def path_text(parameter: Parameter | None, text: str, contract: Contract) -> str:
    """Return the segment of a path that stands for a value, percent-encoded."""
    if parameter is None or parameter.style.name == "simple":
        return quote(text, safe="")
    return written(parameter.name, stated_value(contract, parameter, text), parameter.style)


def _is_sendable(parameter: Parameter, value: Json) -> bool:
    """Tell whether a request can carry a value so that it reads one way."""
    if parameter.style.media_type:
        return True
    text = written(parameter.name, value, parameter.style, str)
    if parameter.location == "query":
        return value not in (None, "", [], {})
    bare = text.removeprefix(f"{parameter.name}=")
    plain = bare.isascii() and bare.isprintable() and bare.strip() == bare and bare != ""
    return plain and (parameter.location != "path" or set(bare) != {"."})
