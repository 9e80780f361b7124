"""Words of symptoms of clients, by which the judge and the diagnosis know what belongs together."""

INVALID_RESPONSE = "invalid response"
"""The rule of findings on responses with one schema violation."""

ACCEPTED = "accepted"
"""What is observed where a client returned such a response as it is."""

UNPARSED = "body that cannot be parsed"
"""The rule of findings on bodies of success responses that are no JSON text at all."""
