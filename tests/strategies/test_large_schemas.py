"""Large schemas: the number of places, of requests and the memory of drawing are bounded, whatever a document holds."""

import subprocess
import sys
from typing import Any

import pytest

from conformance.contract.schemas.trees import MOST_NODES
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.catalogue import MOST_REQUESTS, bounded
from conformance.strategies.random.process.generator import NO_MEMORY, explained

from .contracts import contract_of, standard

LIMITED = """
from conformance.strategies.random.process.generator import limit_memory
limit_memory(50_000_000)
try:
    bytearray(200_000_000)
except MemoryError:
    print("limited")
"""


def schemas(count: int) -> dict[str, Any]:
    """Return so many components that refer to one another, each to three."""
    kinds = [{"type": "string", "maxLength": 9}, {"type": "integer", "minimum": 0}, {"enum": ["a", "b"]}]
    found: dict[str, Any] = {}
    for number in range(count):
        to = [{"$ref": f"#/components/schemas/S{(number * step + step) % count}"} for step in (2, 3, 7)]
        properties = {f"p{index}": kinds[index % len(kinds)] for index in range(6)}
        more = {"one": to[0], "list": {"type": "array", "items": to[1]}, "maybe": {"anyOf": [to[2], {"type": "null"}]}}
        found[f"S{number}"] = {"type": "object", "required": ["p0"], "properties": properties | more}
    return found


@pytest.mark.slow
def test_a_tree_has_a_bounded_number_of_places() -> None:
    """Where components refer to one another without end, the deepest places are left out."""
    to = {"$ref": "#/components/schemas/S0"}
    contract = contract_of(to, to, components={"schemas": schemas(200)})
    sizes = [root.size for root in (contract.request, contract.response) if root is not None]
    assert all(100 < size <= MOST_NODES for size in sizes)


@pytest.mark.slow
def test_a_standard_run_is_bounded() -> None:
    """The smallest body is there, and no more requests than a standard run may send."""
    contract = contract_of({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas(200)})
    items = bounded(standard(contract))
    assert sum(len(item.cases) for item in items) <= MOST_REQUESTS
    assert {"accept.smallest", "accept.fullest"} <= {item.id for item in items}


def test_the_most_telling_items_are_kept() -> None:
    """What is left out comes last in the catalogue."""
    cases = [Case(str(number), Expectation.OBSERVED, (), Request("GET", "/")) for number in range(MOST_REQUESTS + 9)]
    assert tuple(cases[:MOST_REQUESTS]) == bounded(cases)
    assert tuple(cases[:5]) == bounded(cases[:5])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other ways")
def test_drawing_has_a_limit_of_memory() -> None:
    """The process that draws fails before it takes the memory of the machine, and says so in one line."""
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=False)  # noqa: S603
    assert "limited\n" == done.stdout
    assert NO_MEMORY == explained(MemoryError())
