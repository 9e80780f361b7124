"""Several security schemes: those that a request needs together, and those of which it needs one."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.model.case import Case, Need, Request, Story
from conformance.model.header_fields import Headers
from conformance.strategies.carried_credentials import carried
from conformance.strategies.case_builder import Builder

WRONG = "wrong-key-of-the-conformance-suite"
ONE_OF_SEVERAL = "a request without one of its credentials"


def is_place(contract: Contract, location: str, name: str) -> bool:
    """Tell whether any security scheme of the operation has its credential at a place."""
    places = {(each.location, each.name.lower()) for held in contract.operation.alternatives for each in held}
    return (location, name.lower()) in places


def combined_cases(build: Builder) -> Iterator[Case]:
    """Yield cases of operations with several schemes; none for others."""
    alternatives = build.contract.operation.alternatives
    first = alternatives[0] if len(alternatives[0]) > 1 else ()
    for each in first:
        others = tuple(other for other in first if other != each)
        story = _story(each, f"the credential of `{each.id}` is absent", ONE_OF_SEVERAL)
        id_ = f"reject.credential.without-{_slug(each)}"
        yield build.rejected(id_, "authentication.missing", request_with(build, others), story)
        if each is first[0]:
            continue
        story = _story(each, f"the credential of `{each.id}` is wrong", "a wrong key")
        request = request_with(build, first, **{each.id: WRONG})
        id_ = f"reject.credential.wrong-{_slug(each)}"
        yield build.rejected(id_, "authentication.wrong", request, story, (Need.KEYS,))
    for schemes in alternatives[1:]:
        if {each.id for each in schemes} - {each.id for each in alternatives[0]} <= build.credentials:
            named = " and ".join(f"`{each.id}`" for each in schemes)
            story = _story(
                schemes[0], f"the credential is that of {named}", "a credential of another documented scheme"
            )
            id_ = f"accept.credential.{'-'.join(map(_slug, schemes))}"
            yield build.accepted(id_, ("authentication.valid",), request_with(build, schemes), story)


def request_with(build: Builder, schemes: tuple[Security, ...], **secrets: str) -> Request:
    """Return the valid request with the credentials of some schemes in the place of its own."""
    held = carried(build.contract, schemes, **secrets)
    target = build.target_with({}, query="&".join(held.query), credential=False)
    return replace(build.right, headers=build.headers_of(build.values, held), target=target)


def one_cookie(headers: Headers) -> Headers:
    """Return headers with all cookies in one field: a client sends no second one (RFC 6265 section 5.4)."""
    cookies = [value for name, value in headers if name == "Cookie"]
    found: dict[int, tuple[str, str]] = dict(enumerate(headers))
    places = [number for number, (name, _) in found.items() if name == "Cookie"]
    for number in places[1:]:
        del found[number]
    if places:
        found[places[0]] = ("Cookie", "; ".join(cookies))
    return tuple(found.values())


def _slug(security: Security) -> str:
    return "".join(c.lower() if c.isalnum() else "-" for c in security.id).strip("-") or "scheme"


def _story(security: Security, says: str, kind: str) -> Story:
    return Story(security.name, "credential", "", "", says, kind)
