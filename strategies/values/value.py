"""One value of a class: what the classes of numbers, strings and sizes are made of."""

import msgspec

from conformance.classify.kinds import bound_kind
from conformance.model.jsontext import Writable

BEYOND_DOUBLE = "a number beyond double precision"


class Value(msgspec.Struct, frozen=True):
    """One value of a class.

    `slug` is unique at its node, `kind` names the class in words that are the same for every property, `keyword` the
    JSON Schema keyword that the value is about. `edge` marks a valid value that a server may still reject
    (weaker than must); `weaker` is the rule of an invalid one that a lax parser would convert; `undecided` a valid
    one that validators in Python cannot be trusted with.
    """

    slug: str
    json: Writable
    kind: str
    keyword: str = "type"
    edge: bool = False
    weaker: str = ""
    undecided: bool = False

    @property
    def rule(self) -> str:
        """The rule that it breaks, as the id of the requirement ends."""
        return self.weaker or self.keyword


def breaking(keyword: str, json: Writable, end: str = "broken") -> Value:
    """Return a value that breaks one bound."""
    return Value(f"{keyword_slug(keyword)}-{end}", json, bound_kind(keyword), keyword)


def keyword_slug(keyword: str) -> str:
    """Return a keyword as part of a slug: `minLength` gives `min-length`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in keyword)
