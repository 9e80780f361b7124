"""Schemathesis as everybody calls it, alone and with the extension, against servers that are wrong in one way.

The faults are chosen by a rule, not by what is found: of each family that is about the meaning of an answer (echo,
null, default, leaked key, time of creation) some at equal distances in the order of the catalogue. Faults of advisory
requirements are left out: what only a page says fails no run.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import yaml

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import faults
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from tests.integrations.st_runs import st_runs

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "spec" / "openapi.yaml"
EXTENSION = "conformance.integrations.schemathesis"
KEY = "conformance-local-key"
OPTIONS = "--seed 1 --suppress-health-check too_slow"
"""The seed is that of every run; how busy the machine is finds no fault."""

FAMILIES = {"echo.": 8, "null.": 3, "default.": 3, "auth.key-echoed-": 3, "created.": 3}
"""How the ids of a family begin, and how many of it are chosen."""

CONTRACT = load_contract()


def chosen():
    """Return the faults that are tried."""
    found = []
    for start, number in FAMILIES.items():
        known = [each for each in faults(CONTRACT) if each.id.startswith(start)]
        family = [each for each in known if CONTRACT.by_id[each.requirement].strength is not Strength.ADVISORY]
        found += [family[place * len(family) // number] for place in range(number)]
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what was said of the reference server and of each fault: alone, with our status policy, with all of us."""
    folder = tmp_path_factory.mktemp("schemathesis")
    published, lenient = folder / "openapi.yaml", folder / "lenient.json"
    published.write_bytes(DOCUMENT.read_bytes())
    document = yaml.safe_load(DOCUMENT.read_bytes())
    document["paths"]["/v1/models/{model_id}/environments"]["post"]["responses"]["4XX"] = {"description": "refused"}
    lenient.write_text(json.dumps(document))
    runs = partial(st_runs, folder=folder, options=OPTIONS)
    with ExitStack() as stack:

        def serve(*wrong):
            return stack.enter_context(BackgroundServer(reference_app(CONTRACT, faults=wrong, key=KEY))).url

        def everything():
            return [serve(), *(serve(fault) for fault in chosen())]

        with ThreadPoolExecutor() as pool:
            alone = pool.submit(runs, lenient, everything(), key=KEY)
            extended = pool.submit(runs, published, everything(), hooks=EXTENSION)
            plain = runs(published, [serve()], key=KEY)
            return plain[0], alone.result(), extended.result()


def test_the_right_server_fails_alone_and_passes_with_the_extension(told):
    """Plain `st run` complains of the 4xx that the document does not declare; with the extension of nothing."""
    plain, _, extended = told
    assert 1 == plain["status"]
    assert "Undocumented" in plain["said"]
    assert 0 == extended[0]["status"], extended[0]["said"]


def test_twenty_faults_are_missed_alone(told):
    """With the status policy, so that the undeclared 4xx hides nothing, Schemathesis alone finds none of the faults."""
    _, alone, _ = told
    assert 20 == len(chosen())
    assert 21 == len(alone)
    assert [] == [each["said"] for each in alone if each["status"] != 0]


def test_twenty_faults_are_found_with_the_extension(told):
    """Each fault is found, and what is said names the requirement that it breaks."""
    _, _, extended = told
    missed = [
        fault.id
        for fault, each in zip(chosen(), extended[1:], strict=True)
        if each["status"] != 1 or fault.requirement not in each["said"]
    ]
    assert [] == missed
