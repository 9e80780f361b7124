"""Servers that keep the contract but for one fault, which only random data meets."""

import json
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import reference_app
from conformance.model.case import SLOT
from conformance.model.json_values import all_at

Faulty = Callable[[Any], bool]


def _at(pointer: str, test: Callable[[Any], bool]) -> Faulty:
    return lambda body: any(map(test, all_at(body, pointer)))


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _scale(name: str) -> str:
    return f"/autoscaling_settings/{name}"


def _equal_and_odd(body: Any) -> bool:
    held = body.get("autoscaling_settings") if isinstance(body, dict) else None
    one, other = (held.get("scale_down_delay"), held.get("concurrency_target")) if isinstance(held, dict) else (0, 1)
    return _integer(one) and one % 2 == 1 and one == other


def _larger(body: Any) -> bool:
    held = body.get("autoscaling_settings") if isinstance(body, dict) else None
    one, other = (held.get("min_replica"), held.get("autoscaling_window")) if isinstance(held, dict) else (0, 1)
    return _integer(one) and _integer(other) and one > 1000 * abs(other) > 0


def _text(test: Callable[[str], bool]) -> Faulty:
    return _at("/name", lambda name: isinstance(name, str) and test(name))


def _held(member: str, **values: Any) -> Any:
    return {"name": SLOT, member: values}


FAULTS: dict[str, tuple[Faulty, Any]] = {
    "two members equal and odd": (
        _equal_and_odd,
        _held("autoscaling_settings", concurrency_target=1, scale_down_delay=1),
    ),
    "a multiple of 977": (
        _at(_scale("max_replica"), lambda value: _integer(value) and value != 0 and value % 977 == 0),
        _held("autoscaling_settings", max_replica=977),
    ),
    "a combining dot below": (_text(lambda name: "\u0323" in unicodedata.normalize("NFD", name)), {"name": "\u0323"}),
    "a number that ends in 13": (
        _at(_scale("target_in_flight_tokens"), lambda value: _integer(value) and value % 100 == 13),
        _held("autoscaling_settings", target_in_flight_tokens=13),
    ),
    "one far above another": (_larger, _held("autoscaling_settings", min_replica=1001, autoscaling_window=1)),
    "a negative even number": (
        _at(
            "/promotion_settings/ramp_up_duration_seconds",
            lambda value: _integer(value) and value < -1 and value % 2 == 0,
        ),
        _held("promotion_settings", ramp_up_duration_seconds=-2),
    ),
    "bits of 2^20 to 2^31": (
        _at(_scale("scale_down_delay"), lambda value: _integer(value) and 2**20 <= value < 2**31 - 1),
        _held("autoscaling_settings", scale_down_delay=2**20),
    ),
    "a name with a tilde": (_text(lambda name: "~" in name), {"name": "~"}),
    "a percent of 37": (
        _at("/promotion_settings/rolling_deploy_config/max_surge_percent", lambda value: value == 37),
        _held("promotion_settings", rolling_deploy_config={"max_surge_percent": 37}),
    ),
    "a letter beyond 16 bits in a name with a vowel": (
        _text(lambda name: any(ord(c) > 0xFFFF for c in name) and any(c in "eiou" for c in name)),
        {"name": "e\U00010000"},
    ),
}
"""By name: whether a body meets the fault, and the body that a person would write to show it."""

CONTRACT = load_contract()


def planted(faulty: Faulty, contract: Contract = CONTRACT) -> Callable[..., Awaitable[None]]:
    """Return an ASGI application that answers 500 where `faulty` says so, and is right otherwise."""
    right = reference_app(contract)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await right(scope, receive, send)
            return
        chunks = []
        while True:
            message = await receive()
            chunks.append(message)
            if not message.get("more_body"):
                break
        try:
            body = json.loads(b"".join(each.get("body", b"") for each in chunks))
        except ValueError:
            body = None
        if body is not None and faulty(body):
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"fault"})
            return
        left = iter(chunks)

        async def again() -> Any:
            return next(left, None) or await receive()

        await right(scope, again, send)

    return app
