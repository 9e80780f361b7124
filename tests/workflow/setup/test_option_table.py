"""The table of options: what values it accepts, and that Python's types are those of the table."""

import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from subprocess import run
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import inspect

from conformance.model.errors import UsageError
from conformance.workflow.api import HttpxClient, RunKeywords
from conformance.workflow.setup.option_table import Option, Row, read_options, read_table, rows
from conformance.workflow.setup.options import RunCommandOptions, RunOptions

ROWS = list(rows(RunOptions).values())


class Small(msgspec.Struct, frozen=True, kw_only=True):
    """Options of every shape."""

    words: Annotated[tuple[str, ...], Option("One", "WORD", "Words.", flag="word")] = ()
    kinds: Annotated[tuple[str, ...] | None, Option("One", "LIST", "Kinds.")] = None
    pairs: Annotated[dict[str, str], Option("Two", "NAME=VALUE", "Pairs.", flag="pair")] = {}
    many: Annotated[int, Option("Two", "N", "Many.")] = 3


def test_a_struct_is_a_table():
    """Name, flag, default and help come from the field; a list is repeatable, or has commas where it may be None."""
    found = {row.field: (row.flag, row.default, row.repeatable, row.comma_separated) for row in rows(Small).values()}
    assert {
        "words": ("word", (), True, False),
        "kinds": ("kinds", None, False, True),
        "pairs": ("pair", {}, True, False),
        "many": ("many", 3, False, False),
    } == found


def test_values_may_be_written_as_comes_natural():
    """One string will do for a list, commas part kinds, and pairs make a table; the same in a file and in Python."""
    expected = Small(words=("a,b",), kinds=("x", "y"), pairs={"n": "v=w"}, many=4)
    assert expected == read_options(Small, {"words": "a,b", "kinds": "x, y", "pairs": ["n=v=w"], "many": 4})
    assert expected == read_options(Small, {"words": ["a,b"], "kinds": ["x", "y"], "pairs": {"n": "v=w"}, "many": 4})
    assert expected == Small(**read_table(Small, {"word": "a,b", "kinds": ["x,y"], "pair": ["n=v=w"], "many": 4}, "f"))
    assert Small(many=5) == read_options(Small, {"many": "5"}, strict=False)


@pytest.mark.parametrize(
    ("values", "prefix", "said"),
    [
        ({"many": "5"}, "", "many must be an integer, got '5'"),
        ({"many": True}, "--", "--many must be an integer, got True"),
        ({"words": 3}, "--conformance-", "--conformance-word must be a string or a list of strings, got 3"),
        ({"words": [{"Authorization": "a-secret"}]}, "", "words must be a string or a list of strings, got `list`"),
        ({"pairs": ["v"]}, "--", "--pair must be NAME=VALUE or a table of strings, got ['v']"),
        ({"mny": 3}, "--", "there is no option 'mny'; did you mean 'many'?"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_that_the_user_knows(values, prefix, said):
    """The message says what the option must be; a list, which may hold a secret, is not shown."""
    with pytest.raises(UsageError) as told:
        read_options(Small, values, prefix=prefix)
    assert said in str(told.value)


def test_defaults_are_values_that_the_options_accept():
    """Each default goes through its own check, and comes out as it is."""
    table = rows(RunCommandOptions)
    assert {name: row.default for name, row in table.items()} == {
        name: row.read(row.default, name) for name, row in table.items()
    }


def given_type(row: Row) -> object:
    """Return the type that a caller in Python may give for an option."""
    kept = get_args(row.annotation)[0] if get_origin(row.annotation) is Annotated else row.annotation
    match row.shape:
        case inspect.CustomType():
            kept = Path | str
        case inspect.EnumType():
            kept = str
        case inspect.VarTupleType(item_type=inspect.CustomType()):
            kept = Sequence[Path | str]
        case inspect.VarTupleType():
            kept = Sequence[str]
        case inspect.IntType():
            kept = int
        case inspect.FloatType():
            kept = float
        case inspect.StrType():
            kept = str
    return kept | None if row.nullable else kept


def test_the_keywords_of_python_are_the_options():
    """`RunKeywords` has each option of a run, in the same order, with what a caller may give."""
    expected = {row.field: given_type(row) for row in ROWS} | {"target": str | HttpxClient}
    found = get_type_hints(RunKeywords)
    assert expected == found
    assert list(expected) == list(found)


def sample(row: Row) -> list[str]:
    """Return values of an option as Python writes them: each as a caller may give it."""
    text = repr(row.choices[0] if row.choices else "x")
    match row.shape:
        case inspect.BoolType():
            found = ["True"]
        case inspect.IntType():
            found = ["2"]
        case inspect.FloatType():
            found = ["90", "2.5"]
        case inspect.DictType():
            found = ['{"a": "b"}']
        case inspect.VarTupleType():
            found = ['"a"', '["a"]', '("a", "b")']
        case inspect.CustomType():
            found = ['"x"', 'Path("x")']
        case _:
            found = [text]
    return [*found, "None"] if row.nullable else found


def test_mypy_accepts_every_option_and_no_other(tmp_path):
    """A strict program that uses each option, in each way, has no error; a wrong type and a wrong name have one."""
    calls = [f"conformance.run({row.field}={value})" for row in ROWS for value in sample(row)]
    everything = ", ".join(f"{row.field}={sample(row)[0]}" for row in ROWS)
    right = "\n".join(["from pathlib import Path", "import conformance", f"conformance.run({everything})", *calls])
    wrong = "import conformance\nconformance.run(min_coverage='x')\nconformance.run(mincoverage=90)\n"
    (tmp_path / "right.py").write_text(right)
    (tmp_path / "wrong.py").write_text(wrong)
    # What the package imports is skipped: the signature of `run` needs none of it, and mypy is fast without.
    modules = ["right", "wrong", "conformance", "conformance.workflow.api"]
    told = run(  # noqa: S603 (our own arguments)
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=skip", "--cache-dir", "cache"]
        + [word for name in modules for word in ("-m", name)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert [] == re.findall(r"^right.py.*", told, re.MULTILINE), told
    lines = re.findall(r"^wrong.py:(\d+): error: .*\[(.*)\]", told, re.MULTILINE)
    assert [("2", "arg-type"), ("3", "call-arg")] == lines, told


def test_choices_are_those_of_the_words():
    """An option whose type is a closed set of words offers these words, unless it names fewer."""
    for row in ROWS:
        if isinstance(row.shape, inspect.EnumType):
            assert issubclass(row.shape.cls, StrEnum)
            assert set(row.choices) <= set(row.shape.cls)
