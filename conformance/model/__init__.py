"""The nouns of the suite: frozen data without I/O, used by every other room."""
