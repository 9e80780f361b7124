"""Servers with a limit that no document states: each gets one cause, which says the limit, and where."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.wire_facts import depth
from conformance.mock.app import Mock
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from conformance.workflow.api import run

from .faulty_servers import KEY, Arrives, Message, Proxy, Reply

NO: Reply = (400, {"code": "LIMIT", "message": "no"})
ROLLING = "rolling_deploy_config"


def parsed(body: bytes) -> Any:
    """Return the JSON of a body, an empty object where it has none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def crashes_at_100(_: Proxy, __: Message, body: bytes) -> bytes | Reply:
    """Divide by what is left of a hundred."""
    held = (parsed(body).get("promotion_settings") or {}).get(ROLLING) if body else None
    return (500, {}) if isinstance(held, dict) and held.get("max_surge_percent") == 100 else body


def takes_100_properties(_: Proxy, __: Message, body: bytes) -> bytes | Reply:
    """Take no more properties than a parser of forms."""
    return NO if len(parsed(body)) > 100 else body


def takes_64_levels(_: Proxy, __: Message, body: bytes) -> bytes | Reply:
    """Take no deeper body than the parser of a framework."""
    return NO if depth(body) > 64 else body


@pytest.mark.parametrize(
    ("arrives", "strength", "says"),
    [
        (crashes_at_100, Strength.MUST, "Returns 500 for the percentage 100: `max_surge_percent`"),
        (takes_100_properties, Strength.SHOULD, "Rejects an object with 101 unknown properties with 400"),
        (takes_64_levels, Strength.SHOULD, "Rejects a body nested 65 or more levels deep with 400"),
    ],
)
def test_one_cause(
    arrives: Arrives, strength: Strength, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edge alone, 101 properties, and 65 levels are found, each with its sentence."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    only = ("accept.fullest", "accept.stated.*surge*", "accept.*unknown*", "relate.isolation.merged")
    with BackgroundServer(Proxy(Mock(load_contract(), key=KEY), arrives)) as server:
        results = run(target=server.url, out=tmp_path, only=only, reports=(), phases=("catalogue",), repeats=0).results
    causes = [(each.strength, each.sentence) for each in results.causes if each.strength is not Strength.ADVISORY]
    assert [(strength, says)] == causes
