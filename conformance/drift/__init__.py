"""Drift: what changed between two documents of one operation, and whom each change breaks."""
