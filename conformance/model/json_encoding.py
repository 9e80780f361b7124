"""Writing bodies: what `jsontext.write` gives, by the encoder in C where no part is spelled by hand."""

import json
import re

from conformance.model.jsontext import Writable, write

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False)
_SURROGATE = re.compile("[\ud800-\udfff]")


def text_of(value: Writable) -> str:
    """Return `value` as a JSON text, the same as `jsontext.write`."""
    try:
        text = _ENCODER.encode(value)
    except TypeError:
        return write(value)  # literals and decimal numbers
    return text if text.isascii() or not _SURROGATE.search(text) else write(value)
