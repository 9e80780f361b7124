"""Parameters as a request has them: read in their style from query, header fields, cookies and path."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, unquote

import msgspec

from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import object_of, readings
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json

Pairs = Sequence[tuple[str, str]]


class SentParameters(msgspec.Struct, frozen=True):
    """The parts of a request that hold parameters.

    `query` and `cookies` are pairs of name and text, percent-decoded; `fields` are header fields, names in lower case;
    `path` has the decoded path parameters by name.
    """

    query: Pairs = ()
    fields: Pairs = ()
    cookies: Pairs = ()
    path: Mapping[str, str] = {}

    def texts(self, parameter: Parameter) -> list[str]:
        """Return the texts of a parameter; several where it is repeated, none where it is absent."""
        match parameter.location:
            case "query":
                return [text for name, text in self.query if name == parameter.name]
            case "path":
                return [bare(parameter, self.path[parameter.name])] if parameter.name in self.path else []
            case "header":
                return [text for name, text in self.fields if name == parameter.key[0]]
        return [text for name, text in self.cookies if name == parameter.name]

    def values(self, parameter: Parameter, node: Node) -> Iterator[Json]:
        """Yield what a parameter may stand for by the tree of its schema; nothing where it is absent."""
        if node.shape("object") is not None and parameter.style.spread and not parameter.style.media_type:
            pairs = list(self._members(parameter, node))
            if pairs:
                yield object_of(pairs, node)
            return
        texts = self.texts(parameter)
        if texts:
            yield from readings(texts, node, parameter.style)

    def _members(self, parameter: Parameter, node: Node) -> Iterator[tuple[str, str]]:
        for name, text in self.cookies if parameter.location == "cookie" else self.query:
            member = member_of(parameter, node, name)
            if member is not None:
                yield member, text


def member_of(parameter: Parameter, node: Node, name: str) -> str | None:
    """Return which member of an object a name stands for, None where it stands for none."""
    if parameter.style.name == "deepObject":
        held = name.startswith(f"{parameter.name}[") and name.endswith("]")
        return name[len(parameter.name) + 1 : -1] if held else None
    return name if any(child.name == name for child in node.children) else None


def bare(parameter: Parameter, text: str) -> str:
    """Return the text of a path parameter without what its style puts before it."""
    prefix = {"label": ".", "matrix": f";{parameter.name}="}.get(parameter.style.name, "")
    return text.removeprefix(prefix)


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Return the pairs of a query."""
    return parse_qsl(query, keep_blank_values=True)


def cookie_pairs(fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of the values of `Cookie` fields."""
    pairs = (part.strip().partition("=") for part in "; ".join(fields).split(";"))
    return [(unquote(name), unquote(text)) for name, _, text in pairs]
