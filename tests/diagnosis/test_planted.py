"""Interactions planted in a server at random places are found, and minimised to exactly their members."""

import asyncio
import random
from functools import cache

import pytest

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import FindingMade, RequestSent
from conformance.journal.writing import MemorySink
from conformance.model.case import Need
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, encode, equal, read, write
from conformance.model.pointer import last
from conformance.model.vocabulary import Profile
from conformance.runner.engine import Engine
from conformance.runner.plan import Plan, make_plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.covering.combinations import EMPTY, OBJECT, model
from conformance.strategies.covering.factors import closure
from conformance.strategies.values import bodies
from conformance.targets.asgi import AsgiTarget

from .reduction.test_property_reducer import Wrong

KNOWLEDGE = Knowledge({"model_id": "abc"})


@cache
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@cache
def plan(profile: Profile) -> Plan:
    """Return the combinations of a profile."""
    items = catalogue(contract(), profile, KNOWLEDGE)
    return make_plan(contract(), items, frozenset(Need), only=("accept.combination.*",), known=items)


def interaction(strength: int, seed: int) -> dict[str, Json]:
    """Return members, by pointer, with values that can stand in one body, chosen at random."""
    chance = random.Random(f"{strength} {seed}")  # noqa: S311 (no secret)
    of = model(Builder(contract(), KNOWLEDGE.parameters))
    while True:
        levels = {
            index: chance.randrange(len(of.levels[index])) for index in chance.sample(range(len(of.nodes)), strength)
        }
        chosen = {of.nodes[index].path: of.levels[index][level] for index, level in levels.items()}
        plain = all(each.word not in {OBJECT, EMPTY} and each.value is not bodies.ABSENT for each in chosen.values())
        if plain and closure(of.factors, levels) is not None:
            return {path: read(encode(level.value)).value for path, level in chosen.items()}


def holds(body: Json, members: dict[str, Json]) -> bool:
    """Tell whether a body holds all these members with these values."""
    return all(equal(get(body, pointer, MISSING), value) for pointer, value in members.items())


PAIRS, TRIPLES = (2, Profile.STANDARD), (3, Profile.FULL)
SAMPLE = [(*PAIRS, seed, (400, 500)[seed % 2]) for seed in range(6)] + [(*TRIPLES, 0, 500), (*TRIPLES, 5, 400)]
"""Strength, profile, seed and status: more seeds say the same and take longer."""


@pytest.mark.slow
@pytest.mark.parametrize(("strength", "profile", "seed", "status"), SAMPLE)
def test_an_interaction_is_told_as_its_members(strength: int, profile: Profile, seed: int, status: int) -> None:
    """Any two members are found in `standard`, any three in `full`, and the one cause names them and no others."""
    members = interaction(strength, seed)
    sink = MemorySink()
    target = AsgiTarget(Wrong(contract(), lambda body: holds(body, members), status))
    session = Session(
        contract(), target, sink, SessionOptions(run_id="0" * 8, settings=Settings(key="a-key-of-the-test"))
    )
    diagnoser = Diagnoser(session, DiagnosisOptions(repeats=1, known=plan(profile).known))
    asyncio.run(Engine(session, diagnoser, concurrency=1).run(plan(profile)))
    weighty = {
        event.finding.sentence
        for event in sink.events
        if isinstance(event, FindingMade) and contract().by_id[event.finding.requirement].strength != "advisory"
    }
    (sentence,) = weighty
    said, _, told = sentence.partition("a body in which ")
    assert {400: "Rejects ", 500: "Returns 500 for "}[status] == said
    assert {f"`{last(each)}` is {write(value)}" for each, value in members.items()} == set(told.split(" and "))
    extra = [each for each in sink.events if isinstance(each, RequestSent) and each.case.id.endswith(".minimal")]
    assert extra
