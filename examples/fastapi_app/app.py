"""An application of FastAPI that conforms to the contract of environments."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict

KEY = "a-key-for-tests"

AUTOSCALING = {
    "min_replica": 0,
    "max_replica": 1,
    "autoscaling_window": 60,
    "scale_down_delay": 900,
    "concurrency_target": 1,
    "target_utilization_percentage": 70,
    "target_in_flight_tokens": None,
}
PROMOTION = {
    "redeploy_on_promotion": False,
    "rolling_deploy": False,
    "promotion_cleanup_strategy": "SCALE_TO_ZERO",
    "rolling_deploy_config": None,
    "ramp_up_while_promoting": False,
    "ramp_up_duration_seconds": 600,
}
ROLLING = {
    "rolling_deploy_strategy": "REPLICA",
    "max_surge_percent": 10,
    "max_unavailable_percent": 0,
    "stabilization_time_seconds": 0,
    "replica_overhead_percent": 0,
}
INSTANCE = {
    "id": "1x2",
    "name": "1x2",
    "memory_limit_mib": 2048,
    "millicpu_limit": 1000,
    "gpu_count": 0,
    "gpu_type": None,
    "gpu_memory_limit_mib": None,
}


def encodable(value: str) -> str:
    """Return a string; one with a lone surrogate, which no response can contain, raises a ValueError."""
    value.encode()
    return value


class Strict(BaseModel):
    """A body whose values are not converted: `"1"` is no integer, and 1 no boolean."""

    model_config = ConfigDict(strict=True)


class Autoscaling(Strict):
    """When replicas are added and removed; the one object without unknown properties."""

    model_config = ConfigDict(strict=True, extra="forbid")

    min_replica: int | None = None
    max_replica: int | None = None
    autoscaling_window: int | None = None
    scale_down_delay: int | None = None
    concurrency_target: int | None = None
    target_utilization_percentage: int | None = None
    target_in_flight_tokens: int | None = None


class Rolling(Strict):
    """How replicas are replaced."""

    rolling_deploy_strategy: Literal["REPLICA"] | None = None
    max_surge_percent: int | None = None
    max_unavailable_percent: int | None = None
    stabilization_time_seconds: int | None = None
    replica_overhead_percent: int | None = None


class Promotion(Strict):
    """How a deployment is promoted to the environment."""

    redeploy_on_promotion: bool | None = None
    rolling_deploy: bool | None = None
    promotion_cleanup_strategy: Literal["KEEP", "SCALE_TO_ZERO", "DEACTIVATE"] | None = None
    rolling_deploy_config: Rolling | None = None
    ramp_up_while_promoting: bool | None = None
    ramp_up_duration_seconds: int | None = None


class Creation(Strict):
    """The body of a request."""

    name: Annotated[str, AfterValidator(encodable)]
    autoscaling_settings: Autoscaling | None = None
    promotion_settings: Promotion | None = None


app = FastAPI()
created: set[tuple[str, str]] = set()


@app.exception_handler(RequestValidationError)
def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    """Return 400 without the input: `NaN` or a lone surrogate in an error body would end in 500."""
    first = error.errors()[0]
    return JSONResponse({"code": "INVALID", "message": f"{first['msg']}: {first['loc']}"}, 400)


@app.post("/v1/models/{model_id}/environments")
def create(model_id: str, body: Creation, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
    """Create an environment."""
    if authorization != f"Api-Key {KEY}":
        raise HTTPException(401, "the key is missing or wrong", {"WWW-Authenticate": "Api-Key"})
    if (model_id, body.name) in created:
        raise HTTPException(409, "the environment exists")
    created.add((model_id, body.name))
    promotion = PROMOTION | sent(body.promotion_settings)
    if body.promotion_settings and body.promotion_settings.rolling_deploy_config:
        promotion["rolling_deploy_config"] = ROLLING | sent(body.promotion_settings.rolling_deploy_config)
    return {
        "name": body.name,
        "created_at": datetime.now(UTC).isoformat(),
        "model_id": model_id,
        "current_deployment": None,
        "candidate_deployment": None,
        "in_progress_promotion": None,
        "autoscaling_settings": AUTOSCALING | sent(body.autoscaling_settings),
        "promotion_settings": promotion,
        "instance_type": INSTANCE,
    }


def sent(settings: BaseModel | None) -> dict[str, Any]:
    """Return what was sent of some settings, null apart."""
    return settings.model_dump(exclude_none=True) if settings else {}
