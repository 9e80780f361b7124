"""Sampling: random bodies by the thousand a second, drawn by rules of the suite and not by a library."""
