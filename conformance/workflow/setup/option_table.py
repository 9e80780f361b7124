"""Options as a table: the fields of an options struct say what the command line, files, Python and pytest accept."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TypeVar, get_type_hints

import msgspec
from msgspec import inspect

from conformance.model.errors import UsageError

Options = TypeVar("Options", bound=msgspec.Struct)


class Option(msgspec.Struct, frozen=True):
    """What a field of an options struct says of its option, beside its name, its type and its default.

    Attributes:
        group: the heading in the help.
        metavar: the placeholder of the value in the help.
        help: what the option does.
        flag: the name without leading dashes, where it is not the name of the field.
        short: a name of one letter.
        unset: the default in words, where it depends on other options.
        choices: the values to choose from, where they are not all values of the type.
        reaching: whether `replay` and `cleanup` have it as well: it says how a target is reached.
        not_in_pytest: why the pytest plugin does not have it.

    """

    group: str
    metavar: str
    help: str
    flag: str = ""
    short: str = ""
    unset: str = ""
    choices: tuple[str, ...] = ()
    reaching: bool = False
    not_in_pytest: str = ""


class Row(msgspec.Struct, frozen=True):
    """One option of an options struct.

    Attributes:
        field: the name of the field, which is the keyword in Python.
        flag: the name on the command line and in files, without leading dashes.
        option: what the field says of it.
        default: its default.
        annotation: the type of the field.
        shape: the structure of the type, without None.
        nullable: whether None is a value as well.

    """

    field: str
    flag: str
    option: Option
    default: object
    annotation: object
    shape: inspect.Type
    nullable: bool

    @property
    def is_flag(self) -> bool:
        """Whether the option has no value: it is given or not."""
        return isinstance(self.shape, inspect.BoolType)

    @property
    def is_path(self) -> bool:
        """Whether the value is a file or a directory."""
        return isinstance(self.shape, inspect.CustomType)

    @property
    def comma_separated(self) -> bool:
        """Whether the value is a list with commas."""
        return isinstance(self.shape, inspect.VarTupleType) and self.nullable

    @property
    def repeatable(self) -> bool:
        """Whether the option is given once for each item."""
        return isinstance(self.shape, inspect.VarTupleType | inspect.DictType) and not self.nullable

    @property
    def choices(self) -> tuple[str, ...]:
        """The values to choose from; empty where any value of the type will do."""
        members = tuple(map(str, self.shape.cls)) if isinstance(self.shape, inspect.EnumType) else ()
        return self.option.choices or members

    @property
    def accepts(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        match self.shape:
            case inspect.BoolType():
                return "a boolean"
            case inspect.IntType(ge=least):
                return "an integer" if least is None else f"an integer of at least {least}"
            case inspect.FloatType(ge=least, le=most):
                return "a number greater than 0" if least is None else f"a number from {least} to {most}"
            case inspect.DictType():
                return "NAME=VALUE or a table of strings"
            case inspect.VarTupleType():
                return "a string or a list of strings"
        return "a path" if self.is_path else "a string"

    def read(self, value: object, name: str, *, strict: bool = True) -> object:
        """Return a value as the field holds it; where that is not `strict`, a string is read as a number.

        Raises:
            UsageError: the option, which the user calls `name`, does not accept the value.

        """
        try:
            return msgspec.convert(self._parsed(value), self.annotation, dec_hook=_path, strict=strict)
        except msgspec.ValidationError as error:
            # A list may hold a header, and that a secret.
            plain = isinstance(value, str | int | float) or isinstance(self.shape, inspect.DictType)
            shown = repr(value) if plain else f"`{type(value).__name__}`"
            raise UsageError(f"{name} must be {self.accepts}, got {shown}") from error

    def _parsed(self, value: object) -> object:
        """Return a list for a string, and a table for a list of `NAME=VALUE`."""
        if self.choices and value is not None and value not in self.choices:
            raise msgspec.ValidationError
        if isinstance(self.shape, inspect.VarTupleType):
            items = [value] if isinstance(value, str) else value
            if self.comma_separated and isinstance(items, list | tuple):
                return [part.strip() for each in items for part in str(each).split(",") if part.strip()]
            return items
        if isinstance(self.shape, inspect.DictType) and isinstance(value, list | tuple):
            pairs = [str(each).partition("=") for each in value]
            return {name: text for name, _, text in pairs} if all(name and sign for name, sign, _ in pairs) else value
        return value


@cache
def rows(owner: type[msgspec.Struct]) -> Mapping[str, Row]:
    """Return the options of an options struct by the names of their fields, in their order."""
    info = inspect.type_info(owner)
    hints = get_type_hints(owner, include_extras=True)
    found = {}
    for field in info.fields if isinstance(info, inspect.StructType) else ():
        metadata = getattr(hints[field.name], "__metadata__", ())
        for option in (each for each in metadata if isinstance(each, Option)):
            found[field.name] = _row(field, hints[field.name], option)
    return found


def _row(field: inspect.Field, annotation: object, option: Option) -> Row:
    types = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
    return Row(
        field=field.name,
        flag=option.flag or field.name.replace("_", "-"),
        option=option,
        default=field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory(),
        annotation=annotation,
        shape=next(each for each in types if not isinstance(each, inspect.NoneType)),
        nullable=len(types) > 1,
    )


def read_options(
    owner: type[Options], values: Mapping[str, object], *, prefix: str = "", strict: bool = True
) -> Options:
    """Return options from their values by field.

    Args:
        owner: the options struct.
        values: the values that were given.
        prefix: what the user puts before the flag of an option; empty where options go by their fields.
        strict: whether values have their types already; else strings are read as numbers.

    Raises:
        UsageError: there is no such option, or it does not accept its value.

    """
    table = rows(owner)
    found = {}
    for name, value in values.items():
        row = table.get(name)
        if row is None:
            raise UsageError(f"there is no option {name!r}", _remedy(name, table))
        found[name] = row.read(value, f"{prefix}{row.flag}" if prefix else name, strict=strict)
    return owner(**found)


def read_table(owner: type[msgspec.Struct], values: Mapping[str, object], where: str) -> dict[str, object]:
    """Return, by field, the values that a file gives by flag; `where` names the file.

    Raises:
        UsageError: there is no such option, or it does not accept its value.

    """
    table = {row.flag: row for row in rows(owner).values()}
    found = {}
    for key, value in values.items():
        row = table.get(key.replace("_", "-"))
        if row is None:
            raise UsageError(f"{where} sets {key!r}, which is not an option", _remedy(key.replace("_", "-"), table))
        found[row.field] = row.read(value, f"{where}: {row.flag}")
    return found


def _remedy(name: str, known: Mapping[str, Row]) -> str:
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"options: {', '.join(known)}"


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | os.PathLike):
        return Path(value)
    raise TypeError(f"Expected a path, got `{type(value).__name__}`")
