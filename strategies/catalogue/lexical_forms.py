"""Right JSON in lexical forms other than the usual; properties twice; numbers of any size."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from conformance.model.case import Case
from conformance.model.jsontext import Literal, Members, write
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import UNDECLARED
from conformance.strategies.catalogue.wire_parts import SERVER_ERROR, backwards, byte_story, escaped_names, with_number
from conformance.strategies.values.value import BEYOND_DOUBLE


def lexical_form_cases(build: Builder) -> Iterator[Case]:
    """Yield requests whose body has an unusual lexical form."""
    text = write(build.smallest)
    full = build.fullest
    spaced = re.sub(r'("(?:[^"\\]|\\.)*")|([{}:,])', lambda m: m[1] or f" \t{m[2]}\r\n ", write(full))
    escaped = escaped_names(text)
    compact = re.sub(r'("(?:[^"\\]|\\.)*")|([:,]) ', lambda m: m[1] or m[2], write(full))
    for slug, body, says in (
        ("line-break-after", text + "\r\n", "a line break after the JSON text"),
        ("escaped-slash", _with_text(build, '"a\\/b"'), "an escaped slash"),
        ("non-ascii", _with_text(build, '"\u00e9\U0001f600"'), "unescaped non-ASCII letters"),
        ("white-space", spaced, "white space everywhere"),
        ("property-order", write(backwards(full)), "properties in reverse order"),
        ("escapes", escaped, "property names with escapes"),
        ("compact", compact, "no white space"),
    ):
        request = build.request(body.encode())
        case = build.accepted(f"accept.json.{slug}", ("accept.json-text",), request, byte_story(says, ""))
        # Where an unknown property carries the oddity, that alone may be what is rejected.
        carried = UNDECLARED in body
        yield replace(case, control=build.request(_with_text(build, '"a"').encode())) if carried else case
    if isinstance(build.smallest, dict) and build.smallest:
        pairs = tuple(build.smallest.items())
        for slug, twice in (
            ("same-value", (*pairs, pairs[0])),
            ("other-value", ((pairs[0][0], 1), *pairs)),
            ("other-value-last", (*pairs, (pairs[0][0], 1))),
        ):
            request = build.request(Members(twice))
            story = byte_story("a duplicate property", "", "a duplicate property")
            yield build.observed(f"observe.duplicate.{slug}", ("reject.duplicate-names",), request, story)
    undecided = {
        "long-number": (with_number(build, Literal("1" * 5000)), "a number of 5,000 digits"),
        "long-exponent": (with_number(build, Literal("1e1000000000000")), BEYOND_DOUBLE),
        "long-fraction": (with_number(build, Literal("1." + "0" * 400)), "an integer with 400 zeros after the point"),
    }
    for slug, (odd, says) in undecided.items():
        yield build.observed(f"observe.json.{slug}", (SERVER_ERROR,), build.request(odd), byte_story(says, "", says))


def _with_text(build: Builder, text: str) -> str:
    """Return the smallest body with one text more where that is allowed, else as it is."""
    shapes = build.contract.request.shapes
    if isinstance(build.smallest, dict) and all(shape.type == "object" and shape.open for shape in shapes):
        return write({**build.smallest, UNDECLARED: Literal(text)})
    return write(build.smallest)
