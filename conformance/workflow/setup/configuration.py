"""Options from `conformance.toml`, or from `[tool.conformance]` of `pyproject.toml`."""

import tomllib
from pathlib import Path

from conformance.model.errors import UsageError
from conformance.workflow.setup.option_table import read_table, rows
from conformance.workflow.setup.options import ClientCommandOptions, ClientOptions, RunCommandOptions, RunOptions

OWN = "conformance.toml"
PROJECT = "pyproject.toml"
TABLE = "tool.conformance"

CLIENT = "client"
"""The table within, of options of `conformance client`."""


def file_options(owner: type[RunOptions] | type[ClientOptions], folder: Path = Path()) -> dict[str, object]:
    """Return, by field, the options that a file in `folder` sets; `conformance.toml` comes before `pyproject.toml`.

    Those of `conformance client` have a table of their own within. What is an option of the command alone is left out
    where `owner` does not have it.

    Raises:
        UsageError: the file is not TOML, names an option that there is not, or gives one a value of a wrong type.

    """
    table, name = _own(folder)
    if table is None:
        table, name = _project(folder)
    options = dict(table or {})
    within = options.pop(CLIENT, {})
    if not isinstance(within, dict):
        raise UsageError(f"{name} sets {CLIENT!r}, which is not an option", f"write a table [{CLIENT}]")
    if issubclass(owner, ClientOptions):
        found = read_table(ClientCommandOptions, within, f"[{CLIENT}] of {name}")
    else:
        found = read_table(RunCommandOptions, options, name)
    return {field: value for field, value in found.items() if field in rows(owner)}


def _own(folder: Path) -> tuple[dict[str, object] | None, str]:
    try:
        return tomllib.loads((folder / OWN).read_text(encoding="utf-8")), OWN
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        raise UsageError(f"{OWN} cannot be read: {error}", "correct or move it") from error


def _project(folder: Path) -> tuple[dict[str, object] | None, str]:
    name = f"[{TABLE}] of {PROJECT}"
    text = ""
    try:
        text = (folder / PROJECT).read_text(encoding="utf-8")
        table: object = tomllib.loads(text)
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        # The file is another's, unless it names us.
        if isinstance(error, tomllib.TOMLDecodeError) and TABLE not in text:
            return None, ""
        raise UsageError(
            f"{PROJECT} cannot be read: {error}", "correct it, or set the options in conformance.toml"
        ) from error
    for part in TABLE.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{TABLE} of {PROJECT} is not a table", f"write [{TABLE}] with one option in each line")
    return table, name
