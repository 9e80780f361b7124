"""The catalogue: every label is proven, every pair is covered, and no name of the contract is known to the code."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import DoubtRaised, FindingMade
from conformance.journal.writing import MemorySink
from conformance.mock.app import reference_app
from conformance.model.case import Case, Item, Need
from conformance.model.jsontext import JsonFault, read
from conformance.model.vocabulary import Expectation, Profile, Strength
from conformance.runner.engine import Engine
from conformance.runner.plan import make_plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue, creations, smoke
from conformance.strategies.covering import combinations
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY
from conformance.targets.asgi import AsgiTarget

from .missing_tuples import missing

SPEC = Path(__file__).parents[2] / "spec"
KEY = "a-key-of-the-test"

OUTSIDE_BODY = ("reject.content-coding.", "reject.credential.", "reject.host.", "reject.media-type.", "reject.path.")
"""Cases that are refused for something else than their body, which is right."""


def cases_of(items: tuple[Item, ...]) -> list[Case]:
    """Return all cases, those of relations among them."""
    return [case for item in items for case in item.cases]


def knowledge(contract: Contract) -> Knowledge:
    """Return what is needed to fill the path."""
    return Knowledge(dict.fromkeys(contract.operation.path_parameters, "abc"))


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The published contract."""
    return load_contract()


@pytest.mark.parametrize("profile", [Profile.SMOKE, Profile.STANDARD, Profile.FULL])
def test_both_validators_agree_with_every_label(contract: Contract, profile: Profile) -> None:
    """A body that is accepted is valid, one that is refused is not, by jsonschema-rs and by jsonschema."""
    validator = contract.request_validator
    wrong = []
    for case in cases_of(catalogue(contract, profile, knowledge(contract))):
        if case.expectation is Expectation.OBSERVED or case.id.startswith(OUTSIDE_BODY) or case.request.body is None:
            continue
        try:
            text = read(case.request.body)
        except JsonFault:
            # What is no JSON is refused for that.
            if case.expectation is not Expectation.REJECTED:
                wrong.append(case.id)
            continue
        valid = case.expectation is Expectation.ACCEPTED
        if validator.is_valid(text.value) is not valid or validator.is_valid_by_jsonschema(text.value) is not valid:
            wrong.append(case.id)
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("strength", [PAIRWISE, THREE_WAY])
def test_every_combination_of_members_is_covered(contract: Contract, strength: int) -> None:
    """A checker apart from the construction finds no pair, and no triple, that is left out."""
    model = combinations.model(Builder(contract, {"model_id": "abc"}))
    assert next(missing(model.factors, combinations.rows(model, strength), strength), None) is None


def test_the_sizes_keep_their_bounds(contract: Contract) -> None:
    """Smoke sends at most 150 requests that create 15 objects, standard fewer than 1,500 requests."""
    short = catalogue(contract, Profile.SMOKE, knowledge(contract))
    standard = catalogue(contract, Profile.STANDARD, knowledge(contract))
    assert sum(len(item.cases) for item in short) <= 150
    assert sum(map(creations, short)) <= 15
    assert sum(len(item.cases) for item in standard) < 1_500


def test_the_creations_of_smoke(contract: Contract) -> None:
    """The smallest valid request is the first; the others hold as much as they can."""
    short = catalogue(contract, Profile.SMOKE, knowledge(contract))
    assert short[0].id == "accept.smallest"
    assert {item.id: creations(item) for item in short[1:] if creations(item)} == {
        "accept.merged.falsy": 1,
        "accept.merged.large-floats": 1,
        "accept.merged.negative-exponents": 1,
        "accept.merged.lexical-forms": 1,
        "accept.merged.unusual-name": 1,
        "accept.merged.hostile-name": 1,
        "observe.merged.unusual-path-and-name": 1,
        "observe.heavy.merged": 1,
        "relate.isolation.merged": 2,
        "relate.series": 4,
    }


def test_a_short_run_without_unusual_names_has_the_unusual_path(contract: Contract) -> None:
    """Where the merged one with an unusual name is not sent, the one without it takes its place."""
    standard = catalogue(contract, Profile.STANDARD, knowledge(contract))
    quiet = [item for item in standard if not any(Need.NAME_EDGES in case.needs for case in item.cases)]
    assert "observe.merged.unusual-path" in {item.id for item in smoke(quiet)}


