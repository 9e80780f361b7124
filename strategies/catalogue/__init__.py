"""The deterministic cases, one file per kind."""
