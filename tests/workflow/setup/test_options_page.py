"""docs/options.md: the page matches the table of options.

`python tests/workflow/setup/test_options_page.py` writes it.
"""

from collections.abc import Iterator
from pathlib import Path

from conformance.workflow.setup.option_table import Row, rows
from conformance.workflow.setup.options import ClientCommandOptions, ClientOptions, RunCommandOptions, RunOptions

PAGE = Path(__file__).parents[3] / "docs" / "options.md"

HEAD = """\
# Options

One option has one name everywhere: `--max-creations` of the command is `max-creations` in `conformance.toml` and in
`[tool.conformance]` of `pyproject.toml`, `max_creations` in `conformance.run`, and `--conformance-max-creations` in
pytest. The command line overrides files. Files are read from the working directory; `conformance.toml` comes first.
The first line of the output says which file sets options. `--config` names another. `api-key-command`,
`allow-host` and `allow-plaintext` are used from a file only if `--config` names it, or with `--trust-config`: the
author of the file could run a command or have the key. pytest trusts its files.

`replay` and `cleanup` have the options of the connection and `--allow-host`, `--allow-plaintext`, `--rate`, `--timeout`
and `--max-body`, with the same values from files.
"""

CLIENT = """
# Options of the client command

In files they are set in `[client]` of `conformance.toml`, or in `[tool.conformance.client]` of `pyproject.toml`.
"""

NAMES = "\nOnly on the command line and in files: {}.\n\nOther names in Python:\n\n{}\n"


def page() -> str:
    """Return the text of the page."""
    without = [
        f"- `--{row.flag}`: {row.option.not_in_pytest}."
        for row in rows(RunOptions).values()
        if row.option.not_in_pytest
    ]
    return "".join(
        (
            HEAD,
            *tables(rows(RunCommandOptions).values()),
            NAMES.format(only_command(RunCommandOptions, RunOptions), plurals()),
            "\nNot in pytest:\n\n",
            "\n".join(without),
            "\n",
            CLIENT,
            *tables(rows(ClientCommandOptions).values()),
        )
    )


def only_command(command, options) -> str:
    """Return the options that a command has beside those of its job."""
    return ", ".join(f"`--{rows(command)[field].flag}`" for field in rows(command) if field not in rows(options))


def plurals() -> str:
    """Return the options that have another name in Python."""
    named = [row for row in rows(RunOptions).values() if row.flag != row.field.replace("_", "-")]
    return "\n".join(f"- `--{row.flag}`: `{row.field}`" for row in named)


def tables(found) -> Iterator[str]:
    """Yield a table for each group of options, in their order."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(row.option.group, []).append(row)
    for group, members in groups.items():
        yield f"\n## {group}\n\n| option | value | default | what it does |\n| --- | --- | --- | --- |\n"
        for row in members:
            yield f"| `--{row.flag}` | {row.accepts} | {default(row)} | {row.option.help} |\n"


def default(row: Row) -> str:
    """Return the default of an option in words."""
    return row.option.unset or ("none" if row.default in (None, (), {}) else str(row.default).lower())


def test_the_page_is_the_table():
    """Every option stands there with its name in Python, its values, its default and its help text."""
    assert page() == PAGE.read_text(encoding="utf-8")


def test_every_option_says_what_it_does():
    """Help texts are sentences, and no option of a run has the name of another."""
    for owner in (RunCommandOptions, ClientCommandOptions):
        found = list(rows(owner).values())
        assert [] == [row.flag for row in found if not row.option.help.endswith((".", ".)"))]
        assert len(found) == len({row.flag for row in found})
    assert set(rows(ClientOptions)) <= set(rows(RunOptions))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
