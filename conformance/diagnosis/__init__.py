"""Diagnosis: from failures to causes, by repetition, minimization and grouping."""
