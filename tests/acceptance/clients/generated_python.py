"""Harness of a client that openapi-python-client generated; its folder is the argument."""

import importlib
import json
import ssl
import sys

import loop

sys.path.insert(0, sys.argv[1])
PACKAGE = "baseten_management_api_client"
client = importlib.import_module(f"{PACKAGE}.client")
models = importlib.import_module(f"{PACKAGE}.models")
operation = importlib.import_module(f"{PACKAGE}.api.default.post_v1_models_model_id_environments")

context = ssl.create_default_context()  # made once: it takes longer than the calls


def call(base_url, api_key, model_id, body):
    """Create an environment with the generated client."""
    given = models.CreateEnvironmentRequestV1.from_dict(body)
    made = client.AuthenticatedClient(base_url=base_url, token=api_key, prefix="Api-Key", verify_ssl=context)
    with made as http:
        returned = operation.sync(model_id, client=http, body=given)
    return json.dumps(returned.to_dict() if returned is not None else None), loop.types_of(returned)


loop.play("openapi-python-client 0.29.1", call)
