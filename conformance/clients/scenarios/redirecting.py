"""Redirects: to the same host and to another, with a valid response at their location (RFC 9110 section 15.4)."""

from collections.abc import Iterator

from conformance.clients.scenarios.scenario import Reply, Scenario, Sort
from conformance.clients.scenarios.start import Start, undeclared
from conformance.model.case import Story

ELSEWHERE = "elsewhere"
"""The location of a redirect, below the base URL of a scenario."""

OTHER_HOST = "http://other.host"
"""How the location of a redirect to another host begins; the server puts in another name of this machine."""

KEY = "client-error.redirect.key"
BODY = "client-error.redirect.body"
GET = "client-error.redirect.get"
SEE_OTHER = "client-error.redirect.see-other"
METHOD = "client-error.redirect.method"

STATUSES = {301: GET, 302: GET, 303: SEE_OTHER, 307: METHOD, 308: METHOD}
"""Each status, with what is required of a client that follows it."""

KEEPING = frozenset({307, 308})
"""Statuses that are followed with the same method and body."""


def redirecting(start: Start) -> Iterator[Scenario]:
    """Yield each redirect to the same host and to another; what is at its location is a valid response."""
    for status, requirement in STATUSES.items():
        yield _redirect(start, status, "same-host", ELSEWHERE, (requirement,))
        more = (BODY,) if status in KEEPING else ()
        yield _redirect(start, status, "other-host", f"{OTHER_HOST}/{ELSEWHERE}", (requirement, KEY, *more))


def _redirect(start: Start, status: int, slug: str, location: str, requirements: tuple[str, ...]) -> Scenario:
    where = "the same host" if slug == "same-host" else "another host"
    kind = undeclared(start)
    story = Story("status", "redirect", "", "", f"the client receives status {status}, a redirect to {where}", kind)
    reply = Reply(status, (("Location", location),), onward=start.reply(start.answer))
    id_ = f"fail.redirect-{status}.{slug}"
    return start.scenario(id_, Sort.FAILING, requirements, reply, story, answer=start.answer)
