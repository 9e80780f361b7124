"""Path templates of OpenAPI: `/models/{id}`, matched and filled."""

import re
from collections.abc import Mapping

_PARAMETER = re.compile(r"\{([^{}]+)\}")


def parameters(template: str) -> tuple[str, ...]:
    """Return the names of a template's parameters, in order."""
    return tuple(_PARAMETER.findall(template))


def expression(template: str, value: str = "([^/]*)") -> str:
    """Return the regular expression of the paths that a template stands for, with one group a parameter."""
    pieces = _PARAMETER.split(template)
    return "".join(value if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))


def match(template: str, target: str) -> dict[str, str] | None:
    """Return the parameters of a request target as they were sent, None where it is another path."""
    found = re.fullmatch(expression(template), target.partition("?")[0])
    return dict(zip(parameters(template), found.groups(), strict=True)) if found else None


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return a template with `values` in the place of its parameters, as they stand; others stay."""
    return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), template)
