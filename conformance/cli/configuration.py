"""Defaults of options from `conformance.toml`, or `[tool.conformance]` of `pyproject.toml`, in the working folder."""

import difflib
from collections.abc import Callable

import click

from conformance.model.errors import UsageError
from conformance.workflow.setup.configuration import settings_table


def defaults(run: click.Command, *, client: bool = False) -> dict[str, object]:
    """Return the defaults for `run` that a file sets, by parameter; `conformance.toml` comes before `pyproject.toml`.

    With `client` they are those of the table for `conformance client`.

    Raises:
        UsageError: the file is not TOML, names an option that there is not, or gives one a value of a wrong type.

    """
    table, name = settings_table(client=client)
    return _checked(table, run, name)


def _checked(table: dict[str, object], run: click.Command, where: str) -> dict[str, object]:
    parameters = {_flag(parameter): parameter for parameter in run.params if isinstance(parameter, click.Option)}
    found: dict[str, object] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        parameter = parameters.get(name)
        if parameter is None or parameter.name is None:
            close = difflib.get_close_matches(name, parameters, 1)
            remedy = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(parameters))}"
            raise UsageError(f"{where} sets {key!r}, which is no option of `conformance {run.name}`", remedy)
        found[parameter.name] = _converted(parameter, value, f"{where}: {key}")
    return found


def _flag(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len).lstrip("-")


def _converted(parameter: click.Parameter, value: object, what: str) -> object:
    """Return a value of TOML as click takes it, checked: click itself would turn `true` into 1.0 and cut 1.5 to 1."""
    words, holds = _kind(parameter)
    if not holds(value):
        raise UsageError(f"{what} is {_shown(value)}, not {words}", f"write {_flag(parameter)} = {_example(words)}")
    if isinstance(value, dict):
        value = [f"{name}={text}" for name, text in value.items()]
    elif parameter.multiple and isinstance(value, str):
        value = [value]
    try:
        parameter.type_cast_value(click.Context(click.Command("run")), value)
    except click.BadParameter as error:
        raise UsageError(f"{what}: {error.message.removesuffix('.')}") from error
    return value


def _kind(parameter: click.Parameter) -> tuple[str, Callable[[object], bool]]:
    """Return what a value of a parameter must be, in words and as a test."""
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return "true or false", lambda value: isinstance(value, bool)
    if isinstance(parameter.type, click.types.IntParamType):
        return "a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)
    if isinstance(parameter.type, click.types.FloatParamType):
        return "a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    if not parameter.multiple:
        return "a text", lambda value: isinstance(value, str)
    if parameter.metavar == "NAME=VALUE":
        return "a table of texts", lambda value: isinstance(value, dict) and _are_texts(value.values())
    return (
        "a text or a list of texts",
        lambda value: isinstance(value, str) or (isinstance(value, list) and _are_texts(value)),
    )


def _are_texts(values: object) -> bool:
    return all(isinstance(value, str) for value in values)  # type: ignore[attr-defined]


def _example(words: str) -> str:
    examples = {
        "true or false": "true",
        "a whole number": "10",
        "a number": "2.5",
        "a text": '"..."',
        "a table of texts": '{ name = "value" }',
    }
    return examples.get(words, '["..."]')


def _shown(value: object) -> str:
    names = {
        bool: "a boolean",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")
