"""The application conforms to its contract."""

import httpx
from app import KEY, app

import conformance


def test_the_application_conforms() -> None:
    """No requirement of strength must fails. The application is called in this process, without a socket."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), headers={"Authorization": f"Api-Key {KEY}"})
    result = conformance.run(target=client, profile="smoke")
    causes = [f"{cause.strength}: {cause.sentence}" for cause in result.results.causes]
    assert result.results.verdict is conformance.Verdict.CONFORMING, "\n".join(causes)
