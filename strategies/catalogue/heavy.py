"""Heavy bodies: large, deep, and with many properties, in every object that allows unknown properties."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.classify.wording import name_of
from conformance.model.case import Case, Need
from conformance.model.json_values import get, with_value
from conformance.model.jsontext import Literal, Writable, write
from conformance.model.pointer import join
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.catalogue.accepted import UNDECLARED
from conformance.strategies.catalogue.wire_parts import byte_story
from conformance.strategies.values import bodies

ABOUT = ("error.large",)

BACKTRACKING = 25
"""A depth that costs nothing, unless each level doubles what it takes."""

PATIENCE_SECONDS = 5.0
"""How long such a body may take."""

MERGED_BYTES = 1_020_000
"""About how large the merged one is: above a million bytes, and below the limit that servers have: 1 MiB."""

MOST_PLACES = 8
"""In how many objects of a large body heavy values are tried."""

TEN_THOUSAND = "{" + ", ".join(f'"m{n}": {n}' for n in range(10_000)) + "}"


def heavy_cases(build: Builder, *, large: bool) -> Iterator[Case]:
    """Yield requests whose body is heavy; with `large` also of 10 MB."""
    if not isinstance(build.smallest, dict):
        return
    heavy = {**_in_any_object(), "depth-100000": ("[" * 100_000 + "]" * 100_000, "arrays nested 100,000 deep")}
    heavy["many-properties"] = (TEN_THOUSAND, "10,000 properties")
    if large:
        heavy["size-10-mb"] = (write("a" * 10_000_000), "a string of 10 MB")
    parts = f'"deep": {"[" * 1_500 + "]" * 1_500}, "number": {"1" * 5_000}'
    together = f'{{{parts}, "long": "{"a" * (MERGED_BYTES - len(TEN_THOUSAND))}", {TEN_THOUSAND[1:]}'
    heavy["merged"] = (together, "1 MB, 10,000 properties, a number of 5,000 digits, and arrays nested 1,500 deep")
    for slug, (text, says) in heavy.items():
        body = {**build.smallest, UNDECLARED: Literal(text)}
        merged = slug == "merged"
        yield replace(_case(build, slug, _deep_below(build, body) if merged else body, says), merged=merged)
    yield from _below(build)
    yield replace(_case(build, f"depth-{BACKTRACKING}", *_backtracking(build)), seconds=PATIENCE_SECONDS)
    unclosed = build.request(b"[" * 100_000)
    story = byte_story("100,000 arrays that are not closed", "", "arrays nested deeply and not closed")
    yield build.observed("observe.heavy.unclosed", ABOUT, unclosed, story, (Need.LOOPBACK,))


def _in_any_object() -> dict[str, tuple[str, str]]:
    """Return what is tried in every open object, by slug: the text of a value, and what is said of it."""
    deep = {f"depth-{n}": ("[" * n + "]" * n, f"arrays nested {n:,} deep") for n in (1_000, 5_000)}
    objects = '{"a":' * 1_000 + "1" + "}" * 1_000
    return {
        **deep,
        "object-depth-1000": (objects, "objects nested 1,000 deep"),
        "size-1-mb": (write("a" * 1_000_000), "a string of 1 MB"),
    }


def _below(build: Builder) -> Iterator[Case]:
    """Yield heavy values in each object of the body that allows unknown properties."""
    tried = _in_any_object()
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        for branch, shape in enumerate(node.shapes):
            if shape.type != "object" or not shape.open or not node.path:
                continue
            for slug, (text, what) in tried.items():
                if build.sparing.spares(ABOUT[0], slug, MOST_PLACES):
                    continue
                body = bodies.with_member(lineage, branch, UNDECLARED, Literal(text), "smallest", build.defaults)
                place = f"in {name_of(node.path, build.contract.request)}"
                # However deep, and of what: one parser is to blame.
                kind = f"a deeply nested value {place}" if "nested" in what else ""
                yield _case(build, f"{path_slug(node.path)}.{slug}", body, f"{what} {place}", kind)


def _deep_below(build: Builder, body: Writable) -> Writable:
    """Return a body with a deep value in every open object that it may have."""
    nested = Literal("[" * 1_500 + "]" * 1_500)
    for node in build.contract.request.walk():
        if node.path and "*" not in node.path and any(each.type == "object" and each.open for each in node.shapes):
            body = with_value(body, join(node.path, UNDECLARED), nested, parents=True)
    return body


def _backtracking(build: Builder) -> tuple[Writable, str]:
    """Return a body with a value nested in every open object at once, and what is said of it."""
    half = BACKTRACKING // 2
    nested = Literal('[{"a": ' * half + "[]" * (BACKTRACKING % 2) + "}]" * half)
    body = with_value(build.fullest, join("", UNDECLARED), nested)
    for node in build.contract.request.walk():
        is_open = any(shape.type == "object" and shape.open for shape in node.shapes)
        if is_open and node.path and "*" not in node.path and isinstance(get(body, node.path), dict):
            body = with_value(body, join(node.path, UNDECLARED), nested)
    return body, f"arrays and objects nested {BACKTRACKING} deep"


def _case(build: Builder, slug: str, body: Writable, says: str, kind: str = "") -> Case:
    request, story = build.request(body), byte_story(says, "", kind or says)
    case = build.observed(f"observe.heavy.{slug}", ABOUT, request, story, (Need.LOOPBACK,))
    # Prism accepts such a body, and ends while it looks into it.
    return replace(case, late=slug.endswith("depth-5000"))