def test_a_short_run_looks_at_every_place_as_often(contract: Contract) -> None:
    """Of the rejected values at properties of one type, no place has two more than another."""
    short = catalogue(contract, Profile.SMOKE, knowledge(contract))
    paths = {node.path for node in contract.request.walk() if "integer" in node.types}
    stories = (case.story for case in cases_of(short) if case.expectation is Expectation.REJECTED)
    counts = Counter(story.pointer for story in stories if story and story.pointer in paths)
    assert counts.keys() == paths
    assert max(counts.values()) - min(counts.values()) <= 2


def test_smoke_is_taken_from_standard_in_its_order(contract: Contract) -> None:
    """What the short run sends, the long one sends as well, in the same order."""
    short = [item.id for item in catalogue(contract, Profile.SMOKE, knowledge(contract))]
    standard = [item.id for item in catalogue(contract, Profile.STANDARD, knowledge(contract))]
    assert [each for each in standard if each in set(short)] == short


def test_no_id_is_given_twice(contract: Contract) -> None:
    """A case is found by its id."""
    ids = [case.id for case in cases_of(catalogue(contract, Profile.FULL, knowledge(contract)))]
    assert len(ids) == len(set(ids))


def test_the_same_catalogue_gives_the_same_bytes(contract: Contract) -> None:
    """Nothing in it depends on chance."""
    once = catalogue(contract, Profile.STANDARD, knowledge(contract))
    again = catalogue(load_contract(), Profile.STANDARD, knowledge(contract))
    assert once == again


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory, contract: Contract) -> Contract:
    """The published contract with every member renamed: reversed, so that no two become the same."""
    folder = tmp_path_factory.mktemp("renamed")
    (folder / "requirements").mkdir()
    path = contract.operation.path
    operation = contract.operation.name.replace(path, _path(path))
    document = yaml.safe_load((SPEC / "openapi.yaml").read_text())
    document["paths"] = {_path(path): document["paths"][path]}
    for parameter in document["components"]["parameters"].values():
        parameter["name"] = new(parameter["name"])
    document["components"]["schemas"] = {
        name: _schema(schema) for name, schema in document["components"]["schemas"].items()
    }
    _write(folder / "openapi.yaml", document)
    prose = _pointers(yaml.safe_load((SPEC / "prose.yaml").read_text()))
    prose["operation"] = operation
    for probe in (prose["read"], prose["remove"]):
        probe["path"] = _path(probe["path"]).replace("{eman}", "{name}")
    _write(folder / "prose.yaml", prose)
    for file in (SPEC / "requirements").glob("*.yaml"):
        rows = yaml.safe_load(file.read_text())
        if "operation" in rows:
            rows["operation"] = operation
        for row in (each for each in rows.get("rows", ()) if "operation" in each):
            row["operation"] = operation
        _write(folder / "requirements" / file.name, rows)
    return load_contract(folder / "openapi.yaml", operation, data=folder)


def new(name: str) -> str:
    """Return the new name of a member; twice gives the old one."""
    return name[::-1]


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _path(path: str) -> str:
    """Return a path template whose parameters are renamed."""
    return re.sub(r"\{(\w+)\}", lambda match: "{" + new(match[1]) + "}", path)


