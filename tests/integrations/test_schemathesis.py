"""The extension of Schemathesis: what `st run` finds with it, and without."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import schemathesis
import yaml

from conformance.integrations.checking import CheckedContract
from conformance.integrations.schemathesis.contracts import Contracts, about
from conformance.integrations.schemathesis.examples import ExplicitExamples, Together
from conformance.model.case import Relation
from conformance.model.vocabulary import Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .st_runs import st_runs

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "spec" / "openapi.yaml"
KEY = "conformance-local-key"
EXTENSION = "conformance.integrations.schemathesis"
QUICK = "--seed 1 --max-examples 5 --phases examples,coverage,fuzzing"
HERE_BASE = "http://127.0.0.1:4010"

FOUND = {
    "echo.CreateEnvironmentRequestV1.name.other": "semantics.CreateEnvironmentRequestV1.name.echo",
    "auth.key-echoed-in-response": "authentication.key-echo",
    "null.UpdateRollingDeployConfigV1.max_surge_percent.differs": (
        "semantics.UpdateRollingDeployConfigV1.max_surge_percent.null-as-absent"
    ),
    "state.rejected-stored": "error.leaves-nothing",
}
"""Faults that Schemathesis alone does not see, two of them in what several answers say together, and what they break.

tests/acceptance/test_schemathesis.py has more of them.
"""


@pytest.mark.slow
def test_the_reference_is_green_with_the_extension_alone(tmp_path, serve):
    """Plain `st run` complains of what the document does not declare; with the extension nothing is found."""
    runs = partial(st_runs, DOCUMENT, folder=tmp_path, options=QUICK)
    (plain,) = runs([serve(key=KEY).url], key=KEY)
    assert 1 == plain["status"]
    assert "Undocumented status code" in plain["said"]
    server = serve(key=KEY)
    urls = [server.url, *(serve(fault, key=KEY).url for fault in FOUND)]
    right, *wrong = runs(urls, hooks=EXTENSION)
    assert 0 == right["status"], right["said"]
    assert "No issues found" in right["said"]
    # The examples are taken: signed, and each with a name of its own.
    assert 500 < server.mock.creations
    for requirement, told in zip(FOUND.values(), wrong, strict=True):
        assert 1 == told["status"], requirement
        assert requirement in told["said"]
    assert KEY not in right["said"] + wrong[0]["said"]


def test_every_requirement_has_one_check(contract):
    """Each requirement of the groups that the checks are about belongs to one check."""
    checks = ("echo", "defaults", "errors", "credentials", "verdict")
    groups = {"acceptance", "rejection", "authentication", "semantics", "error"}
    counts = {
        row.id: sum(about(check, row) for check in checks) for row in contract.requirements if row.group in groups
    }
    assert {1} == set(counts.values())
    assert all(not any(about(check, row) for check in checks) for row in contract.requirements if row.id not in counts)


def test_a_4xx_is_declared_where_none_is(tmp_path, monkeypatch):
    """The document that Schemathesis goes by declares a 4xx for each operation, and keeps what was declared."""
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load(DOCUMENT.read_bytes())
    other = {"responses": {"200": {"description": "fine"}, "default": {"description": "else"}}}
    raw["paths"]["/other"] = {"get": other, "parameters": []}
    Contracts().load(raw)
    (operation,) = (value["post"] for path, value in raw["paths"].items() if path.endswith("environments"))
    assert ["200", "4XX"] == [str(status) for status in operation["responses"]]
    assert ["200", "default"] == list(other["responses"])


def operation_at(base, contracts):
    """Return the operation of the document as it is served at `base`, loaded by `contracts`."""
    raw = yaml.safe_load(DOCUMENT.read_bytes())
    contracts.load(raw)
    schema = schemathesis.openapi.from_dict(raw)
    schema.config.update(base_url=base)
    return schema["/v1/models/{model_id}/environments"]["POST"]


def test_the_catalogue_is_sent_as_examples(tmp_path, monkeypatch):
    """On this machine the standard profile, right and wrong bodies, each with a name of its own."""
    monkeypatch.chdir(tmp_path)
    contracts = Contracts()
    examples = contracts.examples(operation_at(HERE_BASE, contracts))
    assert 900 < len(examples)
    names = [found[0] for each in examples if (found := re.findall(rb"cfm-[0-9a-f]{8}-[0-9a-z]{4}", each.body))]
    # The cases of some relations share one.
    assert 900 < len(set(names)) < len(names)
    assert {"conformance"} == {each.path_parameters["model_id"] for each in examples}


@pytest.mark.slow
def test_the_profile_can_be_chosen(tmp_path, monkeypatch):
    """A file names the profile, a variable comes before it; the smallest is the one for a server elsewhere."""
    monkeypatch.chdir(tmp_path)

    def number(base):
        contracts = Contracts()
        return len(contracts.examples(operation_at(base, contracts)))

    standard = number(HERE_BASE)
    (tmp_path / "conformance.toml").write_text('profile = "smoke"\nmodel-id = "m7"\n')
    smoke = number(HERE_BASE)
    monkeypatch.setenv("CONFORMANCE_PROFILE", "full")
    full = number(HERE_BASE)
    monkeypatch.delenv("CONFORMANCE_PROFILE")
    (tmp_path / "conformance.toml").write_text('model-id = "m7"\n')
    assert 100 < smoke <= 150 < standard < full
    # Other cases stand for those whose values a live server may not be sent.
    assert 100 < number("https://api.example.com") <= 150


def test_a_server_elsewhere_needs_a_model(tmp_path, monkeypatch, capsys):
    """Without one no case of the catalogue is sent, and one line says so."""
    monkeypatch.chdir(tmp_path)
    contracts = Contracts()
    operation = operation_at("https://api.example.com", contracts)
    assert [] == contracts.examples(operation)
    assert [] == contracts.examples(operation)
    expected = (
        "conformance: no case of the catalogue is sent: the path parameter 'model_id' has no value; "
        "set it in conformance.toml\n"
    )
    assert expected == capsys.readouterr().err


@pytest.fixture
def build(contract):
    """Return what makes the cases of the contract."""
    return Builder(contract, {"model_id": "m"})


def relations(contract, build):
    """Return the examples of each relation of the standard profile that can be sent."""
    found = {}
    for each in ExplicitExamples(CheckedContract(contract), build).all(
        catalogue(contract, Profile.STANDARD, Knowledge({"model_id": "m"}))
    ):
        if each.together:
            found.setdefault(each.together, []).append(each)
    return found


def test_relations_are_whole_and_in_order(contract, build):
    """All cases of a relation are there, in their order, with one name where they share it; none is sent at once."""
    found = relations(contract, build)
    kinds = {together.relation.kind for together in found}
    expected = {"null-beside-absent", "in-turn", "alike-names", "leaves-nothing", "same-name", "other-settings"}
    assert expected == kinds
    for together, examples in found.items():
        assert [case.id for case in together.relation.cases] == [each.case.id for each in examples]
        names = {each.case.request.body.partition(b"cfm-")[2][:13] for each in examples if each.case.slotted}
        assert together.relation.same_name is (1 == len(names)), together.relation.id


def test_schemathesis_sends_the_last_example_first(tmp_path, monkeypatch):
    """So the examples are handed over in reverse: what comes first in the catalogue is sent first."""
    monkeypatch.chdir(tmp_path)
    contracts = Contracts()
    names = [
        int(each.body.partition(b"cfm-")[2][9:13], 36)
        for each in contracts.examples(operation_at(HERE_BASE, contracts))
        if b"cfm-" in each.body
    ]
    assert sorted(names, reverse=True) == names


def test_answers_of_a_relation_are_judged_once_all_came(contract, build):
    """A relation is judged with its last answer; where one is missing or comes late, it is not judged at all."""
    cases = next(each for each in relations(contract, build) if each.relation.kind == "in-turn").relation.cases
    together = Together(Relation("r", "in-turn", ("semantics.isolation",), cases))
    assert [0, 0, 0, 4] == [len(together.add(place, place, case)) for place, case in enumerate(cases)]
    assert [0, 0, 0, 0] == [len(together.add(place, place, cases[place])) for place in (0, 1, 3, 2)]
    assert [0, 0, 0, 4] == [len(together.add(place, place, cases[place])) for place in range(4)]


SESSION = """
import schemathesis
import conformance.integrations.schemathesis

