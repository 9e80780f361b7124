"""What a user is proposed to try."""

import pytest

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.workflow.reporting import stateless_hint


@pytest.fixture(scope="module")
def contract():
    """Return the contract of the published document."""
    return load_contract()


def test_a_right_target_gets_no_proposal(contract, tmp_path):
    """Where everything comes back as it was sent, there is nothing to propose."""
    with BackgroundServer(reference_app(contract)) as server:
        result = conformance.run(target=server.url, profile="smoke", out=tmp_path)
    assert "" == result.hint == stateless_hint(contract.requirements, result.results)


def test_one_member_that_does_not_come_back_is_no_static_mock(contract, tmp_path):
    """A fault at one member is a fault, and no reason to look away from all."""
    app = reference_app(contract)

    async def forgetful(scope, receive, send):
        async def changed(message):
            if message["type"] == "http.response.body":
                message = {**message, "body": message.get("body", b"").replace(b'"cfm-', b'"xxx-')}
            await send(message)

        await app(scope, receive, changed)

    with BackgroundServer(forgetful) as server:
        result = conformance.run(target=server.url, profile="smoke", out=tmp_path)
    assert 1 == result.exit_status
    assert "" == result.hint
