"""Covering arrays, and the combinations of property values that they choose."""
