"""Header fields and methods: media types, negotiation, framing, and methods that the path does not support."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.operations.responses import is_declared
from conformance.model.case import SLOT, Case, Need, Request, Story
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.wire_parts import VARIANTS, header_story

BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"})
"""Methods that are sent without a body."""


ALLOWING = "an `Accept` that allows the declared media type"


def header_cases(build: Builder) -> Iterator[Case]:
    """Yield requests whose header fields, method or path are special."""
    if build.has_body:
        yield from _media_types(build)
    yield from _accept(build)
    if build.has_body:
        yield from _content_codings(build)
    if (
        build.contract.operation.method != "HEAD"
    ):  # a server that rejects it unread does not know that no body may follow
        yield from _hosts(build)
    yield from _other_headers(build)
    yield from _methods(build)


def _media_types(build: Builder) -> Iterator[Case]:
    right, declared, name = build.right, build.contract.operation.request_media_type, "Content-Type"
    for slug, value in (
        ("charset", f"{declared}; charset=utf-8"),
        ("charset-quoted", f'{declared};charset="UTF-8"'),
        ("upper-case", declared.upper()),
        ("mixed-case", declared.title()),
    ):
        request = replace(right, headers=build.headers_with(name, value))
        story = header_story(name, value, f"`{name}` is `{value}`", "the media type in another lexical form")
        yield build.accepted(f"accept.media-type.{slug}", ("accept.media-type",), request, story)
    for slug, wrong, body in (
        ("text", "text/plain", right.body),
        ("xml", "application/xml", right.body),
        ("xml-body", "application/xml", f"<name>{SLOT}</name>".encode()),
        ("form", "application/x-www-form-urlencoded", right.body),
        ("form-body", "application/x-www-form-urlencoded", f"name={SLOT}".encode()),
        ("multipart", "multipart/form-data; boundary=x", right.body),
        ("octets", "application/octet-stream", right.body),
        ("nonsense", "nonsense", right.body),
    ):
        if is_declared(build.contract.operation.request_media_types, wrong):
            continue
        request = replace(right, headers=build.headers_with(name, wrong), body=body)
        kind = "an undeclared media type" if "/" in wrong else "an invalid media type"
        story = header_story(name, wrong, f"`{name}` is `{wrong}`", kind)
        yield build.rejected(f"reject.media-type.{slug}", "reject.media-type", request, story)
    bare = replace(right, headers=build.headers_without(name))
    story = header_story(name, "", f"`{name}` is absent", f"a request without `{name}`")
    yield build.observed("observe.media-type.absent", ("reject.no-media-type",), bare, story)
    for slug, value in (
        ("suffix", "application/vnd.conformance+json"),
        ("problem", "application/problem+json"),
        ("json-variant", "text/json"),
    ):
        if is_declared(build.contract.operation.request_media_types, value):
            continue
        story = header_story(name, value, f"`{name}` is `{value}`", "an undeclared JSON media type")
        request = replace(right, headers=build.headers_with(name, value))
        yield build.observed(f"observe.media-type.{slug}", ("reject.json-media-type",), request, story)


def _content_codings(build: Builder) -> Iterator[Case]:
    """Yield bodies that are not in their content coding, or not in one that anybody knows; and two media types."""
    right, about = build.right, "reject.content-coding"
    for slug, coding, kind in (
        ("unknown", "conformance", "an unknown content coding"),
        ("gzip", "gzip", "an uncompressed body with `Content-Encoding: gzip`"),
    ):
        story = header_story("Content-Encoding", coding, f"`Content-Encoding` is `{coding}`", kind)
        request = replace(right, headers=(*right.headers, ("Content-Encoding", coding)))
        yield build.rejected(f"reject.content-coding.{slug}", about, request, story)
    story = header_story("Content-Type", "text/plain", "a second `Content-Type` is `text/plain`", "two `Content-Type`")
    twice = replace(right, headers=(*right.headers, ("Content-Type", "text/plain")))
    yield build.observed("observe.media-type.two", (VARIANTS,), twice, story)


def _hosts(build: Builder) -> Iterator[Case]:
    for slug, count, says, kind in (
        ("absent", 0, "`Host` is absent", "a request without `Host`"),
        ("two", 2, "`Host` is sent twice", "a request with two `Host`"),
    ):
        request = replace(build.right, hosts=count)
        yield build.rejected(
            f"reject.host.{slug}", "transport.host", request, header_story("Host", "", says, kind), (Need.SERVER,)
        )


def _accept(build: Builder) -> Iterator[Case]:
    others = build.headers_without("Accept")
    for slug, value in (
        ("absent", ""),
        ("wildcard", "*/*"),
        ("subtype-wildcard", "application/*"),
        ("list", "text/html;q=0.5, application/json;q=0.9, */*;q=0.1"),
    ):
        request = replace(build.right, headers=(("Accept", value), *others) if value else others)
        story = header_story("Accept", value, f"`Accept` is `{value}`" if value else "`Accept` is absent", ALLOWING)
        yield build.accepted(f"accept.accept.{slug}", ("transport.accept",), request, story)
    story = header_story(
        "Accept", "text/html", "`Accept` is `text/html`", "an `Accept` that excludes the declared media type"
    )
    unmet = tuple((name, "text/html" if name == "Accept" else value) for name, value in build.headers)
    yield build.observed("observe.accept.unmet", (VARIANTS,), replace(build.right, headers=unmet), story)


def _other_headers(build: Builder) -> Iterator[Case]:
    right = build.right
    for slug, change in (("lower-case", str.lower), ("upper-case", str.upper)):
        request = replace(right, headers=tuple((change(name), value) for name, value in right.headers))
        story = header_story(
            "", "", f"header names are in {slug.replace('-', ' ')}", "header names in other letter case"
        )
        yield build.accepted(f"accept.field-names.{slug}", ("transport.field-names",), request, story)
    if build.has_body:
        story = header_story("Transfer-Encoding", "chunked", "the body is chunked", "a chunked body")
        yield build.accepted("accept.chunked", ("transport.chunked",), replace(right, chunked=True), story)
    for id_, name, value, says, kind in (
        ("expect", "Expect", "100-continue", "`Expect` is `100-continue`", "a request with `Expect: 100-continue`"),
        ("compression", "Accept-Encoding", "gzip, deflate", "compression is accepted", "a request for compression"),
    ):
        request = replace(right, headers=(*right.headers, (name, value)))
        yield build.observed(f"observe.{id_}", (VARIANTS,), request, header_story(name, value, says, kind))


def _methods(build: Builder) -> Iterator[Case]:
    right = build.right
    for method in ("PUT", "GET", "HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "CREATE"):
        if method in build.contract.operation.methods:
            continue
        bare = Request(method, right.target, build.headers_without("Content-Type"))
        request = bare if method in BODILESS else replace(right, method=method)
        story = Story("", "method", right.method, method, f"the method is `{method}`", "an undeclared method")
        needs = () if method in {"GET", "HEAD", "OPTIONS"} else (Need.LOOPBACK,)
        id_ = f"observe.method.{method.lower()}"
        yield build.observed(id_, ("transport.method-not-allowed",), request, story, needs)
    story = Story("", "path", "", "/", "the path ends in a slash", "a path with a trailing slash")
    path, question, query = right.target.partition("?")
    slashed = replace(right, target=f"{path}/{question}{query}")
    yield build.observed("observe.path.trailing-slash", (VARIANTS,), slashed, story)
