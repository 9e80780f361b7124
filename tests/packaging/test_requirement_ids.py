"""Every id of a requirement that stands in the code is one that some contract has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract.contract import Contract, contract_of, load_contract
from conformance.contract.requirements.rows import stated_ids
from conformance.mock.faults.catalogue import faults
from conformance.model.case import Item, Relation
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

PACKAGES = ("conformance", "reports", "strategies")


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@pytest.fixture(scope="module")
def items(contract: Contract) -> tuple[Item, ...]:
    """Return the whole catalogue."""
    return tuple(catalogue(contract, Profile.FULL, Knowledge({"model_id": "m"}, {"model_id": "n"})))


@pytest.fixture(scope="module")
def optional(contract: Contract) -> Contract:
    """Return the contract with an optional body: some requirements and cases are about that alone."""
    text = contract.document.text.replace("        required: true\n      responses:", "      responses:")
    assert text != contract.document.text
    return contract_of(text.encode(), "optional.yaml", None)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each text that stands in a module by itself, and its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.slow
def test_ids_in_the_code_are_those_of_requirements(
    tree: Path, contract: Contract, optional: Contract, items: tuple[Item, ...]
) -> None:
    """A misspelled id would make a check, a case, a fault or a reason void; the failure names it and its line.

    Ids of cases and of the mock's faults look alike.
    """
    less = catalogue(optional, Profile.SMOKE, Knowledge({"model_id": "m"}))
    others = {item.id for item in (*items, *less)} | {fault.id for fault in faults(contract)}
    known = stated_ids() | contract.by_id.keys() | optional.by_id.keys()
    groups = "|".join(sorted({each.partition(".")[0] for each in known}))
    looks = re.compile(rf"({groups})\.[\w.-]*\w")
    found = {
        (f"{path.relative_to(tree)}:{line}", text)
        for package in PACKAGES
        for path in (tree / package).rglob("*.py")
        for line, text in texts(path)
        if looks.fullmatch(text)
    }
    assert len(found) > 100
    assert [] == sorted(each for each in found if each[1] not in known | others)


def test_the_runner_and_the_journal_name_no_requirement_and_no_group(tree: Path) -> None:
    """What sends and records goes by what a requirement says of itself, so that it works with any."""
    groups = re.compile(rf"({'|'.join(sorted({each.partition('.')[0] for each in stated_ids()}))})(\.[\w.-]*)?")
    for package in ("runner", "journal"):
        for path in sorted((tree / "conformance" / package).rglob("*.py")):
            told = [text for _, text in texts(path) if groups.fullmatch(text)]
            assert (path.name, []) == (path.name, told)
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            assert (path.name, set()) == (path.name, names & {"Group", "requirement_id"})


def test_cases_and_relations_speak_of_requirements_that_there_are(contract: Contract, items: tuple[Item, ...]) -> None:
    """Whatever the catalogue exercises is a requirement of the contract."""
    for item in items:
        cases = item.cases if isinstance(item, Relation) else ()
        named = {*item.requirements, *(each for case in cases for each in case.requirements)}
        assert (item.id, set()) == (item.id, named - contract.by_id.keys())
