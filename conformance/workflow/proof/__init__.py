"""The proof: the suite run against the reference server and against every fault of the mock."""
