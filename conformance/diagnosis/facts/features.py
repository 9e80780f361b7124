"""Features: the single facts about a request that a hypothesis is made of, and what is measured of it.

No feature is read out of the id of a case; names that a run made up are none.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

ANYWHERE = "*"
"""In the place of a feature: somewhere in the body, whatever the property."""

LONGEST_VALUE = 60
"""How many characters of a value are compared; what is longer is known by its class and its length."""

MOST_DIGITS = 40
"""Longer integers are not looked into."""

NUMBER, INTEGER, LENGTH, COUNT, DEPTH = "number", "integer", "length", "count", "depth"
SIZE, PROPERTIES, FIELD_LENGTH = "size", "properties", "field length"
REQUEST, CREATION = "request", "creation"
COMPARISONS = frozenset(
    {"equal", "different", "less", "greater", "equal in effect", "less in effect", "greater in effect"}
)
"""Features of two properties: the place is the one, the value the other."""

USED_NAME, USED_START = "used name", "used start"
"""A name that was accepted before, and how many characters a name has in common with the start of such a one."""

LARGEST, SMALLEST, LONGEST = "largest number", "smallest number", "longest string"
"""What is measured: thresholds are looked for in it. The last three are those of a whole body, as are its size in bytes
and the number of its properties at any depth."""


class Feature(msgspec.Struct, frozen=True, order=True, cache_hash=True, gc=False):
    """One fact about a request: its name, the place in the body (generalised pointer) or request, and a value."""

    name: str
    place: str = ""
    value: str = ""


Placed = tuple[str, frozenset[Feature]]
"""Features with the place that they are about, or that holds the places which they are about."""


class Facts(msgspec.Struct, frozen=True, gc=False):
    """All that is known of a request: its features, those of them that the case is about, and what was measured.

    The features come in groups, which many requests share. `name` is that of the new object, empty where it is unknown.
    """

    groups: tuple[frozenset[Feature], ...]
    own: frozenset[Feature]
    measures: Mapping[tuple[str, str], Decimal]
    name: str = ""

    @property
    def features(self) -> frozenset[Feature]:
        """All features."""
        return frozenset().union(*self.groups)
