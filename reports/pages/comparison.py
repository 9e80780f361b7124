"""A failing request beside the accepted one that is most like it, line by line, what differs marked."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

from conformance.diagnosis.facts.body_facts import FRESH
from conformance.model.exchange import Exchange
from conformance.reports.pages.bodies import view
from conformance.reports.safe_text import short

MOST_LINES = 300
"""Requests of more lines are not compared: finding what they share takes the square of their lines."""


class LineView(msgspec.Struct, frozen=True):
    """A line of a request, and whether the other request has none like it."""

    text: str
    differs: bool


class Comparison(msgspec.Struct, frozen=True):
    """Both requests as lines, with what the target returned to each."""

    request: tuple[LineView, ...]
    control: tuple[LineView, ...]


def compared(failing: Exchange, accepted: Exchange) -> Comparison | None:
    """Return two requests side by side; None where they are too long, or where nothing that is shown differs.

    Names that a run made up are one as good as another.
    """
    left, right = _lines(failing), _lines(accepted)
    if max(len(left), len(right)) > MOST_LINES:
        return None
    pairs = SequenceMatcher(None, [*map(_plain, left)], [*map(_plain, right)], autojunk=False).get_matching_blocks()
    shared_left = {index + pair.a for pair in pairs for index in range(pair.size)}
    shared_right = {index + pair.b for pair in pairs for index in range(pair.size)}
    if len(shared_left) == len(left) and len(shared_right) == len(right):
        return None
    return Comparison(_marked(left, shared_left), _marked(right, shared_right))


def _marked(lines: Sequence[str], shared: set[int]) -> tuple[LineView, ...]:
    return tuple(LineView(each, index not in shared) for index, each in enumerate(lines))


def _plain(line: str) -> str:
    return FRESH.sub("", line.removesuffix(","))


def _lines(exchange: Exchange) -> list[str]:
    request = exchange.request
    body = view(request.body)
    head = [short(f"{request.method} {request.target}")]
    head += [short(f"{name}: {value}") for name, value in request.headers if name.lower() != "content-length"]
    text = (body.before + body.marked + body.after).split("\n") if request.body else [f"({body.note})"]
    return [*head, "", *text]
