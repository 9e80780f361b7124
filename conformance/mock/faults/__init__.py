"""The faults of the mock, one file per family."""
