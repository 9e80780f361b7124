"""Bytes: JSON that is not JSON, odd but right JSON, encodings, sizes, media types, methods and headers."""

from collections.abc import Iterator

from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.headers import field_cases
from conformance.strategies.catalogue.lexical_forms import spelling_cases
from conformance.strategies.catalogue.malformed import malformed_cases


def wire_cases(build: Builder, *, large: bool) -> Iterator[Case]:
    """Yield cases about bytes; with `large` also bodies of 10 MB."""
    yield from malformed_cases(build)
    yield from spelling_cases(build, large=large)
    yield from field_cases(build)
