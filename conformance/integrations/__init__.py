"""At home in other tools: pytest, Hypothesis, Schemathesis, respx."""
