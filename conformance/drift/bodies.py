"""Request bodies and responses: what changed in them, media type by media type and status by status."""

import re
from collections.abc import Iterator

from conformance.drift.changes import Change, Effect, Part
from conformance.drift.places import Place, Scope, paired

SUCCESS = re.compile(r"2\d\d|2XX")


def compare_requests(old: Place, new: Place) -> Iterator[Change]:
    """Yield what changed in the request body of two operations."""
    scope, pair = Scope(Part.REQUEST, "request body"), (old.inner("requestBody"), new.inner("requestBody"))
    held, named = pair
    if held is not None and named is not None:
        yield from scope.requirement(held, named)
        yield from _content(held, named, Scope(Part.REQUEST, "request"))
    elif held is not None or named is not None:
        yield scope.come_or_gone("request-body", (Effect.NARROWED, Effect.WIDENED), "request body", pair)


def compare_responses(old: Place, new: Place) -> Iterator[Change]:
    """Yield what changed in the responses of two operations."""
    before, after = old.entries("responses"), new.entries("responses")
    lone = len([status for status in (before or after) if SUCCESS.fullmatch(status)]) == 1
    for status, (held, named) in paired(before, after):
        success = SUCCESS.fullmatch(status) is not None
        scope = Scope(Part.RESPONSE, "response" if success and lone and status in before else f"{status} response")
        if held is None or named is None:
            rule = "response-status" if success else "response-error"
            effects = (Effect.WIDENED, Effect.NARROWED) if success else (Effect.NONE, Effect.NONE)
            yield scope.come_or_gone(rule, effects, f"response {status}", (held, named))
            continue
        yield from scope.text("description", held, named)
        yield from _headers(held, named, scope)
        yield from _content(held, named, scope)


def _headers(old: Place, new: Place, scope: Scope) -> Iterator[Change]:
    before, after = ({name.lower(): place for name, place in each.entries("headers").items()} for each in (old, new))
    for name, (held, named) in paired(before, after):
        about = Scope(Part.RESPONSE, f"{scope.name} header `{name}`")
        if held is not None and named is not None:
            yield from about.requirement(held, named)
            yield from about.schemas(held, named)
            continue
        place = held or named
        needed = place is not None and place.required
        effects = (Effect.NARROWED, Effect.WIDENED) if needed else (Effect.NONE, Effect.NONE)
        subject = f"{'required' if needed else 'optional'} {about.name}"
        yield about.come_or_gone("header", effects, subject, (held, named))


def _content(old: Place, new: Place, scope: Scope) -> Iterator[Change]:
    before, after = ({name.lower(): place for name, place in each.entries("content").items()} for each in (old, new))
    for media, (held, named) in paired(before, after):
        if held is not None and named is not None:
            yield from scope.schemas(held, named)
        else:
            subject = f"{scope.name} media type `{media}`"
            yield scope.come_or_gone("media-type", (Effect.WIDENED, Effect.NARROWED), subject, (held, named))
