"""How a request reaches an endpoint: over the wire, or in this process."""
