"""A violation: one place where a value breaks its schema."""

import msgspec

from conformance.model.jsontext import Json


class Violation(msgspec.Struct, frozen=True):
    """One place where a value breaks its schema: the pointer, the keyword, and a sentence."""

    pointer: str
    keyword: str
    message: str
    expected: Json = None
