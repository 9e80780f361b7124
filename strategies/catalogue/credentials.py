"""Credentials: none, wrong ones, right ones in the wrong place or form, and forms whose fate is recorded."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.operations.security import Security
from conformance.model.case import KEY, Case, Need, Request, Story
from conformance.model.header_fields import Headers
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.combined_credentials import combined_cases, is_place, one_cookie

ANY_SCHEME = "a credential without the documented scheme"
NO_CREDENTIAL = "a request without a credential"
WRONG_KEY = "wrong-key-of-the-conformance-suite"
LONG_KEY = "k" * 8_000
PLAIN = "conformance"
"""What a control has where a case has the key in a place of its own."""


def credential_cases(build: Builder) -> Iterator[Case]:
    """Yield cases about credentials; none for an operation that asks for none."""
    security = build.contract.operation.security
    if security is None:
        return
    yield from _missing(build, security)
    yield from _wrong(build, security)
    yield from _misplaced(build, security)
    if security.location == "header" and build.contract.scheme:
        yield from _schemes(build, security, build.contract.scheme)
    yield from combined_cases(build)


def _missing(build: Builder, security: Security) -> Iterator[Case]:
    missing = "authentication.missing"
    request = _carrying(build, (), target=build.target_with({}, credential=False))
    story = _story(security, "no credential is sent", NO_CREDENTIAL)
    yield build.rejected("reject.credential.none", missing, request, story)
    if security.location == "header":
        story = _story(security, f"`{security.name}` is empty", "an empty credential")
        yield build.rejected("reject.credential.empty", missing, _carrying(build, ((security.name, ""),)), story)
    if build.contract.scheme and build.credential_headers:
        name, scheme = build.credential_headers[0][0], build.contract.scheme
        story = _story(security, "the scheme is sent without a key", "an empty key")
        for slug, value in (("scheme-alone", scheme), ("scheme-and-space", f"{scheme} ")):
            yield build.rejected(f"reject.credential.{slug}", missing, _carrying(build, ((name, value),)), story)


def _wrong(build: Builder, security: Security) -> Iterator[Case]:
    wrong = "authentication.wrong"
    story = _story(security, "the key is wrong", "a wrong key")
    for slug, key in (("wrong-key", WRONG_KEY), ("long-key", LONG_KEY), ("key-and-more", f"{KEY}x")):
        request = _with_key(build.right, key)
        case = build.rejected(f"reject.credential.{slug}", wrong, request, story, (Need.KEYS,))
        yield _controlled(build, case, ("X-Conformance-Filler", key)) if key == LONG_KEY else case
    if not build.has_body:
        return
    request = _with_key(build.request(b"{"), WRONG_KEY)
    story = _story(security, "the key is wrong and the body is not JSON", "a wrong key with an invalid body")
    yield build.observed("observe.credential.with-bad-body", ("authentication.order",), request, story, (Need.KEYS,))


def _misplaced(build: Builder, security: Security) -> Iterator[Case]:
    location, name = "authentication.location", security.name
    queries = [
        (slug, f"{field}={KEY}")
        for slug, field in (("query-api-key", "api_key"), ("query-same-name", name))
        if not is_place(build.contract, "query", field)
    ]
    for slug, query in queries:
        request = _carrying(build, (), target=build.target_with({}, query=query, credential=False))
        story = _story(security, "the key is sent in the query", "the key in the query")
        control = replace(build.right, target=build.target_with({}, query=query.replace(KEY, PLAIN)))
        yield replace(build.rejected(f"reject.credential.{slug}", location, request, story), control=control)
    elsewhere = [
        (slug, header, value)
        for slug, header, value in (
            ("cookie", "Cookie", f"{name}={KEY}"),
            ("other-header", "X-Conformance-Key", build.credential),
            ("api-key-header", "X-API-Key", KEY),
            ("proxy-header", "Proxy-Authorization", build.credential),
        )
        if not is_place(build.contract, *(("cookie", name) if slug == "cookie" else ("header", header)))
    ]
    for slug, header, value in elsewhere:
        story = _story(security, f"the key is sent in `{header}`", "the key in another header")
        bare = _carrying(build, ((header, value),), target=build.target_with({}, credential=False))
        case = build.rejected(f"reject.credential.{slug}", location, bare, story)
        yield _controlled(build, case, (header, value.replace(KEY, PLAIN)))
    # In all these places at once: a short run meets them in one request.
    story = _story(security, "the key is sent in every other place", "the key in every other place")
    fields = tuple((header, value) for _, header, value in elsewhere)
    query = "&".join(each for _, each in queries)
    target = build.target_with({}, query=query, credential=False)
    request = _carrying(build, fields, target=target)
    plain = tuple((header, value.replace(KEY, PLAIN)) for header, value in fields)
    around = build.target_with({}, query=query.replace(KEY, PLAIN))
    control = replace(build.right, target=around, headers=(*build.right.headers, *plain))
    case = build.rejected("reject.credential.every-other-place", location, request, story)
    yield replace(case, merged=True, control=control)


def _schemes(build: Builder, security: Security, scheme: str) -> Iterator[Case]:
    unknown, case = "authentication.unknown-scheme", "authentication.scheme-case"
    known = {scheme.lower(), *(each.scheme.lower() for held in build.contract.operation.alternatives for each in held)}
    others = [each for each in ("Basic", "Token", "Digest", "Conformance") if each.lower() not in known]
    for slug, requirement, value, says in (
        ("bare-key", "authentication.bare-key", KEY, "the key is sent without its scheme"),
        *((f"scheme-{other.lower()}", unknown, f"{other} {KEY}", f"the scheme is `{other}`") for other in others),
        ("no-space", unknown, f"{scheme}{KEY}", "no space follows the scheme"),
    ):
        request = _carrying(build, ((security.name, value),))
        yield build.rejected(f"reject.credential.{slug}", requirement, request, _story(security, says, ANY_SCHEME))
    forms = [
        ("scheme-lower-case", case, f"{scheme.lower()} {KEY}", "the scheme in other letter case"),
        ("scheme-upper-case", case, f"{scheme.upper()} {KEY}", "the scheme in other letter case"),
        ("two-spaces", case, f"{scheme}  {KEY}", "two spaces after the scheme"),
    ]
    if "bearer" not in known:
        forms.append(("bearer", "authentication.bearer", f"Bearer {KEY}", "the scheme `Bearer`"))
    for slug, requirement, value, kind in forms:
        request = _carrying(build, ((security.name, value),))
        story = _story(security, f"`{security.name}` is `{value.replace(KEY, 'KEY')}`", kind)
        yield build.observed(f"observe.credential.{slug}", (requirement,), request, story)
    request = _carrying(build, ((security.name, build.credential), (security.name, f"{scheme} {WRONG_KEY}")))
    story = _story(security, "two credentials are sent, the second with a wrong key", "two credentials")
    yield build.observed("observe.credential.two", (case,), request, story)


def _carrying(build: Builder, headers: Headers, *, target: str | None = None) -> Request:
    """Return the valid request with other headers in the place of those that carry the credential."""
    return replace(
        build.right,
        headers=one_cookie((*build.headers_without_credentials, *headers)),
        target=target or build.right.target,
    )


def _controlled(build: Builder, case: Case, field: tuple[str, str]) -> Case:
    """Return a case whose control is the valid request with one more header field."""
    return replace(case, control=replace(build.right, headers=(*build.right.headers, field)))


def _with_key(request: Request, key: str) -> Request:
    headers = tuple((name, value.replace(KEY, key)) for name, value in request.headers)
    return replace(request, headers=headers, target=request.target.replace(KEY, key))


def _story(security: Security, says: str, kind: str) -> Story:
    return Story(security.name, "credential", "", "", says, kind)
