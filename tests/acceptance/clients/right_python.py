"""Harness of a client that is right: it encodes, validates, keeps every digit, and raises on all that is no answer."""

import json
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import jsonschema
import loop
import yaml

DOCUMENT = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))


class ClientError(Exception):
    """The call did not succeed."""


def dated(schema):
    """Take the lists of values away: a later document may add to them."""
    if isinstance(schema, dict):
        return {name: dated(item) for name, item in schema.items() if name != "enum"}
    return [dated(item) for item in schema] if isinstance(schema, list) else schema


SCHEMA = {**dated(DOCUMENT["components"]["schemas"]["EnvironmentV1"]), "components": dated(DOCUMENT["components"])}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
http = httpx.Client()


def once(pairs):
    """Return an object, whose names must differ."""
    if len(dict(pairs)) < len(pairs):
        message = "a property occurs twice"
        raise ClientError(message)
    return dict(pairs)


def call(base_url, api_key, model_id, body):
    """Create an environment, or say why not."""
    if model_id in {"", ".", ".."}:
        message = "this names no model"
        raise ClientError(message)
    url = f"{base_url}/v1/models/{quote(model_id, safe='')}/environments"
    response = http.post(url, headers={"Authorization": f"Api-Key {api_key}"}, json=body)
    if response.status_code != 200:
        message = f"status {response.status_code}"
        raise ClientError(message)
    answer = json.loads(response.content, object_pairs_hook=once)
    VALIDATOR.validate(answer)
    return json.dumps(answer), {}


loop.play("a right client in Python", call)
