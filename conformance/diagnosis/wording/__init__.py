"""Wording: the conditions of causes in words, and their sentences."""
