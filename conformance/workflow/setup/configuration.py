"""Options from `conformance.toml`, or from `[tool.conformance]` of `pyproject.toml`."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.model.errors import UsageError
from conformance.workflow.setup.option_table import read_table, rows
from conformance.workflow.setup.options import ClientCommandOptions, ClientOptions, RunCommandOptions, RunOptions

OWN = "conformance.toml"
PROJECT = "pyproject.toml"
TABLE = "tool.conformance"

CLIENT = "client"
"""The table within, of options of `conformance client`."""


NEEDS_TRUST = ("api_key_command", "allow_hosts", "allow_plaintext")
"""Options that let whoever wrote the file run a command, or have the user's key: one has to look at the file first."""


class FileOptions(msgspec.Struct, frozen=True):
    """The options that a file sets, by field; `name` is what the user calls the file, empty where there is none."""

    name: str
    values: dict[str, object]

    def check_trust(self, used: Iterable[str]) -> None:
        """See that none of the options that are used from the file needs trust.

        Raises:
            UsageError: one does.

        """
        for field in used:
            if field in NEEDS_TRUST and self.values.get(field):
                flag = rows(RunOptions)[field].flag
                remedy = f"check the file, then add --trust-config, or give --{flag} on the command line"
                raise UsageError(f"{self.name} sets {flag}, and is not trusted", remedy)


def file_options(owner: type[RunOptions] | type[ClientOptions], folder: Path = Path()) -> dict[str, object]:
    """Return, by field, the options that a file in `folder` sets; arguments and errors as `read_file`."""
    return read_file(owner, folder).values


def read_file(
    owner: type[RunOptions] | type[ClientOptions], folder: Path = Path(), named: Path | None = None
) -> FileOptions:
    """Return the options that a file in `folder` sets; `conformance.toml` comes before `pyproject.toml`.

    Those of `conformance client` have a table of their own within. What is an option of the command alone is left out
    where `owner` does not have it. `named` is read in the place of both.

    Raises:
        UsageError: the file is not TOML, names an option that there is not, or gives one a value of a wrong type.

    """
    if named is not None and not named.is_file():
        raise UsageError(f"there is no file {named}", "name another with --config")
    path = named or (folder / OWN if (folder / OWN).exists() else folder / PROJECT)
    table, name = (_project if path.name == PROJECT else _own)(path, str(named or path.name))
    options = dict(table or {})
    within = options.pop(CLIENT, {})
    if not isinstance(within, dict):
        raise UsageError(f"{name} sets {CLIENT!r}, which is not an option", f"write a table [{CLIENT}]")
    if issubclass(owner, ClientOptions):
        found = read_table(ClientCommandOptions, within, f"[{CLIENT}] of {name}")
    else:
        found = read_table(RunCommandOptions, options, name)
    return FileOptions(name if table else "", {field: value for field, value in found.items() if field in rows(owner)})


def _own(path: Path, shown: str) -> tuple[dict[str, object] | None, str]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), shown
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown} cannot be read: {error}", "correct or move it") from error


def _project(path: Path, shown: str) -> tuple[dict[str, object] | None, str]:
    name = f"[{TABLE}] of {shown}"
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        table: object = tomllib.loads(text)
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        # The file is another's, unless it names us.
        if isinstance(error, tomllib.TOMLDecodeError) and TABLE not in text:
            return None, ""
        raise UsageError(
            f"{shown} cannot be read: {error}", "correct it, or set the options in conformance.toml"
        ) from error
    for part in TABLE.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{TABLE} of {shown} is not a table", f"write [{TABLE}] with one option in each line")
    return table, name
