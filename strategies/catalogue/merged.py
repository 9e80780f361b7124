"""Merged cases: many odd but right things in one request, so that a short run meets them all.

When one of them fails, the cases that do one of these things at a time tell which it was.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.classify.bounds import keeps_bounds
from conformance.classify.requirements import accept_id
from conformance.classify.wording import name_of
from conformance.model.case import SLOT, Case, Need, Story
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies

ODD_TEXT = (
    ' \tUPPER "double" \'single\' back\\slash ../a/b a%2Fb%00 <b>&amp;</b> {"a":1} \u00e9\u00df e\u0301 '
    "\u05d0\u202e\u05d1 \U0001f600 \uff41\u2460\n "
)
"""Every class of odd text that is not about length, NUL or control characters."""


ODD_SEGMENT = "A/b c+d%2Fe;f=g?h#i\u00e9\U0001f600"
"""Every class of odd path segment that is not about length, dots or NUL."""


def merged_cases(build: Builder) -> Iterator[Case]:
    """Yield a name and a path of odd characters, and a valid request in an odd spelling."""
    for case in (*_odd_name(build), _odd_spelling(build), *_odd_path(build)):
        yield replace(case, merged=True)


def _odd_name(build: Builder) -> Iterator[Case]:
    identity = build.contract.identity
    if identity is None:
        return
    lineage = next(each for each in bodies.lineages(build.contract.request) if each[-1].path == identity)
    name, shape = f"{ODD_TEXT}{SLOT}{ODD_TEXT}", lineage[-1].shape("string")
    if shape is None or not keeps_bounds(shape, name):
        return
    body = bodies.planted(lineage, name, "smallest", build.defaults)
    kind = "a string of many unusual characters"
    story = Story(identity, "type", "", "", f"{name_of(identity, lineage[0])} is {kind}", kind)
    yield build.accepting(
        "accept.merged.unusual-name", (accept_id(lineage[-1], "type"),), body, story, (Need.NAME_EDGES,)
    )


def _odd_path(build: Builder) -> Iterator[Case]:
    """Yield a request whose path parameters hold everything that must be percent-encoded, and is decoded once."""
    names = build.contract.operation.path_parameters
    if not names:
        return
    kind = "a path parameter of many unusual characters"
    story = Story(names[-1], "path parameter", "", ODD_SEGMENT, f"`{names[-1]}` has many unusual characters", kind)
    request = replace(build.right, target=build.target_with(dict.fromkeys(names, ODD_SEGMENT)))
    yield build.observed("observe.merged.unusual-path", ("transport.variants",), request, story)


def _odd_spelling(build: Builder) -> Case:
    """Return the fullest body with white space, chunked, under header names and a media type of other letter case."""
    right = build.request(build.fullest)
    text = (right.body or b"").decode()
    spaced = "\r\n " + text.replace("{", "{\n\t ").replace("}", " \r\n}") + "\n"
    headers = []
    for name, value in right.headers:
        if name == "Content-Type":
            headers.append((name.lower(), f'{value.upper()};charset="UTF-8"'))
        elif name != "Accept":
            headers.append((name.lower(), value))
    request = replace(right, headers=tuple(headers), body=spaced.encode(), chunked=True)
    says = "the request is in an unusual lexical form"
    story = Story("", "lexical form", "", "", says, "a valid request in an unusual lexical form")
    about = ("accept.json-text", "accept.media-type")
    requirements = (*about, "transport.accept", "transport.field-names", "transport.chunked")
    return build.accepted("accept.merged.lexical-forms", requirements, request, story)