schema = schemathesis.openapi.from_path({document!r})
schema.config.update(base_url={url!r})


@schema.parametrize()
def test_it(case):
    case.call_and_validate()
"""


@pytest.mark.slow
def test_the_checks_work_in_pytest_as_well(pytester, serve, monkeypatch):
    """Schemathesis' own tests of pytest send the same examples, and the checks judge them, relations as well."""
    monkeypatch.setenv("CONFORMANCE_PROFILE", "standard")
    server = serve("null.UpdateAutoscalingSettingsV1.min_replica.differs")
    (pytester.path / "conformance.toml").write_text('only = ["accept.smallest", "relate.null-beside-absent.leaves"]')
    pytester.makepyfile(SESSION.format(document=str(DOCUMENT), url=server.url))
    done = pytester.runpytest_subprocess("-p", "schemathesis.pytest.plugin", "-q")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*semantics.UpdateAutoscalingSettingsV1.min_replica.null-as-absent"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profile = 'tiny'", "UsageError: conformance.toml: profile must be one of smoke, standard, full, fuzz"),
        ("api-key-env = 'NO_SUCH'", "UsageError: the environment variable NO_SUCH is not set"),
    ],
)
def test_settings_that_cannot_be_used(text, said, tmp_path):
    """A wrong setting is told before anything is sent."""
    (tmp_path / "conformance.toml").write_text(text)
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", f"import {EXTENSION}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said in done.stderr
