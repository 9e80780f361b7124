"""The table of what is installed: it has every dependency, and no licence that would bind a user further."""

import re
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from .dependencies import COMPATIBLE, SUITE, licence, needed

ROW = re.compile(r"^\| ([\w.-]+) \| (.+) \| (?:< )?[\d.]+ \| (.+) \|$", re.MULTILINE)


def test_the_table_has_every_direct_dependency(tree: Path, project: dict[str, Any]) -> None:
    """The page was made after the last dependency was added or removed."""
    rows = ROW.findall((tree / "docs" / "installation.md").read_text(encoding="utf-8"))
    direct = {canonicalize_name(re.split(r"[\[>=<~ ]", each)[0]) for each in project["project"]["dependencies"]}
    assert direct == {canonicalize_name(name) for name, why, _ in rows if why == "the suite"}
    assert [] == [name for name, _, terms in rows if not COMPATIBLE.search(terms)]


def test_the_licences_of_what_is_installed_here() -> None:
    """So are those of the versions that the tests have."""
    found = {each.name: licence(each) for each, _ in needed(SUITE)}
    assert 40 < len(found)
    assert {} == {name: terms for name, terms in found.items() if not COMPATIBLE.search(terms)}
