"""A client of the environments of Baseten's management API."""

from typing import Any
from urllib.parse import quote

import httpx

TLS = httpx.create_ssl_context()  # for all clients: one takes 20 ms to make


class EnvironmentsError(Exception):
    """A request that was not accepted: `status` is None where there was no response that can be read."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Environments:
    """The environments of models."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._http = httpx.Client(headers={"Authorization": f"Api-Key {api_key}"}, verify=TLS)
        self._base_url = base_url

    def create(self, model_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create an environment and return it as JSON data; raise EnvironmentsError where it was not created."""
        if model_id in {"", ".", ".."}:
            raise EnvironmentsError(f"{model_id!r} is not the id of a model")
        url = f"{self._base_url}/v1/models/{quote(model_id, safe='')}/environments"
        try:
            response = self._http.post(url, json=body)
            if response.status_code != httpx.codes.OK:
                raise EnvironmentsError(f"status {response.status_code}: {response.text}", response.status_code)
            created = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EnvironmentsError(str(error)) from error
        if not isinstance(created, dict) or "name" not in created:
            raise EnvironmentsError("the response is not an environment")
        return created
