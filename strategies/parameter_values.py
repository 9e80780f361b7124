"""Values of parameters, and where a request has them: the target, header fields, cookies."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import as_text, object_of, readings, scalars, written
from conformance.model.jsontext import SURROGATE, Json, JsonFault, read_text
from conformance.strategies.carried_credentials import Carried
from conformance.strategies.values.described import holds, valid_of

BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")

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
        if found < MOST and _is_sendable(parameter, value) and is_valid_text(contract, parameter, value):
            found += 1
            yield value


def varied(contract: Contract, fixed: Mapping[str, str]) -> tuple[Parameter, ...]:
    """Return the parameters whose values are drawn: those outside of the path that the caller does not fix."""
    return tuple(
        each
        for each in contract.operation.parameters
        if each.schema and each.location != "path" and each.name not in fixed
    )


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
    if style.media_type:
        return holds(described, value)
    if isinstance(value, dict) and style.spread:
        return holds(described, object_of(((name, as_text(item)) for name, item in value.items()), described.node))
    if isinstance(value, list) and style.spread:
        texts = tuple(as_text(item) for item in value)
    elif isinstance(value, list | dict):
        texts = (unquote(written("", value, style, str)).removeprefix("="),)
    else:
        texts = (as_text(value),)
    return not texts or any(described.validator.holds(each) for each in readings(texts, described.node, style))


def is_encodable(value: Json) -> bool:
    """Tell whether UTF-8 can hold a value: a target has no lone surrogates."""
    return SURROGATE.search(json.dumps(value, ensure_ascii=False, default=str)) is None


def carried_parameters(values: Iterable[tuple[Parameter, Json]]) -> Carried:
    """Return where a request has values of parameters of query, header and cookie."""
    fields, cookies, query = [], [], []
    for parameter, value in values:
        if parameter.location == "query":
            query.append(written(parameter.name, value, parameter.style))
        elif parameter.location == "cookie":
            cookies.append(re.sub("&", "; ", written(parameter.name, value, parameter.style)))
        elif parameter.location == "header":
            text = written(parameter.name, value, parameter.style, str)
            # Header fields are visible ASCII, and JSON can be: what a field holds by itself was chosen so that it is.
            fields.append((parameter.name, BEYOND_ASCII.sub(_escape, text) if parameter.style.media_type else text))
    return Carried(tuple(fields), tuple(cookies), tuple(filter(None, query)))


def path_text(parameter: Parameter | None, text: str, contract: Contract) -> str:
    """Return the segment of a path that stands for a value, percent-encoded."""
    value = text if parameter is None else stated_value(contract, parameter, text)
    if parameter is None or (parameter.style.name == "simple" and not isinstance(value, list | dict)):
        return quote(text, safe="")
    return written(parameter.name, value, parameter.style)


def _is_sendable(parameter: Parameter, value: Json) -> bool:
    """Tell whether a request can carry a value so that it reads one way."""
    if not is_encodable(value):
        return False
    if parameter.style.media_type:
        return True
    text = written(parameter.name, value, parameter.style, str)
    if parameter.location == "query":
        return value not in (None, "", [], {})
    bare = text.removeprefix(f"{parameter.name}=")
    plain = bare.isascii() and bare.isprintable() and bare.strip() == bare and bare != ""
    return plain and (parameter.location != "path" or set(bare) != {"."})


def _escape(found: re.Match[str]) -> str:
    # A field holds no DEL (RFC 9110 section 5.5), which is of ASCII and so escaped by no writer of JSON.
    return json.dumps(found[0])[1:-1].replace("\x7f", "\\u007f")
