"""The smallest handler that answers a right environment: what was sent, over what stands for the rest."""

from datetime import UTC, datetime

from pydantic import BaseModel

from .models import CreateEnvironmentRequestV1, EnvironmentV1

AUTOSCALING = {
    "min_replica": 0,
    "max_replica": 1,
    "autoscaling_window": 60,
    "scale_down_delay": 900,
    "concurrency_target": 1,
    "target_utilization_percentage": 70,
    "target_in_flight_tokens": None,
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


def answer(model_id: str, body: CreateEnvironmentRequestV1) -> EnvironmentV1:
    """Return the environment that was asked for."""
    return EnvironmentV1(
        name=body.name,
        created_at=datetime.now(UTC),
        model_id=model_id,
        current_deployment=None,
        autoscaling_settings=AUTOSCALING | sent(body.autoscaling_settings),
        promotion_settings=sent(body.promotion_settings),
        instance_type=INSTANCE,
    )


def sent(settings: BaseModel | None) -> dict[str, object]:
    """Return what was sent of some settings."""
    return settings.model_dump(exclude_none=True) if settings else {}
