"""The file of a campaign: many targets, each with the options of a run."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from conformance.model.errors import UsageError, os_errors_as
from conformance.workflow.setup.option_table import Row, read_table, rows
from conformance.workflow.setup.options import RunOptions

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a target may be called: it is the name of its directory as well."""

APART = frozenset({"out", "resume", "shard"})
"""Options that the campaign sets for each run."""

DEFAULTS, TARGETS, OUT = "defaults", "targets", "out"
DEFAULT_OUT = Path("conformance-campaign")


class CampaignFile(msgspec.Struct, frozen=True):
    """The options of each target by its name, in the order of the file, and the directory for all of them."""

    targets: Mapping[str, RunOptions]
    out: Path = DEFAULT_OUT


def campaign_rows() -> dict[str, Row]:
    """Return the options that a target of a campaign may have, by field."""
    return {field: row for field, row in rows(RunOptions).items() if field not in APART}


def read_campaign(path: Path) -> CampaignFile:
    """Return what the file of a campaign says.

    Raises:
        UsageError: it cannot be read, or a key or value is invalid; the message has file, line and key.

    """
    with os_errors_as(UsageError, f"cannot read {path}", "name the file of a campaign"):
        data = path.read_bytes()
    try:
        text = data.decode()
        table = tomllib.loads(text)
    except ValueError as error:
        raise UsageError(f"{path} is not TOML: {error}", "correct it") from error
    lines = _Lines(str(path), text)
    for key in table.keys() - {DEFAULTS, TARGETS, OUT}:
        lines.fail("", key, f"{key!r} is none of {OUT}, [{DEFAULTS}] and [{TARGETS}.NAME]")
    defaults, targets, out = table.get(DEFAULTS, {}), table.get(TARGETS, {}), table.get(OUT, str(DEFAULT_OUT))
    if not isinstance(out, str):
        lines.fail("", OUT, f"{OUT} must be a path")
    if not isinstance(defaults, dict) or not isinstance(targets, dict) or not targets:
        lines.fail("", TARGETS, f"there is no target: write a table [{TARGETS}.NAME] for each")
    common = _options(lines, DEFAULTS, defaults)
    found = {}
    for name, values in targets.items():
        where = f"{TARGETS}.{name}"
        if not NAME.fullmatch(name):
            lines.fail(where, "", f"{name!r} is no name of a directory")
        if not isinstance(values, dict):
            lines.fail(TARGETS, name, f"{name} must be a table [{where}]")
        options = {**common, **_options(lines, where, values)}
        if "target" not in options:
            lines.fail(where, "", f"{name} has no target")
        found[name] = RunOptions(**options)
    return CampaignFile(found, Path(out))


def _options(lines: "_Lines", where: str, values: Mapping[str, object]) -> dict[str, Any]:
    known = {row.flag for row in campaign_rows().values()}
    for key, value in values.items():
        if key.replace("_", "-") in {field.replace("_", "-") for field in APART}:
            lines.fail(where, key, f"{key!r} is set by the campaign")
        try:
            read_table(RunOptions, {key: value}, f"[{where}]")
        except UsageError as error:
            remedy = "" if key.replace("_", "-") in known else error.remedy
            lines.fail(where, key, error.problem, remedy)
    return read_table(RunOptions, values, f"[{where}]")


class _Lines:
    """The lines of a file, to say where a key is: the parser does not keep them."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = text.splitlines()

    def fail(self, table: str, key: str, problem: str, remedy: str = "") -> None:
        """Raise what is wrong with a key of a table, with its line where it is found."""
        number = next(self._numbers(table, key), None)
        place = f"{self._name} line {number}" if number else self._name
        raise UsageError(f"{place}: {problem}", remedy or "correct the file")

    def _numbers(self, table: str, key: str) -> Iterator[int]:
        within = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
            if header:
                within = header[1].replace('"', "").replace("'", "")
                if within == table and not key:
                    yield number
            stated = re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line)
            if stated and key and within == table and stated[1] == key:
                yield number
            if not table and header and key and within.split(".")[0] == key:
                yield number


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, as JSON has it."""
    options = {row.flag: _schema(row) for row in campaign_rows().values()}
    target = {"type": "object", "additionalProperties": False, "properties": options}
    return {
        "title": "Campaign",
        "description": "The file of a campaign: many targets, each with the options of a run.",
        "type": "object",
        "additionalProperties": False,
        "required": [TARGETS],
        "properties": {
            OUT: {
                "type": "string",
                "description": "Directory for the runs and the matrix.",
                "default": str(DEFAULT_OUT),
            },
            DEFAULTS: {**target, "description": "Options of every target that does not set them."},
            TARGETS: {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{NAME.pattern}$"},
                "additionalProperties": target,
            },
        },
    }


def _schema(row: Row) -> dict[str, Any]:
    described = {"description": row.option.help}
    if row.choices and not isinstance(row.shape, inspect.VarTupleType):
        return {**described, "enum": list(row.choices)}
    match row.shape:
        case inspect.BoolType():
            return {**described, "type": "boolean"}
        case inspect.IntType(ge=least):
            return {**described, "type": "integer", **({} if least is None else {"minimum": least})}
        case inspect.FloatType():
            return {**described, "type": "number"}
        case inspect.DictType():
            return {**described, "type": ["object", "array", "string"]}
        case inspect.VarTupleType():
            return {**described, "type": ["string", "array"], "items": {"type": "string"}}
    return {**described, "type": "string"}
