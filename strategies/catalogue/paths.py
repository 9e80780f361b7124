"""Path parameters: texts that must be percent-encoded, and resources that do not exist."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from msgspec.structs import replace

from conformance.model.case import Case, Request, Story
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder

VALUES: tuple[tuple[str, str, str], ...] = (
    ("slash", "a/b", "an encoded slash"),
    ("space", "a b", "an encoded space"),
    ("two-dots", "..", "two dots"),
    ("dot", ".", "a dot"),
    ("nul", "a\0b", "an encoded NUL"),
    ("semicolon", "a;b=c", "a semicolon"),
    ("question-mark", "a?b", "an encoded question mark"),
    ("hash", "a#b", "an encoded hash"),
    ("percent", "a%2Fb", "an encoded percent sign"),
    ("plus", "a+b", "a plus sign"),
    ("non-ascii", "\u00e9\U0001f600", "non-ASCII letters"),
    ("long", "a" * 2_000, "2,000 characters"),
    ("empty", "", "no characters"),
)


def encoded_letter(build: Builder, name: str) -> str:
    """Return the target with the first letter of a parameter percent-encoded (RFC 3986 section 6.2.2.2: no change)."""
    sent, target = build.parameters.get(name, ""), build.right.target
    plain = not sent[:1].isascii() or not sent[:1].isalnum()
    return target if plain else target.replace(f"/{sent}", f"/%{ord(sent[0]):02X}{sent[1:]}")


MALFORMED: tuple[tuple[str, str, str], ...] = (
    ("no-hexadecimal", "%zz", "invalid percent-encoding (%zz)"),
    ("no-digits", "%", "invalid percent-encoding (%)"),
    ("no-utf-8", "%ff", "percent-encoded bytes that are not UTF-8 (%ff)"),
    ("brace", "{a}", "a brace that is not encoded"),
    ("backslash", "a\\b", "a backslash that is not encoded"),
)
"""What a request target must not contain (RFC 3986 sections 2.1 and 3.3), and proxies and frameworks trip over."""

EVERYTHING = "".join(raw for _, raw, _ in MALFORMED)
LONG = 2_000
MARK = "conformance-mark"


def _malformed(build: Builder) -> Iterator[Case]:
    """Yield malformed targets. They have no body, so that nothing is created: targets are read before bodies."""
    bare = replace(build.right, headers=build.headers_without("Content-Type"), body=None)
    names = build.contract.operation.path_parameters
    rows = [*MALFORMED, ("merged", EVERYTHING, "invalid percent-encoding of several kinds")]
    for slug, raw, says in rows:
        for name in names[-1:]:
            story = Story(name, "path parameter", "", raw, f"`{name}` has {says}", f"a path parameter with {says}")
            target = build.target_with({name: MARK}).replace(MARK, raw)
            yield _recorded(build, f"observe.path.{name}.{slug}", replace(bare, target=target), story, raw)
        story = Story("", "path", "", raw, f"the query has {says}", f"a query with {says}")
        target = build.target_with({}, query=f"a={raw}")
        yield _recorded(build, f"observe.query.{slug}", replace(bare, target=target), story, raw)
    for name in names[-1:]:
        says = "NUL and 2,000 characters"
        story = Story(name, "path parameter", "", "", f"`{name}` has {says}", f"a path parameter with {says}")
        request = replace(bare, target=build.target_with({name: "a" * LONG + "\0"}))
        yield replace(_recorded(build, f"observe.path.{name}.hostile", request, story, ""), merged=True)


def _recorded(build: Builder, id_: str, request: Request, story: Story, raw: str) -> Case:
    case = build.observed(id_, ("transport.variants",), request, story)
    return replace(case, merged=True) if raw == EVERYTHING else case


def _alike(build: Builder) -> Iterator[Case]:
    """Yield paths that are like the documented one and are not it (RFC 3986 section 6.2.2)."""
    path, question, query = build.right.target.partition("?")
    marks = {name: f"{MARK}-{number}" for number, name in enumerate(build.contract.operation.path_parameters)}
    upper = build.target_with(marks).partition("?")[0].upper()
    for name, mark in marks.items():
        upper = upper.replace(mark.upper(), quote(build.parameters.get(name, ""), safe=""))
    for slug, other, says in (
        ("two-slashes", f"/{path}", "begins with two slashes"),
        ("letter-case", upper, "is in other letter case"),
        ("encoded-slash", "%2F".join(path.rsplit("/", 1)), "separates its last segment with an encoded slash"),
    ):
        if other in {path, "%2F"} or not other.startswith("/"):
            continue
        story = Story("", "path", "", other, f"the path {says}", f"a path that {says}")
        request = replace(build.right, target=f"{other}{question}{query}")
        yield build.observed(f"observe.other-path.{slug}", ("transport.other-path",), request, story)


def path_cases(build: Builder, unknown: Mapping[str, str]) -> Iterator[Case]:
    """Yield cases about path parameters; `unknown` names resources that the caller knows not to exist.

    A server may know or not know an odd name, so what comes of it is recorded; an accepted one must be echoed as it
    was meant (RFC 3986 section 2.4: decoded once).
    """
    right = build.right
    yield from _malformed(build)
    yield from _alike(build)
    for name in build.contract.operation.path_parameters:
        for slug, value, says in VALUES:
            story = Story(name, "path parameter", "", value, f"`{name}` has {says}", f"a path parameter with {says}")
            request = replace(right, target=build.target_with({name: value}))
            yield build.observed(f"observe.path.{name}.{slug}", ("transport.variants",), request, story)
        encoded = encoded_letter(build, name)
        if encoded != right.target:
            says = f"the first letter of `{name}` is percent-encoded"
            story = Story(name, "path parameter", "", "", says, "a path parameter with an encoded letter")
            request = replace(right, target=encoded)
            yield build.accepted(f"accept.path.{name}.encoded-letter", ("transport.target",), request, story)
        if name in unknown:
            says = f"`{name}` identifies no resource"
            story = Story(name, "path parameter", "", unknown[name], says, "an unknown resource")
            request = replace(right, target=build.target_with({name: unknown[name]}))
            requirements = ("error.unknown-resource",)
            yield build.case(f"reject.path.{name}.unknown", Expectation.REJECTED, requirements, request, story, ())
