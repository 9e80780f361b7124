"""What is wrong with a body, and why: one rule for catalogue, random cases, checks, integrations and mock."""
