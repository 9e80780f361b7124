"""Reduction: from a request that fails to the smallest that fails in the same way."""
