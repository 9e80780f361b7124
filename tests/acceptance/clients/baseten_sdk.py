"""Harness of the official SDK."""

import importlib.metadata
import inspect
import ssl
import typing

import httpx
import loop
from baseten.client import ManagementClient

METHOD = "post_models_environments"

context = ssl.create_default_context()  # made once: it takes longer than the calls
plain = httpx.Client.__init__


def with_context(self, **settings):
    """Make a client as the SDK does, without reading the certificates each time."""
    plain(self, **{"verify": context, **settings})


httpx.Client.__init__ = with_context


def call(base_url, api_key, model_id, body):
    """Create an environment with the SDK."""
    with ManagementClient(api_key=api_key, base_url_override=base_url) as client:
        method = getattr(client.api, METHOD)
        name, model = _body(method)
        returned = method(**{"model_id": model_id, name: model.model_validate(body)})
    return returned.model_dump_json(by_alias=True, exclude_unset=True), loop.types_of(returned)


def _body(method):
    hints = typing.get_type_hints(method)
    (name,) = [each for each in inspect.signature(method).parameters if each != "model_id"]
    return name, hints[name]


loop.play(f"baseten {importlib.metadata.version('baseten')}", call)
