"""Header fields and methods: media types, negotiation, framing, and what the path does not support."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.model.case import SLOT, Case, Need, Request, Story
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.wire_parts import VARIANTS, field_story


def field_cases(build: Builder) -> Iterator[Case]:
    """Yield requests whose header fields, method or path are special."""
    yield from _media_types(build)
    yield from _headers(build)
    yield from _methods(build)


def _media_types(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    declared = build.contract.operation.request_media_type
    for slug, value in (
        ("charset", f"{declared}; charset=utf-8"),
        ("charset-quoted", f'{declared};charset="UTF-8"'),
        ("upper-case", declared.upper()),
        ("mixed-case", declared.title()),
    ):
        request = replace(right, headers=_typed(build, value))
        story = field_story("Content-Type", value, f"media type {value!r}", "the media type in another lexical form")
        yield build.accepted(f"accept.media-type.{slug}", ("accept.media-type",), request, story)
    form = b"name=" + SLOT.encode()
    for slug, wrong, body in (
        ("text", "text/plain", right.body),
        ("xml", "application/xml", right.body),
        ("xml-body", "application/xml", b"<name>" + SLOT.encode() + b"</name>"),
        ("form", "application/x-www-form-urlencoded", right.body),
        ("form-body", "application/x-www-form-urlencoded", form),
        ("multipart", "multipart/form-data; boundary=x", right.body),
        ("octets", "application/octet-stream", right.body),
        ("nonsense", "nonsense", right.body),
        ("absent", None, right.body),
    ):
        request = replace(right, headers=_typed(build, wrong), body=body)
        says = f"media type {wrong}" if wrong else "no media type"
        kind = "an undeclared media type" if wrong else "no media type"
        story = field_story("Content-Type", wrong or "", says, kind)
        yield build.refused(f"refuse.media-type.{slug}", "reject.media-type", request, story)
    for slug, value in (("suffix", "application/vnd.conformance+json"), ("json-variant", "text/json")):
        story = field_story("Content-Type", value, f"media type {value}", "an undeclared JSON media type")
        request = replace(right, headers=_typed(build, value))
        yield build.observed(f"observe.media-type.{slug}", (VARIANTS,), request, story)


def _headers(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    for slug, value in (
        ("absent", None),
        ("wildcard", "*/*"),
        ("subtype-wildcard", "application/*"),
        ("list", "text/html;q=0.5, application/json;q=0.9, */*;q=0.1"),
    ):
        kept = tuple((n, v) for n, v in right.headers if n != "Accept")
        headers = kept if value is None else (("Accept", value), *kept)
        says = f"Accept {value}" if value else "no Accept"
        story = field_story("Accept", value or "", says, "another Accept")
        request = replace(right, headers=headers)
        yield build.accepted(f"accept.accept.{slug}", ("transport.accept",), request, story)
    story = field_story("Accept", "text/html", "Accept: text/html only", "an Accept that the document does not offer")
    unmet = replace(right, headers=tuple((n, "text/html" if n == "Accept" else v) for n, v in right.headers))
    yield build.observed("observe.accept.unmet", (VARIANTS,), unmet, story)
    for slug, change in (("lower-case", str.lower), ("upper-case", str.upper)):
        headers = tuple((change(name), value) for name, value in right.headers)
        story = field_story("", "", f"header names in {slug.replace('-', ' ')}", "header names in other letter case")
        request = replace(right, headers=headers)
        yield build.accepted(f"accept.field-names.{slug}", ("transport.field-names",), request, story)
    story = field_story("Transfer-Encoding", "chunked", "a chunked body", "a chunked body")
    yield build.accepted("accept.chunked", ("transport.chunked",), replace(right, chunked=True), story)
    story = field_story("Expect", "100-continue", "Expect: 100-continue", "Expect: 100-continue")
    expecting = replace(right, headers=(*right.headers, ("Expect", "100-continue")))
    yield build.observed("observe.expect", (VARIANTS,), expecting, story)
    story = field_story("Accept-Encoding", "gzip", "Accept-Encoding: gzip", "compression asked for")
    zipped = replace(right, headers=(*right.headers, ("Accept-Encoding", "gzip, deflate")))
    yield build.observed("observe.compression", (VARIANTS,), zipped, story)


def _methods(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "CREATE"):
        if method in build.contract.operation.methods:
            continue
        body = None if method in {"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"} else right.body
        headers = right.headers if body is not None else build.headers_without("Content-Type")
        request = Request(method, right.target, headers, body)
        story = Story("", "method", right.method, method, f"method {method}", "an undeclared method")
        needs = () if method in {"GET", "HEAD", "OPTIONS"} else (Need.LOOPBACK,)
        yield build.observed(
            f"observe.method.{method.lower()}", ("transport.method-not-allowed",), request, story, needs
        )
    story = Story("", "path", "", "/", "a slash after the path", "a slash after the path")
    slashed = replace(right, target=right.target + "/")
    yield build.observed("observe.path.trailing-slash", (VARIANTS,), slashed, story)


def _typed(build: Builder, value: str | None) -> tuple[tuple[str, str], ...]:
    kept = build.headers_without("Content-Type")
    return kept if value is None else (*kept, ("Content-Type", value))
