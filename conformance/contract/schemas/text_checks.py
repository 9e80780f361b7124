"""Formats and patterns of strings, checked by jsonschema-rs in time that grows with the text alone."""

from functools import cache

import jsonschema_rs

from conformance.contract.schemas.ecma import for_validators
from conformance.model.jsontext import SURROGATE


def keeps_format(format_: str, text: str) -> bool:
    """Tell whether jsonschema-rs finds a text right for a format; one that it does not know is kept by all.

    A lone surrogate counts as U+FFFD: JSON can write one as an escape, and the validator has no text that holds it.
    """
    return _format(format_).is_valid(text if text.isascii() else SURROGATE.sub("\ufffd", text))


def keeps_pattern(pattern: str, text: str) -> bool:
    """Tell whether a text matches a pattern, wherever in it; every text matches one that cannot be read.

    The engine of jsonschema-rs takes time in proportion to the text, where Python's can take for ever.
    """
    matcher = _pattern(pattern)
    return matcher is None or matcher.is_valid(text if text.isascii() else SURROGATE.sub("\ufffd", text))


@cache
def readable(pattern: str) -> str | None:
    """Return a pattern as jsonschema-rs reads it, which may be as it stands; None where it cannot be read."""
    for written in (pattern, for_validators(pattern)):
        try:
            jsonschema_rs.Draft202012Validator({"pattern": written})
        except (jsonschema_rs.ValidationError, ValueError):
            continue
        return written
    return None


@cache
def _pattern(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    written = readable(pattern)
    return None if written is None else jsonschema_rs.Draft202012Validator({"pattern": written})


@cache
def _format(format_: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"format": format_}, validate_formats=True)
