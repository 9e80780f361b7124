"""The fold of a journal: from its events to the outcomes of requirements and the results of a run."""
