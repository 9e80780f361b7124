"""Shared values: what many events of a journal have in common is held once, however many of them are kept.

Each line of a journal is read on its own, with strings of its own: without this most of the memory of a fold would be
copies of the same header fields, ids of requirements and sentences.
"""

from typing import TypeVar

from msgspec.structs import replace

from conformance.journal.events import FindingMade
from conformance.model.case import Case, Request, Story
from conformance.model.exchange import Response
from conformance.model.finding import Finding, Symptom
from conformance.reports.evidence import RecordedExchange

MOST = 20_000
"""How many values are known at most: what is seen for the first time after so many others is seldom seen again."""

LONGEST = 2_000
"""Up to how many bytes a body is held once with others; longer ones differ."""

Texts = str | bytes | tuple[str, ...] | tuple[tuple[str, str], ...] | Symptom
T = TypeVar("T", bound=Texts)


class SharedValues:
    """Strings, bytes and what is made of them alone: of equal ones the first stands for all."""

    def __init__(self) -> None:
        self._known: dict[Texts, Texts] = {}

    def of(self, value: T) -> T:
        """Return the first value that equals this one."""
        known = self._known.get(value)
        if known is not None:
            return known  # type: ignore[return-value]  # what equals a value of these types is of its type
        if len(self._known) < MOST:
            self._known[value] = value
        return value

    def case(self, case: Case) -> Case:
        """Return a case whose parts are shared; its id, its texts about one value and its body are its own."""
        return replace(
            case,
            requirements=self.of(case.requirements),
            request=self.request(case.request),
            story=self._story(case.story) if case.story is not None else None,
            phase=self.of(case.phase),
            beyond=self.of(case.beyond),
        )

    def sending(self, sent: RecordedExchange) -> RecordedExchange:
        """Return what was sent and received with the parts of the response shared."""
        response = sent.exchange.response
        if response is None:
            return sent
        return replace(sent, exchange=replace(sent.exchange, response=self._response(response)))

    def finding(self, event: FindingMade) -> FindingMade:
        """Return a finding whose texts are shared; its place in the journal is no longer known."""
        found = event.finding
        shared = Finding(
            self.of(found.requirement),
            self.of(found.message),
            self.of(found.place),
            self.of(found.symptom),
            self.of(found.sentence),
            self.of(found.pointer),
            self.of(found.expected),
            self.of(found.actual),
            self.of(found.note),
            self.of(found.grouped_under) if found.grouped_under is not None else None,
        )
        return replace(event, seq=0, time=0.0, finding=shared, repeats=self.of(event.repeats))

    def _response(self, response: Response) -> Response:
        """Return a response with its parts shared, the body as well: many rejections have the same one."""
        body = response.body
        return replace(
            response,
            headers=self.of(response.headers),
            body=self.of(body) if len(body) <= LONGEST else body,
            reason=self.of(response.reason),
            version=self.of(response.version),
        )

    def request(self, request: Request) -> Request:
        """Return a request with its parts shared, but for the body."""
        return replace(
            request,
            method=self.of(request.method),
            target=self.of(request.target),
            headers=self.of(request.headers),
        )

    def _story(self, story: Story) -> Story:
        return Story(
            self.of(story.pointer),
            self.of(story.keyword),
            self.of(story.was),
            self.of(story.became),
            self.of(story.says),
            self.of(story.kind),
        )
