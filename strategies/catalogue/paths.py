"""Path parameters: texts that must be percent-encoded, and resources that do not exist."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from conformance.model.case import Case, Story
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


def path_cases(build: Builder, unknown: Mapping[str, str]) -> Iterator[Case]:
    """Yield cases about path parameters; `unknown` names resources that the caller knows not to exist.

    A server may know or not know an odd name, so what comes of it is recorded; an accepted one must be echoed as it
    was meant (RFC 3986 section 2.4: decoded once).
    """
    right = build.right
    for name in build.contract.operation.path_parameters:
        for slug, value, says in VALUES:
            story = Story(name, "path parameter", "", value, f"`{name}` has {says}", f"a path parameter with {says}")
            request = replace(right, target=build.target_with({name: value}))
            yield build.observed(f"observe.path.{name}.{slug}", ("transport.variants",), request, story)
        sent = build.parameters.get(name, "")
        # With its first letter percent-encoded, which changes nothing (RFC 3986 section 6.2.2.2).
        plain = not sent[:1].isascii() or not sent[:1].isalnum()
        encoded = right.target if plain else right.target.replace(f"/{sent}", f"/%{ord(sent[0]):02X}{sent[1:]}")
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
