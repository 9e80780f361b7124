"""Path templates of OpenAPI: `/models/{id}`, matched and filled."""

import re
from collections.abc import Mapping

_PARAMETER = re.compile(r"\{([^{}]+)\}")


def parameters(template: str) -> tuple[str, ...]:
    """Return the names of a template's parameters, in order."""
    return tuple(_PARAMETER.findall(template))


def fixed_query(template: str) -> tuple[str, ...]:
    """Return the parameters of the query that a template ends in, `name=value`: some documents declare such paths."""
    return tuple(filter(None, template.partition("#")[0].partition("?")[2].split("&")))


def expression(template: str, value: str = "([^/]*)") -> str:
    """Return the regular expression of the paths that a template stands for, with one group a parameter."""
    pieces = _PARAMETER.split(re.split("[?#]", template, maxsplit=1)[0])
    return "".join(value if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))


def match(template: str, target: str) -> dict[str, str] | None:
    """Return the parameters of a request target as they were sent, None where it is another path."""
    path, _, query = target.partition("?")
    found = re.fullmatch(expression(template), path)
    if found is None or not set(fixed_query(template)) <= set(query.split("&")):
        return None
    return dict(zip(parameters(template), found.groups(), strict=True))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return a template with `values` in the place of its parameters, as they stand; others stay."""
    return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), template.partition("#")[0])


def with_query(target: str, *more: str) -> str:
    """Return a request target with more in its query, empty texts left out."""
    added = "&".join(filter(None, more))
    if not added:
        return target
    return f"{target}{'&' if '?' in target else '?'}{added}"
