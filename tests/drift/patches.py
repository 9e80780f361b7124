"""The dated changes of the published document, each as a patch of the held one."""

import copy
import json
from collections.abc import Callable
from typing import Any

import yaml

from conformance.contract.contract import Contract
from conformance.contract.reading.document import Document, parse_document

NULL = {"type": "null"}
POLICY = {"type": "object", "properties": {"policy": {"enum": ["QUEUE_ON_FULL", "REJECT_ON_FULL"]}}}
PATH = "/v1/models/{model_id}/environments"
Content = dict[str, Any]
Patch = Callable[[Content], None]


def schemas(content: Content) -> Content:
    """Return the schemas of a document."""
    return content["components"]["schemas"]


def add(content: Content, schema: str, name: str, value: Any, *, required: bool = False) -> None:
    """Add a property to a schema."""
    schemas(content)[schema]["properties"][name] = copy.deepcopy(value)
    if required:
        schemas(content)[schema]["required"].append(name)


def old_enum(content: Content) -> None:
    """D-01b, backwards: an enum value is removed, and a default is another one."""
    schemas(content)["PromotionCleanupStrategyV1"]["enum"].remove("DEACTIVATE")


def bearer(content: Content) -> None:
    """D-02: another security scheme."""
    content["components"]["securitySchemes"] = {"BearerAuth": {"type": "http", "scheme": "bearer"}}
    content["security"] = [{"BearerAuth": []}]


def rate(content: Content) -> None:
    """D-03: a bounded property in request and response."""
    for schema in ("UpdateAutoscalingSettingsV1", "AutoscalingSettingsV1"):
        add(content, schema, "max_scale_down_rate", {"type": "number", "exclusiveMinimum": 1, "maximum": 2})


def later_rate(content: Content) -> None:
    """D-03, later: the property is an integer with other bounds."""
    rate(content)
    for schema in ("UpdateAutoscalingSettingsV1", "AutoscalingSettingsV1"):
        add(content, schema, "max_scale_down_rate", {"type": "integer", "minimum": 1, "maximum": 50})


def summary(content: Content) -> None:
    """D-04: another summary."""
    content["paths"][PATH]["post"]["summary"] = "Creates an environment"


def defaults(content: Content) -> None:
    """D-05: other defaults and examples."""
    schemas(content)["RollingDeployConfigV1"]["properties"]["max_surge_percent"].update(default=25, examples=[25])
    schemas(content)["UpdateRollingDeployConfigV1"]["properties"]["max_surge_percent"].update(default=None)


def region(content: Content) -> None:
    """D-06: an optional property of a component of the response."""
    parts = {"slug": {"type": "string"}, "display_name": {"type": "string"}}
    add(content, "DeploymentV1", "region", {"anyOf": [{"type": "object", "properties": parts}, NULL]})


def backpressure(content: Content) -> None:
    """D-07: a required property of the response."""
    for schema in ("EnvironmentV1", "DeploymentV1"):
        add(content, schema, "request_backpressure_settings", {"anyOf": [POLICY, NULL]}, required=True)


def sent_backpressure(content: Content) -> None:
    """D-08: an optional property of the request."""
    policy = {**POLICY, "additionalProperties": False}
    add(content, "CreateEnvironmentRequestV1", "request_backpressure_settings", {"anyOf": [policy, NULL]})


def schedules(content: Content) -> None:
    """D-09: an array of alternatives in the response."""
    one = {"type": "object", "properties": {"cron": {"type": "string"}}, "required": ["cron"]}
    other = {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}
    items = {"type": "array", "items": {"anyOf": [one, other]}}
    add(content, "EnvironmentV1", "autoscaling_schedules", {"anyOf": [items, NULL]})


def patched(contract: Contract, *patches: Patch | None) -> Document:
    """Return the held document with patches."""
    content = yaml.safe_load(contract.document.text)
    for patch in patches:
        if patch is not None:
            patch(content)
    return parse_document(json.dumps(content).encode(), "patched.json")


PATCHES: tuple[Patch, ...] = (
    old_enum, bearer, rate, later_rate, summary, defaults, region, backpressure, sent_backpressure, schedules,
)  # fmt: skip
"""The dated changes of the published document, each on the held one."""
