"""Faults of HTTP: what requests are accepted and rejected whatever their body says, and how responses are sent."""
