"""Scenarios: the calls that a client library is asked for, and the response that each gets."""
