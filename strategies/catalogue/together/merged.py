"""Merged cases: many odd but right things in one request, so that a short run meets them all.

When one of them fails, the cases that do one of these things at a time tell which it was.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from conformance.classify.bounds import NUMERIC_BOUNDS, keeps_bounds
from conformance.classify.requirements import BEYOND_PROSE, accept_id
from conformance.classify.wording import SEVERAL, name_of
from conformance.contract.schemas.nodes import Node
from conformance.model.case import SLOT, Case, Need, Story
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json, Literal, Writable, encode
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.paths import encoded_letter
from conformance.strategies.catalogue.wire_parts import SERVER_ERROR, backwards, escaped_names
from conformance.strategies.values import bodies

ODD_TEXT = (
    ' \tUPPER "double" \'single\' back\\slash ../a/b a%2Fb%00 <b>&amp;</b> {"a":1} \u00e9\u00df e\u0301 '
    "\u05d0\u202e\u05d1 \U0001f600 \uff41\u2460\n "
)
"""Every class of odd text that is not about length, NUL or control characters."""


BRACES = re.compile(r'("(?:[^"\\]|\\.)*")|([{}])')
"""Strings, to be passed over, and braces."""

LONG = 10_000
"""The length of a long name."""

ODD_SEGMENT = "A/b c+d%2Fe;f=g?h#i\u00e9\U0001f600"
"""Every class of odd path segment that is not about length, dots or NUL."""


def merged_cases(build: Builder) -> Iterator[Case]:
    """Yield a name and a path of odd characters, and a valid request in an odd spelling."""
    cases = (_odd_name, _odd_spelling, _odd_path, _same_values)
    for case in (each for make in cases for each in make(build)):
        yield replace(case, merged=True)


def _same_values(build: Builder) -> Iterator[Case]:
    """Yield full bodies in which every number, and every boolean, is of several unusual classes at once."""
    for slug, number, boolean, kind in (
        ("falsy", 0, False, "0 or false"),
        ("large-floats", Literal("1000000000000000000001.0"), True, "a large integer with a zero fraction"),
        ("negative-exponents", Literal("-1e22"), False, "a large negative integer in exponent form"),
    ):
        nodes, values = _scalars(build, number, boolean=boolean)
        last = slug == "negative-exponents"
        values |= {node.path: listed[-1 if last else len(listed) // 2] for node, listed in _enumerated(build)}
        if not nodes:
            continue
        body = bodies.fullest(build.contract.request, bodies.Defaults({**build.defaults.values, **values}))
        story = Story("", SEVERAL, "", "", f"every number or boolean is {kind}", kind)
        held = (accept_id(node, "type") for node in nodes)
        yield build.accepting(f"accept.merged.{slug}", (BEYOND_PROSE, *held), body, story)


def beyond_double(build: Builder) -> Writable:
    """Return the fullest body with 1e400 for every number that may be one."""
    _, values = _scalars(build, Literal("1e400"), boolean=None)
    return bodies.fullest(build.contract.request, bodies.Defaults({**build.defaults.values, **values}))


def _enumerated(build: Builder) -> Iterator[tuple[Node, Sequence[Json]]]:
    """Yield the properties with an enum, and what it lists."""
    for node in build.contract.request.walk():
        for shape in node.shapes if node.path and "*" not in node.path else ():
            if listed := shape.listed("enum"):
                yield node, listed


def _scalars(build: Builder, number: int | Literal, *, boolean: bool | None) -> tuple[list[Node], dict[str, Writable]]:
    """Return the numbers, and without None the booleans, that can have a value, and that value by path."""
    nodes: list[Node] = []
    values: dict[str, Writable] = {}
    for node in build.contract.request.walk():
        if node.path in {"", build.contract.identity} or "*" in node.path or node.children:
            continue
        for shape in node.shapes:
            if "enum" in shape.keywords:
                continue
            if shape.type in {"integer", "number"} and shape.keywords.keys().isdisjoint(NUMERIC_BOUNDS):
                nodes.append(node)
                values[node.path] = number
            elif shape.type == "boolean" and boolean is not None:
                values[node.path] = boolean
    return nodes, values


def _odd_name(build: Builder) -> Iterator[Case]:
    identity = build.contract.identity
    if identity is None:
        return
    lineage = next(each for each in bodies.lineages(build.contract.request) if each[-1].path == identity)
    name, shape = f"../{ODD_TEXT}{SLOT}{ODD_TEXT}", lineage[-1].shape("string")
    if shape is None or not keeps_bounds(shape, name):
        return
    body = _with_objects(build, bodies.planted(lineage, name, "smallest", build.defaults), None)
    kind = "a string of many unusual characters"
    story = Story(identity, "type", "", "", f"{name_of(identity, lineage[0])} is {kind}", kind)
    needs = (Need.NAME_EDGES,)
    case = build.accepting("accept.merged.unusual-name", (accept_id(lineage[-1], "type"),), body, story, needs)
    spelled = (case.request.body or b"").replace(b"/", b"\\/")
    request = replace(case.request, body=spelled, headers=build.headers_with("Accept", "*/*"))
    yield replace(case, request=request)
    kind = "a string of 10,000 characters with NUL and control characters"
    text = f'"{SLOT}\\u0000\\u0001\\u001f\\u007f{"a" * (LONG - len(SLOT))}"'
    body = _with_objects(build, bodies.planted(lineage, Literal(text), "smallest", build.defaults), {})
    story = Story(identity, "type", "", "", f"{name_of(identity, lineage[0])} is {kind}", kind)
    about = (accept_id(lineage[-1], "type"),)
    yield build.accepting("accept.merged.hostile-name", about, body, story, needs)


def _with_objects(build: Builder, body: Writable, value: Writable) -> Writable:
    """Return a small body with its optional objects null or empty, where they can be."""
    for child in build.contract.request.children:
        shape = child.shape("object")
        if shape is None or child.required or (shape.required if value is not None else not child.nullable):
            continue
        body = with_value(body, child.path, value)
    return body


def _odd_path(build: Builder) -> Iterator[Case]:
    """Yield a request whose path parameters hold everything that must be percent-encoded, and is decoded once.

    It is sent with a name that has a lone surrogate as well: hosts that get no such names get the other.
    """
    names = build.contract.operation.path_parameters
    if not names:
        return
    kind = "a path parameter of many unusual characters"
    story = Story(names[-1], "path parameter", "", ODD_SEGMENT, f"`{names[-1]}` has many unusual characters", kind)
    request = replace(build.right, target=build.target_with(dict.fromkeys(names, ODD_SEGMENT)))
    id_, about = "observe.merged.unusual-path", ("transport.variants",)
    if build.contract.identity is not None:
        body = with_value(build.smallest, build.contract.identity, Literal(f'"{SLOT}\\ud800"'))
        named = replace(request, body=encode(body))
        kind = "a path parameter of many unusual characters, and a name with a lone surrogate"
        both = replace(story, says=f"{story.says}, and the name a lone surrogate", kind=kind)
        yield build.observed(f"{id_}-and-name", (*about, SERVER_ERROR), named, both, (Need.NAME_EDGES,))
    yield build.observed(id_, about, request, story)


def _odd_spelling(build: Builder) -> Iterator[Case]:
    """Yield the fullest body with white space, chunked, under header names and a media type of other letter case."""
    right = build.request(backwards(build.fullest))
    text = escaped_names((right.body or b"").decode())
    spaced = "\r\n " + BRACES.sub(lambda m: m[1] or ("{\n\t " if m[2] == "{" else " \r\n}"), text) + "\n"
    headers = []
    for name, value in right.headers:
        if name == "Content-Type":
            headers.append((name.lower(), f'{value.upper()};charset="UTF-8"'))
        elif name != "Accept":
            headers.append((name.lower(), value))
    target = encoded_letter(build, names[-1]) if (names := build.contract.operation.path_parameters) else ""
    request = replace(right, target=target or right.target, headers=tuple(headers), body=spaced.encode(), chunked=True)
    says = "the request is in an unusual lexical form"
    story = Story("", "lexical form", "", "", says, "a valid request in an unusual lexical form")
    about = ("accept.json-text", "accept.media-type", "transport.target")
    requirements = (*about, "transport.accept", "transport.field-names", "transport.chunked")
    yield build.accepted("accept.merged.lexical-forms", requirements, request, story)
