"""How a request reaches an endpoint: over the wire, in this process, or through a client of the user's."""
