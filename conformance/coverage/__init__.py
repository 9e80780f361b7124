"""Coverage: which keyword sides of the schemas, and which combinations of values, were exercised."""
