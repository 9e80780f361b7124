"""Errors, other statuses, bodies that are no JSON, transports that break: each must reach the caller as an error."""

from collections.abc import Iterator

from conformance.clients.scenarios.scenario import Fate, Reply, Scenario, Sort
from conformance.clients.scenarios.start import Start
from conformance.model.case import Story
from conformance.model.jsontext import write

HTML = b"<!DOCTYPE html>\n<html><head><title>A page</title></head><body><h1>A page</h1></body></html>\n"
PAGE = (("Content-Type", "text/html; charset=utf-8"),)

ELSEWHERE = "elsewhere"
"""Below the base URL of a scenario: where a redirect leads to, and nothing is."""

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
"""Statuses that come with an error in JSON, and the headers that go with them."""

ERROR = "a status that is not the documented one"


def failing(start: Start) -> Iterator[Scenario]:
    """Yield one scenario for each way in which an answer can fail."""
    body = _error(start)
    json = (("Content-Type", "application/json"),)
    for status, headers in STATUSES:
        yield _scenario(start, f"status-{status}", Reply(status, (*json, *headers), body), ERROR, f"{status}")
    yield _scenario(start, "status-502", Reply(502, PAGE, HTML), ERROR, "502 with a page in HTML")
    retry = Reply(503, (*json, ("Retry-After", "1")), body)
    yield _scenario(start, "status-503", retry, ERROR, "503 with Retry-After")
    yield _scenario(start, "unregistered", Reply(499, json, body), ERROR, "499, which no registry knows")
    right = start.reply(start.answer, status=500)
    yield _scenario(start, "right-body", right, ERROR, "500 with the body of a right answer", answer=start.answer)
    yield from _odd_successes(start)
    yield from _broken(start)


def _odd_successes(start: Start) -> Iterator[Scenario]:
    plain, declared = start.reply(start.answer), start.contract.operation.successes
    page = Reply(plain.status, PAGE, HTML)
    yield _scenario(start, "html", page, "a page in HTML", f"{plain.status} with a page in HTML")
    yield _scenario(start, "empty", start.reply(""), "an empty body", f"{plain.status} with an empty body")
    cut = start.reply(start.answer[:-2])
    yield _scenario(start, "not-json", cut, "a body that is no JSON", f"{plain.status} with JSON that is cut off")
    if 201 not in declared:
        reply = start.reply(start.answer, status=201)
        yield _scenario(start, "created", reply, ERROR, "201 with a right body", answer=start.answer)
    if 204 not in declared:
        yield _scenario(start, "no-content", Reply(204), ERROR, "204")


def _broken(start: Start) -> Iterator[Scenario]:
    redirect = Reply(302, (("Location", ELSEWHERE),))
    yield _scenario(start, "redirect", redirect, ERROR, "302, to where nothing is")
    for fate, slug in ((Fate.TRUNCATED, "truncated"), (Fate.TRUNCATED_CHUNKS, "truncated-chunks")):
        reply = start.reply(start.answer, fate)
        yield _scenario(start, slug, reply, "an answer that breaks off", f"an answer, {fate.value}")
    reset = start.reply(start.answer, Fate.RESET)
    yield _scenario(start, "reset", reset, "no answer", "a connection that ends before an answer")


def _scenario(start: Start, slug: str, reply: Reply, kind: str, says: str, *, answer: str = "") -> Scenario:
    story = Story("status", "", "", "", f"the client is answered: {says}", kind)
    return start.scenario(f"fail.{slug}", Sort.FAILING, (f"client-error.{slug}",), reply, story, answer=answer)


def _error(start: Start) -> bytes:
    """Return an error as the pages around the document describe it."""
    texts = start.contract.prose.error_texts or ("error",)
    return write(dict.fromkeys(texts, "this is an error")).encode()
