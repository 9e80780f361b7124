"""Options of a run from `conformance.toml`, or from `[tool.conformance]` of `pyproject.toml`."""

import tomllib
from pathlib import Path

from conformance.model.errors import UsageError

OWN = "conformance.toml"
PROJECT = "pyproject.toml"
TABLE = "tool.conformance"

SCREEN_ONLY = frozenset({"plan", "quiet"})
"""Options of the command that are about its screen, and mean nothing to other callers."""


CLIENT = "client"
"""The table within, of options of `conformance client`."""


def settings_table(folder: Path = Path(), *, client: bool = False) -> tuple[dict[str, object], str]:
    """Return the options that a file in `folder` sets, as it names them, and where they stand; the table may be empty.

    `conformance.toml` comes before `pyproject.toml`. They are those of a run, or those of `conformance client`, which
    have a table of their own within.

    Raises:
        UsageError: the file is not TOML, or holds no table where one should be.

    """
    table, name = _own(folder)
    if table is None:
        table, name = _project(folder)
    options = dict(table or {})
    within = options.pop(CLIENT, {})
    if not isinstance(within, dict):
        raise UsageError(f"{name} sets {CLIENT!r}, which is no option", f"write a table [{CLIENT}], one option a line")
    return (within, f"[{CLIENT}] of {name}") if client else (options, name)


def as_fields(table: dict[str, object], known: tuple[str, ...]) -> dict[str, object]:
    """Return options by the names of the members of `RunOptions`, which are `known`.

    An option that may be given several times goes by its singular (`allow-host`), its member by the plural.
    """
    found = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name in SCREEN_ONLY:
            continue
        name = f"{name}s" if name not in known and f"{name}s" in known else name
        found[name] = _listed(name, value)
    return found


def _listed(name: str, value: object) -> object:
    """Return a value as members take it: kinds of reports stand between commas, parameters in `NAME=VALUE`."""
    if name == "reports" and isinstance(value, str):
        return tuple(each.strip() for each in value.split(",") if each.strip())
    if name == "path_params" and isinstance(value, list):
        return dict(str(each).partition("=")[::2] for each in value)
    return value


def _own(folder: Path) -> tuple[dict[str, object] | None, str]:
    try:
        return tomllib.loads((folder / OWN).read_text(encoding="utf-8")), OWN
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError) as error:
        raise UsageError(f"{OWN} cannot be read: {error}", "mend it, or move it away") from error


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
            f"{PROJECT} cannot be read: {error}", "mend it, or set the options in conformance.toml"
        ) from error
    for part in TABLE.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{TABLE} of {PROJECT} is no table", f"write [{TABLE}] and one option a line")
    return table, name
