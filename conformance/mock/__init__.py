"""The reference server as one plain ASGI callable, and its faults: ways to be wrong, one at a time."""
