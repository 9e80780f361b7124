"""Redaction by value: a secret that a target sends back never reaches a file or a screen."""

import base64
from urllib.parse import quote

from msgspec.structs import replace

from conformance.model.case import KEY
from conformance.model.exchange import Exchange, Response


def redact(exchange: Exchange, secret: str) -> Exchange:
    """Return an exchange in whose answer the secret, as it is or encoded, is replaced by its placeholder."""
    if not secret:
        return exchange
    response = exchange.response
    if response is not None:
        headers = tuple((name, redact_text(value, secret)) for name, value in response.headers)
        body = response.body
        for form in _forms(secret):
            body = body.replace(form.encode(), KEY.encode())
        response = Response(response.status, headers, body, redact_text(response.reason, secret), response.version)
    return replace(exchange, response=response, detail=redact_text(exchange.detail, secret))


def redact_text(text: str, secret: str) -> str:
    """Return a text without the secret."""
    for form in _forms(secret):
        text = text.replace(form, KEY)
    return text


def _forms(secret: str) -> tuple[str, ...]:
    if not secret:
        return ()
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    forms = {secret, quote(secret, safe=""), quote(quote(secret, safe=""), safe=""), encoded}
    return tuple(sorted(forms, key=len, reverse=True))
