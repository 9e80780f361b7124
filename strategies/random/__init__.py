"""Random cases: strategies of Hypothesis and of Schemathesis, their labels, and examples that are kept."""