def _schema(schema: object) -> object:
    """Return a schema whose members are renamed: where they are declared, required, exemplified and defaulted."""
    if isinstance(schema, list):
        return [_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            result[keyword] = {new(name): _schema(each) for name, each in value.items()}
        elif keyword == "required":
            result[keyword] = [new(name) for name in value]
        elif keyword in {"examples", "default"}:
            result[keyword] = _value(value)
        else:
            result[keyword] = _schema(value)
    return result


def _value(value: object) -> object:
    """Return a value whose members are renamed."""
    if isinstance(value, dict):
        return {new(name): _value(each) for name, each in value.items()}
    return [_value(each) for each in value] if isinstance(value, list) else value


def _pointers(value: object) -> dict[str, object]:
    """Return prose rules in whose pointers every token is renamed."""
    if isinstance(value, dict):
        return {_pointers(key): _pointers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_pointers(each) for each in value]
    if isinstance(value, str) and value.startswith("/") and "{" not in value:
        return "/".join(new(token) for token in value.split("/"))
    return value


def findings_of(contract: Contract) -> tuple[list[str], list[str]]:
    """Run the suite against the reference server of a contract; returns what was found, and what was doubted."""
    items = catalogue(contract, Profile.STANDARD, knowledge(contract))
    plan = make_plan(contract, items, frozenset(Need), known=items)
    sink = MemorySink()
    key = KEY if contract.operation.security else ""
    target = AsgiTarget(reference_app(contract, key=key or None))
    session = Session(contract, target, sink, SessionOptions(run_id="0" * 8, settings=Settings(key=key)))
    diagnoser = Diagnoser(session, DiagnosisOptions(known=plan.known))
    asyncio.run(Engine(session, diagnoser, concurrency=1).run(plan))
    made = [event for event in sink.events if isinstance(event, FindingMade)]
    found = [
        f"{event.finding.requirement} {event.case}"
        for event in made
        if contract.by_id[event.finding.requirement].strength is not Strength.ADVISORY
    ]
    return found, [str(event) for event in sink.events if isinstance(event, DoubtRaised)]


@pytest.mark.slow
def test_the_published_contract_and_its_reference_server_agree(contract: Contract) -> None:
    """A right server gives no finding that weighs, and no doubt."""
    assert findings_of(contract) == ([], [])


@pytest.mark.slow
def test_renaming_every_member_changes_nothing_but_names(contract: Contract, renamed: Contract) -> None:
    """The code knows no member: a document with other names gives the same cases, requirements and verdict."""
    assert renamed.identity == f"/{new('name')}"
    assert len(renamed.requirements) == len(contract.requirements)
    assert len(renamed.echoes) == len(contract.echoes)
    mine = catalogue(contract, Profile.STANDARD, knowledge(contract))
    theirs = catalogue(renamed, Profile.STANDARD, knowledge(renamed))
    assert sum(len(item.cases) for item in mine) == sum(len(item.cases) for item in theirs)
    assert [case.expectation for case in cases_of(mine)] == [case.expectation for case in cases_of(theirs)]
    sizes = [len(case.request.body or b"") for case in cases_of(mine)]
    assert sizes == [len(case.request.body or b"") for case in cases_of(theirs)]
    assert findings_of(renamed) == ([], [])


def restored(text: str, names: set[str]) -> str:
    """Return a text in which every member has its old name again, also in upper case or with a letter more."""

    def word(match: re.Match[str]) -> str:
        for end in ("", "s"):
            stem = match[0].removesuffix(end)
            old = new(stem.lower())
            if old in names:
                return (old.upper() if stem.isupper() else old) + end
        return match[0]

    return re.sub(r"combination\.[0-9a-f]{10}", "combination", re.sub("[A-Za-z_]+", word, text))


@pytest.mark.slow
def test_renamed_cases_are_the_same_once_the_names_are_put_back(contract: Contract, renamed: Contract) -> None:
    """Ids, bodies, stories and requirements differ in the names of members, and in nothing else."""
    roots = [contract.request, *([contract.response] if contract.response else [])]
    names = {node.name for root in roots for node in root.walk() if node.name} | {*contract.operation.path_parameters}
    names |= {token for trial in contract.prose.trials for pointer in trial.members for token in pointer.split("/")[1:]}
    spelled_by_name = ("camel-case", "accept.json.escapes", "accept.merged.lexical-forms", "utf-16", "utf-32")
    mine = cases_of(catalogue(contract, Profile.STANDARD, knowledge(contract)))
    theirs = cases_of(catalogue(renamed, Profile.STANDARD, knowledge(renamed)))
    for one, other in zip(mine, theirs, strict=True):
        assert re.sub(r"combination\.[0-9a-f]{10}", "combination", one.id) == restored(other.id, names)
        assert sorted(restored(each, names) for each in other.requirements) == sorted(one.requirements), one.id
        if not any(word in one.id for word in spelled_by_name):
            assert one.request.body == (
                other.request.body and restored(other.request.body.decode("latin-1"), names).encode("latin-1")
            ), one.id
    rows = [(row.id, row.strength, row.group) for row in contract.requirements]
    assert rows == [(restored(row.id, names), row.strength, row.group) for row in renamed.requirements]
