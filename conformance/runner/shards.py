"""Shards: a plan split by the ids of its items, the same on every machine."""

import re
from hashlib import sha256
from typing import Self

import msgspec
from msgspec.structs import replace

from conformance.model.errors import UsageError
from conformance.runner.plan import Plan


class Shard(msgspec.Struct, frozen=True):
    """Part `number` of `count`, from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the shard that `I/N` names.

        Raises:
            UsageError: it names none.

        """
        match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
        if match is None or int(match[1]) > int(match[2]):
            raise UsageError(f"{text!r} is not a shard", "write I/N, such as 1/3, 2/3 and 3/3")
        return cls(int(match[1]), int(match[2]))

    def part(self, plan: Plan) -> Plan:
        """Return the items of a plan that belong to this shard; a relation is one item, and is never split.

        It has no spare cases: what is sent of them follows from what one shard saw.
        """
        return replace(plan, items=tuple(item for item in plan.items if self.holds(item.id)), spare=())

    def holds(self, item: str) -> bool:
        """Tell whether the item with an id belongs to this shard."""
        return int.from_bytes(sha256(item.encode()).digest()[:8]) % self.count == self.number - 1
