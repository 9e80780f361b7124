"""Checks: pure functions from a case and its exchange, or from a relation and its exchanges, to findings."""
