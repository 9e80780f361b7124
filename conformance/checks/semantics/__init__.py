"""Checks of the group semantics: what a response says of its request, and what several responses show together."""
