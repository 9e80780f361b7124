"""Targets with one trait: what a run says of it, with which strength, and what it does not say."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
from conformance.model.vocabulary import Strength
from conformance.reports.results import Results
from conformance.workflow.api import run

Message = dict[str, Any]
Trait = Callable[[Message, bytes], int | bytes | None]
"""Returns a status in the place of the right server's, or another body for it, or None where nothing is special."""

KEY = "a-key-for-tests"


def app_of(trait: Trait, key: str | None = KEY) -> Any:
    """Return the reference server behind a trait; `key` is the one that it knows, None accepts any."""
    mock = Mock(load_contract(), key=key, responses="fresh")

    async def app(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await mock(scope, receive, send)
            return
        body = (await receive())["body"]
        changed = trait(scope, body)
        if isinstance(changed, int):
            headers = [(b"content-type", b"application/json"), (b"date", b"Thu, 26 Nov 2026 10:00:00 GMT")]
            await send({"type": "http.response.start", "status": changed, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"code": "ERROR", "message": "no"}'})
            return
        left = [{"type": "http.request", "body": body if changed is None else changed, "more_body": False}]

        async def again() -> Message:
            return left.pop() if left else await asyncio.Future()

        await mock(scope, again, send)

    return app


@pytest.fixture
def tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Results]:
    """Return what runs some cases against the reference server behind a trait."""

    def results(trait: Trait, *only: str, key: str | None = KEY, configured: bool = True, **more: Any) -> Results:
        monkeypatch.setitem(sys.modules, "app_with_trait", SimpleNamespace(app=app_of(trait, key)))
        monkeypatch.setenv("CONFORMANCE_API_KEY", KEY) if configured else monkeypatch.delenv(
            "CONFORMANCE_API_KEY", raising=False
        )
        options = {"profile": "standard", "phases": ("catalogue",), "repeats": 1, "reports": (), **more}
        return run(target="asgi:app_with_trait:app", out=tmp_path / "out", only=only, **options).results

    return results


Tested = Callable[..., Results]


def said(results: Results) -> list[tuple[Strength, str]]:
    """Return strength and sentence of each cause, notes on documented values and later documents aside."""
    told = [each for each in results.causes if each.requirements[0].partition(".")[0] not in {"advisory", "drift"}]
    told = [
        each for each in told if each.requirements[0] != "semantics.same-name-settings"
    ]  # what a name means is noted
    return sorted((each.strength, each.sentence) for each in told)


def parsed(body: bytes) -> Any:
    """Return the value of a JSON text, None where there is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def rejects_unknown(_: Message, body: bytes) -> int | None:
    """Reject unknown properties at the top."""
    value = parsed(body)
    declared = {"name", "autoscaling_settings", "promotion_settings"}
    return 422 if isinstance(value, dict) and not declared.issuperset(value) else None


def test_an_oddity_in_an_unknown_property(tested: Tested) -> None:
    """A target that rejects unknown properties is not told that it rejects escapes, objects or empty names."""
    results = tested(rejects_unknown, "accept.json.*", "accept.body.*", "observe.body.*")
    assert [(Strength.SHOULD, "Rejects an unknown property in the body with 422")] == said(results)


@pytest.mark.slow
def test_a_reserved_property(tested: Tested) -> None:
    """`__proto__` is no unknown property like others: rejecting it is a note."""
    results = tested(lambda _, body: 400 if b"__proto__" in body else None, "accept.*", "observe.*.proto-property")
    places = "`__proto__`, `promotion_settings`, `rolling_deploy_config`"
    assert [(Strength.ADVISORY, f"Rejects the property __proto__: {places}")] == said(results)


def test_any_query_is_rejected(tested: Tested) -> None:
    """A 400 to a key in the query says nothing of the key, where a good key beside a query gets the same."""
    results = tested(lambda scope, _: 400 if scope["query_string"] else None, "*.credential.*", "accept.smallest")
    assert [] == [each for each in results.findings if each.requirement == "authentication.status"]
    location = next(each for each in results.requirements if each.id == "authentication.location")
    assert "passed" == location.outcome


def test_only_a_key_in_the_query_is_rejected_with_400(tested: Tested) -> None:
    """Where a good key beside a query is accepted, the status of the other is to blame."""
    results = tested(lambda scope, _: 400 if KEY.encode() in scope["query_string"] else None, "*.credential.*")
    status = (Strength.SHOULD, "Returns 400 instead of 401 or 403 for an invalid credential")
    assert [(Strength.ADVISORY, "Rejects two credentials"), status] == said(results)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["smoke", "standard"])
def test_the_absence_of_a_neighbour(tested: Tested, profile: str) -> None:
    """A crash that the absence of a property brings about is not blamed on the value beside it."""

    def trait(_: Message, body: bytes) -> int | None:
        value = parsed(body)
        settings = value.get("promotion_settings") if isinstance(value, dict) else None
        config = settings.get("rolling_deploy_config") if isinstance(settings, dict) else None
        return 500 if isinstance(config, dict) and "max_unavailable_percent" not in config else None

    results = tested(trait, "accept.*", profile=profile)
    assert [(Strength.MUST, "Returns 500 for a body without `max_unavailable_percent`")] == said(results)


def test_no_media_type(tested: Tested) -> None:
    """A body without `Content-Type` may be examined (RFC 9110 section 8.3): accepting it is a note."""

    def trait(scope: Message, _: bytes) -> None:
        if not any(name == b"content-type" for name, _ in scope["headers"]):
            scope["headers"].append((b"content-type", b"application/json"))

    results = tested(trait, "*.media-type.*")
    assert [(Strength.ADVISORY, "Accepts a request without `Content-Type`")] == said(results)


def test_a_key_that_was_made_up(tested: Tested) -> None:
    """A target that accepts a key that nobody configured checks none: one note."""
    results = tested(lambda *_: None, "*.credential.*", key=None, configured=False)
    sentence = "Accepts any key: configure a key (--api-key-env) to test how a wrong one is rejected"
    assert (Strength.ADVISORY, sentence) in said(results)
    assert [] == [each for each in results.findings if each.requirement == "authentication.wrong"]
    assert [] == said(tested(lambda *_: None, "*.wrong-key", "accept.smallest", key=None, any_key=True))


def test_a_stateless_target_without_a_credential(tested: Tested) -> None:
    """A stateless target that needs no credential breaks a must; a wrong key is tested where one is configured."""

    def trait(scope: Message, _: bytes) -> None:
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"authorization"]
        scope["headers"].append((b"authorization", f"Api-Key {KEY}".encode()))

    results = tested(trait, "*.credential.*", "accept.smallest", stateless=True)
    failed = {each.requirement for each in results.findings}
    assert {"authentication.missing", "authentication.wrong", "authentication.location"} <= failed


def test_a_fraction_that_is_rounded(tested: Tested) -> None:
    """Accepting a number that double precision rounds to an integer is a should finding, said as precision."""

    def trait(_: Message, body: bytes) -> bytes | None:
        value = parsed(body)
        settings = value.get("autoscaling_settings") if isinstance(value, dict) else None
        if not isinstance(settings, dict):
            return None
        rounded = {
            name: int(each) if isinstance(each, float) and each.is_integer() else each
            for name, each in settings.items()
        }
        return json.dumps({**value, "autoscaling_settings": rounded}).encode()

    results = tested(trait, "reject.autoscaling_settings.*fraction*", "accept.smallest")
    kind = "a fraction that double precision rounds to an integer where an integer is required"
    assert [(Strength.SHOULD, f"Accepts {kind}")] == said(results)
