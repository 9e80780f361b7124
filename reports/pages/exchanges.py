"""One exchange as a person reads it: both messages, the faulty place marked, and how to send it again."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from conformance.journal.events import ClientEnded, RunStarted
from conformance.model.case import Story
from conformance.model.exchange import Exchange
from conformance.model.vocabulary import Group
from conformance.reports.curl import curl, quote
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.pages.bodies import BodyView, view
from conformance.reports.results import FindingResult
from conformance.reports.safe_text import duration, one_line, short, visible

LONGEST = 2_000
"""The longest header, target or reason that is shown, in characters."""

ABOUT_REQUEST = frozenset({Group.ACCEPTANCE, Group.REJECTION, Group.CLIENT_REQUEST})
"""Groups whose findings point into the request, and blame the status of the response."""

BY_STATUS = frozenset({Group.ERROR, Group.TRANSPORT, Group.ADVISORY})
"""Groups whose findings point into the request where they point into a body: a server error, a documentation rule."""

HEADERS = 100
"""How many header fields are shown of one message."""


class HeaderView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A header field, and whether it is to be marked."""

    name: str
    value: str
    marked: bool = False


class MessageView(msgspec.Struct, frozen=True):
    """A request or an answer: its first line, its headers, its body."""

    line: str
    marked: bool
    headers: tuple[HeaderView, ...]
    body: BodyView


class ClientView(msgspec.Struct, frozen=True):
    """What a client made of an answer: a line that says so, and what it returned."""

    line: str
    body: BodyView


class ExchangeView(msgspec.Struct, frozen=True):
    """An exchange; without an answer, `lack` says why there is none. `where` tells of a place that is not there.

    The command is `curl`, or, where `rest` is not empty: `curl`, the body of the request in quotes, and `rest`.

    Where a client is what is tested, `client` is what it made of the answer, and `play` the command that plays the
    case again; else `play` is empty, and `replay` is the command that sends it again and judges the answer.
    """

    request: MessageView
    answer: MessageView | None
    lack: str
    took: str
    where: str
    curl: str
    rest: str = ""
    client: ClientView | None = None
    play: str = ""
    replay: str = ""


Viewer = Callable[[bytes | None, str | None], BodyView]


class _Marks(msgspec.Struct, frozen=True):
    request: str = ""
    answer: str = ""
    status: bool = False


def exchange_view(
    run: RunReport, each: CaseEvidence, finding: FindingResult | None, *, body: Viewer = view
) -> ExchangeView:
    """Return the exchange of a case that shows `finding`, the place of that marked.

    With `body=compact` the bodies are as they were sent, for a script to lay out, and the command is in two parts.
    """
    sent = each.shown(finding.id if finding else "")
    exchange, case, started = sent.exchange, each.case.id, run.started
    group = run.rows[finding.requirement].group if finding else None
    in_body = finding is not None and finding.pointer.startswith("/")
    of_request = group in ABOUT_REQUEST or (group in BY_STATUS and in_body)
    marks = _marks(None if sent.client else each.case.story, finding, group, of_request=of_request)
    sent_as, response, answer = exchange.request, exchange.response, None
    line = f"{sent_as.method} {sent_as.target}"
    request = _message(line, sent_as.headers, sent_as.body, marks.request, body)
    if response is not None:
        line = f"{response.status} {response.reason}".rstrip()
        answer = _message(line, response.headers, response.body, marks.answer, body, marked=marks.status)
    command, rest = visible(curl(run.results.target, sent_as)), ""
    if request.body.lay:
        quoted = quote(request.body.before + request.body.marked + request.body.after)
        command, _, rest = command.partition(quoted) if quoted in command else (command, "", "")
    return ExchangeView(
        request=request,
        answer=answer,
        lack=_lack(exchange),
        took=duration(exchange.seconds) if exchange.ended else "",
        where=_where(finding, request if of_request else answer),
        curl=command,
        rest=rest,
        client=_client(sent.client, finding, body) if sent.client else None,
        play=visible(played_by(started.options, case)) if sent.client else "",
        replay="" if sent.client else visible(replayed_by(started, case)),
    )


def played_by(options: Mapping[str, str], case: str) -> str:
    """Return the command that plays a case of a client again, empty where no client was tested."""
    harness = options.get("client", "")
    return f"conformance client --only {quote(case)} -- {harness}" if harness else ""


def replayed_by(started: RunStarted, case: str) -> str:
    """Return the command that sends a case again, to be run in the folder of the report."""
    options = started.options
    parts = [f"conformance replay . {quote(case)}", *_allowed(started.target, options.get("allow_hosts", ""))]
    if "allow_plaintext" in options:
        parts.append("--allow-plaintext")
    if name := options.get("api_key_env"):
        parts.append(f"--api-key-env {quote(name)}")
    return " ".join(parts)


@lru_cache(maxsize=8)
def _allowed(target: str, hosts: str) -> tuple[str, ...]:
    """Return the option that allows the host of a target, where it was one of those that were allowed."""
    url, named = urlsplit(target), {each.strip().lower() for each in hosts.split(",")}
    allowed = url.scheme in {"http", "https"} and url.hostname in named
    return (f"--allow-host {quote(url.hostname or '')}",) if allowed else ()


def _lack(exchange: Exchange) -> str:
    if exchange.failure is not None:
        return exchange.failure.value + (f": {short(exchange.detail)}" if exchange.detail else "")
    return "" if exchange.ended else "the run ended before the response"


def _client(made: ClientEnded, finding: FindingResult | None, show: Viewer) -> ClientView:
    line = made.trouble or (f"raised {made.raised}: {made.message}" if made.raised else "returned")
    body = made.returned.encode("utf-8", "backslashreplace") if made.returned else None
    return ClientView(short(line), show(body, _pointer(finding.pointer if finding else "")))


def _marks(story: Story | None, finding: FindingResult | None, group: Group | None, *, of_request: bool) -> _Marks:
    told = story.pointer if story else ""
    if finding is None:
        return _Marks(request=told)
    if of_request:
        return _Marks(request=finding.pointer or told, status=group is not Group.CLIENT_REQUEST)
    return _Marks(request=told, answer=finding.pointer, status=finding.pointer == "status")


def _message(
    line: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes | None,
    place: str,
    show: Viewer,
    *,
    marked: bool = False,
) -> MessageView:
    """Return a message with the header, or the place in the body, that `place` names marked."""
    return MessageView(short(line), marked, _headers(headers, _field(place)), show(body, _pointer(place)))


@lru_cache(maxsize=128)
def _headers(headers: tuple[tuple[str, str], ...], wanted: str) -> tuple[HeaderView, ...]:
    """Return header fields as they are shown; most messages of a run have the same ones."""
    rows = [HeaderView(short(name), short(value), name.lower() == wanted) for name, value in headers[:HEADERS]]
    if len(headers) > HEADERS:
        rows.append(HeaderView("…", f"{len(headers) - HEADERS} more"))
    return tuple(rows)


def _field(place: str) -> str:
    """Return the name of the header field that a place may be, empty for one in a body."""
    return "" if place.startswith("/") else place.lower()


def _pointer(place: str) -> str | None:
    return place if place.startswith("/") else None


def _where(finding: FindingResult | None, message: MessageView | None) -> str:
    if finding is None or message is None or message.body.found or not finding.pointer.startswith("/"):
        return ""
    return f"The body shown has no value at {one_line(finding.pointer)}."
