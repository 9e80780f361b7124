"""A failing request beside its control: what differs is marked, and names that a run made up do not differ."""

import json
from typing import Any

from conformance.model.case import Request
from conformance.model.exchange import Exchange
from conformance.reports.pages.comparison import MOST_LINES, LineView, compared


def exchange(body: Any, *headers: tuple[str, str]) -> Exchange:
    """Return an exchange with a JSON body."""
    return Exchange(Request("POST", "/v1/models/m/environments", headers, json.dumps(body).encode()))


def differing(lines: tuple[LineView, ...]) -> list[str]:
    """Return the lines that are marked."""
    return [each.text.strip() for each in lines if each.differs]


def test_what_differs_is_marked_on_both_sides() -> None:
    """A property more, another value and another header field; the made-up name and a comma are no difference."""
    failing = exchange({"name": "cfm-2e124788-008t", "a": 1, "b": 2}, ("X-Trace", "1"), ("Content-Length", "9"))
    accepted = exchange({"name": "cfm-2e124788-006z", "a": 7})
    found = compared(failing, accepted)
    assert found is not None
    assert ["X-Trace: 1", '"a": 1,', '"b": 2'] == differing(found.request)
    assert ['"a": 7'] == differing(found.control)


def test_requests_that_look_alike_are_not_compared() -> None:
    """A difference that is not shown, such as a length, is none to be looked for."""
    assert compared(exchange({"a": 1}, ("Content-Length", "8")), exchange({"a": 1})) is None


def test_long_requests_are_not_compared() -> None:
    """What they share would take too long to be found."""
    long = exchange({str(number): number for number in range(MOST_LINES)})
    assert compared(long, exchange({"a": 1})) is None


def test_a_request_without_a_body_is_compared() -> None:
    """That there is no body is a line of its own."""
    found = compared(Exchange(Request("POST", "/v1/models/m/environments", (), None)), exchange({}))
    assert found is not None
    assert ["(no body)"] == differing(found.request)
