"""Drift: the dated changes of the published document, each with its level for the three readers."""

import copy
import json
import random
from typing import Any

import pytest
import yaml

from conformance.contract.reading.document import parse_document
from conformance.drift.levels import ALL
from conformance.drift.operations import compare

from .patches import (
    Content,
    Patch,
    backpressure,
    bearer,
    defaults,
    later_rate,
    old_enum,
    patched,
    rate,
    region,
    schedules,
    schemas,
    sent_backpressure,
    summary,
)

B, C, N = "breaking", "compatible", "note"
SURGE = "promotion_settings.rolling_deploy_config.max_surge_percent"
RATE = "autoscaling_settings.max_scale_down_rate"
PLACES = "current_deployment.autoscaling_settings.max_scale_down_rate` (and 2 more places)"
STRATEGY = "promotion_settings.promotion_cleanup_strategy"
BACKPRESSURE = "request_backpressure_settings"

EXPECTED: dict[tuple[Patch | None, Patch], list[tuple[str, str, str, str]]] = {
    (old_enum, lambda _: None): [
        (B, C, B, f'Adds `"DEACTIVATE"` to the enum of the request property `{STRATEGY}`'),
        (C, B, N, f'Adds `"DEACTIVATE"` to the enum of the response property `{STRATEGY}`'),
    ],
    (None, bearer): [
        (B, B, B, "Changes the security: removes apiKey header authorization and adds http bearer"),
    ],
    (None, rate): [
        (B, C, B, f"Adds the optional request property `{RATE}`"),
        (C, C, N, f"Adds the optional response property `{PLACES}"),
    ],
    (rate, later_rate): [
        (B, B, B, f"Changes the type of the request property `{RATE}` from number to integer"),
        (B, C, B, f"Changes `exclusiveMinimum: 1` of the request property `{RATE}` to `minimum: 1`"),
        (B, C, B, f"Changes `maximum` of the request property `{RATE}` from `2` to `50`"),
        (B, C, B, f"Changes the type of the response property `{PLACES} from number to integer"),
        (C, B, N, f"Changes `exclusiveMinimum: 1` of the response property `{PLACES} to `minimum: 1`"),
        (C, B, N, f"Changes `maximum` of the response property `{PLACES} from `2` to `50`"),
    ],
    (None, summary): [(N, N, N, "Changes the summary of the operation")],
    (None, defaults): [
        (B, N, B, f"Changes the default of the request property `{SURGE}` from `10` to `null`"),
        (B, N, B, f"Changes the default of the response property `{SURGE}` from `10` to `25`"),
    ],
    (None, region): [(C, C, N, "Adds the optional response property `current_deployment.region` (and 1 more place)")],
    (None, backpressure): [
        (B, C, B, f"Adds the required response property `current_deployment.{BACKPRESSURE}` (and 1 more place)"),
        (B, C, B, f"Adds the required response property `{BACKPRESSURE}`"),
    ],
    (None, sent_backpressure): [(B, C, B, f"Adds the optional request property `{BACKPRESSURE}`")],
    (None, schedules): [(C, C, N, "Adds the optional response property `autoscaling_schedules`")],
}


@pytest.mark.parametrize(("before", "after"), EXPECTED, ids=lambda each: getattr(each, "__name__", "held"))
def test_each_dated_change_has_its_level_for_each_reader(contract, before, after):
    """Server, client, mock, and the sentence."""
    found = compare(patched(contract, before), patched(contract, after), contract.operation)
    levels = [each.levels for each in found]
    told = [(each.server.value, each.client.value, each.mock.value) for each in levels]
    assert EXPECTED[before, after] == [(*each, change.sentence) for each, change in zip(told, found, strict=True)]


def shuffled(value: Any, chance: random.Random) -> Any:
    """Return a value whose properties are in another order."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    return [shuffled(each, chance) for each in value] if isinstance(value, list) else value


def inlined(value: Any, content: Content) -> Any:
    """Return a value with every reference replaced by what it leads to."""
    if isinstance(value, dict):
        made = {name: inlined(each, content) for name, each in value.items() if name != "$ref"}
        if "$ref" in value:
            target: Any = content
            for token in value["$ref"].split("/")[1:]:
                target = target[token]
            return {**inlined(copy.deepcopy(target), content), **made}
        return made
    return [inlined(each, content) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("way", ["same", "shuffled", "inlined", "commented", "described by examples"])
def test_what_changes_no_meaning_is_no_change(contract, way):
    """The document against itself, in another order, without references, with comments, titles and examples."""
    content = yaml.safe_load(contract.document.text)
    text = contract.document.text
    if way == "shuffled":
        text = json.dumps(shuffled(content, random.Random(7)))  # noqa: S311 (no secret)
    elif way == "inlined":
        text = json.dumps({**content, "paths": inlined(content["paths"], content)})
    elif way == "commented":
        text = text.replace("\n", "  # a comment\n", 1)
    elif way == "described by examples":
        for schema in schemas(content).values():
            schema["title"] = "Another title"
            for each in schema.get("properties", {}).values():
                each["examples"] = ["another"]
        text = json.dumps(content)
    assert () == compare(contract.document, parse_document(text.encode(), "same"), contract.operation)


def test_a_renamed_path_parameter_is_no_change_and_a_removed_operation_breaks_all(contract):
    """The path is told by its shape."""
    text = contract.document.text.replace("model_id", "the_model")
    assert not [
        change
        for change in compare(contract.document, parse_document(text.encode(), "renamed"), contract.operation)
        if change.part.value in {"operation", "parameter", "request"}
    ]
    gone = parse_document(contract.document.text.replace("/environments:", "/places:").encode(), "gone")
    (change,) = compare(contract.document, gone, contract.operation)
    assert ("Removes the operation", ALL) == (change.sentence, change.levels)
