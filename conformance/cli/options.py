"""Commands with many options: listed in groups, and given defaults by a file."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from conformance.cli.configuration import defaults

F = TypeVar("F", bound=Callable[..., Any])

HELP = ("-h", "--help")


class GroupedOption(click.Option):
    """An option that stands under a heading of its own in the help."""

    def __init__(self, *arguments: Any, group: str = "", **settings: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(*arguments, **settings)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own)
        """Return what stands between brackets: not that a number of requests is at least one."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class GroupedCommand(click.Command):
    """A command whose help lists options by group, and whose defaults may stand in a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; help is given also where the file is broken."""
        if not set(HELP) & set(args):
            ctx.default_map = defaults(self)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group, in the order in which they were declared."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                groups.setdefault(getattr(parameter, "group", "Screen"), []).append(record)
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)


def option(group: str, *names: str, **settings: Any) -> Callable[[F], F]:  # noqa: ANN401 (click's own)
    """Declare an option of a group; its default is shown where it has one."""
    settings.setdefault("show_default", "default" in settings and not settings.get("is_flag"))
    return click.option(*names, cls=GroupedOption, group=group, **settings)
