"""The journal: the append-only record of a run; writing, reading, redaction, and what follows from it."""
