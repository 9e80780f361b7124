"""Random cases: Hypothesis and Schemathesis, and the process that runs them."""
