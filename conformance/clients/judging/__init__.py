"""Judging a client library: its requests, and what it makes of each response."""
