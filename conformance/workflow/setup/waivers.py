"""The file of waivers: read before a run, and drafted after one."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.causes import Cause
from conformance.model.errors import UsageError, os_errors_as
from conformance.model.vocabulary import Strength
from conformance.model.waiver import Waiver, WaiverFile
from conformance.reports.formats.terminal import counted
from conformance.reports.results import Results
from conformance.workflow.reporting import RunResult
from conformance.workflow.setup.options import ClientOptions, RunOptions

TABLE = "waiver"
FIELDS = ("requirement", "cause", "owner", "reason", "expires")
DRAFT_DAYS = 30
"""How long a drafted waiver is to hold, unless whoever fills it in says otherwise."""


def waivers_of(options: RunOptions | ClientOptions, contract: Contract) -> tuple[Waiver, ...]:
    """Return the waivers that a run is given; a file that is only about to be drafted holds none.

    Raises:
        UsageError: their file cannot be used, or could not be drafted after the run.

    """
    if options.waivers is None:
        if options.waivers_update:
            raise UsageError("--waivers-update needs a file", "add --waivers FILE")
        return ()
    if options.waivers_update:
        check_writable(options.waivers)
        if not options.waivers.exists():
            return ()
    return read_waivers(options.waivers, contract)


def drafted(result: RunResult, options: RunOptions | ClientOptions) -> RunResult:
    """Draft waivers after a run, where they were asked for; the result says how many.

    Raises:
        UsageError: the file cannot be written.

    """
    if options.waivers is None or not options.waivers_update:
        return result
    added = draft(options.waivers, result.results, datetime.now(UTC).date())
    said = f"{options.waivers}: {added} added; fill in owner and reason before the next run"
    return replace(result, waivers=(*result.waivers, said)) if added else result


def read_waivers(path: Path, contract: Contract) -> tuple[Waiver, ...]:
    """Return the waivers in a file.

    Raises:
        UsageError: the file cannot be read, is no TOML, or a waiver in it lacks something or names what there is not.

    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "name a waiver file; --waivers-update drafts one"
        raise UsageError(f"cannot read {path}: {error.strerror}", remedy) from error
    except ValueError as error:
        raise UsageError(f"{path} is not TOML: {error}", "correct it, or draft it with --waivers-update") from error
    strange = next((name for name in content if name != TABLE), None)
    rows = content.get(TABLE, [])
    if strange is not None or not isinstance(rows, list):
        raise UsageError(f"{path} has {strange or TABLE!r}, which is not a list of waivers", f"write [[{TABLE}]] rows")
    for number, row in enumerate(rows, 1):
        problem = next(_problems(row, contract), None)
        if problem is not None:
            raise UsageError(f"{path}, waiver {number}: {problem[0]}", problem[1])
    try:
        return msgspec.convert(content, WaiverFile).waiver
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}", f"each [[{TABLE}]] has strings and a date") from error


def draft(path: Path, results: Results, today: date) -> int:
    """Add a waiver to a file for each cause that failed the run and is not waived; returns how many were added.

    Owner and reason are left empty, so that the file is refused until somebody has filled them in.

    Raises:
        UsageError: the file cannot be written.

    """
    open_ = [cause for cause in results.causes if _fails(cause, results)]
    rows = "".join(_row(cause, today) for cause in open_)
    if not rows:
        return 0
    with os_errors_as(UsageError, f"cannot write {path}", "name another file with --waivers"):
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        separator = "\n" if old and not old.endswith("\n") else ""
        path.write_text(old + separator + rows, encoding="utf-8")
    return len(open_)


def check_writable(path: Path) -> None:
    """See, before a run, that a draft can be written after it.

    Raises:
        UsageError: it cannot.

    """
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{path} cannot be written", "name a file in an existing folder with --waivers")


def _problems(row: object, contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one waiver, and what to do about it."""
    if not isinstance(row, dict):
        yield "it is not a table", f"write [[{TABLE}]] with one field in each line"
        return
    for name in row:
        if name not in FIELDS:
            yield f"it has no field {name!r}", f"fields: {', '.join(FIELDS)}"
    if ("requirement" in row) is ("cause" in row):
        said = "both `requirement` and `cause`" if "cause" in row else "neither `requirement` nor `cause`"
        yield f"it names {said}", "name one of them"
    for name in FIELDS[:-1]:
        if name in row and not isinstance(row[name], str):
            yield f"`{name}` is not a string", f'write {name} = "..."'
    for name, remedy in (("owner", "name the owner"), ("reason", "state the reason")):
        if name not in row or not row[name].strip():
            yield f"`{name}` is {'missing' if name not in row else 'empty'}", remedy
    # A date with a time is a date to Python as well.
    if type(row.get("expires")) is not date:
        said = "is missing" if "expires" not in row else "is not a date"
        yield f"`expires` {said}", "write the last valid day: expires = 2030-12-31"
    yield from _strangers(row, contract)


def _strangers(row: dict[str, object], contract: Contract) -> Iterator[tuple[str, str]]:
    id_ = row.get("requirement")
    if id_ is None:
        return
    known = contract.by_id.get(str(id_))
    if known is None:
        close = difflib.get_close_matches(str(id_), contract.by_id, 1)
        remedy = f"did you mean {close[0]!r}?" if close else "`conformance spec requirements` lists them"
        yield f"there is no requirement {str(id_)!r}", remedy
    elif known.strength is Strength.ADVISORY:
        yield f"{known.id} is advisory, which fails no run", "remove the waiver"


def _fails(cause: Cause, results: Results) -> bool:
    open_ = {each.id for each in results.findings if each.waiver is None}
    return cause.strength.rank <= results.fail_on.rank and not open_.isdisjoint(cause.findings)


def _row(cause: Cause, today: date) -> str:
    said = f"{cause.sentence} ({counted(cause.count, 'finding')}, e.g. {cause.case})"
    lines = [
        f"# {''.join(c if c.isprintable() else '?' for c in said)}",
        f"[[{TABLE}]]",
        f"cause = {_text(cause.pattern)}",
        'owner = ""',
        'reason = ""',
        f"expires = {today + timedelta(days=DRAFT_DAYS)}",
    ]
    return "\n".join(lines) + "\n\n"


def _text(value: str) -> str:
    """Return a text as TOML writes it; its escapes are those of JSON, beside the one of U+007F."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
