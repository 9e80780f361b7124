"""Defaults of options from `conformance.toml`, or `[tool.conformance]` of `pyproject.toml`, in the working folder."""

import difflib
import tomllib
from pathlib import Path

import click

from conformance.model.errors import UsageError

FILES = (Path("conformance.toml"), Path("pyproject.toml"))


def defaults(run: click.Command) -> dict[str, dict[str, object]]:
    """Return the defaults for the commands, by command and parameter; those of `run` stand at the top of the table.

    Raises:
        UsageError: the file is not TOML, or names an option that there is not.

    """
    for path in FILES:
        table = _table(path)
        if table is not None:
            return {"run": _checked(table, run, path)}
    return {}


def _table(path: Path) -> dict[str, object] | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        if path.name == "pyproject.toml":
            return None
        raise UsageError(f"{path} cannot be read: {error}") from error
    if path.name == "pyproject.toml":
        content = content.get("tool", {}).get("conformance")
    return content if isinstance(content, dict) else None


def _checked(table: dict[str, object], run: click.Command, path: Path) -> dict[str, object]:
    names = {_flag(parameter): parameter.name for parameter in run.params if parameter.name}
    found: dict[str, object] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in names:
            close = difflib.get_close_matches(name, names, 1)
            remedy = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(names))}"
            raise UsageError(f"{path} sets {key!r}, which is no option of `conformance run`", remedy)
        known = names[name]
        if known is not None:
            found[known] = [f"{k}={v}" for k, v in value.items()] if isinstance(value, dict) else value
    return found


def _flag(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len).lstrip("-")
