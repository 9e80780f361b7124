"""Credentials: none, wrong ones, right ones in the wrong place or form, and spellings whose fate is recorded."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.model.case import KEY, Case, Need, Story
from conformance.model.header_fields import Headers
from conformance.strategies.case_builder import Builder

ANY_SCHEME = "a credential without the documented scheme"
NO_CREDENTIAL = "a request without a credential"
WRONG_KEY = "wrong-key-of-the-conformance-suite"


def credential_cases(build: Builder) -> Iterator[Case]:
    """Yield cases about credentials; none for an operation that asks for none."""
    security = build.contract.operation.security
    if security is None:
        return
    yield from _missing(build)
    yield from _wrong(build)
    if security.location == "header":
        yield from _misplaced(build)
        yield from _schemes(build)


def _missing(build: Builder) -> Iterator[Case]:
    yield _refused(build, "none", "authentication.missing", (), NO_CREDENTIAL, NO_CREDENTIAL)
    security = build.contract.operation.security
    if security is None or security.location != "header":
        return
    headers = ((security.name, ""),)
    yield _refused(
        build, "empty", "authentication.missing", headers, f"{security.name} is empty", "an empty credential"
    )


def _wrong(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    for slug, key in (("wrong-key", WRONG_KEY), ("long-key", "k" * 8_000), ("key-and-more", f"{KEY}x")):
        headers = tuple((n, v.replace(KEY, key)) if KEY in v else (n, v) for n, v in right.headers)
        target = right.target.replace(KEY, key)
        story = _story(build, "a wrong key", "a wrong key")
        request = replace(right, headers=headers, target=target)
        yield build.refused(f"refuse.credential.{slug}", "authentication.wrong", request, story, (Need.KEYS,))
    if build.contract.scheme and build.credential_headers:
        name = build.credential_headers[0][0]
        for slug, value in (("scheme-alone", build.contract.scheme), ("scheme-and-space", f"{build.contract.scheme} ")):
            request = replace(right, headers=_with(build, ((name, value),)))
            story = _story(build, "the scheme without a key", "an empty key")
            yield build.refused(f"refuse.credential.{slug}", "authentication.wrong", request, story, (Need.KEYS,))
    headers = tuple((n, v.replace(KEY, WRONG_KEY)) for n, v in right.headers)
    both = replace(build.request(b"{"), headers=headers, target=right.target.replace(KEY, WRONG_KEY))
    story = _story(build, "a wrong key and an invalid body", "a wrong key with an invalid body")
    yield build.observed("observe.credential.with-bad-body", ("authentication.order",), both, story, (Need.KEYS,))


def _misplaced(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    name = build.contract.operation.security.name if build.contract.operation.security else ""
    bare = _without(build)
    for slug, query in (("query-api-key", f"api_key={KEY}"), ("query-same-name", f"{name}={KEY}")):
        target = build.target_with({}, query=query, credential=False)
        story = _story(build, "the key in the query", "the key in the query")
        request = replace(right, target=target, headers=bare)
        yield build.refused(f"refuse.credential.{slug}", "authentication.location", request, story)
    for slug, extra in (
        ("cookie", ("Cookie", f"{name}={KEY}")),
        ("other-header", ("X-Conformance-Key", build.credential)),
        ("api-key-header", ("X-API-Key", KEY)),
        ("proxy-header", ("Proxy-Authorization", build.credential)),
    ):
        story = _story(build, f"the key in {extra[0]}", "the key in another header")
        request = replace(right, headers=(*bare, extra))
        yield build.refused(f"refuse.credential.{slug}", "authentication.location", request, story)


def _schemes(build: Builder) -> Iterator[Case]:
    security = build.contract.operation.security
    scheme = build.contract.scheme
    if security is None or not scheme:
        return
    yield _refused(
        build, "bare-key", "authentication.bare-key", ((security.name, KEY),), "the key without its scheme", ANY_SCHEME
    )
    for other in ("Basic", "Token", "Digest", "Conformance"):
        if other.lower() != scheme.lower():
            headers = ((security.name, f"{other} {KEY}"),)
            says = f"scheme {other}"
            slug = f"scheme-{other.lower()}"
            yield _refused(build, slug, "authentication.unknown-scheme", headers, says, ANY_SCHEME)
    joined = ((security.name, f"{scheme}{KEY}"),)
    yield _refused(build, "no-space", "authentication.unknown-scheme", joined, "no space after the scheme", ANY_SCHEME)
    odd = [
        ("scheme-lower-case", "authentication.scheme-case", f"{scheme.lower()} {KEY}"),
        ("scheme-upper-case", "authentication.scheme-case", f"{scheme.upper()} {KEY}"),
        ("two-spaces", "authentication.scheme-case", f"{scheme}  {KEY}"),
    ]
    if scheme.lower() != "bearer":
        odd.append(("bearer", "authentication.bearer", f"Bearer {KEY}"))
    for slug, requirement, value in odd:
        request = replace(build.request(build.smallest), headers=_with(build, ((security.name, value),)))
        story = _story(build, value.replace(KEY, "KEY"), slug.replace("-", " "))
        yield build.observed(f"observe.credential.{slug}", (requirement,), request, story)
    twice = ((security.name, build.credential), (security.name, f"{scheme} {WRONG_KEY}"))
    request = replace(build.request(build.smallest), headers=_with(build, twice))
    story = _story(build, "two credentials, the second wrong", "two credentials")
    yield build.observed("observe.credential.two", ("authentication.scheme-case",), request, story)


def _refused(build: Builder, slug: str, requirement: str, headers: Headers, says: str, kind: str) -> Case:
    right = build.request(build.smallest)
    target = build.target_with({}, credential=False)
    request = replace(right, target=target, headers=_with(build, headers))
    return build.refused(f"refuse.credential.{slug}", requirement, request, _story(build, says, kind))


def _without(build: Builder) -> Headers:
    return build.headers_without(*(name for name, _ in build.credential_headers))


def _with(build: Builder, headers: Headers) -> Headers:
    return (*_without(build), *headers)


def _story(build: Builder, says: str, kind: str) -> Story:
    security = build.contract.operation.security
    return Story(security.name if security else "", "credential", "", "", says, kind)
