"""The records of runs: their folders, and what is read of them to go on, to replay and to merge."""
