"""The options of the plugin: those of a run, but for what means nothing to tests.

`python -m conformance.integrations.pytest_plugin.options` prints `declared.py` anew.
"""

import textwrap
from collections.abc import Iterator

from conformance.integrations.pytest_plugin.keys import PREFIX
from conformance.workflow.setup.option_table import rows
from conformance.workflow.setup.options import RunOptions

OPTIONS = tuple(row for row in rows(RunOptions).values() if not row.option.not_in_pytest)

WIDTH = 100


def declared() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what pytest is told of each option: flag, field, action, the name of its value, help."""
    for row in OPTIONS:
        several = row.repeatable or row.comma_separated
        action = "store_const" if row.is_flag else "append" if several else "store"
        metavar = "" if row.is_flag else row.option.metavar or f"[{'|'.join(row.choices)}]"
        yield f"{PREFIX}{row.flag}", row.field, action, metavar, row.option.help


def module() -> str:
    """Return the text of `declared.py`."""
    title = "What pytest is told of the options: written by `options.py`, so that no session reads their table."
    lines = [f'"""{title}"""', "", "DECLARED = ("]
    for *short, text in declared():
        lines += ["    (", *(f"        {_quoted(each)}," for each in short)]
        pieces = textwrap.wrap(text, WIDTH, drop_whitespace=False, break_on_hyphens=False)
        if len(pieces) == 1:
            lines += [f"        {_quoted(text)},", "    ),"]
        else:
            lines += ["        (", *(f"            {_quoted(piece)}" for piece in pieces), "        ),", "    ),"]
    return "\n".join([*lines, ")", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    print(module(), end="")  # noqa: T201 (what it is for)
