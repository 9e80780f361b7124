"""Commands whose options come from a table: help lists them by group, and a file may set them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource
from msgspec import inspect
from msgspec.structs import replace

from conformance.workflow.setup.configuration import read_file
from conformance.workflow.setup.option_table import Row, rows
from conformance.workflow.setup.options import ClientOptions, RunOptions

F = TypeVar("F", bound=Callable[..., Any])


class GroupedOption(click.Option):
    """An option that is listed under the heading of its group in the help."""

    def __init__(self, *arguments: Any, group: str = "", **settings: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(*arguments, **settings)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own)
        """Return what stands between brackets: not that a number of requests is at least one."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class GroupedCommand(click.Command):
    """A command whose help lists its options by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group, in the order in which they were declared."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                groups.setdefault(getattr(parameter, "group", "Screen"), []).append(record)
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)


FILE_GROUP = "Configuration file"


class ConfiguredCommand(GroupedCommand):
    """A command whose options a file may set.

    Args:
        arguments: those of click's own class.
        owner: whose options the file sets.
        own: the options that the file does not set for this command.
        settings: those of click's own class.

    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 (click's own)
        owner: type[RunOptions] | type[ClientOptions],
        own: tuple[str, ...] = (),
        **settings: Any,  # noqa: ANN401 (click's own)
    ) -> None:
        super().__init__(*arguments, **settings)
        self._owner = owner
        self._own = own

        self.params += [
            GroupedOption(
                ["--config", "config"],
                group=FILE_GROUP,
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="File with options, instead of conformance.toml and pyproject.toml. It is trusted.",
            ),
            GroupedOption(
                ["--trust-config", "trust_config"],
                group=FILE_GROUP,
                is_flag=True,
                help="Use api-key-command, allow-host and allow-plaintext from conformance.toml or pyproject.toml.",
            ),
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, then the file; help is given also where the file is broken."""
        rest = super().parse_args(ctx, args)
        named, trusted = ctx.params.pop("config", None), ctx.params.pop("trust_config", False)
        if ctx.resilient_parsing:
            return rest
        file = read_file(self._owner, named=named)
        used = [
            name
            for name in file.values
            if name not in self._own and ctx.get_parameter_source(name) is ParameterSource.DEFAULT
        ]
        if not (trusted or named):
            file.check_trust(used)
        ctx.params.update({name: file.values[name] for name in used})
        ctx.meta[FILE_GROUP] = file.name if used else ""
        return rest

    def invoke(self, ctx: click.Context) -> object:
        """Say which file sets options, and carry out the command."""
        name = ctx.meta.get(FILE_GROUP, "")
        if name and not ctx.params.get("quiet"):
            click.echo(f"options from {name}")
        return super().invoke(ctx)


REACHING = tuple(row for row in rows(RunOptions).values() if row.option.reaching)
"""The options of every command that sends to a target."""


DOCUMENT = (rows(ClientOptions)["spec"], rows(ClientOptions)["operation"])
"""The options of every command that reads an OpenAPI document."""


def with_options(*rows: Row) -> Callable[[F], F]:
    """Give a command the options of these rows."""

    def decorate(function: F) -> F:
        for row in reversed(rows):
            function = _option(row)(function)
        return function

    return decorate


def unset(row: Row, words: str) -> Row:
    """Return an option that is None unless it is given; `words` say what that means."""
    return replace(row, default=None, option=replace(row.option, unset=words))


def _option(row: Row) -> Callable[[F], F]:
    option = row.option
    return click.option(
        f"--{row.flag}",
        *([f"-{option.short}"] if option.short else []),
        row.field,
        cls=GroupedOption,
        group=option.group,
        type=None if row.is_flag else _type(row),
        is_flag=row.is_flag,
        multiple=row.repeatable,
        default=None if row.repeatable else str(row.default) if row.choices and row.default else row.default,
        show_default=option.unset or not (row.is_flag or row.repeatable),
        metavar=option.metavar or None,
        help=option.help,
    )


def _type(row: Row) -> "click.ParamType[Any]":  # a string: older versions of click cannot subscript it
    if row.choices:
        return click.Choice(row.choices)
    if row.is_path:
        return click.Path(path_type=Path)
    match row.shape:
        case inspect.IntType(ge=least):
            return click.IntRange(min=least)
        case inspect.FloatType(gt=above, ge=least, le=most):
            return click.FloatRange(above if least is None else least, most, min_open=least is None)
    return click.STRING
