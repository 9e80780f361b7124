"""Error statuses, other statuses, bodies that are not JSON, broken connections: each must be reported as an error."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.clients.judging.messages import received
from conformance.clients.scenarios.redirecting import ELSEWHERE, redirecting
from conformance.clients.scenarios.scenario import Fate, Reply, Scenario, Sort
from conformance.clients.scenarios.start import Start, undeclared
from conformance.model.case import Story
from conformance.model.finding import UNPARSED
from conformance.model.jsontext import Members, read_text, write

HTML = b"<!DOCTYPE html>\n<html><head><title>A page</title></head><body><h1>A page</h1></body></html>\n"
PAGE = (("Content-Type", "text/html; charset=utf-8"),)

STATUSES: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = (
    (400, ()),
    (401, (("WWW-Authenticate", 'Api-Key realm="conformance"'),)),
    (403, ()),
    (404, ()),
    (409, ()),
    (422, ()),
    (429, (("Retry-After", "1"),)),
    (500, ()),
)
"""Statuses with an error in JSON, and their headers."""


def failing(start: Start) -> Iterator[Scenario]:
    """Yield one scenario for each way in which a response can fail."""
    # An error with the fields that the documentation describes.
    body = write(dict.fromkeys(start.contract.prose.error_texts or ("error",), "this is an error")).encode()
    json = (("Content-Type", "application/json"),)
    for status, headers in STATUSES:
        yield _status(start, f"status-{status}", Reply(status, (*json, *headers), body))
    yield _status(start, "status-502", Reply(502, PAGE, HTML))
    yield _status(start, "status-503", Reply(503, (*json, ("Retry-After", "1")), body), " with Retry-After")
    yield _status(start, "unregistered", Reply(499, json, body), ", which is not registered")
    right = start.reply(start.answer, status=500)
    yield _status(start, "right-body", right, " with a valid body", answer=start.answer)
    for status in (422, 500):
        # The caller of a client needs the status most where it has nothing else.
        made = _status(start, f"status-{status}", Reply(status, json, body[: len(body) // 2]))
        requirements = (*made.requirements, "client-error.status-kept")
        yield replace(made, id=f"fail.unparsed-{status}", requirements=requirements)
    yield from _odd_successes(start)
    yield from _odd_bodies(start)
    yield from redirecting(start)
    yield from _broken(start)


def _odd_successes(start: Start) -> Iterator[Scenario]:
    plain, declared = start.reply(start.answer), start.contract.operation.successes
    page = Reply(plain.status, PAGE, HTML)
    yield _unparsed(start, "html", page, f"an HTML page with status {plain.status}")
    yield _unparsed(start, "empty", start.reply(""), f"an empty body with status {plain.status}")
    yield _unparsed(start, "not-json", start.reply(start.answer[:-2]), "a body that is not JSON")
    if 201 not in declared:
        reply = start.reply(start.answer, status=201)
        created = _status(start, "created", reply, " with a valid body", answer=start.answer)
        yield replace(created, requirements=(*created.requirements, "client-error.created.undeclared"))
    if 204 not in declared:
        yield _status(start, "no-content", Reply(204))


def _odd_bodies(start: Start) -> Iterator[Scenario]:
    plain = start.reply(start.answer)
    broken = plain.body.replace(b'": "', b'": "\xff', 1)
    if broken != plain.body:
        yield _unparsed(start, "not-utf-8", replace(plain, body=broken), "a body that is not UTF-8")
    yield _unparsed(start, "trailing", replace(plain, body=plain.body + b"garbage"), "a body with trailing bytes")
    cut = replace(plain, fate=Fate.CLOSED_EARLY)
    yield _unparsed(start, "cut-by-close", cut, "a body cut by the end of the connection")
    for slug, fate in (("gzip-truncated", Fate.CUT_COMPRESSED), ("gzip-checksum", Fate.WRONG_CHECKSUM)):
        yield _scenario(start, slug, replace(plain, fate=fate), f"a body {fate.value}")
    value = read_text(start.answer).value
    if isinstance(value, dict) and value:
        name = next(iter(value))
        twice = write(Members(((name, None), *value.items()))).encode()
        yield _scenario(start, "duplicate", replace(plain, body=twice), "a duplicate property")


def _broken(start: Start) -> Iterator[Scenario]:
    yield _status(start, "redirect", Reply(302, (("Location", ELSEWHERE),)), " to a location without a response")
    for fate, slug in ((Fate.TRUNCATED, "truncated"), (Fate.TRUNCATED_CHUNKS, "truncated-chunks")):
        yield _scenario(start, slug, start.reply(start.answer, fate), "a truncated body")
    silent = start.reply(start.answer, Fate.SILENT)
    yield _scenario(start, "silent", silent, "a server that does not respond")
    yield _scenario(start, "reset", start.reply(start.answer, Fate.RESET), "a connection closed without a response")


def _status(start: Start, slug: str, reply: Reply, detail: str = "", *, answer: str = "") -> Scenario:
    """Return a scenario with a status that the operation does not document as a success."""
    return _scenario(start, slug, reply, undeclared(start), detail, answer=answer)


def _unparsed(start: Start, slug: str, reply: Reply, kind: str) -> Scenario:
    """Return a scenario with a body that is no JSON text."""
    made = _scenario(start, slug, reply, kind)
    return replace(made, story=replace(made.story, keyword=UNPARSED))


def _scenario(start: Start, slug: str, reply: Reply, kind: str, detail: str = "", *, answer: str = "") -> Scenario:
    story = Story("status", "", "", "", f"the client receives {received(reply)}{detail}", kind)
    return start.scenario(f"fail.{slug}", Sort.FAILING, (f"client-error.{slug}",), reply, story, answer=answer)
