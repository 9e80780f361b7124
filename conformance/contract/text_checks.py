"""Formats and patterns of strings, checked by jsonschema-rs in time that grows with the text alone."""

from functools import cache

import jsonschema_rs

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
def _pattern(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return None


@cache
def _format(format_: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"format": format_}, validate_formats=True)
