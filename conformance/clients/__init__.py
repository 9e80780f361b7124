"""Consumer mode: scenarios for client libraries, the protocol that harnesses speak, and the judge."""
