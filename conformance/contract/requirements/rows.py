"""Requirement rows that cannot be derived, and the published numbers of those that can: `spec/requirements`."""

from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from typing import TypeVar

import msgspec

from conformance.contract.operations.operation import Operation
from conformance.contract.reading.document import parse_yaml
from conformance.model.errors import ContractError
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Group, Strength

DATA = "conformance.spec"

ALIASES = "aliases.yaml"

T = TypeVar("T")


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    strength: Strength
    source: tuple[str, ...]
    alias: str | None = None
    security: bool = False
    """Only for an operation that asks for a credential."""
    body: bool = False
    """Only for an operation whose requests have a body."""
    operation: str = ""
    """The operation that the row, and its `page` where it has one, speaks of; empty for any."""
    page: str = ""

    def speaks_of(self, operation: Operation) -> bool:
        """Tell whether the row is about an operation."""
        return self.page != "" or self.operation in {"", operation.name}

    def sources(self, operation: Operation) -> tuple[str, ...]:
        """Return where the row is stated for an operation."""
        return (*self.source, self.page) if self.page and self.operation == operation.name else self.source


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: Group
    rows: tuple[_Row, ...]
    operation: str = ""


class _Aliases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operation: str
    aliases: dict[str, str]


def read_rows(folder: Traversable, operation: Operation) -> list[Requirement]:
    """Return the rows of every file in `folder` that speak of `operation` or of any.

    Raises:
        ContractError: a file has another form, or an id does not begin with its group.

    """
    return [
        Requirement(row.id, row.title, row.strength, content.group, row.sources(operation), row.alias)
        for content in _files(folder)
        if content.operation in {"", operation.name}
        for row in content.rows
        if (operation.security or not row.security) and (operation.has_body or not row.body)
        if row.speaks_of(operation)
    ]


@cache
def stated_ids() -> frozenset[str]:
    """Return the ids of all rows under `spec/`, whichever operation they speak of, those of clients among them."""
    folders = (files(DATA) / name for name in ("requirements", "clients"))
    return frozenset(row.id for folder in folders for content in _files(folder) for row in content.rows)


def _files(folder: Traversable) -> list[_File]:
    paths = sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else ()
    return [_convert(path, _File) for path in paths if path.name.endswith(".yaml") and path.name != ALIASES]


def apply_aliases(path: Traversable, operation: Operation, rows: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """Return `rows` with the published numbers that `path` gives them by glob; the first glob that fits counts."""
    if not path.is_file():
        return rows
    content = _convert(path, _Aliases)
    if content.operation != operation.name:
        return rows

    globs = [(*_ends(glob), glob, alias) for glob, alias in content.aliases.items()]

    def number(id_: str) -> str | None:
        # Nearly all globs are told from an id by their ends: few need be compiled.
        near = (each for each in globs if id_.startswith(each[0]) and id_.endswith(each[1]))
        return next((alias for head, tail, glob, alias in near if _fits(id_, head, tail, glob)), None)

    return tuple(msgspec.structs.replace(row, alias=row.alias or number(row.id)) for row in rows)


def _fits(id_: str, head: str, tail: str, glob: str) -> bool:
    """Tell whether a glob fits a text that begins and ends as it does."""
    if glob == f"{head}*{tail}":
        return len(id_) >= len(head) + len(tail)
    return id_ == glob or fnmatchcase(id_, glob)


def _ends(glob: str) -> tuple[str, str]:
    """Return how each text begins and ends that a glob fits."""
    head = "".join(takewhile(lambda each: each not in "*?[", glob))
    tail = "".join(takewhile(lambda each: each not in "*?]", reversed(glob)))
    return head, tail[::-1]


def _convert(path: Traversable, type_: type[T]) -> T:
    try:
        return msgspec.convert(parse_yaml(path.read_bytes(), path.name), type_)
    except msgspec.ValidationError as error:
        raise ContractError(f"{path.name}: {error}") from error
