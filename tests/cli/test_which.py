"""`conformance spec which`: mocks of three versions, each found to keep its own document."""

import json
from pathlib import Path

import pytest
import yaml

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

HELD = Path(__file__).parents[2] / "spec" / "openapi.yaml"


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    """Return three documents: the held one, one with a required property in responses, one that requests have too."""
    found = []
    content = yaml.safe_load(HELD.read_text())
    schemas = content["components"]["schemas"]
    settings = {
        "anyOf": [{"type": "object", "properties": {"policy": {"enum": ["QUEUE", "REJECT"]}}}, {"type": "null"}]
    }
    for number in range(3):
        if number == 1:
            schemas["EnvironmentV1"]["properties"]["request_backpressure_settings"] = settings
            schemas["EnvironmentV1"]["required"].append("request_backpressure_settings")
        elif number == 2:
            schemas["UpdateAutoscalingSettingsV1"]["properties"]["max_scale_down_rate"] = {
                "type": "integer",
                "minimum": 1,
            }
        found.append(tmp_path / f"version-{number}.json")
        found[-1].write_text(json.dumps(content))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_mock_of_a_version_keeps_that_version(command, monkeypatch, versions, number):
    """Newer documents fail first, and say of what; the requests of all runs are as many as they say."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)
    app = reference_app(load_contract(versions[number]), key=LOCAL_KEY)
    with BackgroundServer(app) as server:
        ended = command("spec", "which", *map(str, versions), "--target", server.url, "--out", "which")
    lines = ended.out.splitlines()
    tried = [line for line in lines if " requests, " in line]
    assert (0, f"the target keeps {versions[number]}") == (ended.status, lines[-1])
    assert [str(version) for version in versions[: number - 1 if number else None : -1]] == [
        line.partition(": ")[0] for line in tried
    ]
    assert len(app.stored) <= 15 * len(tried)


@pytest.mark.slow
def test_a_target_that_keeps_none_and_one_that_is_down(command, monkeypatch, versions):
    """Exit status 1 where every document has failures, 3 where nothing can be said."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)

    async def teapot(scope, _receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"tea"})

    with BackgroundServer(teapot) as server:
        url = server.url
        ended = command("spec", "which", *map(str, versions), "--target", server.url, "--max-creations", "15")
    assert (1, "the target keeps none of the documents") == (ended.status, ended.out.splitlines()[-1])
    assert 3 == command("spec", "which", str(versions[0]), "--target", url).status
